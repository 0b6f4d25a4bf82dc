/**
 * @file
 * The adjoint of a convolution: which form its method takes, and the biases.
 */
#include "train/conv_backward.h"

#include <string.h>

#include "train/conv_direct.h"
#include "train/conv_tiled.h"

/** Pixels whose gradients are summed in floats; sums of those are doubles. */
enum { BIAS_PIXELS = 256 };

enum DfMethod df_conv_backward_choose(const DfConv *conv)
{
    DfConv gated = *conv;
    gated.activation = conv->out % 2 ? DF_TANH : DF_GATE_ELU;
    return df_conv_choose(&gated);
}

size_t df_conv_backward_prepared(const DfConv *conv)
{
    const DfTransform *transform = df_transform_of(conv);
    return transform ? df_tiled_backward_prepared(transform, conv) : df_conv_weights(conv);
}

void df_conv_backward_prepare(const DfConv *conv, float *prepared, const float *raw)
{
    const DfTransform *transform = df_transform_of(conv);
    if (transform)
        df_tiled_backward_prepare(transform, conv, prepared, raw);
    else
        df_direct_backward_prepare(conv, prepared, raw);
}

size_t df_conv_backward_sums(const DfConv *conv)
{
    const DfTransform *transform = df_transform_of(conv);
    return transform ? df_tiled_backward_sums(transform, conv) : df_conv_weights(conv);
}

/* --------------------------------------------------------------------------------------- biases -- */

typedef struct Biases {
    int pixels, channels;
    const float *d_product;
    float *sums; /* of each unit */
} Biases;

static int bias_units(int pixels)
{
    return (pixels + BIAS_PIXELS - 1) / BIAS_PIXELS;
}

static size_t bias_bytes(DfShape out)
{
    return df_size_align(df_size_mul(df_size_mul(bias_units(out.height * out.width), out.channels), sizeof(float)));
}

static void sum_biases(void *opaque, int unit, int thread)
{
    const Biases *b = opaque;
    int first = unit * BIAS_PIXELS, end = DF_MIN(first + BIAS_PIXELS, b->pixels), channels = b->channels;
    float *sums = memset(b->sums + (size_t)unit * channels, 0, channels * sizeof *sums);
    const float *from = b->d_product + (size_t)first * channels;
    (void)thread;
    for (int p = first; p < end; p++, from += channels)
        for (int c = 0; c < channels; c++)
            sums[c] += from[c];
}

static void add_biases(DfShape out, const float *d_product, const DfParallel *parallel, float *d_bias, float *sums)
{
    Biases b = { out.height * out.width, out.channels, d_product, sums };
    int units = bias_units(b.pixels);
    df_parallel_for(parallel, units, sum_biases, &b);
    for (int c = 0; c < b.channels; c++) {
        double sum = d_bias[c];
        for (int unit = 0; unit < units; unit++)
            sum += sums[(size_t)unit * b.channels + c];
        d_bias[c] = (float)sum;
    }
}

/* ------------------------------------------------------------------------------------- the whole -- */

size_t df_conv_backward_scratch(const DfConv *conv, DfShape in, int threads)
{
    const DfTransform *transform = df_transform_of(conv);
    if (transform)
        return df_tiled_backward_scratch(transform, conv, in, threads);
    return DF_MAX(df_direct_backward_scratch(conv, in), bias_bytes(df_conv_shape(conv, in)));
}

void df_conv_backward(const DfConv *conv, const float *prepared, DfShape in, const float *source,
                      const float *d_product, const DfParallel *parallel, float *d_source, float *sums,
                      float *d_bias, void *scratch)
{
    const DfTransform *transform = df_transform_of(conv);
    if (transform) {
        df_tiled_backward(transform, conv, prepared, in, source, d_product, parallel, d_source, sums, d_bias, scratch);
        return;
    }
    if (d_bias)
        add_biases(df_conv_shape(conv, in), d_product, parallel, d_bias, scratch);
    if (d_source || sums)
        df_direct_backward(conv, prepared, in, source, d_product, parallel, d_source, sums, scratch);
}

void df_conv_backward_weights(const DfConv *conv, const float *sums, float *d_raw)
{
    const DfTransform *transform = df_transform_of(conv);
    if (transform)
        df_tiled_backward_weights(transform, conv, sums, d_raw);
    else
        df_direct_backward_weights(conv, sums, d_raw);
}
