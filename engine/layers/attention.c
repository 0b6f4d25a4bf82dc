/**
 * @file
 * Contextual attention: every position of a map is rebuilt from patches of the known part that look like it
 * (Yu et al., "Generative Image Inpainting with Contextual Attention", CVPR 2018).
 *
 * With H x W x C the map, h = H / 2, w = W / 2, L = h w:
 *
 *   keys    L x 9C   3x3 windows of the map reduced to h x w, each divided by its norm
 *   raw     L x 16C  4x4 windows of the map itself, two pixels apart
 *   S[q,p]           window q (not divided) times key p
 *   fused   S summed along its diagonal, S[q-1,p-1] + S[q,p] + S[q+1,p+1], once with positions counted row by
 *           row and once column by column: neighbours should be copied from neighbours
 *   P       softmax over p of 10 S, holes at logit 0 and cut out afterwards
 *   out     the sum over p of P[q,p] raw[p], overlapped two pixels apart and divided by 4
 *
 * This is the authors' program (attention_naive.c follows it); what others do differently are the rules,
 * DfAttentionRules. Five products replace its twenty-five:
 *
 *   G[q,p]           pixel q of the reduced map times its pixel p: C terms, not 9C
 *   S[q,p]           the sum of G[q+d,p+d] over the window's nine d, as far as both lie on the map, divided by
 *                    the norm of p
 *   Q_ab[q,p]        P[q,p] + P[q-d,p-d] for three neighbours d, which two of them the phase ab tells: row 2 y + a
 *                    and column 2 x + b of the output lie under these patches
 *   out[2y+a,2x+b]   a quarter of the sum over p of Q_ab[(y,x),p] source[2p_y+a,2p_x+b]: C terms, not 4C
 *
 * No matrix exists whole. Rows of queries go by, `block` at a time: products G, of rows around the row; sums of S
 * along rows; weights P, from sums of the rows above and below; pixels, from weights of the rows above and below.
 * Of each only the rows that are still to be read are kept. Above row 0, counted column by column, lies the last
 * row of the column to the left, and below the last row the first of the column to the right: sums of these
 * two rows have places of their own.
 *
 * Queries that no needed pixel depends on are left out everywhere, keys that may not be copied where they have no
 * effect. A query's arithmetic depends neither on the other queries nor on the thread.
 */
#include "layers/attention.h"

#include <string.h>

/* Queries in a step, at least: enough units for several threads. */
#define BLOCK_QUERIES 128

/* ------------------------------------------------------------------------------------- memory -- */

/** Not near a multiple of 4 KiB: rows that are read side by side would push each other out of the cache. */
static size_t pitch(size_t floats)
{
    size_t aligned = (floats + 15) / 16 * 16;
    return aligned % 1024 < 16 ? aligned + 16 : aligned;
}

size_t df_attention_chunk_pitch(const DfAttentionMap *map)
{
    return pitch(DF_MAX(DF_CHUNK_KEYS, map->w)) + 16;
}

static void lay_out_keys(DfAttention *a, char *base, size_t *end)
{
    int l = a->map.count, c = a->map.shape.channels;
    a->margin = (2 * a->map.w + 4 + DF_STEP_LANES + 15) / 16 * 16;
    a->keys = df_attention_floats(base, end, df_panel_width(l), c);
    a->raw = df_attention_floats(base, end, 4 * (size_t)l, df_panel_width(c));
    a->left = df_attention_floats(base, end, 3, l + 2 * a->margin);
    a->hole = df_carve(base, end, l);
    a->known = df_carve(base, end, l);
    a->queried = df_carve(base, end, 4 * (size_t)l);
}

/** Rows of inner columns, which a step reads one more of on either side. */
static size_t inner_products(const DfAttention *a)
{
    return a->map.w > 4 ? (size_t)(a->block + 2) * (a->map.w - 4) : 0;
}

/** Those of outer columns, which it reads two more of; a row of zeros; margins before and behind. */
static size_t product_floats(const DfAttention *a)
{
    size_t rows = inner_products(a) + 4 * ((size_t)a->block + 4) + 1;
    return df_size_add(df_size_mul(rows, a->product_pitch), 2 * (size_t)a->margin);
}

static void lay_out_matrices(DfAttention *a, char *base, size_t *end)
{
    size_t l = a->map.count, w = a->map.w, ring = a->block + 2;
    a->product_pitch = pitch(l + w);
    a->sum_pitch = pitch(l + 1);
    a->weight_pitch = pitch((a->map.h + 2) * (w + 1) + 1);
    a->products = df_attention_floats(base, end, product_floats(a), 1);
    a->sums = df_attention_floats(base, end, (ring + 2) * w + 1, a->sum_pitch);
    a->weights = df_attention_floats(base, end, ring * w + 1, a->weight_pitch);
    a->factors = df_attention_floats(base, end, ring * w, 1);
}

static void lay_out_passes(DfAttention *a, char *base, size_t *end)
{
    size_t h = a->map.h, w = a->map.w, l = a->map.count, most = (a->block + 4) * w, steps = w + 4;
    size_t runs = h * ((w + 1) / 2) + 2;
    a->list = df_carve(base, end, most * sizeof *a->list);
    a->rows = df_carve(base, end, most * sizeof *a->rows);
    a->outs = df_carve(base, end, most * sizeof *a->outs);
    a->steps = df_carve(base, end, a->block * sizeof *a->steps);
    a->step_rows = df_carve(base, end, 3 * a->block * steps * sizeof *a->step_rows);
    a->step_outs = df_carve(base, end, a->block * steps * sizeof *a->step_outs);
    a->step_joined = df_carve(base, end, a->block * steps);
    a->fused_runs = df_carve(base, end, runs * sizeof *a->fused_runs);
    a->known_runs = df_carve(base, end, runs * sizeof *a->known_runs);
    a->near_runs = df_carve(base, end, runs * sizeof *a->near_runs);
    a->chunks = df_carve(base, end, (2 * l / DF_CHUNK_KEYS + 2) * sizeof *a->chunks);
}

/** Sizes and, unless base is NULL, buffers; returns the bytes that they take. */
static size_t lay_out(DfAttention *a, DfShape shape, int threads, char *base)
{
    size_t end = 0;
    *a = (DfAttention){ .map = df_attention_map(shape, NULL) };
    a->block = DF_MIN((BLOCK_QUERIES + a->map.w - 1) / a->map.w, a->map.h);
    lay_out_keys(a, base, &end);
    lay_out_matrices(a, base, &end);
    lay_out_passes(a, base, &end);
    a->thread_pitch = pitch(DF_MAX(4 * DF_UNIT_POSITIONS * df_attention_chunk_pitch(&a->map),
                                 (size_t)a->map.count));
    /* Last: their number moves nothing else. */
    a->threads = df_attention_floats(base, &end, threads, a->thread_pitch);
    return end;
}

size_t df_attention_scratch(DfShape shape, int threads)
{
    DfAttention a;
    return lay_out(&a, shape, threads, NULL);
}

/** What lies between, before and behind rows is read as zeros; of weights, all keys that may not be copied. */
static void clear(DfAttention *a)
{
    int l = a->map.count, w = a->map.w, ring = a->block + 2;
    memset(a->products, 0, product_floats(a) * sizeof *a->products);
    memset(a->sums, 0, ((size_t)(ring + 2) * w + 1) * a->sum_pitch * sizeof *a->sums);
    memset(a->weights, 0, ((size_t)ring * w + 1) * a->weight_pitch * sizeof *a->weights);
    memset(a->left, 0, 3 * ((size_t)l + 2 * a->margin) * sizeof *a->left);
    memset(a->queried, 0, 4 * (size_t)l);
}

static void place(DfAttention *a)
{
    size_t l = a->map.count, w = a->map.w, ring = a->block + 2;
    a->products += a->margin;
    a->edges = a->products + inner_products(a) * a->product_pitch;
    a->no_product = a->edges + 4 * (ring + 2) * a->product_pitch;
    a->no_sum = a->sums + (ring + 2) * w * a->sum_pitch;
    a->no_weight = a->weights + ring * w * a->weight_pitch;
    a->left += a->margin;
    a->middle = a->left + l + 2 * a->margin;
    a->right = a->middle + l + 2 * a->margin;
    a->weighed = a->queried + l;
    a->summed = a->weighed + l;
    a->multiplied = a->summed + l;
}

/* --------------------------------------------------------------------------- what is needed -- */

static void choose_wanted(DfAttention *a, const uint8_t *needed)
{
    int width = a->map.shape.width;
    for (int y = 0; y < a->map.h; y++)
        for (int x = 0; x < a->map.w; x++) {
            const uint8_t *upper = needed ? needed + (size_t)2 * y * width + 2 * x : NULL;
            a->queried[y * a->map.w + x] = !needed || upper[0] || upper[1] || upper[width] || upper[width + 1];
        }
}

/** Weights of all positions whose patches cover pixels of a queried one. */
static void choose_weighed(DfAttention *a, int q)
{
    int w = a->map.w, y = q / w, x = q % w;
    for (int j = DF_MAX(y - 1, 0); j <= DF_MIN(y + 1, a->map.h - 1); j++)
        for (int i = DF_MAX(x - 1, 0); i <= DF_MIN(x + 1, w - 1); i++)
            a->weighed[j * w + i] = 1;
}

/** Sums of a weighed query and of those before and after it, counted column by column. */
static void choose_summed(DfAttention *a, int q)
{
    int h = a->map.h, w = a->map.w, at = q % w * h + q / w, by = a->map.rules->fuse;
    for (int i = DF_MAX(at - by, 0); i <= DF_MIN(at + by, a->map.count - 1); i++)
        a->summed[i % h * w + i / h] = 1;
}

static void choose_multiplied(DfAttention *a, int q)
{
    for (int p = q - a->map.w; p <= q + a->map.w; p += a->map.w)
        if (p >= 0 && p < a->map.count)
            a->multiplied[p] = 1;
}

/** Products for the scores of a summed query, and of those before and after it, counted row by row. */
static void choose_scored(DfAttention *a, int q)
{
    int w = a->map.w, by = a->map.rules->fuse;
    for (int s = DF_MAX(q - by, 0); s <= DF_MIN(q + by, a->map.count - 1); s++) {
        choose_multiplied(a, s);
        if (s % w > 0)
            choose_multiplied(a, s - 1);
        if (s % w < w - 1)
            choose_multiplied(a, s + 1);
    }
}

static void each(DfAttention *a, const uint8_t *mask, void (*choose)(DfAttention *a, int q))
{
    for (int q = 0; q < a->map.count; q++)
        if (mask[q])
            choose(a, q);
}

static void choose(DfAttention *a, const uint8_t *needed)
{
    choose_wanted(a, needed);
    each(a, a->queried, choose_weighed);
    each(a, a->weighed, choose_summed);
    each(a, a->summed, choose_scored);
}

void df_attention_list(DfAttention *a, const uint8_t *mask, int y, int end)
{
    a->listed = 0;
    for (int q = y * a->map.w; q < end * a->map.w; q++)
        if (mask[q])
            a->list[a->listed++] = q;
}

/* --------------------------------------------------------------------------------------- steps -- */

static int any(const uint8_t *mask, int count)
{
    return memchr(mask, 1, count) != NULL;
}

/** The pixels of rows y to end - 1 of positions, and all that they still lack. */
static void step(DfAttention *a, int y, int end)
{
    int weights = DF_MIN(end + 1, a->map.h), sums = DF_MIN(weights + 1, a->map.h);
    df_attention_sum_rows(a, sums);
    df_attention_weigh_rows(a, weights);
    df_attention_rebuild_rows(a, y, end);
}

void df_attention_forward(DfShape shape, const DfAttentionRules *rules, const float *source,
                          const uint8_t *hole, int hole_height, int hole_width, const uint8_t *needed,
                          const DfParallel *parallel, float *out, void *scratch)
{
    DfAttention a;
    lay_out(&a, shape, 1, scratch);
    a.map.rules = rules;
    a.source = source;
    a.out = out;
    a.parallel = parallel;
    a.kernels = df_score_kernels();
    int known = df_attention_find_known(&a.map, hole, hole_height, hole_width, a.hole, a.known);
    if (!known) {
        memset(out, 0, df_shape_count(shape) * sizeof *out);
        return;
    }
    a.unknown = a.map.count - known;
    clear(&a);
    place(&a);
    choose(&a, needed);
    df_attention_prepare_keys(&a);
    df_attention_prepare_runs(&a);
    if (any(a.weighed, a.map.w))
        df_attention_sum_last_row(&a);
    for (int y = 0; y < a.map.h; y += a.block)
        step(&a, y, DF_MIN(y + a.block, a.map.h));
}
