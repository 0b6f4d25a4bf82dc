/**
 * @file
 * The attention's adjoint between scores and pixels: weights, once more, and their gradients.
 */
#include "train/attention_adjoint.h"

#include <math.h>
#include <string.h>

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
    *df_adjoint_share(a, y, x) = 1 / sum;
}

static void weigh(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    for (int x = 0; x < a->map.w; x++)
        weigh_query(a, df_adjoint_row_of(a, unit), x, df_adjoint_scratch(a, thread, 0));
}

void df_adjoint_weigh(DfAdjoint *a)
{
    df_adjoint_multiply(a, a->queries, a->panels, DF_ADJOINT_HALO);
    df_adjoint_pass(a, make_scores, DF_ADJOINT_HALO - 1);
    df_adjoint_pass(a, sum_scores, DF_ADJOINT_HALO - 2);
    df_adjoint_pass(a, weigh, DF_ADJOINT_HALO - 3);
}

/* --------------------------------------------------------------------------- the pasted pixels -- */

/**
 * A phase's pixel of position q lies under the patches of q + d, for d 0 and three neighbours, and is pasted from keys
 * p by the weights of p + d. So a weight's gradient is made of products at q - d, p - d.
 */
static void add_products(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    int y = df_adjoint_row_of(a, unit), dy = a->phase / 2 ? -1 : 1, dx = a->phase % 2 ? -1 : 1;
    int down = a->first + dy * (a->map.w + 1);
    (void)thread;
    for (int x = 0; x < a->map.w; x++)
        a->loops->sum4(df_adjoint_row(a, a->sums, y, x) + a->first,
                       df_adjoint_row(a, a->products, y, x) + a->first,
                       df_adjoint_row_or_zeros(a, a->products, y, x + dx) + a->first + dx,
                       df_adjoint_row_or_zeros(a, a->products, y + dy, x) + down,
                       df_adjoint_row_or_zeros(a, a->products, y + dy, x + dx) + down + dx, a->phase > 0, a->core);
}

/** From weights' gradients to those of fused scores. */
static void bend(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    int y = df_adjoint_row_of(a, unit), first = a->first;
    (void)thread;
    for (int x = 0; x < a->map.w; x++)
        a->loops->bend(df_adjoint_row(a, a->sums, y, x) + first, df_adjoint_row(a, a->weights, y, x) + first,
                       *df_adjoint_share(a, y, x), DF_ATTENTION_SCALE, a->core);
}

/** Sums of weights of a chunk's keys for query (y, x)'s four pixels. */
static void sum_weights(const DfAdjoint *a, int y, int x, int chunk, float *const out[4])
{
    const float *rows[9];
    float shares[9];
    for (int i = 0; i < 9; i++) {
        int dy = i / 3 - 1, dx = i % 3 - 1, qy = y + dy, qx = x + dx;
        int inside = qy >= 0 && qx >= 0 && qy < a->map.h && qx < a->map.w;
        rows[i] = df_adjoint_row_or_zeros(a, a->weights, qy, qx) + dy * (a->map.w + 1) + dx;
        shares[i] = inside ? *df_adjoint_share(a, qy, qx) : 0;
    }
    a->kernels->phases(out, rows, shares, a->near_runs + a->chunks[chunk], a->chunks[chunk + 1] - a->chunks[chunk]);
}

/** Some keys' pixels: what all queries of the band make of them. */
static void gather_chunk(void *opaque, int unit, int thread)
{
    enum { PHASE = DF_ADJOINT_TERMS * DF_ADJOINT_CHUNK };
    const DfAdjoint *a = opaque;
    int w = a->map.w, count = (a->band_end - a->band) * w, key = unit * DF_ADJOINT_CHUNK;
    float *sums = df_adjoint_scratch(a, thread, w);
    for (int q = 0; q < count; q += DF_ADJOINT_TERMS) {
        int terms = DF_MIN(DF_ADJOINT_TERMS, count - q);
        for (int t = 0; t < terms; t++) {
            float *at = sums + t * DF_LANES;
            sum_weights(a, a->band + (q + t) / w, (q + t) % w, unit,
                        (float *[4]){ at, at + PHASE, at + 2 * PHASE, at + 3 * PHASE });
        }
        for (int phase = 0; phase < 4; phase++)
            df_adjoint_add_chunk(a, a->d_raw[phase], key, a->near, a->rebuilt_rows[phase], sums + phase * PHASE,
                                 q, terms);
    }
}

void df_adjoint_weigh_backward(DfAdjoint *a)
{
    for (a->phase = 0; a->phase < 4; a->phase++) {
        df_adjoint_multiply(a, a->rebuilt[a->phase], a->raw[a->phase], DF_ADJOINT_HALO - 2);
        df_adjoint_pass(a, add_products, DF_ADJOINT_HALO - 3);
    }
    df_adjoint_pass(a, bend, DF_ADJOINT_HALO - 3);
    df_parallel_for(a->parallel, a->chunk_count, gather_chunk, a);
}
