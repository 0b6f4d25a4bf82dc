/**
 * @file
 * Loops over one row of the attention's scores.
 */
#include "kernels/kernels.h"

#include <math.h>

void df_sum3_c(float *out, const float *a, const float *b, const float *c, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = a[i] + b[i] + c[i];
}

void df_softmax_c(float *row, const float *known, float unknown, float scale, int n)
{
    float max = -INFINITY, sum = 0;
    for (int i = 0; i < n; i++) {
        row[i] = row[i] * (known[i] * scale) + (1 - known[i]) * unknown;
        max = fmaxf(max, row[i]);
    }
    for (int i = 0; i < n; i++) {
        row[i] = expf(row[i] - max);
        sum += row[i];
    }
    for (int i = 0; i < n; i++)
        row[i] = row[i] / sum * known[i];
}
