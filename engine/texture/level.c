/**
 * @file
 * What a level's picture determines: integers to compare, the guide, and which patches are sources and targets.
 */
#include "texture/level.h"

#include <string.h>

#define HIGHEST (255 * DF_TEXTURE_SCALE)

/** The guide's blur: [1 2 3 4 5 4 3 2 1] / 25 both ways, of standard deviation 2. */
#define REACH 4
#define TAPS (2 * REACH + 1)
static const int tent[TAPS] = { 1, 2, 3, 4, 5, 4, 3, 2, 1 };
#define TENT_SUM 25

/** Pixels of a row that are blurred at a time. */
#define CHUNK 64

void df_texture_quantise(const DfTextureLevel *level, size_t pixel)
{
    for (int c = 0; c < 3; c++) {
        float value = (level->rgb[3 * pixel + c] + 1) * (HIGHEST / 2.0f);
        level->picture[DF_MATCH_CHANNELS * pixel + c] = (int16_t)(DF_CLAMP(value, 0, HIGHEST) + 0.5f);
    }
}

static void quantise_band(void *opaque, int band, int thread)
{
    DfTextureLevel *level = opaque;
    size_t end = (size_t)DF_MIN((band + 1) * DF_TEXTURE_BAND, level->height) * level->width;

    (void)thread;
    for (size_t i = (size_t)band * DF_TEXTURE_BAND * level->width; i < end; i++) {
        df_texture_quantise(level, i);
        level->picture[DF_MATCH_CHANNELS * i + 3] = 0;
    }
}

/** Pixels x0 <= x < x1 of a row of the guide; edges are replicated. */
static void blur_chunk(const DfTextureLevel *level, int y, int x0, int x1)
{
    int32_t column[(CHUNK + 2 * REACH) * DF_MATCH_CHANNELS] = { 0 };
    int first = DF_MAX(x0 - REACH, 0), last = DF_MIN(x1 + REACH, level->width);
    int16_t *out = level->guide + DF_MATCH_CHANNELS * ((size_t)y * level->width + x0);

    for (int j = 0; j < TAPS; j++) {
        int row = DF_CLAMP(y + j - REACH, 0, level->height - 1);
        const int16_t *in = level->picture + DF_MATCH_CHANNELS * ((size_t)row * level->width + first);
        for (int i = 0; i < DF_MATCH_CHANNELS * (last - first); i++)
            column[i] += tent[j] * in[i];
    }
    for (int x = x0; x < x1; x++, out += DF_MATCH_CHANNELS) {
        int32_t sum[DF_MATCH_CHANNELS] = { 0 };
        for (int j = 0; j < TAPS; j++) {
            const int32_t *in = column + DF_MATCH_CHANNELS * (DF_CLAMP(x + j - REACH, 0, level->width - 1) - first);
            for (int c = 0; c < DF_MATCH_CHANNELS; c++)
                sum[c] += tent[j] * in[c];
        }
        for (int c = 0; c < DF_MATCH_CHANNELS; c++)
            out[c] = (int16_t)((DF_TEXTURE_GUIDE_SCALE * sum[c] + TENT_SUM * TENT_SUM / 2) / (TENT_SUM * TENT_SUM));
    }
}

static void blur_band(void *opaque, int band, int thread)
{
    DfTextureLevel *level = opaque;

    (void)thread;
    for (int y = band * DF_TEXTURE_BAND; y < DF_MIN((band + 1) * DF_TEXTURE_BAND, level->height); y++)
        for (int x = 0; x < level->width; x += CHUNK)
            blur_chunk(level, y, x, DF_MIN(x + CHUNK, level->width));
}

/** What a whole patch is. */
static enum DfTexturePatch kind_of(const DfTextureLevel *level, size_t patch)
{
    int made = 0;

    for (int y = 0; y < DF_MATCH_SIDE; y++) {
        const uint8_t *state = level->state + patch + (size_t)y * level->width;
        for (int x = 0; x < DF_MATCH_SIDE; x++) {
            if (state[x] == DF_TEXTURE_OTHER)
                return DF_TEXTURE_NEITHER;
            made |= state[x];
        }
    }
    return made ? DF_TEXTURE_TARGET : DF_TEXTURE_SOURCE;
}

static void sort_band(void *opaque, int band, int thread)
{
    DfTextureLevel *level = opaque;

    (void)thread;
    for (int y = band * DF_TEXTURE_BAND; y < DF_MIN((band + 1) * DF_TEXTURE_BAND, level->height); y++) {
        uint8_t *patch = level->patch + (size_t)y * level->width;
        memset(patch, DF_TEXTURE_NEITHER, level->width);
        for (int x = 0; x <= level->width - DF_MATCH_SIDE && y <= level->height - DF_MATCH_SIDE; x++)
            patch[x] = (uint8_t)kind_of(level, (size_t)y * level->width + x);
    }
}

/** The least depth of the four neighbours that a pass has visited before a pixel. @param step  1: down; -1: up */
static int depth_beside(const DfTextureLevel *level, int x, int y, int step)
{
    const uint8_t *row = level->depth + (ptrdiff_t)y * level->width, *before = row - (ptrdiff_t)step * level->width;
    int least = UINT8_MAX;

    if (x - step >= 0 && x - step < level->width)
        least = row[x - step];
    if (y - step >= 0 && y - step < level->height)
        for (int i = DF_MAX(x - 1, 0); i <= DF_MIN(x + 1, level->width - 1); i++)
            least = DF_MIN(least, before[i]);
    return least;
}

/** Depth in two passes, down and up. No pixel beyond the picture is known. */
static void measure_depth(DfTextureLevel *level)
{
    int count = level->width * level->height;
    uint8_t *depth = level->depth;

    for (int i = 0; i < count; i++)
        depth[i] = level->state[i] >= DF_TEXTURE_OTHER ? UINT8_MAX : 0;
    for (int step = 1; step >= -1; step -= 2)
        for (int i = step > 0 ? 0 : count - 1; i >= 0 && i < count; i += step)
            if (depth[i])
                depth[i] = (uint8_t)DF_MIN(depth[i], depth_beside(level, i % level->width, i / level->width, step) + 1);
}

/** List the sources and find the targets' bounds. */
static void list_patches(DfTextureLevel *level)
{
    DfRect t = { level->width, level->height, 0, 0 };

    level->source_count = 0;
    for (int y = 0; y < level->height; y++) {
        for (int x = 0; x < level->width; x++) {
            int i = y * level->width + x;
            if (level->patch[i] == DF_TEXTURE_SOURCE)
                level->sources[level->source_count++] = i;
            else if (level->patch[i] == DF_TEXTURE_TARGET)
                t = (DfRect){ DF_MIN(t.x0, x), DF_MIN(t.y0, y), DF_MAX(t.x1, x + 1), y + 1 };
        }
    }
    level->targets = t;
}

void df_texture_prepare(DfTextureLevel *level, const DfParallel *parallel)
{
    int bands = df_texture_bands(level);

    df_parallel_for(parallel, bands, quantise_band, level);
    df_parallel_for(parallel, bands, blur_band, level);
    df_parallel_for(parallel, bands, sort_band, level);
    measure_depth(level);
    list_patches(level);
}
