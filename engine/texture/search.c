/**
 * @file
 * The search for sources. Bands of rows are searched in parallel: within a band a target sees what its neighbours have
 * found in this pass, beyond it what they had before. Bands move by half their height from pass to pass.
 */
#include "texture/level.h"

#include <string.h>

#include "kernels/normal.h"

/** Passes of a search, alternately down and up. */
#define PASSES 2

/** Distance of the furthest random source, in pixels; halved until it is 1. */
#define FURTHEST 128

/** A pass over a level. */
typedef struct Pass {
    DfTextureLevel *level;
    const DfMatchKernels *kernels;
    DfMatchPlanes planes;
    uint32_t seed;
    int tries;
    int first;      /* 1: pictures have changed since distances were measured */
    int up;         /* 1: from below right to above left */
    int shift;      /* rows by which bands begin earlier */
} Pass;

/** A hash of two values that looks random. */
static uint32_t hash(uint32_t a, uint32_t b)
{
    return df_hash((a * 0x9e3779b1u) ^ (b * 0x85ebca77u));
}

/** One of 0 .. count - 1. */
static int pick(uint32_t random, int count)
{
    return (int)((uint64_t)random * (uint32_t)count >> 32);
}

/** Take a source that lies so far from the target, where it is one and is nearer than the target's own. */
static void attempt(const Pass *pass, int target, int64_t offset)
{
    const DfTextureLevel *level = pass->level;
    int64_t source = target + offset;

    if (offset == level->offset[target] || source < 0 || source >= (int64_t)level->width * level->height ||
        level->patch[source] != DF_TEXTURE_SOURCE)
        return;
    int32_t d = pass->kernels->distance(&pass->planes, target, source, level->distance[target]);
    if (d < level->distance[target]) {
        level->distance[target] = d;
        level->offset[target] = (int32_t)offset;
    }
}

static void search_randomly(const Pass *pass, int target)
{
    const DfTextureLevel *level = pass->level;
    uint32_t n = pass->seed;

    for (int i = 0; i < pass->tries; i++)
        attempt(pass, target, level->sources[pick(hash(target, n++), level->source_count)] - target);
    for (int reach = FURTHEST; reach >= 1; reach /= 2) {
        uint32_t random = hash(target, n++);
        int dx = pick(random << 16, 2 * reach + 1) - reach, dy = pick(random & 0xffff0000u, 2 * reach + 1) - reach;
        attempt(pass, target, level->offset[target] + (int64_t)dy * level->width + dx);
    }
}

/** Rows y0 <= y < y1 of a pass. @param beside  offsets of the row that comes before the first one searched */
static void search_rows(const Pass *pass, int y0, int y1, const int32_t *beside)
{
    const DfTextureLevel *level = pass->level;
    int step = pass->up ? -1 : 1, first = pass->up ? y1 - 1 : y0;
    DfRect t = level->targets;

    for (int y = first; y >= y0 && y < y1; y += step) {
        const int32_t *before = y == first ? beside : level->offset + (ptrdiff_t)(y - step) * level->width;
        for (int x = pass->up ? t.x1 - 1 : t.x0; x >= t.x0 && x < t.x1; x += step) {
            int target = y * level->width + x;
            if (level->patch[target] != DF_TEXTURE_TARGET)
                continue;
            if (pass->first)
                level->distance[target] = pass->kernels->distance(&pass->planes, target,
                                                                  target + level->offset[target], INT32_MAX);
            if (before && before[x])
                attempt(pass, target, before[x]);
            if (x - step >= t.x0 && x - step < t.x1 && level->offset[target - step])
                attempt(pass, target, level->offset[target - step]);
            search_randomly(pass, target);
        }
    }
}

/** The rows of a band. */
static void band_rows(const Pass *pass, int band, int *y0, int *y1)
{
    DfRect t = pass->level->targets;

    *y0 = t.y0 + DF_MAX(band * DF_TEXTURE_BAND - pass->shift, 0);
    *y1 = DF_MIN(t.y0 + (band + 1) * DF_TEXTURE_BAND - pass->shift, t.y1);
}

static void search_band(void *opaque, int band, int thread)
{
    const Pass *pass = opaque;
    DfRect t = pass->level->targets;
    int y0, y1;

    (void)thread;
    band_rows(pass, band, &y0, &y1);
    int outside = pass->up ? y1 : y0 - 1;
    const int32_t *border = pass->level->border + (size_t)band * pass->level->width;
    search_rows(pass, y0, y1, outside >= t.y0 && outside < t.y1 ? border : NULL);
}

/** Keep the rows that bands begin beside. */
static void keep_borders(const Pass *pass, int bands)
{
    const DfTextureLevel *level = pass->level;

    for (int band = 0; band < bands; band++) {
        int y0, y1;
        band_rows(pass, band, &y0, &y1);
        int outside = pass->up ? y1 : y0 - 1;
        if (outside >= level->targets.y0 && outside < level->targets.y1)
            memcpy(level->border + (size_t)band * level->width, level->offset + (size_t)outside * level->width,
                   level->width * sizeof *level->border);
    }
}

void df_texture_search(DfTextureLevel *level, int tries, uint32_t seed, const DfParallel *parallel)
{
    for (int i = 0; i < PASSES; i++) {
        Pass pass = { .level = level, .kernels = df_match_kernels(),
                      .planes = { level->picture, level->guide, level->width },
                      .seed = (seed * PASSES + i) << 8, .tries = i ? 0 : tries, .first = !i, .up = i % 2,
                      .shift = i % 2 * (DF_TEXTURE_BAND / 2) };
        int bands = df_ceil_div(df_rect_height(level->targets) + pass.shift, DF_TEXTURE_BAND);
        keep_borders(&pass, bands);
        df_parallel_for(parallel, bands, search_band, &pass);
    }
}

/** A level's first sources. */
typedef struct Start {
    DfTextureLevel *level;
    const DfTextureLevel *coarse;
} Start;

/**
 * The source of the coarse patch around the same centre, as far away again; -1 where that has none.
 */
static int64_t doubled(const Start *start, int x, int y)
{
    const DfTextureLevel *coarse = start->coarse;
    int cx = DF_CLAMP((x - DF_MATCH_SIDE / 2) / 2, 0, coarse->width - 1);
    int cy = DF_CLAMP((y - DF_MATCH_SIDE / 2) / 2, 0, coarse->height - 1);
    int at = cy * coarse->width + cx;

    if (coarse->patch[at] != DF_TEXTURE_TARGET)
        return -1;
    int source = at + coarse->offset[at];
    int sx = x + 2 * (source % coarse->width - cx), sy = y + 2 * (source / coarse->width - cy);
    if (sx < 0 || sy < 0 || sx >= start->level->width || sy >= start->level->height)
        return -1;
    return (int64_t)sy * start->level->width + sx;
}

static void start_band(void *opaque, int band, int thread)
{
    const Start *start = opaque;
    DfTextureLevel *level = start->level;

    (void)thread;
    for (int y = band * DF_TEXTURE_BAND; y < DF_MIN((band + 1) * DF_TEXTURE_BAND, level->height); y++) {
        for (int x = 0; x < level->width; x++) {
            int at = y * level->width + x;
            level->offset[at] = 0;
            if (level->patch[at] != DF_TEXTURE_TARGET)
                continue;
            int64_t source = start->coarse ? doubled(start, x, y) : -1;
            if (source < 0 || level->patch[source] != DF_TEXTURE_SOURCE)
                source = level->sources[pick(hash(at, UINT32_MAX), level->source_count)];
            level->offset[at] = (int32_t)(source - at);
        }
    }
}

void df_texture_start(DfTextureLevel *level, const DfTextureLevel *coarse, const DfParallel *parallel)
{
    Start start = { level, coarse };

    df_parallel_for(parallel, df_texture_bands(level), start_band, &start);
}
