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

/** Queries of some rows of the map with all keys, or products of them with keys. */
typedef struct Product {
    const DfAdjoint *a;
    const float *queries, *keys; /* L x C; panels, or core x C */
    float *d_queries, *d_keys;
    int count, step; /* rows in all, in a unit */
} Product;

void df_adjoint_pack(const DfAdjoint *a, float *panels, int p, const float *pixel)
{
    int c = a->map.shape.channels, size = a->kernels->panel, column = df_adjoint_key(a, p) - a->first;
    int from = column / size * size, width = df_panel_width(DF_MIN(size, a->core - from));
    float *to = panels + (size_t)from * c + column - from;
    for (int i = 0; i < c; i++)
        to[(size_t)i * width] = pixel[i];
}

/** One row of queries with all keys. */
static void multiply_row(void *opaque, int unit, int thread)
{
    const Product *p = opaque;
    const DfAdjoint *a = p->a;
    enum { ROWS = 24 };
    int c = a->map.shape.channels, size = a->kernels->panel, y = df_adjoint_row_of(a, unit);
    const float *rows[ROWS];
    float *out[ROWS];
    (void)thread;
    for (int x = 0; x < a->map.w; x += ROWS) {
        int count = DF_MIN(ROWS, a->map.w - x);
        for (int i = 0; i < count; i++) {
            rows[i] = p->queries + ((size_t)y * a->map.w + x + i) * c;
            out[i] = df_adjoint_row(a, a->products, y, x + i) + a->first;
        }
        for (int column = 0; column < a->core; column += size)
            a->kernels->product(out, column, rows, p->keys + (size_t)column * c, count, DF_MIN(size, a->core - column),
                                c, 0);
    }
}

void df_adjoint_multiply(DfAdjoint *a, const float *queries, const float *panels, int halo)
{
    Product product = { .a = a, .queries = queries, .keys = panels };
    df_parallel_for(a->parallel, choose_rows(a, halo), multiply_row, &product);
}

/** Products of some rows of the band with all keys. */
static void multiply_products(void *opaque, int unit, int thread)
{
    const Product *p = opaque;
    const DfAdjoint *a = p->a;
    int c = a->map.shape.channels, w = a->map.w, y = a->band + unit * p->step;
    (void)thread;
    df_gemm(DF_MIN(p->step, a->band_end - y) * w, c, a->core, df_adjoint_row(a, a->products, y, 0) + a->first, a->pitch,
            p->keys, c, p->d_queries + (size_t)y * w * c, c);
}

void df_adjoint_multiply_keys(DfAdjoint *a, const float *keys, float *d_queries)
{
    int step = DF_MAX(DF_ADJOINT_UNIT / a->map.w, 1);
    Product product = { .a = a, .keys = keys, .d_queries = d_queries, .step = step };
    df_parallel_for(a->parallel, (a->band_end - a->band + step - 1) / step, multiply_products, &product);
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

/** out[p] = (before[p - step] + at[p] + after[p + step]) * factors[p]; factors NULL: 1. */
static void sum3(const DfAdjoint *a, float *out, const float *before, const float *at, const float *after, int step,
                 const float *factors)
{
    int first = a->first;
    before += first - step;
    after += first + step;
    if (factors)
        a->loops->weighted_sum3(out + first, before, at + first, after, factors + first, a->core);
    else
        df_kernels()->sum3(out + first, before, at + first, after, a->core);
}

void df_adjoint_sum_windows(const DfAdjoint *a, float *from, int y, const float *factors, float *to, int thread)
{
    int w = a->map.w;
    for (int x = 0; x < w; x++)
        sum3(a, df_adjoint_scratch(a, thread, x), df_adjoint_row_or_zeros(a, from, y - 1, x),
                        df_adjoint_row(a, from, y, x), df_adjoint_row_or_zeros(a, from, y + 1, x), w + 1, NULL);
    for (int x = 0; x < w; x++)
        sum3(a, df_adjoint_row(a, to, y, x), x > 0 ? df_adjoint_scratch(a, thread, x - 1) : a->zeros,
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
    sum3(a, out, before, df_adjoint_row(a, from, y, x), after, 1, factors);
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
