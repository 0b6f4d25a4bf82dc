/**
 * @file
 * Gaussians, rows then columns.
 */
#include "plane/gaussian.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MOST_RADIUS 24

/** taps[0] is the middle one. @return the radius */
static int make_taps(float sigma, float taps[MOST_RADIUS + 1])
{
    int radius = DF_MIN((int)ceilf(3 * sigma), MOST_RADIUS);
    float sum = 0;

    for (int i = 0; i <= radius; i++) {
        taps[i] = expf(-0.5f * (float)(i * i) / (sigma * sigma));
        sum += i ? 2 * taps[i] : taps[i];
    }
    for (int i = 0; i <= radius; i++)
        taps[i] /= sum;
    return radius;
}

/** out += tap * (a + b), n of them. */
static void add_scaled(float *restrict out, const float *restrict a, const float *restrict b, float tap, int n)
{
    for (int i = 0; i < n; i++)
        out[i] += tap * (a[i] + b[i]);
}

/** Along one row, whose samples lie in `padded` from `radius` on, between zeros. */
static void filter_row(float *out, const float *padded, const float *taps, int radius, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = taps[0] * padded[radius + i];
    for (int k = 1; k <= radius; k++)
        add_scaled(out, padded + radius - k, padded + radius + k, taps[k], n);
}

/** Along columns, of row y: rows beyond the plane are zeros. */
static void filter_columns(float *out, DfPlane rows, const float *zeros, const float *taps, int radius, int y)
{
    const float *middle = df_plane_row(rows, y);

    for (int x = 0; x < rows.width; x++)
        out[x] = taps[0] * middle[x];
    for (int k = 1; k <= radius; k++) {
        const float *above = y - k >= 0 ? df_plane_row(rows, y - k) : zeros;
        const float *below = y + k < rows.height ? df_plane_row(rows, y + k) : zeros;
        add_scaled(out, above, below, taps[k], rows.width);
    }
}

/** Filter known * in along rows; known alone where `in` is NULL, `in` alone where known is. */
static void filter_rows(DfPlane out, const DfPlane *in, const DfPlane *known, const float *taps, int radius,
                        float *padded)
{
    for (int y = 0; y < out.height; y++) {
        const float *weight = known ? df_plane_row(*known, y) : NULL, *value = in ? df_plane_row(*in, y) : NULL;
        for (int x = 0; x < out.width; x++)
            padded[radius + x] = value && weight ? value[x] * weight[x] : value ? value[x] : weight[x];
        filter_row(df_plane_row(out, y), padded, taps, radius, out.width);
    }
}

/** The sum of those taps that lie within n samples, around sample i. */
static float taps_within(const float *taps, int radius, int i, int n)
{
    float sum = 0;

    for (int k = -radius; k <= radius; k++)
        if (i + k >= 0 && i + k < n)
            sum += taps[k < 0 ? -k : k];
    return sum;
}

int df_gaussian_mean(DfPlane out, DfPlane in, const DfPlane *known, float sigma, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    float taps[MOST_RADIUS + 1];
    int radius = make_taps(sigma, taps), width = in.width;
    DfPlane sums = df_plane_take(scratch, width, in.height);
    DfPlane weights = known ? df_plane_take(scratch, width, in.height) : sums;
    float *padded = df_arena_take_zeroed(scratch, (width + 2 * MOST_RADIUS) * sizeof *padded);
    float *zeros = df_arena_take_zeroed(scratch, width * sizeof *zeros);
    float *weight = df_arena_take(scratch, width * sizeof *weight);
    int ret = sums.data && weights.data && padded && zeros && weight ? 0 : -ENOMEM;

    if (!ret) {
        filter_rows(sums, &in, known, taps, radius, padded);
        if (known)
            filter_rows(weights, NULL, known, taps, radius, padded);
        for (int x = 0; x < width && !known; x++)
            weight[x] = taps_within(taps, radius, x, width);
        for (int y = 0; y < in.height; y++) {
            float *row = df_plane_row(out, y), all = known ? 1 : taps_within(taps, radius, y, in.height);
            filter_columns(row, sums, zeros, taps, radius, y);
            if (known)
                filter_columns(weight, weights, zeros, taps, radius, y);
            for (int x = 0; x < width; x++)
                row[x] = weight[x] > 0 ? row[x] / (all * weight[x]) : 0;
        }
    }
    df_arena_reset(scratch, mark);
    return ret;
}
