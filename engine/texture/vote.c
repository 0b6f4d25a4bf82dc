/**
 * @file
 * The vote: pixels are gathered from the sources of the patches over them, which are known and so do not change
 * meanwhile.
 */
#include "texture/level.h"

/**
 * The weight of a patch of distance d, where the nearest over the pixel has distance n: (1 + (d - n) / (SLACK n))^-4.
 * Less is sharper: on 71 held-out holes 2 instead of 1 gains 0.04 dB, and 1 instead of 2 0.0006 in LPIPS.
 */
#define SLACK 1.0f

/**
 * A patch's weight by the depth of its centre less the least depth of the patches over the pixel: 0 to 7, as their
 * centres lie at most 7 pixels apart. Known structure continues inward, and fewer patches are mixed.
 */
static const float depth_weight[DF_MATCH_SIDE] = {
    1, 1 / 3.0f, 1 / 9.0f, 1 / 27.0f, 1 / 81.0f, 1 / 243.0f, 1 / 729.0f, 1 / 2187.0f,
};

/**
 * A source's colours are moved this far from its own guide's to those of the guide where they go, so that less is left for
 * patches to differ in: at equal LPIPS 0.04 dB better than none.
 */
#define GAIN 0.5f

/** A vote. */
typedef struct Vote {
    DfTextureLevel *level;
    int ring; /* 1: the ring's pixels, too */
} Vote;

/** Patches over a pixel: their upper left pixels x0 <= x < x1, y0 <= y < y1. */
static DfRect patches_over(const DfTextureLevel *level, int x, int y)
{
    DfRect all = { x - DF_MATCH_SIDE + 1, y - DF_MATCH_SIDE + 1, x + 1, y + 1 };

    return df_rect_clip(all, level->targets);
}

/** Depth of a patch's centre. */
static int centre_depth(const DfTextureLevel *level, int patch)
{
    return level->depth[patch + DF_MATCH_SIDE / 2 * (level->width + 1)];
}

/** The least distance and the least depth of the targets over a pixel. */
typedef struct Least {
    int32_t distance;
    int depth;
} Least;

static Least least_over(const DfTextureLevel *level, DfRect over)
{
    Least least = { INT32_MAX, UINT8_MAX };

    for (int y = over.y0; y < over.y1; y++)
        for (int i = y * level->width + over.x0; i < y * level->width + over.x1; i++)
            if (level->patch[i] == DF_TEXTURE_TARGET)
                least = (Least){ DF_MIN(least.distance, level->distance[i]),
                                 DF_MIN(least.depth, centre_depth(level, i)) };
    return least;
}

static void vote_pixel(const DfTextureLevel *level, int x, int y)
{
    DfRect over = patches_over(level, x, y);
    Least least = least_over(level, over);
    float slack = SLACK * (float)least.distance + 1, sum[3] = { 0 }, weights = 0;
    int at = y * level->width + x;
    const int16_t *own = level->guide + (ptrdiff_t)DF_MATCH_CHANNELS * at;

    for (int v = over.y0; v < over.y1; v++) {
        for (int i = v * level->width + over.x0; i < v * level->width + over.x1; i++) {
            if (level->patch[i] != DF_TEXTURE_TARGET)
                continue;
            float share = slack / (slack + (float)(level->distance[i] - least.distance));
            float weight = share * share * share * share * depth_weight[centre_depth(level, i) - least.depth];
            const float *source = level->rgb + (ptrdiff_t)3 * (at + level->offset[i]);
            const int16_t *guide = own + (ptrdiff_t)DF_MATCH_CHANNELS * level->offset[i];
            for (int c = 0; c < 3; c++)
                sum[c] += weight * (source[c] + (GAIN * DF_TEXTURE_GUIDE_LEVEL) * (float)(own[c] - guide[c]));
            weights += weight;
        }
    }
    for (int c = 0; c < 3 && weights > 0; c++)
        level->rgb[(size_t)3 * at + c] = sum[c] / weights;
    df_texture_quantise(level, at);
}

static void vote_band(void *opaque, int band, int thread)
{
    const Vote *vote = opaque;
    DfTextureLevel *level = vote->level;

    (void)thread;
    for (int y = band * DF_TEXTURE_BAND; y < DF_MIN((band + 1) * DF_TEXTURE_BAND, level->height); y++) {
        for (int x = 0; x < level->width; x++) {
            int state = level->state[(size_t)y * level->width + x];
            if (state == DF_TEXTURE_HOLE || (state == DF_TEXTURE_RING && vote->ring))
                vote_pixel(level, x, y);
        }
    }
}

void df_texture_vote(DfTextureLevel *level, int ring, const DfParallel *parallel)
{
    Vote vote = { level, ring };

    df_parallel_for(parallel, df_texture_bands(level), vote_band, &vote);
}
