/**
 * @file
 * Two activations side by side: the refinement's branches on their way into its decoder; in a U-Net what
 * comes from below, enlarged, and what was there on the way down.
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

/** A row of a at twice its width, channels of b between. */
static float *join_row(int width, const float *a, int a_channels, const float *b, int b_channels, float *out)
{
    for (int x = 0; x < width; x++, b += b_channels, out += a_channels + b_channels) {
        memcpy(out, a + (size_t)(x / 2) * a_channels, a_channels * sizeof *out);
        memcpy(out + a_channels, b, b_channels * sizeof *out);
    }
    return out;
}

void df_up_join_forward(DfShape shape, const float *a, const uint8_t *a_mask, int a_channels, const float *b,
                        const uint8_t *b_mask, float *out, uint8_t *masks)
{
    size_t width = shape.width, half = width / 2;
    for (int y = 0; y < shape.height; y++) {
        const uint8_t *from = a_mask + y / 2 * half;
        out = join_row(shape.width, a + y / 2 * half * a_channels, a_channels,
                       b + y * width * shape.channels, shape.channels, out);
        for (size_t x = 0; x < width; x++)
            *masks++ = from[x / 2];
    }
    memcpy(masks, b_mask, shape.height * width);
}
