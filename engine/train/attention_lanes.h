/**
 * @file
 * The attention's loops, for the vectors that a file is compiled for: WIDTH floats each. No include guard is needed:
 * one file, one width.
 */
#include <stddef.h>

#include "train/attention_loops.h"

typedef float Lanes __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

#define AT(row) (*(const Lanes *)((row) + i))
#define TO(row) (*(Lanes *)((row) + i))

static void sum4(float *out, const float *a, const float *b, const float *c, const float *d, int add, int n)
{
    int i = 0;
    if (add)
        for (; i + WIDTH <= n; i += WIDTH)
            TO(out) += (AT(a) + AT(b)) + (AT(c) + AT(d));
    for (; i + WIDTH <= n; i += WIDTH)
        TO(out) = (AT(a) + AT(b)) + (AT(c) + AT(d));
    for (; i < n; i++)
        out[i] = (add ? out[i] : 0) + ((a[i] + b[i]) + (c[i] + d[i]));
}

static void weighted_sum3(float *out, const float *a, const float *b, const float *c, const float *factors, int n)
{
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        TO(out) = (AT(a) + AT(b) + AT(c)) * AT(factors);
    for (; i < n; i++)
        out[i] = (a[i] + b[i] + c[i]) * factors[i];
}

static void multiply_add(float *sums, const float *a, const float *b, int n)
{
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        TO(sums) += AT(a) * AT(b);
    for (; i < n; i++)
        sums[i] += a[i] * b[i];
}

static float dot(const float *a, const float *b, int n)
{
    Lanes left = { 0 }, right = { 0 };
    float sum = 0;
    int i = 0;
    for (; i + 2 * WIDTH <= n; i += 2 * WIDTH) {
        left += AT(a) * AT(b);
        right += AT(a + WIDTH) * AT(b + WIDTH);
    }
    for (; i < n; i++)
        sum += a[i] * b[i];
    left += right;
    for (int lane = 0; lane < WIDTH; lane++)
        sum += left[lane];
    return sum;
}

static void bend(float *d, const float *weights, float share, float factor, int n)
{
    float mean = share * dot(weights, d, n), scale = factor * share;
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        TO(d) = scale * AT(weights) * (AT(d) - mean);
    for (; i < n; i++)
        d[i] = scale * weights[i] * (d[i] - mean);
}

#define ALL_LOOPS { .sum4 = sum4, .weighted_sum3 = weighted_sum3, .multiply_add = multiply_add, .bend = bend }
