/**
 * @file
 * The contextual attention's scores: products of pixels, and their sums along diagonals.
 */
#include "layers/attention.h"

/** Columns of products in a unit, rows of them that are written side by side, and diagonals in a unit. */
enum { UNIT_COLUMNS = 192, UNIT_ROWS = 24, UNIT_DIAGONALS = 4 * DF_STEP_LANES };

/* --------------------------------------------------------------------------------------- keys -- */

/** A panel of keys: pixels of the reduced map side by side, zeros beyond the last. */
static void pack_keys(void *opaque, int unit, int thread)
{
    DfAttention *a = opaque;
    int c = a->map.shape.channels, first = unit * a->kernels->panel;
    int n = DF_MIN(a->kernels->panel, a->map.count - first), width = df_panel_width(n);
    float *panel = a->keys + (size_t)first * c;
    (void)thread;
    for (int p = 0; p < width; p++) {
        const float *pixel = p < n ? df_attention_pixel(&a->map, a->source, first + p) : NULL;
        for (int i = 0; i < c; i++)
            panel[(size_t)i * width + p] = pixel ? pixel[i] : 0;
    }
}

static float squares(const float *pixel, int channels)
{
    float sum = 0;
    for (int i = 0; i < channels; i++)
        sum += pixel[i] * pixel[i];
    return sum;
}

/** The sum of all squares in key (y, x). */
static float key_squares(const DfAttention *a, const float *all, int y, int x)
{
    float sum = 0;
    for (int j = DF_MAX(y - 1, 0); j <= DF_MIN(y + 1, a->map.h - 1); j++)
        for (int i = DF_MAX(x - 1, 0); i <= DF_MIN(x + 1, a->map.w - 1); i++)
            sum += all[j * a->map.w + i];
    return sum;
}

/** The first thread's room holds the pixels' squares. */
static void weigh_keys(DfAttention *a)
{
    int c = a->map.shape.channels, w = a->map.w;
    for (int p = 0; p < a->map.count; p++)
        a->threads[p] = squares(df_attention_pixel(&a->map, a->source, p), c);
    for (int p = 0; p < a->map.count; p++) {
        float factor = 1 / df_attention_norm(&a->map, key_squares(a, a->threads, p / w, p % w));
        a->left[p] = p % w > 0 ? factor : 0;
        a->middle[p] = factor;
        a->right[p] = p % w < w - 1 ? factor : 0;
    }
}

static int units(int count, int size)
{
    return (count + size - 1) / size;
}

void df_attention_prepare_keys(DfAttention *a)
{
    weigh_keys(a);
    df_parallel_for(a->parallel, units(a->map.count, a->kernels->panel), pack_keys, a);
}

/* ----------------------------------------------------------------------------------- products -- */

/** The two outer columns on either side are read for one row more, and have places of their own. */
static int is_outer(const DfAttention *a, int x)
{
    return x < 2 || x >= a->map.w - 2;
}

static float *product_row(const DfAttention *a, int q)
{
    int w = a->map.w, y = q / w, x = q % w, ring = a->block + 2;
    if (is_outer(a, x))
        return a->edges + (size_t)(y % (ring + 2) * 4 + (x < 2 ? x : x - w + 4)) * a->product_pitch;
    return a->products + ((size_t)(y % ring) * (w - 4) + x - 2) * a->product_pitch;
}

/** Where query q's products lie, zeros for one that is not on the map or not asked for. */
static const float *products_of(const DfAttention *a, int q)
{
    return q < 0 || q >= a->map.count || !a->multiplied[q] ? a->no_product : product_row(a, q);
}

/** Add the queries of rows y to end - 1, either inner columns or outer, to the list of products. */
static void list_products(DfAttention *a, int y, int end, int outer)
{
    for (int q = y * a->map.w; q < end * a->map.w; q++) {
        if (!a->multiplied[q] || is_outer(a, q % a->map.w) != outer)
            continue;
        a->rows[a->listed] = df_attention_pixel(&a->map, a->source, q);
        a->outs[a->listed++] = product_row(a, q);
    }
}

/** All listed queries with some keys. */
static void multiply(void *opaque, int unit, int thread)
{
    DfAttention *a = opaque;
    int c = a->map.shape.channels, panel = a->kernels->panel, size = UNIT_COLUMNS / panel * panel;
    int end = DF_MIN((unit + 1) * size, a->map.count);
    (void)thread;
    for (int i = 0; i < a->listed; i += UNIT_ROWS)
        for (int p = unit * size; p < end; p += panel)
            a->kernels->product(a->outs + i, p, a->rows + i, a->keys + (size_t)p * c,
                                DF_MIN(UNIT_ROWS, a->listed - i), DF_MIN(panel, end - p), c, 0);
}

/** Products that the sums of rows y to end - 1 are made of. */
static void multiply_rows(DfAttention *a, int y, int end)
{
    int inner = DF_MIN(end + 1, a->map.h), outer = DF_MIN(end + 2, a->map.h);
    int size = UNIT_COLUMNS / a->kernels->panel * a->kernels->panel;
    a->listed = 0;
    list_products(a, DF_MAX(a->products_end, y - 1), inner, 0);
    list_products(a, DF_MAX(a->edges_end, y - 2), outer, 1);
    a->products_end = inner;
    a->edges_end = outer;
    if (a->listed)
        df_parallel_for(a->parallel, units(a->map.count, size), multiply, a);
}

/* --------------------------------------------------------------------------------------- sums -- */

/** Queries of row y from the first to the last that is asked for, two more at either end: a row of steps. */
static void describe_steps(DfAttention *a, int y, int first, int last)
{
    int w = a->map.w, room = w + 4, at = a->stepped * room, q = y * w + first - 2;
    const float **above = a->step_rows + 3 * at, **middle = above + room, **below = middle + room;
    int count = last - first + 5;
    for (int t = 0; t < count; t++, q++) {
        int x = first - 2 + t, inside = q >= 0 && q < a->map.count;
        above[t] = products_of(a, inside ? q - w : -1) - w;
        middle[t] = products_of(a, q);
        below[t] = products_of(a, inside ? q + w : -1) + w;
        a->step_joined[at + t] = inside && t > 0 && q % w > 0;
        a->step_outs[at + t] = x >= first && x <= last && a->summed[q] ? df_attention_sums_of(a, q) : NULL;
    }
    a->steps[a->stepped++] = (DfSteps){
        .count = count, .keys = a->map.count, .fuse = a->map.rules->fuse, .above = above, .at = middle,
        .below = below, .joined = a->step_joined + at, .out = a->step_outs + at, .left = a->left,
        .middle = a->middle, .right = a->right,
    };
}

static void list_steps(DfAttention *a, int y, int end)
{
    a->stepped = 0;
    for (; y < end; y++) {
        const uint8_t *row = a->summed + y * a->map.w;
        int first = 0, last = a->map.w - 1;
        while (first <= last && !row[first])
            first++;
        while (last > first && !row[last])
            last--;
        if (first <= last && !(y == a->map.h - 1 && a->last_made))
            describe_steps(a, y, first, last);
    }
}

/** Some diagonals of all rows of steps. */
static void sum(void *opaque, int unit, int thread)
{
    DfAttention *a = opaque;
    int from = unit * UNIT_DIAGONALS - (a->map.w + 4), to = DF_MIN(from + UNIT_DIAGONALS, a->map.count);
    (void)thread;
    for (int i = 0; i < a->stepped; i++)
        a->kernels->diagonals(&a->steps[i], from, to);
}

static void sum_some(DfAttention *a, int y, int end)
{
    multiply_rows(a, y, end);
    list_steps(a, y, end);
    if (a->stepped)
        df_parallel_for(a->parallel, units(a->map.count + a->map.w + 4, UNIT_DIAGONALS), sum, a);
}

void df_attention_sum_rows(DfAttention *a, int end)
{
    for (int next; a->sums_end < end; a->sums_end = next) {
        next = DF_MIN(a->sums_end + a->block, end);
        sum_some(a, a->sums_end, next);
    }
}

void df_attention_sum_last_row(DfAttention *a)
{
    sum_some(a, a->map.h - 1, a->map.h);
    a->last_made = 1;
    a->products_end = a->edges_end = 0;
}
