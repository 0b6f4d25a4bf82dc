/**
 * @file
 * The attention's adjoint between scores and pixels: weights, once more, and their gradients.
 */
#include "train/attention_adjoint.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------- rows -- */

/** Rows begin and end at multiples of four lanes. */
typedef float Lanes __attribute__((vector_size(16), may_alias));

static float dot(const float *a, const float *b, size_t count)
{
    Lanes sums[4] = { 0 };
    for (size_t i = 0; i < count / 4; i += 4)
        for (int j = 0; j < 4; j++)
            sums[j] += ((const Lanes *)a)[i + j] * ((const Lanes *)b)[i + j];
    Lanes sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/** row[i] *= factor */
static void scale(float *row, float factor, size_t count)
{
    for (size_t i = 0; i < count / 4; i++)
        ((Lanes *)row)[i] *= factor;
}

/** d[i] = factor * weights[i] * (d[i] - mean) */
static void bend(float *d, const float *weights, float factor, float mean, size_t count)
{
    for (size_t i = 0; i < count / 4; i++)
        ((Lanes *)d)[i] = factor * ((const Lanes *)weights)[i] * (((Lanes *)d)[i] - mean);
}

/* ------------------------------------------------------------------------------------- weights -- */

static void make_scores(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    df_adjoint_sum_windows(a, a->products, df_adjoint_row_of(a, unit), a->factors, a->scores, thread);
}

static void sum_scores(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    int y = df_adjoint_row_of(a, unit);
    (void)thread;
    for (int x = 0; x < a->map.w; x++)
        df_adjoint_sum_rows(a, a->scores, y, x, NULL, df_adjoint_row(a, a->sums, y, x));
}

/** Keys that may not be copied count with logit 0, or not. */
static void weigh_query(const DfAdjoint *a, int y, int x, float *fused)
{
    float *weights = df_adjoint_row(a, a->weights, y, x);
    int counted = a->unknown && !a->map.rules->exclude_hole;
    float max = df_adjoint_sum_columns(a, a->sums, y, x, a->fuse_runs, a->fuse_count, fused);
    if (counted)
        max = fmaxf(max, 0);
    memset(weights, 0, a->pitch * sizeof *weights);
    float sum = a->kernels->weigh(weights, fused, a->key_runs, a->key_count, DF_ATTENTION_SCALE, max);
    if (counted)
        sum += a->unknown * expf(-DF_ATTENTION_SCALE * max);
    scale(weights, 1 / sum, a->pitch);
}

static void weigh(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    for (int x = 0; x < a->map.w; x++)
        weigh_query(a, df_adjoint_row_of(a, unit), x, df_adjoint_scratch(a, thread, 0));
}

void df_adjoint_weigh(DfAdjoint *a)
{
    df_adjoint_multiply(a, a->queries, a->keys, DF_ADJOINT_HALO);
    df_adjoint_pass(a, make_scores, DF_ADJOINT_HALO - 1);
    df_adjoint_pass(a, sum_scores, DF_ADJOINT_HALO - 2);
    df_adjoint_pass(a, weigh, DF_ADJOINT_HALO - 3);
}

/* --------------------------------------------------------------------------- the pasted pixels -- */

/**
 * A phase's pixel of position q lies under the patches of q itself and of neighbours d on two sides, from pixels of
 * keys p alike: Q_ab[q,p] = sum over d of P[q+d,p+d]. `sign` 1: that of P, -1: its adjoint, of products.
 */
typedef struct Corner {
    const float *at, *vertical, *horizontal, *both;
    int down, right; /* how far the neighbours' keys lie */
} Corner;

static Corner corner_of(const DfAdjoint *a, float *matrix, int y, int x, int sign)
{
    int dy = sign * (a->phase / 2 ? 1 : -1), dx = sign * (a->phase % 2 ? 1 : -1);
    return (Corner){
        .at = df_adjoint_row(a, matrix, y, x) + a->first,
        .vertical = df_adjoint_row_or_zeros(a, matrix, y + dy, x) + a->first + dy * (a->map.w + 1),
        .horizontal = df_adjoint_row_or_zeros(a, matrix, y, x + dx) + a->first + dx,
        .both = df_adjoint_row_or_zeros(a, matrix, y + dy, x + dx) + a->first + dy * (a->map.w + 1) + dx,
    };
}

/** Q_ab, where products of pixels were. */
static void sum_weights(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    int y = df_adjoint_row_of(a, unit);
    (void)thread;
    for (int x = 0; x < a->map.w; x++) {
        Corner from = corner_of(a, a->weights, y, x, 1);
        float *out = df_adjoint_row(a, a->products, y, x) + a->first;
        df_kernels()->sum3(out, from.at, from.vertical, from.horizontal, a->core);
        df_kernels()->sum3(out, out, from.both, a->zeros, a->core);
    }
}

/** dP, from products of all phases' pixels. */
static void add_products(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    int y = df_adjoint_row_of(a, unit);
    (void)thread;
    for (int x = 0; x < a->map.w; x++) {
        Corner from = corner_of(a, a->products, y, x, -1);
        float *out = df_adjoint_row(a, a->sums, y, x) + a->first;
        if (a->phase == 0)
            memset(out, 0, a->core * sizeof *out);
        df_kernels()->sum3(out, out, from.at, from.vertical, a->core);
        df_kernels()->sum3(out, out, from.horizontal, from.both, a->core);
    }
}

/** From dP to the gradient of fused scores. */
static void bend_rows(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    int y = df_adjoint_row_of(a, unit);
    (void)thread;
    for (int x = 0; x < a->map.w; x++) {
        const float *weights = df_adjoint_row(a, a->weights, y, x);
        float *d = df_adjoint_row(a, a->sums, y, x);
        bend(d, weights, DF_ATTENTION_SCALE, dot(weights, d, a->pitch), a->pitch);
    }
}

void df_adjoint_weigh_backward(DfAdjoint *a)
{
    for (a->phase = 0; a->phase < 4; a->phase++) {
        df_adjoint_multiply(a, a->rebuilt[a->phase], a->raw[a->phase], DF_ADJOINT_HALO - 2);
        df_adjoint_pass(a, add_products, DF_ADJOINT_HALO - 3);
    }
    df_adjoint_pass(a, bend_rows, DF_ADJOINT_HALO - 3);
    for (a->phase = 0; a->phase < 4; a->phase++) {
        df_adjoint_pass(a, sum_weights, 0);
        df_adjoint_multiply_queries(a, a->rebuilt[a->phase], a->d_raw[a->phase]);
    }
}
