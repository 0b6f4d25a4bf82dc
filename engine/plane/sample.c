/**
 * @file
 * Positions within a picture go through the CPU's kernel; those near its edges, where taps are replicated,
 * through the plain one.
 */
#include "plane/sample.h"

#include "base.h"

#define EIGHT 8

/** Fewer than eight positions: the last one repeated makes them eight. */
static void sample_few(float *out, const DfTexture *texture, const float *x, const float *y, int n)
{
    float padded_x[EIGHT], padded_y[EIGHT], all[EIGHT];

    for (int i = 0; i < EIGHT; i++) {
        padded_x[i] = x[DF_MIN(i, n - 1)];
        padded_y[i] = y[DF_MIN(i, n - 1)];
    }
    if (df_cubic_inside(all, texture, padded_x, padded_y, EIGHT) < EIGHT)
        df_cubic_c(all, texture, x, y, n);
    for (int i = 0; i < n; i++)
        out[i] = all[i];
}

void df_sample_cubic(float *out, const DfTexture *texture, const float *x, const float *y, int n)
{
    for (int i = 0; i < n; i += EIGHT) {
        i += df_cubic_inside(out + i, texture, x + i, y + i, n - i);
        if (n - i >= EIGHT)
            df_cubic_c(out + i, texture, x + i, y + i, EIGHT);
        else if (n > i)
            sample_few(out + i, texture, x + i, y + i, n - i);
    }
}
