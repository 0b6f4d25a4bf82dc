/**
 * @file
 * Weights of convolutions by transforms, for the backward pass: U' from the kernels, and kernels' gradients from dU.
 */
#include <string.h>

#include "train/conv_tiled.h"

DfTransform df_transposed_transform(const DfTransform *transform)
{
    DfTransform transposed = *transform;
    transposed.index = DF_TRANSFORM_3;
    transposed.data = transform->sums;
    transposed.sums = transform->data;
    transposed.data_of = transform->sum_of;
    transposed.sum_of = transform->data_of;
    return transposed;
}

DfConv df_transposed_conv(const DfConv *conv)
{
    DfConv transposed = *conv;
    transposed.in = conv->out;
    transposed.out = conv->in;
    return transposed;
}

static size_t planes(int side)
{
    return (size_t)side * side;
}

size_t df_tiled_backward_sums(const DfTransform *transform, const DfConv *conv)
{
    return df_size_mul(planes(transform->products), df_size_mul(conv->in, conv->out));
}

size_t df_tiled_backward_prepared(const DfTransform *transform, const DfConv *conv)
{
    DfTransform transposed = df_transposed_transform(transform);
    DfConv back = df_transposed_conv(conv);
    return df_size_add(df_transform_weights(&transposed, &back), df_conv_weights(conv));
}

/** Behind the prepared weights is room for the raw ones with channels in and out exchanged. */
void df_tiled_backward_prepare(const DfTransform *transform, const DfConv *conv, float *prepared, const float *raw)
{
    DfTransform transposed = df_transposed_transform(transform);
    DfConv back = df_transposed_conv(conv);
    size_t area = (size_t)conv->kernel * conv->kernel;
    float *exchanged = prepared + df_transform_weights(&transposed, &back);
    for (int o = 0; o < conv->out; o++)
        for (int c = 0; c < conv->in; c++, raw += area)
            memcpy(exchanged + ((size_t)c * conv->out + o) * area, raw, area * sizeof *raw);
    df_transform_prepare(&transposed, &back, prepared, exchanged);
}

/** matrix' * dU * matrix, a panel of kernels at once. */
static void transform_back(const DfTransform *transform, const double *transposed, int kernel, const DfLanes *weights,
                           DfLanes *taps)
{
    DfTileWeights *along = df_tile_kernels()->weights;
    int products = transform->products;
    DfLanes columns[5 * 11];
    for (int x = 0; x < products; x++)
        along(columns + x, products, weights + x, products, transposed, kernel, products);
    for (int y = 0; y < kernel; y++)
        along(taps + y * kernel, 1, columns + y * products, 1, transposed, kernel, products);
}

/** One channel in, a panel of channels out. */
static void finish_panel(const DfTransform *transform, const double *transposed, const DfConv *conv, const float *sums,
                         int channel, int first, float *d_raw)
{
    int width = DF_MIN(conv->out - first, DF_PANEL), area = conv->kernel * conv->kernel;
    DfLanes weights[DF_MOST_PLANES] = { { 0 } }, taps[5 * 5];
    for (size_t i = 0; i < planes(transform->products); i++) {
        const float *from = sums + (i * conv->in + channel) * conv->out + first;
        for (int lane = 0; lane < width; lane++)
            weights[i][lane] = from[lane];
    }
    transform_back(transform, transposed, conv->kernel, weights, taps);
    for (int lane = 0; lane < width; lane++)
        for (int k = 0; k < area; k++)
            d_raw[((size_t)(first + lane) * conv->in + channel) * area + k] = (float)taps[k][lane];
}

void df_tiled_backward_weights(const DfTransform *transform, const DfConv *conv, const float *sums, float *d_raw)
{
    double transposed[5 * 11];
    for (int i = 0; i < transform->products; i++)
        for (int k = 0; k < conv->kernel; k++)
            transposed[k * transform->products + i] = transform->matrix[i * conv->kernel + k];
    for (int channel = 0; channel < conv->in; channel++)
        for (int first = 0; first < conv->out; first += DF_PANEL)
            finish_panel(transform, transposed, conv, sums, channel, first, d_raw);
}
