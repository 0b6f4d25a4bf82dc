/**
 * @file
 * Adjoints of joints and of a stage's input: what was copied from a place goes back to it; where it was copied four
 * times, their sum.
 */
#include "train/join_backward.h"

#include <string.h>

static void copy_channels(int pixels, const float *from, int pitch, int channels, float *to)
{
    for (int p = 0; to && p < pixels; p++, from += pitch, to += channels)
        memcpy(to, from, channels * sizeof *to);
}

void df_join_backward(int pixels, const float *d_out, int a_channels, int b_channels, float *d_a, float *d_b)
{
    copy_channels(pixels, d_out, a_channels + b_channels, a_channels, d_a);
    copy_channels(pixels, d_out + a_channels, a_channels + b_channels, b_channels, d_b);
}

/** One row of d_a, from the two that it became. */
static void add_rows(int width, const float *above, const float *below, int pitch, int channels, float *d_a)
{
    for (int x = 0; x < width; x++, above += 2 * pitch, below += 2 * pitch, d_a += channels)
        for (int i = 0; i < channels; i++)
            d_a[i] = (above[i] + above[pitch + i]) + (below[i] + below[pitch + i]);
}

void df_up_join_backward(DfShape shape, const float *d_out, int a_channels, float *d_a, float *d_b)
{
    int pitch = a_channels + shape.channels, half = shape.width / 2;
    size_t row = (size_t)shape.width * pitch;
    for (int y = 0; d_a && y < shape.height / 2; y++)
        add_rows(half, d_out + 2 * y * row, d_out + (2 * y + 1) * row, pitch, a_channels,
                 d_a + (size_t)y * half * a_channels);
    copy_channels(shape.height * shape.width, d_out + a_channels, pitch, shape.channels, d_b);
}

static void add_colours(int pixels, int channels, const uint8_t *hole, const float *d_colours, float *d_filled)
{
    for (int p = 0; p < pixels; p++, d_colours += channels, d_filled += 3)
        for (int i = 0; hole[p] && i < 3; i++)
            d_filled[i] += d_colours[i];
}

void df_compose_input_backward(int pixels, const DfInputs *planes, const uint8_t *hole, const float *d_out,
                               float *d_filled)
{
    memset(d_filled, 0, 3 * (size_t)pixels * sizeof *d_filled);
    for (int i = 0; i < planes->count; i++) {
        int colours = planes->list[i] == DF_INPUT_COLOURS;
        if (colours)
            add_colours(pixels, planes->channels, hole, d_out, d_filled);
        d_out += colours ? 3 : 1;
    }
}
