/**
 * @file
 * The contextual attention's weights, and pixels from them.
 *
 * Rows of sums have a key after another; rows of weights have zeros around the map, one between rows, one row
 * above and one below, so that neighbours of all keys exist.
 */
#include "layers/attention.h"

#include <math.h>
#include <string.h>

/** Queries in a unit of weights. */
enum { UNIT_QUERIES = 8 };

/* --------------------------------------------------------------------------------------- runs -- */

/** Where key p lies in a row of weights. */
static int weight_index(const DfAttention *a, int p)
{
    return (p / a->map.w + 1) * (a->map.w + 1) + p % a->map.w + 1;
}

/** The key `by` places after key p, -1 or 1, counted column by column; L, where sums hold 0, for none. */
static int along_columns(const DfAttention *a, int p, int by)
{
    int h = a->map.h, w = a->map.w, at = p % w * h + p / w + by;
    return at < 0 || at >= a->map.count ? a->map.count : at % h * w + at / h;
}

static void add_fused(DfAttention *a, int p)
{
    DfFuseRun *last = a->fused_runs + a->fused_count - 1;
    DfFuseRun run = { p, along_columns(a, p, -1), along_columns(a, p, 1), 1 };
    if (a->fused_count && last->at + last->length == p && last->above + last->length == run.above &&
        last->below + last->length == run.below)
        last->length++;
    else
        a->fused_runs[a->fused_count++] = run;
}

/** A run ends at the end of a row: `to` tells. */
static void add_known(DfAttention *a, int p)
{
    DfKeyRun *last = a->known_runs + a->known_count - 1;
    int to = weight_index(a, p);
    if (a->known_count && last->from + last->length == p && last->to + last->length == to)
        last->length++;
    else
        a->known_runs[a->known_count++] = (DfKeyRun){ p, to, 1 };
}

/** Keys from p on, at most to the row's end, that have a known one in their window. */
static int near_run(const DfAttention *a, int p)
{
    int length = 0, w = a->map.w;
    for (; length < w - p % w; length++) {
        int near = 0, y = p / w, x = p % w + length;
        for (int j = DF_MAX(y - 1, 0); j <= DF_MIN(y + 1, a->map.h - 1); j++)
            for (int i = DF_MAX(x - 1, 0); i <= DF_MIN(x + 1, w - 1); i++)
                near |= a->known[j * w + i];
        if (!near)
            break;
    }
    return length;
}

/** A run belongs to one chunk whole. */
static void add_near(DfAttention *a, int p, int length)
{
    int most = DF_MAX(DF_CHUNK_KEYS, a->map.w);
    DfChunk *chunk = a->chunks + a->chunk_count - 1;
    if (!a->chunk_count || chunk->keys + length > most) {
        chunk = a->chunks + a->chunk_count++;
        *chunk = (DfChunk){ .run = a->near_count, .key = a->near };
    }
    a->near_runs[a->near_count++] = (DfKeyRun){ weight_index(a, p), chunk->keys, length };
    chunk->runs++;
    chunk->keys += length;
    a->near += length;
}

static void find_runs(DfAttention *a)
{
    for (int p = 0; p < a->map.count; p++)
        if (a->known[p]) {
            add_fused(a, p);
            add_known(a, p);
        }
    for (int p = 0; p < a->map.count;) {
        int length = near_run(a, p);
        if (length)
            add_near(a, p, length);
        p += DF_MAX(length, 1);
    }
}

/* ---------------------------------------------------------------------------------------- raw -- */

/** The place of near key `key` in the panel that begins with column `first`. */
static float *raw_panel(const DfAttention *a, int phase, int first, int key)
{
    int c = a->map.shape.channels, width = df_panel_width(DF_MIN(a->kernels->panel, c - first));
    return a->raw + ((size_t)phase * df_panel_width(c) + first) * a->near + (size_t)key * width;
}

/** A pixel's channels into panels, zeros beyond the last. */
static void pack_pixel(const DfAttention *a, int phase, int key, const float *pixel)
{
    int c = a->map.shape.channels;
    for (int first = 0; first < c; first += a->kernels->panel) {
        int n = DF_MIN(a->kernels->panel, c - first);
        float *to = raw_panel(a, phase, first, key);
        memcpy(to, pixel + first, n * sizeof *to);
        memset(to + n, 0, (df_panel_width(n) - n) * sizeof *to);
    }
}

static void pack_run(const DfAttention *a, const DfKeyRun *run, int key)
{
    int pitch = a->map.w + 1, y = run->from / pitch - 1, x = run->from % pitch - 1;
    size_t c = a->map.shape.channels, width = a->map.shape.width;
    for (int i = 0; i < run->length; i++, x++)
        for (int phase = 0; phase < 4; phase++)
            pack_pixel(a, phase, key + i, a->source + ((2 * y + phase / 2) * width + 2 * x + phase % 2) * c);
}

static void pack_chunk(void *opaque, int unit, int thread)
{
    const DfAttention *a = opaque;
    const DfChunk *chunk = &a->chunks[unit];
    (void)thread;
    for (int i = 0; i < chunk->runs; i++) {
        const DfKeyRun *run = &a->near_runs[chunk->run + i];
        pack_run(a, run, chunk->key + run->to);
    }
}

void df_attention_prepare_runs(DfAttention *a)
{
    find_runs(a);
    df_parallel_for(a->parallel, a->chunk_count, pack_chunk, a);
}

/* ------------------------------------------------------------------------------------ weights -- */

/** Rows 0 and h - 1 stay: those of the other end need them. */
float *df_attention_sums_of(const DfAttention *a, int q)
{
    int w = a->map.w, y = q / w, ring = a->block + 2;
    int row = y == 0 ? ring : y == a->map.h - 1 ? ring + 1 : y % ring;
    return a->sums + ((size_t)row * w + q % w) * a->sum_pitch;
}

/** Sums of the query `by` places after q, counted column by column. */
static const float *sums_beside(const DfAttention *a, int q, int by)
{
    int beside = a->map.rules->fuse ? along_columns(a, q, by) : a->map.count;
    return beside == a->map.count ? a->no_sum : df_attention_sums_of(a, beside);
}

static size_t weight_row(const DfAttention *a, int y, int x)
{
    return (size_t)(y % (a->block + 2)) * a->map.w + x;
}

/** The query's weights, and their sum's share in it: keys that may not be copied count with logit 0, or not. */
static void weigh_query(const DfAttention *a, int q, float *fused)
{
    size_t row = weight_row(a, q / a->map.w, q % a->map.w);
    int counted = a->unknown && !a->map.rules->exclude_hole;
    float max = a->kernels->fuse(fused, sums_beside(a, q, -1), df_attention_sums_of(a, q), sums_beside(a, q, 1),
                                 a->fused_runs, a->fused_count);
    if (counted)
        max = fmaxf(max, 0);
    float sum = a->kernels->weigh(a->weights + row * a->weight_pitch, fused, a->known_runs, a->known_count,
                                  DF_ATTENTION_SCALE, max);
    if (counted)
        sum += a->unknown * expf(-DF_ATTENTION_SCALE * max);
    a->factors[row] = 0.25f / sum;
}

static void weigh(void *opaque, int unit, int thread)
{
    const DfAttention *a = opaque;
    int end = DF_MIN((unit + 1) * UNIT_QUERIES, a->listed);
    for (int i = unit * UNIT_QUERIES; i < end; i++)
        weigh_query(a, a->list[i], a->threads + thread * a->thread_pitch);
}

void df_attention_weigh_rows(DfAttention *a, int end)
{
    df_attention_list(a, a->weighed, a->weights_end, end);
    a->weights_end = end;
    if (a->listed)
        df_parallel_for(a->parallel, (a->listed + UNIT_QUERIES - 1) / UNIT_QUERIES, weigh, a);
}

/* ------------------------------------------------------------------------------------- pixels -- */

/** Sums of weights of a chunk's keys for position q's four phases. */
static void sum_weights(const DfAttention *a, int q, const DfChunk *chunk, float *const out[4])
{
    const float *rows[9];
    float factors[9];
    int w = a->map.w, y = q / w - 1, x = q % w - 1;
    for (int i = 0; i < 9; i++) {
        int qy = y + i / 3, qx = x + i % 3, inside = qy >= 0 && qx >= 0 && qy < a->map.h && qx < w;
        size_t row = inside ? weight_row(a, qy, qx) : 0;
        factors[i] = inside ? a->factors[row] : 0;
        rows[i] = (inside ? a->weights + row * a->weight_pitch : a->no_weight) + (i / 3 - 1) * (w + 1) + i % 3 - 1;
    }
    a->kernels->phases(out, rows, factors, a->near_runs + chunk->run, chunk->runs);
}

static float *pixel_of(const DfAttention *a, int q, int phase)
{
    size_t y = 2 * (q / a->map.w) + phase / 2, x = 2 * (q % a->map.w) + phase % 2;
    return a->out + (y * a->map.shape.width + x) * a->map.shape.channels;
}

/** One phase's pixels of some positions: add what a chunk gives. */
static void add_chunk(const DfAttention *a, const int *list, int count, int phase, const DfChunk *chunk,
                      const float *const *sums)
{
    float *out[DF_UNIT_POSITIONS];
    int c = a->map.shape.channels, panel = a->kernels->panel;
    for (int i = 0; i < count; i++)
        out[i] = pixel_of(a, list[i], phase);
    for (int first = 0; first < c; first += panel)
        a->kernels->product(out, first, sums, raw_panel(a, phase, first, chunk->key), count,
                            DF_MIN(panel, c - first), chunk->keys, chunk->key > 0);
}

/** Where patches are counted, the map's rim lies under fewer than four. */
static void share_out(const DfAttention *a, int q)
{
    for (int phase = 0; phase < 4; phase++) {
        float share = df_attention_share(&a->map, 2 * (q / a->map.w) + phase / 2, 2 * (q % a->map.w) + phase % 2);
        float *pixel = pixel_of(a, q, phase);
        for (int i = 0; share != 0.25f && i < a->map.shape.channels; i++)
            pixel[i] *= 4 * share;
    }
}

static void rebuild(void *opaque, int unit, int thread)
{
    const DfAttention *a = opaque;
    const int *list = a->list + unit * DF_UNIT_POSITIONS;
    int count = DF_MIN(a->listed - unit * DF_UNIT_POSITIONS, DF_UNIT_POSITIONS);
    float *sums[4][DF_UNIT_POSITIONS], *room = a->threads + thread * a->thread_pitch;
    size_t pitch = df_attention_chunk_pitch(&a->map);
    for (int i = 0; i < 4 * DF_UNIT_POSITIONS; i++)
        sums[i / DF_UNIT_POSITIONS][i % DF_UNIT_POSITIONS] = room + i * pitch;
    for (const DfChunk *chunk = a->chunks; chunk < a->chunks + a->chunk_count; chunk++) {
        for (int i = 0; i < count; i++)
            sum_weights(a, list[i], chunk, (float *[4]){ sums[0][i], sums[1][i], sums[2][i], sums[3][i] });
        for (int phase = 0; phase < 4; phase++)
            add_chunk(a, list, count, phase, chunk, (const float *const *)sums[phase]);
    }
    for (int i = 0; i < count; i++)
        share_out(a, list[i]);
}

void df_attention_rebuild_rows(DfAttention *a, int y, int end)
{
    df_attention_list(a, a->queried, y, end);
    if (a->listed)
        df_parallel_for(a->parallel, (a->listed + DF_UNIT_POSITIONS - 1) / DF_UNIT_POSITIONS, rebuild, a);
}
