/**
 * @file
 * The attention's adjoint between scores and the reduced map: fusion, norms, products of windows.
 */
#include "train/attention_adjoint.h"

#include <string.h>

/** Fused scores' gradients to those of sums along rows. */
static void sum_columns(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    int y = df_adjoint_row_of(a, unit), w = a->map.w;
    (void)thread;
    for (int x = 0; x < w; x++) {
        float *out = df_adjoint_row(a, a->products, y, x);
        df_adjoint_sum_columns(a, a->sums, y, x, a->runs, a->run_count, out);
        for (int j = 1; j <= a->map.h; j++)
            out[j * (w + 1)] = 0; /* between rows of keys */
    }
}

/** Those to gradients of scores, divided by norms; and what of them goes along the keys themselves. */
static void sum_rows(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    int y = df_adjoint_row_of(a, unit), banded = y >= a->band && y < a->band_end;
    float *along = a->along + y * a->pitch;
    (void)thread;
    for (int x = 0; x < a->map.w; x++) {
        float *out = df_adjoint_row(a, a->sums, y, x);
        const float *scores = df_adjoint_row(a, a->scores, y, x);
        df_adjoint_sum_rows(a, a->products, y, x, a->factors, out);
        if (banded)
            a->loops->multiply_add(along + a->first, out + a->first, scores + a->first, a->core);
    }
}

/** Those to gradients of products of pixels. */
static void sum_windows(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    df_adjoint_sum_windows(a, a->sums, df_adjoint_row_of(a, unit), NULL, a->products, thread);
}

void df_adjoint_score_backward(DfAdjoint *a)
{
    df_adjoint_pass(a, sum_columns, DF_ADJOINT_HALO - 4);
    df_adjoint_pass(a, sum_rows, DF_ADJOINT_HALO - 5);
    df_adjoint_pass(a, sum_windows, 0);
    df_adjoint_multiply_keys(a);
    df_adjoint_multiply_queries(a);
}
