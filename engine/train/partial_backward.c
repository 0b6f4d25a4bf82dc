/**
 * @file
 * The adjoint of partial convolutions: that of the convolution, with a weight a window.
 */
#include "train/partial_backward.h"

#include <string.h>

#include "train/conv_backward.h"

/** Where what lies in scratch memory. */
typedef struct Room {
    float *factors, *d_product;
    uint8_t *mask;
    int *columns;
    void *rest;
} Room;

/** Unless base is NULL, buffers; returns the bytes that they take. */
static size_t lay_out(Room *room, const DfConv *conv, DfShape in, int threads, char *base)
{
    DfShape out = df_conv_shape(conv, in);
    size_t pixels = df_size_mul(out.height, out.width), end = 0;
    room->factors = df_carve(base, &end, df_size_mul(pixels, sizeof(float)));
    room->d_product = df_carve(base, &end, df_size_mul(df_size_mul(pixels, conv->out), sizeof(float)));
    room->mask = df_carve(base, &end, pixels);
    room->columns = df_carve(base, &end, in.width * sizeof(int));
    room->rest = df_carve(base, &end, df_conv_backward_scratch(conv, in, threads));
    return end;
}

size_t df_partial_backward_scratch(const DfConv *conv, DfShape in, int threads)
{
    Room room;
    return lay_out(&room, conv, in, threads, NULL);
}

/** d_product = d_out times the window's factor; or times whether it has one. */
static void weigh(int pixels, int channels, const float *d_out, const float *factors, int biased, float *d_product)
{
    for (int p = 0; p < pixels; p++, d_out += channels, d_product += channels) {
        float factor = biased ? factors[p] > 0 : factors[p];
        for (int c = 0; c < channels; c++)
            d_product[c] = factor * d_out[c];
    }
}

/** Nothing comes of values that are not known. */
static void mask_source(DfShape in, const DfKnown *known, float *d_source)
{
    size_t pixels = (size_t)in.height * in.width;
    for (int i = 0, first = 0; i < known->count; first += known->channels[i++])
        for (size_t p = 0; p < pixels; p++)
            if (!known->masks[i * pixels + p])
                memset(d_source + p * in.channels + first, 0, known->channels[i] * sizeof *d_source);
}

void df_partial_backward(const DfConv *conv, const DfPartialRules *rules, const float *prepared, DfShape in,
                         const float *source, const DfKnown *known, const float *d_out, const DfParallel *parallel,
                         float *d_source, float *sums, float *d_bias, void *scratch)
{
    DfShape out = df_conv_shape(conv, in);
    int pixels = out.height * out.width;
    Room room;
    lay_out(&room, conv, in, parallel ? parallel->threads : 1, scratch);
    df_partial_factors(conv, rules, in, known, room.columns, room.factors, room.mask);
    if (d_bias) {
        weigh(pixels, conv->out, d_out, room.factors, 1, room.d_product);
        df_conv_backward(conv, NULL, in, NULL, room.d_product, parallel, NULL, NULL, d_bias, room.rest);
    }
    weigh(pixels, conv->out, d_out, room.factors, 0, room.d_product);
    df_conv_backward(conv, prepared, in, source, room.d_product, parallel, d_source, sums, NULL, room.rest);
    if (d_source)
        mask_source(in, known, d_source);
}
