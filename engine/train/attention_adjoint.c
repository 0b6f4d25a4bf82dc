/**
 * @file
 * The attention's adjoint: passes over matrices, products, and sums along diagonals, which are their own adjoints.
 */
#include "train/attention_adjoint.h"

#include "kernels/gemm.h"

/* ------------------------------------------------------------------------------------- passes -- */

static int choose_rows(DfAdjoint *a, int halo)
{
    int all = a->held_count == a->map.h;
    a->from = all ? 0 : (a->band - halo + a->map.h) % a->map.h;
    return all ? a->map.h : a->band_end - a->band + 2 * halo;
}

void df_adjoint_pass(DfAdjoint *a, DfJob job, int halo)
{
    int count = choose_rows(a, halo);
    df_parallel_for(a->parallel, count, job, a);
}

/* ----------------------------------------------------------------------------------- products -- */

/** Queries of rows from .. from + count - 1 with all keys, or products of them with keys, a unit of rows each. */
typedef struct Product {
    const DfAdjoint *a;
    const float *queries, *keys;
    float *d_queries, *d_keys;
    int count, step; /* rows in all, in a unit */
} Product;

/** Rows y to y + count - 1, where none follows the last one. */
static void multiply_some(const Product *p, int y, int count)
{
    const DfAdjoint *a = p->a;
    int c = a->map.shape.channels, w = a->map.w;
    float *products = df_adjoint_row(a, a->products, y, 0) + a->first;
    size_t at = (size_t)y * w * c;
    if (p->d_queries)
        df_gemm(count * w, c, a->core, products, a->pitch, p->keys, c, p->d_queries + at, c);
    else
        df_gemm_bt(count * w, a->core, c, p->queries + at, c, p->keys, c, products, a->pitch);
}

static void multiply_rows(void *opaque, int unit, int thread)
{
    const Product *p = opaque;
    int h = p->a->map.h, y = df_adjoint_row_of(p->a, unit * p->step);
    int count = DF_MIN(p->step, p->count - unit * p->step), before = DF_MIN(count, h - y);
    (void)thread;
    multiply_some(p, y, before);
    if (before < count)
        multiply_some(p, 0, count - before);
}

static void multiply(DfAdjoint *a, Product product, int halo)
{
    product.a = a;
    product.count = choose_rows(a, halo);
    product.step = DF_MAX(DF_ADJOINT_UNIT / a->map.w, 1);
    df_parallel_for(a->parallel, (product.count + product.step - 1) / product.step, multiply_rows, &product);
}

void df_adjoint_multiply(DfAdjoint *a, const float *queries, const float *keys, int halo)
{
    multiply(a, (Product){ .queries = queries, .keys = keys }, halo);
}

void df_adjoint_multiply_keys(DfAdjoint *a, const float *keys, float *d_queries)
{
    multiply(a, (Product){ .keys = keys, .d_queries = d_queries }, 0);
}

/** Some keys with all queries of the band. */
static void multiply_columns(void *opaque, int unit, int thread)
{
    const Product *p = opaque;
    const DfAdjoint *a = p->a;
    int c = a->map.shape.channels, w = a->map.w, from = unit * DF_ADJOINT_UNIT;
    (void)thread;
    df_gemm_at_add(DF_MIN(DF_ADJOINT_UNIT, a->core - from), c, (a->band_end - a->band) * w,
                   df_adjoint_row(a, a->products, a->band, 0) + a->first + from, a->pitch,
                   p->queries + (size_t)a->band * w * c, c, p->d_keys + (size_t)from * c, c);
}

void df_adjoint_multiply_queries(DfAdjoint *a, const float *queries, float *d_keys)
{
    Product product = { .a = a, .queries = queries, .d_keys = d_keys };
    df_parallel_for(a->parallel, (a->core + DF_ADJOINT_UNIT - 1) / DF_ADJOINT_UNIT, multiply_columns, &product);
}

/* --------------------------------------------------------------------------------------- sums -- */

void df_adjoint_sum3(const DfAdjoint *a, float *out, const float *before, const float *at, const float *after, int step,
                     const float *factors)
{
    int first = a->first, end = first + a->core;
    df_kernels()->sum3(out + first, before + first - step, at + first, after + first + step, a->core);
    for (int p = first; factors && p < end; p++)
        out[p] *= factors[p];
}

void df_adjoint_sum_windows(const DfAdjoint *a, float *from, int y, const float *factors, float *to, int thread)
{
    int w = a->map.w;
    for (int x = 0; x < w; x++)
        df_adjoint_sum3(a, df_adjoint_scratch(a, thread, x), df_adjoint_row_or_zeros(a, from, y - 1, x),
                        df_adjoint_row(a, from, y, x), df_adjoint_row_or_zeros(a, from, y + 1, x), w + 1, NULL);
    for (int x = 0; x < w; x++)
        df_adjoint_sum3(a, df_adjoint_row(a, to, y, x), x > 0 ? df_adjoint_scratch(a, thread, x - 1) : a->zeros,
                        df_adjoint_scratch(a, thread, x),
                        x < w - 1 ? df_adjoint_scratch(a, thread, x + 1) : a->zeros, 1, factors);
}

/** Query q, counted from 0 or, before and after the map, beyond it. */
static const float *row_of(const DfAdjoint *a, float *matrix, int q)
{
    int inside = a->map.rules->fuse && q >= 0 && q < a->map.count;
    return inside ? df_adjoint_row(a, matrix, q / a->map.w, q % a->map.w) : a->zeros;
}

void df_adjoint_sum_rows(const DfAdjoint *a, float *from, int y, int x, const float *factors, float *out)
{
    int w = a->map.w, q = y * w + x;
    const float *before = row_of(a, from, q - 1), *after = row_of(a, from, q + 1);
    df_adjoint_sum3(a, out, before, df_adjoint_row(a, from, y, x), after, 1, factors);
    /* The first key of a row follows the last one of the row above, with a zero between. */
    for (int j = 1; j < a->map.h; j++) {
        int last = j * (w + 1) + w, first = last + 2;
        out[first] += before[last] * (factors ? factors[first] : 1);
        out[last] += after[first] * (factors ? factors[last] : 1);
    }
}

float df_adjoint_sum_columns(const DfAdjoint *a, float *from, int y, int x, const DfFuseRun *runs, int count, float *out)
{
    int h = a->map.h, w = a->map.w, at = x * h + y, before = at - 1, after = at + 1;
    int none = !a->map.rules->fuse;
    return a->kernels->fuse(
        out, none || before < 0 ? a->zeros : df_adjoint_row(a, from, before % h, before / h),
        df_adjoint_row(a, from, y, x), none || after == h * w ? a->zeros : df_adjoint_row(a, from, after % h, after / h),
        runs, count);
}
