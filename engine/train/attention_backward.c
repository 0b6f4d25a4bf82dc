/**
 * @file
 * The contextual attention's adjoint. With the letters of layers/attention.c, d before what is the loss's gradient with
 * respect to it, and F the reduced map:
 *
 *   G, S, P           as forward makes them, once more; n[p]: norms of keys
 *   D_ab[q,p]         d_out's pixel of phase ab at q times the source's at p: C terms
 *   dP[q,p]           the sum of D_ab[q-d,p-d] over all phases and the four d of each
 *   d_source          of phase ab at p: the sum over q of Q_ab[q,p] times d_out's pixel: C terms
 *   dT[q,p]           10 P[q,p] (dP[q,p] - sum over r of P[q,r] dP[q,r]), T being fused S
 *   dS                dT summed along its diagonals, column by column, then row by row: each sum is its own adjoint
 *   E[q,p]            dS[q,p] / n[p]
 *   dG[q,p]           the sum of E[q+d,p+d] over the window's nine d, its own adjoint, too
 *   dF[q]             the sum over p of dG[q,p] F[p], and the sum over p of dG[p,q] F[p]; less F[q] times the sum of
 *                     (sum over r of E[r,p] S[r,p]) / n[p] over windows p that q lies in: keys of one length only
 *
 * Eleven products of C terms, where forward has five. Matrices hold rows of queries in bands, and recompute what bands
 * share; up to 1600 positions (pictures of 320x320) they are whole.
 *
 * A query's arithmetic, and a key's, depend on the shape alone; sums over queries go by bands, then in order.
 */
#include "train/attention_backward.h"

#include <string.h>

#include "train/attention_adjoint.h"

/* Of a matrix at most, in bytes, where that holds 16 rows of queries and their halos. */
#define MATRIX_BYTES (12 << 20)
enum { LEAST_BAND = 16 };

/* ------------------------------------------------------------------------------------- memory -- */

/** Not near a multiple of 4 KiB: rows that are read side by side would push each other out of the cache. */
static size_t pitch(size_t floats)
{
    size_t aligned = (floats + 15) / 16 * 16;
    return aligned % 1024 < 16 ? aligned + 16 : aligned;
}

static void choose_bands(DfAdjoint *a)
{
    size_t row = a->map.w * a->pitch * sizeof(float);
    int fit = (int)(MATRIX_BYTES / row), most = DF_MAX(fit, LEAST_BAND + 2 * DF_ADJOINT_HALO);
    a->held_count = DF_MIN(a->map.h, most);
    a->most = a->held_count == a->map.h ? a->map.h : most - 2 * DF_ADJOINT_HALO;
}

static void lay_out_map(DfAdjoint *a, char *base, size_t *end)
{
    size_t l = a->map.count, c = a->map.shape.channels, core = a->core;
    a->reduced = df_carve(base, end, l);
    a->known = df_carve(base, end, l);
    a->runs = df_carve(base, end, l * sizeof *a->runs);
    a->fuse_runs = df_carve(base, end, l * sizeof *a->fuse_runs);
    a->key_runs = df_carve(base, end, l * sizeof *a->key_runs);
    a->near_runs = df_carve(base, end, l * sizeof *a->near_runs);
    a->chunks = df_carve(base, end, (l / DF_ADJOINT_CHUNK + 2) * sizeof *a->chunks);
    a->queries = df_attention_floats(base, end, l, c);
    a->d_queries = df_attention_floats(base, end, l, c);
    a->keys = df_attention_floats(base, end, core, df_panel_width(c));
    a->rows = df_attention_floats(base, end, c, a->row_pitch);
    a->d_keys = df_attention_floats(base, end, c, a->row_pitch);
    a->panels = df_attention_floats(base, end, df_panel_width(core), c);
    for (int phase = 0; phase < 4; phase++) {
        a->rebuilt[phase] = df_attention_floats(base, end, l, c);
        a->rebuilt_rows[phase] = df_attention_floats(base, end, c, a->row_pitch);
        a->raw[phase] = df_attention_floats(base, end, df_panel_width(core), c);
        a->d_raw[phase] = df_attention_floats(base, end, c, a->row_pitch);
    }
}

/** Sizes and, unless base is NULL, buffers; returns the bytes that they take. */
static size_t lay_out(DfAdjoint *a, DfShape shape, int threads, char *base)
{
    size_t end = 0;
    *a = (DfAdjoint){ .map = df_attention_map(shape, NULL) };
    int h = a->map.h, w = a->map.w;
    a->pitch = pitch(((size_t)h + 2) * (w + 1) + 1);
    a->first = w + 2;
    a->core = h * (w + 1) - 1;
    a->row_pitch = pitch(a->core);
    choose_bands(a);
    lay_out_map(a, base, &end);
    size_t rows = (size_t)a->held_count * w;
    float **matrices[] = { &a->products, &a->scores, &a->sums, &a->weights };
    for (size_t i = 0; i < DF_COUNT(matrices); i++)
        *matrices[i] = df_attention_floats(base, &end, rows, a->pitch);
    float **single[] = { &a->zeros, &a->factors, &a->bent };
    for (size_t i = 0; i < DF_COUNT(single); i++)
        *single[i] = df_attention_floats(base, &end, 1, a->pitch);
    a->along = df_attention_floats(base, &end, h, a->pitch);
    a->shares = df_attention_floats(base, &end, rows, 1);
    /* Last: their number moves nothing else. */
    a->thread_floats = w * a->pitch + 4 * DF_ADJOINT_TERMS * DF_ADJOINT_CHUNK;
    a->threads = df_attention_floats(base, &end, threads, a->thread_floats);
    return end;
}

size_t df_attention_backward_scratch(DfShape shape, int threads)
{
    DfAdjoint a;
    return lay_out(&a, shape, threads, NULL);
}

/** What is read where no key lies, and sums. */
static void clear(DfAdjoint *a, int threads)
{
    size_t c = a->map.shape.channels, end = a->first + a->core, row = a->pitch * sizeof(float);
    size_t channels = c * a->row_pitch * sizeof(float), panels = df_panel_width(a->core) * c * sizeof(float);
    float *matrices[] = { a->products, a->scores, a->sums };
    for (size_t i = 0; i < DF_COUNT(matrices); i++)
        for (float *at = matrices[i]; at < matrices[i] + a->held_count * a->map.w * a->pitch; at += a->pitch) {
            memset(at, 0, a->first * sizeof *at);
            memset(at + end, 0, (a->pitch - end) * sizeof *at);
        }
    float *rows[] = { a->zeros, a->factors, a->bent };
    for (size_t i = 0; i < DF_COUNT(rows); i++)
        memset(rows[i], 0, row);
    memset(a->along, 0, a->map.h * row);
    memset(a->keys, 0, (size_t)a->core * df_panel_width(c) * sizeof *a->keys);
    memset(a->d_keys, 0, channels);
    memset(a->panels, 0, panels);
    for (int phase = 0; phase < 4; phase++) {
        memset(a->raw[phase], 0, panels);
        memset(a->d_raw[phase], 0, channels);
    }
    for (int i = 0; i < threads; i++)
        memset(df_adjoint_scratch(a, i, 0), 0, a->map.w * row);
}

/* -------------------------------------------------------------------------------- preparation -- */

/** Pixel p of a phase. */
static size_t pixel_at(const DfAdjoint *a, int p, int phase)
{
    size_t y = 2 * (p / a->map.w) + phase / 2, x = 2 * (p % a->map.w) + phase % 2;
    return y * a->map.shape.width + x;
}

/** A pixel into panels of keys: a column. */
static void pack_column(const DfAdjoint *a, float *panels, int p, const float *pixel)
{
    int c = a->map.shape.channels, size = a->kernels->panel, column = df_adjoint_key(a, p) - a->first;
    int from = column / size * size, width = df_panel_width(DF_MIN(size, a->core - from));
    float *to = panels + (size_t)from * c + column - from;
    for (int i = 0; i < c; i++)
        to[(size_t)i * width] = pixel[i];
}

/** A pixel into panels of channels: a row of each. */
static void pack_row(const DfAdjoint *a, float *panels, int p, const float *pixel)
{
    int c = a->map.shape.channels, size = a->kernels->panel, row = df_adjoint_key(a, p) - a->first;
    for (int first = 0; first < c; first += size) {
        int n = DF_MIN(size, c - first);
        memcpy(panels + (size_t)first * a->core + (size_t)row * df_panel_width(n), pixel + first, n * sizeof *pixel);
    }
}

/** A pixel to rows of channels. */
static void turn(const DfAdjoint *a, float *rows, int p, const float *pixel)
{
    for (int i = 0; i < a->map.shape.channels; i++)
        rows[i * a->row_pitch + p] = pixel[i];
}

static void copy_phase(DfAdjoint *a, int phase, int p, const float *d_out)
{
    size_t c = a->map.shape.channels, at = pixel_at(a, p, phase), width = a->map.shape.width;
    float share = df_attention_share(&a->map, at / width, at % width), *rebuilt = a->rebuilt[phase] + p * c;
    for (size_t i = 0; i < c; i++)
        rebuilt[i] = share * d_out[at * c + i];
    turn(a, a->rebuilt_rows[phase], p, rebuilt);
    pack_column(a, a->raw[phase], p, a->source + at * c);
}

static void copy_pixels(DfAdjoint *a, const float *d_out)
{
    size_t c = a->map.shape.channels;
    for (int p = 0; p < a->map.count; p++) {
        const float *pixel = df_attention_pixel(&a->map, a->source, p);
        memcpy(a->queries + p * c, pixel, c * sizeof *pixel);
        turn(a, a->rows, p, pixel);
        pack_row(a, a->keys, p, pixel);
        pack_column(a, a->panels, p, pixel);
        for (int phase = 0; phase < 4; phase++)
            copy_phase(a, phase, p, d_out);
    }
}

/** A sum over the nine keys around p. */
static float around(const DfAdjoint *a, const float *row, int p)
{
    const float *at = row + df_adjoint_key(a, p);
    float sum = 0;
    for (int j = -1; j <= 1; j++)
        for (int i = -1; i <= 1; i++)
            sum += at[j * (a->map.w + 1) + i];
    return sum;
}

/** The first thread's scratch holds the pixels' squares, and is cleared again. */
static void measure_keys(DfAdjoint *a)
{
    int c = a->map.shape.channels;
    for (int p = 0; p < a->map.count; p++)
        for (int i = 0; i < c; i++)
            a->threads[df_adjoint_key(a, p)] += a->queries[(size_t)p * c + i] * a->queries[(size_t)p * c + i];
    for (int p = 0; p < a->map.count; p++) {
        float norm = df_attention_norm(&a->map, around(a, a->threads, p));
        int least = !a->map.rules->add_epsilon && norm <= DF_ATTENTION_LEAST_NORM;
        a->factors[df_adjoint_key(a, p)] = 1 / norm;
        a->bent[df_adjoint_key(a, p)] = least ? 0 : 1 / norm;
    }
    memset(a->threads, 0, a->pitch * sizeof *a->threads);
}

/** Where the key `by` places from p lies, counted column by column; 0, where a zero does, beyond the map. */
static int along_columns(const DfAdjoint *a, int p, int by)
{
    int h = a->map.h, w = a->map.w, at = p % w * h + p / w + by;
    return at < 0 || at >= h * w ? 0 : df_adjoint_key(a, at % h * w + at / h);
}

/** Add a key to a list of runs: to the last of them, where it goes on. */
static int add_key(DfFuseRun *runs, int count, DfFuseRun key)
{
    DfFuseRun *last = &runs[DF_MAX(count - 1, 0)];
    if (count && last->at + last->length == key.at && last->above + last->length == key.above &&
        last->below + last->length == key.below) {
        last->length++;
        return count;
    }
    runs[count] = key;
    return count + 1;
}

static void find_runs(DfAdjoint *a)
{
    for (int p = 0; p < a->map.count; p++) {
        DfFuseRun key = { df_adjoint_key(a, p), along_columns(a, p, -1), along_columns(a, p, 1), 1 };
        a->run_count = add_key(a->runs, a->run_count, key);
        if (a->known[p])
            a->fuse_count = add_key(a->fuse_runs, a->fuse_count, key);
    }
    for (a->key_count = 0; a->key_count < a->fuse_count; a->key_count++) {
        const DfFuseRun *run = &a->fuse_runs[a->key_count];
        a->key_runs[a->key_count] = (DfKeyRun){ run->at, run->at, run->length };
    }
}

/** Whether a known key lies in p's 3x3 window: a patch that pixels are pasted from. */
static int is_near(const DfAdjoint *a, int p)
{
    int w = a->map.w, y = p / w, x = p % w;
    for (int j = DF_MAX(y - 1, 0); j <= DF_MIN(y + 1, a->map.h - 1); j++)
        for (int i = DF_MAX(x - 1, 0); i <= DF_MIN(x + 1, w - 1); i++)
            if (a->known[j * w + i])
                return 1;
    return 0;
}

/** Keys of which pixels are pasted, in chunks of panels. */
static void find_near(DfAdjoint *a)
{
    for (int p = 0; p < a->map.count; p++) {
        if (!is_near(a, p))
            continue;
        int column = a->near++ % DF_ADJOINT_CHUNK, lane = column % DF_LANES;
        const DfKeyRun key = { df_adjoint_key(a, p), (column - lane) * DF_ADJOINT_TERMS + lane, 1 };
        DfKeyRun *last = &a->near_runs[DF_MAX(a->near_count - 1, 0)];
        if (column == 0)
            a->chunks[a->chunk_count++] = a->near_count;
        if (lane && last->from + last->length == key.from)
            last->length++;
        else
            a->near_runs[a->near_count++] = key;
    }
    a->chunks[a->chunk_count] = a->near_count;
}

/* -------------------------------------------------------------------------------------- parts -- */

static void differentiate_band(DfAdjoint *a, int y, int end)
{
    int all = a->held_count == a->map.h;
    a->band = y;
    a->band_end = end;
    a->held = all ? 0 : (y - DF_ADJOINT_HALO + a->map.h) % a->map.h;
    df_adjoint_weigh(a);
    df_adjoint_weigh_backward(a);
    df_adjoint_score_backward(a);
}

/** All rows' sums along keys to the first: what a key's length adds, over its norm once more. */
static void finish_along(DfAdjoint *a)
{
    for (int y = 1; y < a->map.h; y++)
        for (size_t p = 0; p < a->pitch; p++)
            a->along[p] += a->along[y * a->pitch + p];
    for (size_t p = 0; p < a->pitch; p++)
        a->along[p] *= a->bent[p];
}

/** Row i of channels to a pixel, which it is added to. */
static void turn_back(const DfAdjoint *a, float *pixel, const float *rows, int i)
{
    for (int c = 0; c < a->map.shape.channels; c++)
        pixel[c] += rows[c * a->row_pitch + i];
}

static void gather(DfAdjoint *a, float *d_source)
{
    int c = a->map.shape.channels;
    memset(d_source, 0, df_shape_count(a->map.shape) * sizeof *d_source);
    for (int p = 0, near = 0; p < a->map.count; p++) {
        if (!is_near(a, p))
            continue;
        for (int phase = 0; phase < 4; phase++)
            turn_back(a, d_source + pixel_at(a, p, phase) * c, a->d_raw[phase], near);
        near++;
    }
    for (int p = 0; p < a->map.count; p++) {
        float *pixel = d_source + (df_attention_pixel(&a->map, a->source, p) - a->source);
        const float *query = a->d_queries + (size_t)p * c, *value = a->queries + (size_t)p * c;
        float along = around(a, a->along, p);
        turn_back(a, pixel, a->d_keys, df_adjoint_key(a, p) - a->first);
        for (int i = 0; i < c; i++)
            pixel[i] += query[i] - along * value[i];
    }
}

void df_attention_backward(DfShape shape, const DfAttentionRules *rules, const float *source, const uint8_t *hole,
                           int hole_height, int hole_width, const float *d_out, const DfParallel *parallel,
                           float *d_source, void *scratch)
{
    DfAdjoint a;
    lay_out(&a, shape, parallel ? parallel->threads : 1, scratch);
    clear(&a, parallel ? parallel->threads : 1);
    a.map.rules = rules;
    a.source = source;
    a.parallel = parallel;
    a.kernels = df_score_kernels();
    a.loops = df_attention_loops();
    int known = df_attention_find_known(&a.map, hole, hole_height, hole_width, a.reduced, a.known);
    a.unknown = a.map.count - known;
    if (!known) {
        memset(d_source, 0, df_shape_count(shape) * sizeof *d_source);
        return;
    }
    copy_pixels(&a, d_out);
    measure_keys(&a);
    find_runs(&a);
    find_near(&a);
    for (int y = 0; y < a.map.h; y += a.most)
        differentiate_band(&a, y, DF_MIN(y + a.most, a.map.h));
    finish_along(&a);
    gather(&a, d_source);
}
