/**
 * @file
 * The pyramid, its memory, and the rounds of search and vote.
 */
#include "texture/texture.h"

#include <string.h>

#include "texture/level.h"

/** Sizes: the picture's, and half of it. A third differs by less than 0.0005 in LPIPS on holes in 256x256 pixels. */
#define LEVELS 2

/** Rounds on the coarsest level and on finer ones. The last level takes most of the time, and a third there gains nothing. */
#define FIRST_ROUNDS 4
#define ROUNDS 2

/** Random sources that each target looks at first. */
#define FIRST_TRIES 8

/** With fewer known patches a level is left as it is. */
#define LEAST_SOURCES 64

static uint8_t *take(uint8_t **memory, size_t *total, size_t bytes)
{
    uint8_t *at = *memory ? *memory + *total : NULL;

    *total = df_size_add(*total, df_size_align(bytes));
    return at;
}

/** Lay out a level; those but the finest have a picture of their own. @return its bytes; memory: NULL asks for them alone */
static size_t lay_out(DfTextureLevel *level, int width, int height, int own, uint8_t *memory)
{
    size_t n = df_size_mul(width, height), total = 0;

    level->width = width;
    level->height = height;
    uint8_t *picture = take(&memory, &total, df_size_mul(n, DF_MATCH_CHANNELS * sizeof(int16_t)));
    uint8_t *guide = take(&memory, &total, df_size_mul(n, DF_MATCH_CHANNELS * sizeof(int16_t)));
    uint8_t *patch = take(&memory, &total, n);
    uint8_t *depth = take(&memory, &total, n);
    uint8_t *sources = take(&memory, &total, df_size_mul(n, sizeof(int32_t)));
    uint8_t *offset = take(&memory, &total, df_size_mul(n, sizeof(int32_t)));
    uint8_t *distance = take(&memory, &total, df_size_mul(n, sizeof(int32_t)));
    size_t rows = df_texture_bands(level) + 1;
    uint8_t *border = take(&memory, &total, df_size_mul(df_size_mul(rows, width), sizeof(int32_t)));
    uint8_t *rgb = take(&memory, &total, own ? df_size_mul(n, 3 * sizeof(float)) : 0);
    uint8_t *state = take(&memory, &total, own ? n : 0);

    level->picture = (int16_t *)picture;
    level->guide = (int16_t *)guide;
    level->patch = patch;
    level->depth = depth;
    level->sources = (int32_t *)sources;
    level->offset = (int32_t *)offset;
    level->distance = (int32_t *)distance;
    level->border = (int32_t *)border;
    if (own) {
        level->rgb = (float *)rgb;
        level->state = state;
    }
    return total;
}

size_t df_texture_bytes(int width, int height)
{
    DfTextureLevel level;
    size_t total = 0;

    for (int i = 0; i < LEVELS; i++)
        total = df_size_add(total, lay_out(&level, width >> i, height >> i, i > 0, NULL));
    return total;
}

/** A picture of half the size: means of 2x2 pixels, and the greatest of their states. */
static void halve(DfTextureLevel *coarse, const DfTextureLevel *fine)
{
    uint8_t *state = (uint8_t *)coarse->state;

    for (int y = 0; y < coarse->height; y++) {
        for (int x = 0; x < coarse->width; x++) {
            size_t to = (size_t)y * coarse->width + x, at = (size_t)2 * y * fine->width + 2 * x;
            const uint8_t *s = fine->state + at;
            const float *top = fine->rgb + 3 * at, *bottom = top + (size_t)3 * fine->width;
            for (int c = 0; c < 3; c++)
                coarse->rgb[3 * to + c] = 0.25f * (top[c] + top[3 + c] + bottom[c] + bottom[3 + c]);
            int upper = DF_MAX(s[0], s[1]), lower = DF_MAX(s[fine->width], s[fine->width + 1]);
            state[to] = (uint8_t)DF_MAX(upper, lower);
        }
    }
}

int df_texture(const DfTexturePicture *picture, const DfParallel *parallel, void *scratch)
{
    DfTextureLevel levels[LEVELS];
    const DfTextureLevel *coarser = NULL;
    uint8_t *memory = scratch;

    for (int i = 0; i < LEVELS; i++) {
        levels[i].rgb = picture->rgb;
        levels[i].state = picture->state;
        levels[i].scale = 1 << i;
        memory += lay_out(&levels[i], picture->width >> i, picture->height >> i, i > 0, memory);
        if (i)
            halve(&levels[i], &levels[i - 1]);
    }
    for (int i = LEVELS - 1; i >= 0; i--) {
        DfTextureLevel *level = &levels[i];
        df_texture_prepare(level, parallel);
        if (level->source_count < LEAST_SOURCES || df_rect_empty(level->targets))
            continue;
        df_texture_start(level, coarser, parallel);
        int rounds = coarser ? ROUNDS : FIRST_ROUNDS;
        for (int round = 0; round < rounds; round++) {
            if (parallel && df_thread_pool_is_cancelled(parallel->pool))
                return 0;
            df_texture_search(level, coarser || round ? 0 : FIRST_TRIES, (uint32_t)(i * 16 + round), parallel);
            df_texture_vote(level, round == rounds - 1, parallel);
        }
        coarser = level;
    }
    return coarser == &levels[0];
}
