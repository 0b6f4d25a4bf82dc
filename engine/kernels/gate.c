/**
 * @file
 * The gate of a gated convolution: feature half through its activation, times the sigmoid of the gate half.
 */
#include "kernels/kernels.h"

#include <math.h>

static float activate(float v, int relu)
{
    if (v > 0)
        return v;
    return relu ? 0 : expm1f(v);
}

void df_gate_c(float *out, const float *in, const float *bias, int pixels, int half, int relu)
{
    for (int p = 0; p < pixels; p++, out += half, in += 2 * half)
        for (int c = 0; c < half; c++)
            out[c] = activate(in[c] + bias[c], relu) / (1 + expf(-(in[half + c] + bias[half + c])));
}
