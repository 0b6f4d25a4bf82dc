/**
 * @file
 * Contextual attention as its definition has it, with matrix products of whole patches: the oracle of the
 * quicker program in attention.c, and an independent one.
 *
 * Letters and matrices are those of attention.c.
 *
 * S is L x L, 64 MiB at 512x512: it never exists whole. Queries go by in bands, each a row of the small map.
 * Counted column by column, the neighbours of query (y, x) are (y-1, x) and (y+1, x), so the second sum needs
 * the bands before and after; above row 0 lies the last row of the column to the left, and below the last row
 * the first row of the column to the right, so the last band is made once more at the start and the first
 * kept.
 */
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "layers/attention_parts.h"

#include <string.h>

/* Logit of what takes no part: e to its power is 0 beside any other, and a number where there is none. */
#define EXCLUDED -1e30f
/* Queries in a matrix product, at least: the library packs keys and patches anew for each product. */
#define BLOCK_QUERIES 128

typedef struct Attention {
    DfAttentionMap map;
    int block;       /* bands in a matrix product, except where fewer are left */
    int scored, scored_end; /* first of the bands that `scores` holds, and the first beyond */
    DfWindow key_window, raw_window;
    float *small;       /* L x C: the reduced map */
    float *keys, *raw;  /* L x 9C, L x 16C */
    float *known;       /* L: 1 where no hole lies in the 3x3 window */
    float *zeros;       /* L */
    uint8_t *hole;      /* L: the reduced hole */
    uint8_t *is_known;  /* L: what `known` says */
    float *windows;     /* (block w + 2) x 9C: a block's queries, one more before and after */
    float *scores;      /* (block w + 2) x L */
    float *bands[3];    /* w x L: scores summed row by row, for the bands before, at and after the query's */
    float *first;       /* w x L: that of row 0, for the end */
    float *fused;       /* block w x L: summed both ways, then P */
    float *rebuilt;     /* block w x 16C */
} Attention;

/* ------------------------------------------------------------------------------------- memory -- */

/** Sizes, windows and, unless base is NULL, buffers; returns the bytes that they take. */
static size_t lay_out(Attention *a, DfShape shape, char *base)
{
    size_t end = 0;
    DfAttentionMap map = df_attention_map(shape, NULL);
    int h = map.h, w = map.w, c = shape.channels, l = map.count;
    int block = DF_MIN((BLOCK_QUERIES + w - 1) / w, h);
    *a = (Attention){
        .map = map, .block = block,
        .key_window = { .height = h, .width = w, .channels = c, .kernel = 3, .stride = 1, .rate = 1,
                        .top = 1, .left = 1, .out_width = w },
        .raw_window = { .height = shape.height, .width = shape.width, .channels = c, .kernel = 4, .stride = 2,
                        .rate = 1, .top = 1, .left = 1, .out_width = w },
    };
    a->small = df_attention_floats(base, &end, l, c);
    a->keys = df_attention_floats(base, &end, l, 9 * c);
    a->raw = df_attention_floats(base, &end, l, 16 * c);
    a->known = df_attention_floats(base, &end, l, 1);
    a->zeros = df_attention_floats(base, &end, l, 1);
    a->hole = df_carve(base, &end, l);
    a->is_known = df_carve(base, &end, l);
    a->windows = df_attention_floats(base, &end, block * w + 2, 9 * c);
    a->scores = df_attention_floats(base, &end, block * w + 2, l);
    for (int i = 0; i < 3; i++)
        a->bands[i] = df_attention_floats(base, &end, w, l);
    a->first = df_attention_floats(base, &end, w, l);
    a->fused = df_attention_floats(base, &end, block * w, l);
    a->rebuilt = df_attention_floats(base, &end, block * w, 16 * c);
    return end;
}

size_t df_attention_naive_scratch(DfShape shape)
{
    Attention a;
    return lay_out(&a, shape, NULL);
}

/* -------------------------------------------------------------------------------- preparation -- */

static void reduce_map(Attention *a, const float *source)
{
    size_t c = a->map.shape.channels;
    for (int p = 0; p < a->map.count; p++)
        memcpy(a->small + p * c, df_attention_pixel(&a->map, source, p), c * sizeof *source);
}

static void normalise(const DfAttentionMap *map, float *key, int length)
{
    float squares = 0;
    for (int i = 0; i < length; i++)
        squares += key[i] * key[i];
    float factor = 1 / df_attention_norm(map, squares);
    for (int i = 0; i < length; i++)
        key[i] *= factor;
}

static void make_patches(Attention *a, const float *source)
{
    int length = 9 * a->map.shape.channels;
    df_im2col(a->keys, &a->key_window, a->small, 0, a->map.count);
    for (int p = 0; p < a->map.count; p++)
        normalise(&a->map, a->keys + (size_t)p * length, length);
    df_im2col(a->raw, &a->raw_window, source, 0, a->map.count);
}

/* ------------------------------------------------------------------------------ scores, fusion -- */

/** Scores of the queries of bands y to end - 1, of the one before and the one after: zeros beyond the map. */
static void score_bands(Attention *a, int y, int end)
{
    int length = 9 * a->map.shape.channels, l = a->map.count;
    int before = y > 0, after = end < a->map.h, count = (end - y) * a->map.w + before + after;
    float *scores = a->scores + (before ? 0 : l);
    df_im2col(a->windows, &a->key_window, a->small, y * a->map.w - before, count);
    df_gemm_bt(count, l, length, a->windows, length, a->keys, length, scores, l);
    if (!before)
        memset(a->scores, 0, l * sizeof *scores);
    if (!after)
        memset(scores + (size_t)count * l, 0, l * sizeof *scores);
    a->scored = y;
    a->scored_end = end;
}

/** out[p] = before[p-1] + at[p] + after[p+1], zeros outside. */
static void sum_diagonal(float *out, const float *before, const float *at, const float *after, int n)
{
    out[0] = at[0] + (n > 1 ? after[1] : 0);
    df_kernels()->sum3(out + 1, before, at + 1, after + 2, n - 2);
    if (n > 1)
        out[n - 1] = before[n - 2] + at[n - 1];
}

/** Band y, summed with positions counted row by row. */
static void sum_rows(Attention *a, int y, float *band)
{
    size_t l = a->map.count;
    if (y < a->scored || y >= a->scored_end)
        score_bands(a, y, DF_MIN(y + a->block, a->map.h));
    const float *scores = a->scores + (y - a->scored) * a->map.w * l;
    for (int x = 0; x < a->map.w; x++, scores += l)
        sum_diagonal(band + x * l, scores, scores + l, scores + 2 * l, l);
}

/** Value of a row of scores at the position before (y, x), counted column by column. */
static float above(const Attention *a, const float *row, int y, int x)
{
    if (y > 0)
        return row[(y - 1) * a->map.w + x];
    return x > 0 ? row[(a->map.h - 1) * a->map.w + x - 1] : 0;
}

/** The same at the position after it. */
static float below(const Attention *a, const float *row, int y, int x)
{
    if (y < a->map.h - 1)
        return row[(y + 1) * a->map.w + x];
    return x < a->map.w - 1 ? row[x + 1] : 0;
}

/** One query's scores to weights. */
static void weigh(const Attention *a, float *scores)
{
    float unknown = a->map.rules->exclude_hole ? EXCLUDED : 0;
    df_kernels()->softmax(scores, a->known, unknown, DF_ATTENTION_SCALE, a->map.count);
}

/** One query's scores, summed with positions counted column by column. */
static void sum_columns(const Attention *a, float *out, const float *before, const float *at,
                        const float *after)
{
    int w = a->map.w, last = (a->map.h - 1) * w;
    for (int x = 0; x < w; x++) {
        out[x] = at[x] + above(a, before, 0, x) + below(a, after, 0, x);
        out[last + x] = at[last + x] + above(a, before, a->map.h - 1, x) + below(a, after, a->map.h - 1, x);
    }
    df_kernels()->sum3(out + w, before, at + w, after + 2 * w, a->map.count - 2 * w);
}

/** Band y from those around it: `next` is band y + 1, or band 0 after the last. */
static void fuse_band(Attention *a, int y, const float *previous, const float *band, const float *next)
{
    size_t l = a->map.count;
    float *fused = a->fused + y % a->block * a->map.w * l;
    for (int x = 0; x < a->map.w; x++, fused += l) {
        const float *before = y > 0 ? previous + x * l : x > 0 ? previous + (x - 1) * l : a->zeros;
        const float *after = y < a->map.h - 1 ? next + x * l : x < a->map.w - 1 ? next + (x + 1) * l : a->zeros;
        sum_columns(a, fused, before, band + x * l, after);
        weigh(a, fused);
    }
}

/* ------------------------------------------------------------------------------ reconstruction -- */

/** Add one 4x4 patch, its share of every pixel. */
static void add_patch(const Attention *a, const float *patch, int top, int left, float *out)
{
    int c = a->map.shape.channels;
    for (int y = top; y < top + 4; y++)
        for (int x = left; x < left + 4; x++, patch += c) {
            if (y < 0 || y >= a->map.shape.height || x < 0 || x >= a->map.shape.width)
                continue;
            float *pixel = out + ((size_t)y * a->map.shape.width + x) * c;
            float weight = df_attention_share(&a->map, y, x);
            for (int i = 0; i < c; i++)
                pixel[i] += weight * patch[i];
        }
}

/** The queries of bands y to end - 1, a block. */
static void rebuild_bands(Attention *a, int y, int end, float *out)
{
    int length = 16 * a->map.shape.channels, queries = (end - y) * a->map.w;
    df_gemm(queries, length, a->map.count, a->fused, a->map.count, a->raw, length, a->rebuilt, length);
    for (int q = 0; q < queries; q++)
        add_patch(a, a->rebuilt + (size_t)q * length, 2 * (y + q / a->map.w) - 1, 2 * (q % a->map.w) - 1, out);
}

/* --------------------------------------------------------------------------------------- passes -- */

static void rebuild_fused(Attention *a, float *out)
{
    sum_rows(a, a->map.h - 1, a->bands[0]);
    sum_rows(a, 0, a->bands[1]);
    memcpy(a->first, a->bands[1], (size_t)a->map.w * a->map.count * sizeof *a->first);
    for (int y = 0; y < a->map.h; y++) {
        float *previous = a->bands[y % 3], *band = a->bands[(y + 1) % 3], *next = a->bands[(y + 2) % 3];
        if (y < a->map.h - 1)
            sum_rows(a, y + 1, next);
        else
            next = a->first;
        fuse_band(a, y, previous, band, next);
        if ((y + 1) % a->block == 0 || y == a->map.h - 1)
            rebuild_bands(a, y / a->block * a->block, y + 1, out);
    }
}

/** Scores as they are: each block by itself. */
static void rebuild_plainly(Attention *a, float *out)
{
    int length = 9 * a->map.shape.channels, l = a->map.count;
    for (int y = 0; y < a->map.h; y += a->block) {
        int end = DF_MIN(y + a->block, a->map.h), queries = (end - y) * a->map.w;
        df_im2col(a->windows, &a->key_window, a->small, y * a->map.w, queries);
        df_gemm_bt(queries, l, length, a->windows, length, a->keys, length, a->fused, l);
        for (int q = 0; q < queries; q++)
            weigh(a, a->fused + (size_t)q * l);
        rebuild_bands(a, y, end, out);
    }
}

void df_attention_naive_forward(DfShape shape, const DfAttentionRules *rules, const float *source,
                                const uint8_t *hole, int hole_height, int hole_width, float *out,
                                void *scratch)
{
    Attention a;
    lay_out(&a, shape, scratch);
    a.map.rules = rules;
    memset(a.zeros, 0, a.map.count * sizeof *a.zeros);
    memset(out, 0, df_shape_count(shape) * sizeof *out);
    reduce_map(&a, source);
    df_attention_find_known(&a.map, hole, hole_height, hole_width, a.hole, a.is_known);
    for (int p = 0; p < a.map.count; p++)
        a.known[p] = a.is_known[p];
    make_patches(&a, source);
    if (rules->fuse)
        rebuild_fused(&a, out);
    else
        rebuild_plainly(&a, out);
}
