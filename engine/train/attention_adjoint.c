/**
 * @file
 * The attention's adjoint: passes over matrices, products, and sums along diagonals, which are their own adjoints.
 */
#include "train/attention_adjoint.h"

#include <string.h>

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

/** Rows that are multiplied side by side. */
enum { ROWS = 24 };

/** Queries with all keys. */
typedef struct Product {
    const DfAdjoint *a;
    const float *queries, *panels;
} Product;

/** One row of queries. */
static void multiply_row(void *opaque, int unit, int thread)
{
    const Product *p = opaque;
    const DfAdjoint *a = p->a;
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
            a->kernels->product(out, column, rows, p->panels + (size_t)column * c, count,
                                DF_MIN(size, a->core - column), c, 0);
    }
}

void df_adjoint_multiply(DfAdjoint *a, const float *queries, const float *panels, int halo)
{
    Product product = { a, queries, panels };
    df_parallel_for(a->parallel, choose_rows(a, halo), multiply_row, &product);
}

/** Some rows of products with some keys' channels. */
static void add_keys(const DfAdjoint *a, float *const *out, const float *const *rows, int count, int key)
{
    int c = a->map.shape.channels, size = a->kernels->panel, terms = DF_MIN(DF_ADJOINT_TERMS, a->core - key);
    for (int first = 0; first < c; first += size) {
        int n = DF_MIN(size, c - first);
        const float *panel = a->keys + (size_t)first * a->core + (size_t)key * df_panel_width(n);
        a->kernels->product(out, first, rows, panel, count, n, terms, key > 0);
    }
}

static void multiply_products(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    int y = a->band + unit, w = a->map.w;
    const float *rows[ROWS];
    float *out[ROWS];
    (void)thread;
    for (int x = 0; x < w; x += ROWS)
        for (int key = 0; key < a->core; key += DF_ADJOINT_TERMS) {
            int count = DF_MIN(ROWS, w - x);
            for (int i = 0; i < count; i++) {
                rows[i] = df_adjoint_row(a, a->products, y, x + i) + a->first + key;
                out[i] = a->d_queries + ((size_t)y * w + x + i) * a->map.shape.channels;
            }
            add_keys(a, out, rows, count, key);
        }
}

void df_adjoint_multiply_keys(DfAdjoint *a)
{
    df_parallel_for(a->parallel, a->band_end - a->band, multiply_products, a);
}

/* -------------------------------------------------------------------------- sums over queries -- */

/** The same of one panel of n keys. */
static void add_panel(const DfAdjoint *a, float *out, int key, int n, const float *rows, const float *panel, int q,
                      int terms)
{
    int c = a->map.shape.channels;
    const float *from[ROWS];
    float *to[ROWS];
    for (int first = 0; first < c; first += ROWS) {
        int count = DF_MIN(ROWS, c - first);
        for (int i = 0; i < count; i++) {
            from[i] = rows + (first + i) * a->row_pitch + a->band * a->map.w + q;
            to[i] = out + (first + i) * a->row_pitch;
        }
        a->kernels->product(to, key, from, panel, count, n, terms, 1);
    }
}

void df_adjoint_add_chunk(const DfAdjoint *a, float *out, int key, int keys, const float *rows, const float *panels,
                          int q, int terms)
{
    int end = DF_MIN(key + DF_ADJOINT_CHUNK, keys);
    for (; key < end; key += DF_LANES, panels += DF_ADJOINT_TERMS * DF_LANES)
        add_panel(a, out, key, DF_MIN(DF_LANES, end - key), rows, panels, q, terms);
}

/** Some terms of products of some keys with queries, as panels. */
static void copy_terms(const DfAdjoint *a, float *panels, int key, int keys, int q, int terms)
{
    const float *from = df_adjoint_row(a, a->products, a->band, 0) + q * a->pitch + a->first + key;
    for (int t = 0; t < terms; t++, from += a->pitch, panels += DF_LANES)
        for (int i = 0; i < keys; i += DF_LANES)
            memcpy(panels + i * DF_ADJOINT_TERMS, from + i, DF_MIN(DF_LANES, keys - i) * sizeof *panels);
}

static void multiply_columns(void *opaque, int unit, int thread)
{
    const DfAdjoint *a = opaque;
    int w = a->map.w, count = (a->band_end - a->band) * w, key = unit * DF_ADJOINT_CHUNK;
    float *panels = df_adjoint_scratch(a, thread, w);
    for (int q = 0; q < count; q += DF_ADJOINT_TERMS) {
        int terms = DF_MIN(DF_ADJOINT_TERMS, count - q);
        copy_terms(a, panels, key, DF_MIN(DF_ADJOINT_CHUNK, a->core - key), q, terms);
        df_adjoint_add_chunk(a, a->d_keys, key, a->core, a->rows, panels, q, terms);
    }
}

void df_adjoint_multiply_queries(DfAdjoint *a)
{
    df_parallel_for(a->parallel, (a->core + DF_ADJOINT_CHUNK - 1) / DF_ADJOINT_CHUNK, multiply_columns, a);
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

/** The row of query q, counted row by row; zeros beyond the map, and where nothing is summed. */
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

/** The row of the query that is number `at`, counted column by column. */
static const float *column_row_of(const DfAdjoint *a, float *matrix, int at)
{
    int inside = a->map.rules->fuse && at >= 0 && at < a->map.count;
    return inside ? df_adjoint_row(a, matrix, at % a->map.h, at / a->map.h) : a->zeros;
}

float df_adjoint_sum_columns(const DfAdjoint *a, float *from, int y, int x, const DfFuseRun *runs, int count,
                             float *out)
{
    int at = x * a->map.h + y;
    return a->kernels->fuse(out, column_row_of(a, from, at - 1), df_adjoint_row(a, from, y, x),
                            column_row_of(a, from, at + 1), runs, count);
}
