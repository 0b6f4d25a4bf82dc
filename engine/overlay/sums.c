/**
 * @file
 * Weighted means of samples.
 */
#include "overlay/sums.h"

#include <errno.h>
#include <string.h>

#include "plane/membrane.h"
#include "plane/widen.h"

/* Variance that coding leaves: what is added to the noise, and to the energy of gradients around the hole. */
#define CODING 2.f
#define FLAT 4.f

void df_sums_free(DfSums *sums)
{
    df_free(sums->hole);
    for (int p = 0; p < 3; p++)
        df_free(sums->moments[p]);
    *sums = (DfSums){ 0 };
}

static int alloc_sums(DfSums *sums, const DfSamples *samples, const uint8_t *hole)
{
    size_t luma = (size_t)samples->width * samples->height;
    *sums = (DfSums){ samples->width, samples->height, samples->planes, df_alloc(luma), { NULL } };
    if (!sums->hole)
        return -ENOMEM;
    memcpy(sums->hole, hole, luma);
    for (int p = 0; p < sums->planes; p++) {
        sums->moments[p] = df_alloc((p ? luma / 4 : luma) * sizeof(DfMoments));
        if (!sums->moments[p])
            return -ENOMEM;
    }
    return 0;
}

/** Energy of luma's gradient beside the hole, continued into it. `wide` is the hole and all next to it. */
static int take_energy(DfPlane *energy, const float *luma, const uint8_t *wide, int width, int height, DfArena *arena)
{
    *energy = df_plane_take(arena, width, height);
    if (!energy->data)
        return -ENOMEM;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const float *row = luma + (size_t)y * width;
            int left = DF_MAX(x - 1, 0), right = DF_MIN(x + 1, width - 1);
            int up = DF_MAX(y - 1, 0), down = DF_MIN(y + 1, height - 1);
            float gx = .5f * (row[right] - row[left]);
            float gy = .5f * (luma[(size_t)down * width + x] - luma[(size_t)up * width + x]);
            df_plane_row(*energy, y)[x] = gx * gx + gy * gy;
        }
    return df_membrane(energy, 1, wide, arena);
}

static void add(DfMoments *m, float *weights, float weight, float x, float y)
{
    *weights += weight;
    m->x += weight * x;
    m->y += weight * y;
    m->xx += weight * x * x;
    m->xy += weight * x * y;
    m->yy += weight * y * y;
}

/** Add one sample; `each` is its weight among those of its background. m->noise gathers the weights. */
static int add_sample(DfSums *sums, const DfSamples *samples, int number, const uint8_t *wide, float each,
                      DfArena *arena)
{
    int width = sums->width, height = sums->height;
    DfPlane behind[3], energy;
    int ret = df_samples_continue(samples, number, sums->hole, behind, arena);
    if (!ret)
        ret = take_energy(&energy, samples->samples[number].planes[0], wide, width, height, arena);
    for (int p = 0; p < sums->planes && !ret; p++) {
        int w = df_samples_side(width, p), h = df_samples_side(height, p);
        const float *seen = samples->samples[number].planes[p];
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++) {
                float rough = df_plane_row(energy, p ? 2 * y : y)[p ? 2 * x : x];
                DfMoments *m = &sums->moments[p][(size_t)y * w + x];
                add(m, &m->noise, each / (rough + FLAT), df_plane_row(behind[p], y)[x], seen[(size_t)y * w + x]);
            }
    }
    return ret;
}

/** Means from sums, and what the free fit leaves. */
static void finish(DfMoments *m)
{
    float scale = m->noise > 0 ? 1 / m->noise : 0;
    m->x *= scale;
    m->y *= scale;
    m->xx *= scale;
    m->xy *= scale;
    m->yy *= scale;
    float xx = m->xx - m->x * m->x, xy = m->xy - m->x * m->y, yy = m->yy - m->y * m->y;
    m->noise = DF_MAX(yy - xy * xy / DF_MAX(xx, 1), 0) + CODING;
}

/** How many samples of a background are present enough. */
static int of_background(const DfSamples *samples, int background, float present)
{
    int count = 0;
    for (int i = 0; i < samples->count; i++)
        count += samples->samples[i].background == background && samples->samples[i].presence >= present;
    return count;
}

int df_sums_take(DfSums *sums, const DfSamples *samples, const uint8_t *hole, float present)
{
    size_t luma = (size_t)samples->width * samples->height;
    DfArena arena = { 0 };
    uint8_t *wide = df_alloc(luma);
    int ret = alloc_sums(sums, samples, hole);
    if (!wide)
        ret = -ENOMEM;
    if (!ret) {
        /* The hole and all pixels next to it. */
        memcpy(wide, hole, luma);
        ret = df_widen(wide, samples->width, samples->height, 1);
    }
    for (int i = 0; i < samples->count && !ret; i++) {
        const DfSample *sample = &samples->samples[i];
        if (sample->presence < present)
            continue;
        ret = add_sample(sums, samples, i, wide, 1.f / of_background(samples, sample->background, present), &arena);
        df_arena_reset(&arena, (DfArenaMark){ 0 });
    }
    for (int p = 0; p < sums->planes && !ret; p++)
        for (size_t i = 0; i < (p ? luma / 4 : luma); i++)
            finish(&sums->moments[p][i]);
    df_arena_free(&arena);
    df_free(wide);
    return ret;
}
