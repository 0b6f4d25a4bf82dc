/**
 * @file
 * Two activations side by side: the refinement's branches on their way into its decoder.
 */
#include "layers/layers.h"

#include <string.h>

void df_join_forward(int pixels, const float *a, int a_channels, const float *b, int b_channels, float *out)
{
    for (int p = 0; p < pixels; p++) {
        memcpy(out, a, a_channels * sizeof *out);
        memcpy(out + a_channels, b, b_channels * sizeof *out);
        out += a_channels + b_channels;
        a += a_channels;
        b += b_channels;
    }
}
