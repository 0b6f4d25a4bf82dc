/**
 * @file
 * The contextual attention's adjoint as its definition has it, with whole L x L matrices: the oracle of the quicker
 * program in attention_backward.c, and an independent one.
 *
 * With the letters of layers/attention.c, K the 3x3 windows of the reduced map, n their norms, R the 4x4 windows of
 * the map, and the hats' gradients:
 *
 *   forward                                    backward
 *   S[q,p] = K[q] . K[p] / n[p]                dK[q] += sum over p of dS[q,p] K[p] / n[p]
 *                                              dK[p] += (sum over q of dS[q,p] K[q] - K[p] s[p] / n[p]) / n[p],
 *                                                s[p] = sum over q of dS[q,p] S[q,p]
 *   T = fused S, along rows, then columns      dS = fused dT, along columns, then rows: each sum is its own adjoint
 *   P = softmax of 10 T, cut to known keys     dT[q,p] = 10 P[q,p] (dP[q,p] - sum over r of P[q,r] dP[q,r])
 *   Y = P R                                    dP = dY R', dR += P' dY
 *   out = Y, overlapped, by its shares         dY = the 4x4 windows of d_out by its shares
 *
 * Of a norm at its least, a constant, no gradient comes.
 */
#include "train/attention_backward.h"

#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "layers/attention_parts.h"

#include <string.h>

/* Logit of what takes no part: e to its power is 0 beside any other, and a number where there is none. */
#define EXCLUDED -1e30f

typedef struct Naive {
    DfAttentionMap map;
    DfWindow key_window, raw_window;
    float *small, *windows, *norms, *keys, *raw; /* L x C, L x 9C, L, L x 9C divided by them, L x 16C */
    float *known;                                /* L */
    uint8_t *flags;                              /* 2 L */
    int *next, *previous;                        /* L: neighbours in the order that sums are along; -1: none */
    float *scores, *sums, *weights, *d_weights;  /* L x L */
    float *d_rebuilt, *d_raw;                    /* L x 16C */
    float *d_windows, *d_keys, *d_small;         /* L x 9C, L x 9C, L x C */
    float *shared;                               /* H x W x C: d_out by its shares */
} Naive;

/* ------------------------------------------------------------------------------------- memory -- */

static DfWindow window(int height, int width, int channels, int kernel, int stride, int out_width)
{
    return (DfWindow){ .height = height, .width = width, .channels = channels, .kernel = kernel, .stride = stride,
                       .rate = 1, .top = 1, .left = 1, .out_width = out_width };
}

/** Sizes, windows and, unless base is NULL, buffers; returns the bytes that they take. */
static size_t lay_out(Naive *a, DfShape shape, char *base)
{
    size_t end = 0;
    DfAttentionMap map = df_attention_map(shape, NULL);
    int c = shape.channels, l = map.count;
    *a = (Naive){ .map = map, .key_window = window(map.h, map.w, c, 3, 1, map.w),
                  .raw_window = window(shape.height, shape.width, c, 4, 2, map.w) };
    float **rows[] = { &a->small, &a->d_small, &a->windows, &a->keys, &a->d_windows, &a->d_keys,
                       &a->raw, &a->d_rebuilt, &a->d_raw, &a->scores, &a->sums, &a->weights, &a->d_weights };
    const int columns[] = { c, c, 9 * c, 9 * c, 9 * c, 9 * c, 16 * c, 16 * c, 16 * c, l, l, l, l };
    for (size_t i = 0; i < DF_COUNT(rows); i++)
        *rows[i] = df_attention_floats(base, &end, l, columns[i]);
    a->norms = df_attention_floats(base, &end, l, 1);
    a->known = df_attention_floats(base, &end, l, 1);
    a->flags = df_carve(base, &end, 2 * (size_t)l);
    a->next = df_carve(base, &end, l * sizeof *a->next);
    a->previous = df_carve(base, &end, l * sizeof *a->previous);
    a->shared = df_attention_floats(base, &end, df_shape_count(shape), 1);
    return end;
}

size_t df_attention_backward_naive_scratch(DfShape shape)
{
    Naive a;
    return lay_out(&a, shape, NULL);
}

/* ------------------------------------------------------------------------------------ windows -- */

static float dot(const float *a, const float *b, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)a[i] * b[i];
    return (float)sum;
}

static void make_patches(Naive *a, const float *source)
{
    int c = a->map.shape.channels, length = 9 * c;
    for (int p = 0; p < a->map.count; p++)
        memcpy(a->small + (size_t)p * c, df_attention_pixel(&a->map, source, p), c * sizeof *source);
    df_im2col(a->windows, &a->key_window, a->small, 0, a->map.count);
    df_im2col(a->raw, &a->raw_window, source, 0, a->map.count);
    for (int p = 0; p < a->map.count; p++) {
        const float *from = a->windows + (size_t)p * length;
        a->norms[p] = df_attention_norm(&a->map, dot(from, from, length));
        for (int i = 0; i < length; i++)
            a->keys[(size_t)p * length + i] = from[i] / a->norms[p];
    }
}

/** The adjoint of df_im2col(): each row's values are added where they were copied from. */
static void add_windows(float *source, const DfWindow *w, const float *rows, int count)
{
    for (int q = 0; q < count; q++)
        for (int ky = 0; ky < w->kernel; ky++)
            for (int kx = 0; kx < w->kernel; kx++, rows += w->channels) {
                int y = q / w->out_width * w->stride - w->top + ky, x = q % w->out_width * w->stride - w->left + kx;
                if (y < 0 || x < 0 || y >= w->height || x >= w->width)
                    continue;
                for (int i = 0; i < w->channels; i++)
                    source[((size_t)y * w->width + x) * w->channels + i] += rows[i];
            }
}

/* ------------------------------------------------------------------------------------- fusion -- */

/** Position p, counted column by column, `by` places further on; -1 outside. */
static int along_columns(const DfAttentionMap *map, int p, int by)
{
    int at = p % map->w * map->h + p / map->w + by;
    return at < 0 || at >= map->count ? -1 : at % map->h * map->w + at / map->h;
}

static void find_neighbours(Naive *a, int columns)
{
    for (int p = 0; p < a->map.count; p++) {
        a->previous[p] = columns ? along_columns(&a->map, p, -1) : p - 1;
        a->next[p] = columns ? along_columns(&a->map, p, 1) : p + 1 < a->map.count ? p + 1 : -1;
    }
}

/** out[q,p] = in[q-1,p-1] + in[q,p] + in[q+1,p+1], counted row by row or column by column. */
static void sum_diagonals(Naive *a, int columns, const float *in, float *out)
{
    size_t l = a->map.count;
    find_neighbours(a, columns);
    for (size_t q = 0; q < l; q++)
        for (size_t p = 0; p < l; p++) {
            float sum = in[q * l + p];
            if (a->previous[q] >= 0 && a->previous[p] >= 0)
                sum += in[a->previous[q] * l + a->previous[p]];
            if (a->next[q] >= 0 && a->next[p] >= 0)
                sum += in[a->next[q] * l + a->next[p]];
            out[q * l + p] = sum;
        }
}

/* ------------------------------------------------------------------------------------- passes -- */

/** Scores, as they are and fused, and weights. */
static void weigh(Naive *a)
{
    int l = a->map.count, length = 9 * a->map.shape.channels;
    float unknown = a->map.rules->exclude_hole ? EXCLUDED : 0;
    df_gemm_bt(l, l, length, a->windows, length, a->keys, length, a->scores, l);
    memcpy(a->weights, a->scores, (size_t)l * l * sizeof *a->weights);
    if (a->map.rules->fuse) {
        sum_diagonals(a, 0, a->scores, a->sums);
        sum_diagonals(a, 1, a->sums, a->weights);
    }
    for (int q = 0; q < l; q++)
        df_kernels()->softmax(a->weights + (size_t)q * l, a->known, unknown, DF_ATTENTION_SCALE, l);
}

/** Gradients of rebuilt patches, of the patches that they were rebuilt from, and of weights. */
static void rebuild_backward(Naive *a, const float *d_out)
{
    int l = a->map.count, c = a->map.shape.channels, length = 16 * c, width = a->map.shape.width;
    for (size_t i = 0; i < df_shape_count(a->map.shape); i++)
        a->shared[i] = d_out[i] * df_attention_share(&a->map, i / c / width, i / c % width);
    df_im2col(a->d_rebuilt, &a->raw_window, a->shared, 0, l);
    memset(a->d_raw, 0, (size_t)l * length * sizeof *a->d_raw);
    df_gemm_at_add(l, length, l, a->weights, l, a->d_rebuilt, length, a->d_raw, length);
    df_gemm_bt(l, l, length, a->d_rebuilt, length, a->raw, length, a->d_weights, l);
}

/** From weights' gradients to those of the scores, in the weights' place. */
static void weigh_backward(Naive *a)
{
    size_t l = a->map.count;
    for (size_t q = 0; q < l; q++) {
        float *weights = a->weights + q * l, *d_weights = a->d_weights + q * l;
        float mean = dot(weights, d_weights, l);
        for (size_t p = 0; p < l; p++)
            weights[p] *= DF_ATTENTION_SCALE * (d_weights[p] - mean);
    }
    if (!a->map.rules->fuse)
        return;
    sum_diagonals(a, 1, a->weights, a->sums);
    sum_diagonals(a, 0, a->sums, a->weights);
}

/** Gradients of windows, as queries and as keys. */
static void score_backward(Naive *a)
{
    int l = a->map.count, length = 9 * a->map.shape.channels;
    df_gemm(l, length, l, a->weights, l, a->keys, length, a->d_windows, length);
    memset(a->d_keys, 0, (size_t)l * length * sizeof *a->d_keys);
    df_gemm_at_add(l, length, l, a->weights, l, a->windows, length, a->d_keys, length);
    for (int p = 0; p < l; p++) {
        size_t at = (size_t)p * length;
        float norm = a->norms[p], along = dot(a->d_keys + at, a->keys + at, length);
        if (!a->map.rules->add_epsilon && norm <= DF_ATTENTION_LEAST_NORM)
            along = 0;
        for (int i = 0; i < length; i++)
            a->d_windows[at + i] += (a->d_keys[at + i] - along * a->keys[at + i]) / norm;
    }
}

/** Both kinds of windows back to the map. */
static void gather(Naive *a, const float *source, float *d_source)
{
    int c = a->map.shape.channels;
    memset(d_source, 0, df_shape_count(a->map.shape) * sizeof *d_source);
    memset(a->d_small, 0, (size_t)a->map.count * c * sizeof *a->d_small);
    add_windows(d_source, &a->raw_window, a->d_raw, a->map.count);
    add_windows(a->d_small, &a->key_window, a->d_windows, a->map.count);
    for (int p = 0; p < a->map.count; p++) {
        float *pixel = d_source + (df_attention_pixel(&a->map, source, p) - source);
        for (int i = 0; i < c; i++)
            pixel[i] += a->d_small[(size_t)p * c + i];
    }
}

void df_attention_backward_naive(DfShape shape, const DfAttentionRules *rules, const float *source,
                                 const uint8_t *hole, int hole_height, int hole_width, const float *d_out,
                                 float *d_source, void *scratch)
{
    Naive a;
    lay_out(&a, shape, scratch);
    a.map.rules = rules;
    df_attention_find_known(&a.map, hole, hole_height, hole_width, a.flags, a.flags + a.map.count);
    for (int p = 0; p < a.map.count; p++)
        a.known[p] = a.flags[a.map.count + p];
    make_patches(&a, source);
    weigh(&a);
    rebuild_backward(&a, d_out);
    weigh_backward(&a);
    score_backward(&a);
    gather(&a, source, d_source);
}
