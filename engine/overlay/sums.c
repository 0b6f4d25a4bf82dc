/**
 * @file
 * Weighted means of samples.
 */
#include "overlay/sums.h"

#include <errno.h>
#include <string.h>

#include "plane/membrane.h"
#include "plane/widen.h"

/* Variance that coding leaves: what is added to the noise. */
#define CODING 2.f
/* What is added to the energy of gradients around the hole; and with pairs. */
#define FLAT 4.f
#define FLAT_PAIRS 16.f

void df_sums_free(DfSums *sums)
{
    df_free(sums->hole);
    for (int p = 0; p < 3; p++)
        df_free(sums->moments[p]);
    for (int k = 0; k < 2; k++)
        df_free(sums->pairs[k]);
    *sums = (DfSums){ 0 };
}

static int alloc_sums(DfSums *sums, const DfSamples *samples, const uint8_t *hole, int with_pairs)
{
    size_t luma = (size_t)samples->width * samples->height;
    *sums = (DfSums){ .width = samples->width, .height = samples->height, .planes = samples->planes,
                      .hole = df_alloc(luma) };
    if (!sums->hole)
        return -ENOMEM;
    memcpy(sums->hole, hole, luma);
    for (int p = 0; p < sums->planes; p++) {
        sums->moments[p] = df_alloc((p ? luma / 4 : luma) * sizeof(DfMoments));
        if (!sums->moments[p])
            return -ENOMEM;
    }
    for (int k = 0; k < 2 && with_pairs; k++)
        if (!(sums->pairs[k] = df_alloc(luma * sizeof(DfPair))))
            return -ENOMEM;
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

static void add_pair(DfPair *pair, float weight, float y, float next)
{
    pair->next += weight * next;
    pair->square += weight * next * next;
    pair->product += weight * y * next;
}

/** Add one sample's pairs; those with a pixel beyond the crop stay 0. */
static void add_pairs(DfSums *sums, const float *seen, DfPlane energy, float each)
{
    int width = sums->width, height = sums->height;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            size_t at = (size_t)y * width + x;
            float weight = each / (df_plane_row(energy, y)[x] + FLAT_PAIRS);
            if (x < width - 1)
                add_pair(&sums->pairs[0][at], weight, seen[at], seen[at + 1]);
            if (y < height - 1)
                add_pair(&sums->pairs[1][at], weight, seen[at], seen[at + width]);
        }
}

/** Add one sample; `each` is its weight among those of its background. m->noise gathers the weights. */
static int add_sample(DfSums *sums, const DfSamples *samples, int number, const uint8_t *wide, float each,
                      DfArena *arena)
{
    int width = sums->width, height = sums->height;
    float flat = sums->pairs[0] ? FLAT_PAIRS : FLAT;
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
                add(m, &m->noise, each / (rough + flat), df_plane_row(behind[p], y)[x], seen[(size_t)y * w + x]);
            }
    }
    if (!ret && sums->pairs[0])
        add_pairs(sums, samples->samples[number].planes[0], energy, each);
    return ret;
}

/** Means of pairs from sums; their pixels' `noise` is the weight yet. */
static void finish_pairs(DfSums *sums)
{
    for (int k = 0; k < 2 && sums->pairs[0]; k++)
        for (size_t i = 0; i < (size_t)sums->width * sums->height; i++) {
            DfPair *pair = &sums->pairs[k][i];
            float weight = sums->moments[0][i].noise, scale = weight > 0 ? 1 / weight : 0;
            *pair = (DfPair){ scale * pair->next, scale * pair->square, scale * pair->product };
        }
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

static int take(DfSums *sums, const DfSamples *samples, const uint8_t *hole, float present, int with_pairs)
{
    size_t luma = (size_t)samples->width * samples->height;
    DfArena arena = { 0 };
    uint8_t *wide = df_alloc(luma);
    int ret = alloc_sums(sums, samples, hole, with_pairs);
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
    if (!ret)
        finish_pairs(sums);
    for (int p = 0; p < sums->planes && !ret; p++)
        for (size_t i = 0; i < (p ? luma / 4 : luma); i++)
            finish(&sums->moments[p][i]);
    df_arena_free(&arena);
    df_free(wide);
    return ret;
}

int df_sums_take(DfSums *sums, const DfSamples *samples, const uint8_t *hole, float present)
{
    return take(sums, samples, hole, present, 0);
}

int df_sums_take_pairs(DfSums *sums, const DfSamples *samples, const uint8_t *hole, float present)
{
    return take(sums, samples, hole, present, 1);
}
