/**
 * @file
 * Pictures in and out of the network: colour order, what is known, what is a hole.
 */
#include "layers/layers.h"

/* Position of red, green or blue (0, 1, 2) among the network's colours; its own inverse. */
static int place(enum DfOrder order, int colour)
{
    return order == DF_BGR ? 2 - colour : colour;
}

void df_compose_input(int pixels, int channels, enum DfOrder order, const float *image, const uint8_t *hole,
                      const float *sketch, float *out)
{
    for (int p = 0; p < pixels; p++, out += channels) {
        int inside = hole[p] != 0;
        for (int colour = 0; colour < 3; colour++)
            out[place(order, colour)] = inside ? 0 : image[3 * (size_t)p + colour];
        if (channels == 6)
            out[3] = inside && sketch ? sketch[p] : 0;
        out[channels - 2] = 1;
        out[channels - 1] = inside;
    }
}

void df_compose_coarse(int pixels, enum DfOrder order, const float *coarse, const float *image,
                       const uint8_t *hole, float *out)
{
    for (int p = 0; p < pixels; p++, out += 3, coarse += 3, image += 3)
        for (int colour = 0; colour < 3; colour++) {
            int to = place(order, colour);
            out[to] = hole[p] ? coarse[to] : image[colour];
        }
}

/* tanh ends at -1 and 1, but weights beyond reason overflow before it: what is no colour becomes grey. */
static float colour_of(float value)
{
    return value >= -1 && value <= 1 ? value : 0;
}

void df_compose_rgb(int pixels, enum DfOrder order, const float *picture, float *rgb)
{
    for (int p = 0; p < pixels; p++, picture += 3, rgb += 3)
        for (int colour = 0; colour < 3; colour++)
            rgb[colour] = colour_of(picture[place(order, colour)]);
}
