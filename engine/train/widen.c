/**
 * @file
 * Wider layers: channels repeated, weights shared out among the copies.
 */
#include "train/widen.h"

static void append(DfChannelMap *map, int source, float scale)
{
    map->scale[map->count] = scale;
    map->source[map->count++] = source;
}

void df_channel_map_repeat(DfChannelMap *map, int narrow, int wide, double scale)
{
    for (int i = 0; i < wide; i++)
        append(map, narrow ? map->narrow + i % narrow : -1, (float)scale);
    map->narrow += narrow;
}

void df_channel_map_join(DfChannelMap *map, const DfChannelMap *layer)
{
    for (int i = 0; i < layer->count; i++)
        append(map, layer->source[i] < 0 ? -1 : map->narrow + layer->source[i], layer->scale[i]);
    map->narrow += layer->narrow;
}

/** Each input channel's part of its source's weight; the parts of a source's copies sum up to 1 / scale. */
static void draw_shares(const DfChannelMap *in, DfRandom *random, float *shares)
{
    double sums[DF_MOST_CHANNELS] = { 0 }, parts[DF_MOST_CHANNELS];
    for (int i = 0; i < in->count; i++) {
        parts[i] = df_random_uniform(random, 0.5, 1.5);
        if (in->source[i] >= 0)
            sums[in->source[i]] += parts[i];
    }
    for (int i = 0; i < in->count; i++)
        shares[i] = in->source[i] < 0 ? 0 : (float)(parts[i] / (sums[in->source[i]] * in->scale[i]));
}

void df_widen_conv(const DfConv *narrow, const DfChannelMap *in, const DfChannelMap *out, DfRandom random,
                   const float *from, float *to)
{
    int area = narrow->kernel * narrow->kernel;
    const float *from_bias = from + df_conv_weights(narrow);
    float *to_bias = to + (size_t)out->count * in->count * area, shares[DF_MOST_CHANNELS];
    for (int o = 0; o < out->count; o++) {
        const float *source = from + (size_t)out->source[o] * narrow->in * area;
        draw_shares(in, &random, shares);
        for (int i = 0; i < in->count; i++)
            for (int k = 0; k < area; k++)
                *to++ = in->source[i] < 0 ? 0 : out->scale[o] * shares[i] * source[in->source[i] * area + k];
        to_bias[o] = out->scale[o] * from_bias[out->source[o]];
    }
}
