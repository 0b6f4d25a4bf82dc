/**
 * @file
 * A convolution with three outputs and tanh: dot products, as a matrix product three columns wide is slow.
 */
#include "kernels/kernels.h"

#include <math.h>

void df_dots_c(float *out, const float *rows, const float *weight, const float *bias, int pixels, int k)
{
    for (int p = 0; p < pixels; p++, rows += k)
        for (int j = 0; j < 3; j++) {
            float sum = 0;
            for (int i = 0; i < k; i++)
                sum += rows[i] * weight[j * k + i];
            *out++ = sum + bias[j];
        }
}

void df_rgb_c(float *out, const float *rows, const float *weight, const float *bias, int pixels, int k)
{
    df_dots_c(out, rows, weight, bias, pixels, k);
    for (int i = 0; i < 3 * pixels; i++)
        out[i] = tanhf(out[i]);
}

void df_gate_tanh_c(float *out, const float *gate, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = tanhf(out[i] / (1 + expf(-gate[i])));
}
