/**
 * @file
 * For tests: the contextual attention by loops that follow its definition, in double precision.
 */
#ifndef TESTS_PLAIN_ATTENTION_H
#define TESTS_PLAIN_ATTENTION_H

#include <math.h>
#include <stdlib.h>

#include "layers/layers.h"

/** A whole L x L attention, step by step as attention.c's head describes it. */
typedef struct Plain {
    const DfAttentionRules *rules;
    DfShape shape;
    int h, w, count;
    double *map, *scores, *fused;
    int *known;
} Plain;

/** The reduced map with zeros around it. */
static inline double small(const Plain *a, int y, int x, int c)
{
    if (y < 0 || x < 0 || y >= a->h || x >= a->w)
        return 0;
    y = a->rules->features(y, a->shape.height, a->h);
    x = a->rules->features(x, a->shape.width, a->w);
    return a->map[(y * a->shape.width + x) * a->shape.channels + c];
}

static inline double window_product(const Plain *a, int q, int p)
{
    double sum = 0;
    for (int j = -1; j <= 1; j++)
        for (int i = -1; i <= 1; i++)
            for (int c = 0; c < a->shape.channels; c++)
                sum += small(a, q / a->w + j, q % a->w + i, c) * small(a, p / a->w + j, p % a->w + i, c);
    return sum;
}

/** Position p, counted row by row, `by` places further on when counted column by column; -1 outside. */
static inline int along_columns(const Plain *a, int p, int by)
{
    int at = p % a->w * a->h + p / a->w + by;
    return at < 0 || at >= a->count ? -1 : at % a->h * a->w + at / a->h;
}

static inline double sum_by_rows(const Plain *a, int q, int p)
{
    double sum = 0;
    for (int d = -1; d <= 1; d++)
        if (q + d >= 0 && q + d < a->count && p + d >= 0 && p + d < a->count)
            sum += a->scores[(q + d) * a->count + p + d];
    return sum;
}

static inline double sum_both_ways(const Plain *a, int q, int p)
{
    double sum = 0;
    if (!a->rules->fuse)
        return a->scores[q * a->count + p];
    for (int d = -1; d <= 1; d++) {
        int qd = along_columns(a, q, d), pd = along_columns(a, p, d);
        if (qd >= 0 && pd >= 0)
            sum += sum_by_rows(a, qd, pd);
    }
    return sum;
}

static inline double logit(const Plain *a, const double *row, int p)
{
    return a->known[p] ? 10 * row[p] : a->rules->exclude_hole ? -INFINITY : 0;
}

static inline void plain_softmax(const Plain *a, double *row)
{
    double max = -INFINITY, sum = 0;
    for (int p = 0; p < a->count; p++)
        max = fmax(max, logit(a, row, p));
    for (int p = 0; p < a->count; p++)
        sum += exp(logit(a, row, p) - max);
    for (int p = 0; p < a->count; p++)
        row[p] = a->known[p] ? exp(logit(a, row, p) - max) / sum : 0;
}

/** Whether the hole, four times as large as the map, is sampled at (y, x) of the small map. */
static inline int in_hole(const Plain *a, const uint8_t *hole, int y, int x)
{
    DfSourceIndex index = a->rules->hole;
    int h = a->shape.height, w = a->shape.width;
    if (y < 0 || x < 0 || y >= a->h || x >= a->w)
        return 0;
    if (a->rules->hole_at_once)
        return hole[index(y, 4 * h, a->h) * 4 * w + index(x, 4 * w, a->w)];
    return hole[index(index(y, h, a->h), 4 * h, h) * 4 * w + index(index(x, w, a->w), 4 * w, w)];
}

static inline void plain_known(Plain *a, const uint8_t *hole)
{
    for (int p = 0; p < a->count; p++) {
        a->known[p] = 1;
        for (int j = -1; j <= 1; j++)
            for (int i = -1; i <= 1; i++)
                if (in_hole(a, hole, p / a->w + j, p % a->w + i))
                    a->known[p] = 0;
    }
}

/** Pixel (y, x) of the output lies under the 4x4 patches whose first row is one of two, and so for columns. */
static inline double rebuilt(const Plain *a, int y, int x, int c)
{
    double sum = 0;
    int patches = 0;
    for (int qy = (y + 1) / 2 - 1; qy <= (y + 1) / 2; qy++)
        for (int qx = (x + 1) / 2 - 1; qx <= (x + 1) / 2; qx++) {
            if (qy < 0 || qx < 0 || qy >= a->h || qx >= a->w)
                continue;
            patches++;
            for (int p = 0; p < a->count; p++) {
                int sy = 2 * (p / a->w) + y - 2 * qy, sx = 2 * (p % a->w) + x - 2 * qx;
                if (sy >= 0 && sx >= 0 && sy < a->shape.height && sx < a->shape.width)
                    sum += a->fused[(qy * a->w + qx) * a->count + p] *
                           a->map[(sy * a->shape.width + sx) * a->shape.channels + c];
            }
        }
    return sum / (a->rules->count_overlap ? patches : 4);
}

static inline double plain_norm(const Plain *a, int p)
{
    double squares = window_product(a, p, p);
    if (a->rules->add_epsilon)
        return sqrt(squares + 9 * a->shape.channels * 1e-4);
    return fmax(sqrt(squares), 1e-4);
}

static inline void plain_scores(Plain *a)
{
    for (int q = 0; q < a->count; q++)
        for (int p = 0; p < a->count; p++)
            a->scores[q * a->count + p] = window_product(a, q, p) / plain_norm(a, p);
    for (int q = 0; q < a->count; q++) {
        for (int p = 0; p < a->count; p++)
            a->fused[q * a->count + p] = sum_both_ways(a, q, p);
        plain_softmax(a, a->fused + q * a->count);
    }
}

static inline double *plain_attention(DfShape shape, const DfAttentionRules *rules, const float *source,
                                      const uint8_t *hole)
{
    Plain a = { .rules = rules, .shape = shape, .h = shape.height / 2, .w = shape.width / 2 };
    a.count = a.h * a.w;
    a.map = malloc(df_shape_count(shape) * sizeof *a.map);
    a.scores = malloc((size_t)a.count * a.count * sizeof *a.scores);
    a.fused = malloc((size_t)a.count * a.count * sizeof *a.fused);
    a.known = malloc(a.count * sizeof *a.known);
    for (size_t i = 0; i < df_shape_count(shape); i++)
        a.map[i] = source[i];
    plain_known(&a, hole);
    plain_scores(&a);
    double *expected = malloc(df_shape_count(shape) * sizeof *expected), *at = expected;
    for (int y = 0; y < shape.height; y++)
        for (int x = 0; x < shape.width; x++)
            for (int c = 0; c < shape.channels; c++)
                *at++ = rebuilt(&a, y, x, c);
    free(a.map);
    free(a.scores);
    free(a.fused);
    free(a.known);
    return expected;
}

#endif
