/**
 * @file
 * Pictures in and out of the network: colour order, range, what is known, what is a hole.
 */
#include "layers/layers.h"

#include <math.h>

/** Position of red, green or blue (0, 1, 2) among the network's colours; its own inverse. */
static int place(enum DfOrder order, int colour)
{
    return order == DF_BGR ? 2 - colour : colour;
}

static void colours(int pixels, int channels, const DfRange *range, const DfPicture *picture,
                    const float *filled, float *out)
{
    const float *image = picture->image;
    for (int colour = 0; colour < 3; colour++) {
        int to = place(range->order, colour);
        float scale = range->scale[colour], offset = range->offset[colour];
        float *plane = out + to;
        for (size_t p = 0; p < (size_t)pixels; p++, plane += channels) {
            if (!picture->hole[p])
                *plane = scale * image[3 * p + colour] + offset;
            else
                *plane = filled ? filled[3 * p + to] : range->hole;
        }
    }
}

/** A plane of one value for each pixel. */
static void single(int pixels, int channels, enum DfInput plane, const DfPicture *picture, float *out)
{
    const uint8_t *hole = picture->hole;
    const float *sketch = picture->sketch;
    for (int p = 0; p < pixels; p++, out += channels)
        switch (plane) {
        case DF_INPUT_ONES: *out = 1; break;
        case DF_INPUT_MASK: *out = hole[p] != 0; break;
        default: *out = hole[p] && sketch ? sketch[p] : 0;
        }
}

void df_compose_input(int pixels, const DfInputs *planes, const DfRange *range, const DfPicture *picture,
                      const float *filled, float *out)
{
    float *plane = out;
    for (int i = 0; i < planes->count; i++) {
        if (planes->list[i] == DF_INPUT_COLOURS) {
            colours(pixels, planes->channels, range, picture, filled, plane);
            plane += 3;
            continue;
        }
        single(pixels, planes->channels, planes->list[i], picture, plane++);
    }
}

/** Weights beyond reason overflow to what is no number, and networks without tanh leave the range. */
static float colour_of(float value)
{
    return isnan(value) ? 0 : DF_CLAMP(value, -1, 1);
}

void df_compose_rgb(int pixels, const DfRange *range, const float *picture, float *rgb)
{
    for (int p = 0; p < pixels; p++, picture += 3, rgb += 3)
        for (int colour = 0; colour < 3; colour++) {
            float value = picture[place(range->order, colour)];
            rgb[colour] = colour_of((value - range->offset[colour]) / range->scale[colour]);
        }
}
