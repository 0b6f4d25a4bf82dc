/**
 * @file
 * Partial convolution (Liu et al., "Image Inpainting for Irregular Holes Using Partial Convolutions", ECCV
 * 2018, equations 1 and 2), as a matrix product in strips. With X 0 where M is, W(X * M) is the convolution;
 * what differs follows the product, a factor for each window. It rests on the number of known values in the
 * window: columns of the window's rows are counted once, then summed window by window, all in integers.
 */
#include "kernels/gemm.h"
#include "layers/strips.h"

#include <string.h>

#define LEAKY_SLOPE 0.2f

/* ---------------------------------------------------------------------------------- preparation -- */

void df_partial_fold(const DfConv *conv, float *raw, float *bias, const float *scale, const float *shift)
{
    size_t length = (size_t)conv->kernel * conv->kernel * conv->in;
    for (int o = 0; o < conv->out; o++, raw += length) {
        for (size_t i = 0; i < length; i++)
            raw[i] *= scale[o];
        bias[o] = bias[o] * scale[o] + shift[o];
    }
}

static size_t factors_room(const DfConv *conv, DfShape in)
{
    DfShape out = df_conv_shape(conv, in);
    return df_size_align(df_size_mul(df_size_mul(out.height, out.width), sizeof(float)));
}

static size_t columns_room(DfShape in)
{
    return df_size_align(in.width * sizeof(int));
}

size_t df_partial_scratch(const DfConv *conv, DfShape in)
{
    return df_size_add(df_size_add(factors_room(conv, in), columns_room(in)), df_conv_scratch(conv, in, 1));
}

/* -------------------------------------------------------------------------------- known values -- */

/** Known values, of all channels, in each column of the rows that windows of output row y see. */
static void count_columns(const DfConv *conv, DfShape in, const DfKnown *known, int y, int *columns)
{
    int top = y * conv->stride - conv->kernel / 2;
    int first = DF_MAX(top, 0), end = DF_MIN(top + conv->kernel, in.height);
    memset(columns, 0, in.width * sizeof *columns);
    for (int i = 0; i < known->count; i++)
        for (int row = first; row < end; row++) {
            const uint8_t *line = known->masks + ((size_t)i * in.height + row) * in.width;
            for (int x = 0; x < in.width; x++)
                columns[x] += known->channels[i] * line[x];
        }
}

static int count_window(const DfConv *conv, DfShape in, const int *columns, int x)
{
    int left = x * conv->stride - conv->kernel / 2, sum = 0;
    int first = DF_MAX(left, 0), end = DF_MIN(left + conv->kernel, in.width);
    for (int i = first; i < end; i++)
        sum += columns[i];
    return sum;
}

void df_partial_factors(const DfConv *conv, const DfPartialRules *rules, DfShape in, const DfKnown *known,
                        int *columns, float *factors, uint8_t *mask)
{
    DfShape out = df_conv_shape(conv, in);
    float whole = rules->mean ? (float)(conv->kernel * conv->kernel * conv->in) : 1;
    for (int y = 0; y < out.height; y++) {
        count_columns(conv, in, known, y, columns);
        for (int x = 0; x < out.width; x++) {
            int sum = count_window(conv, in, columns, x);
            *factors++ = sum ? whole / sum : 0;
            *mask++ = sum > 0;
        }
    }
}

/* ---------------------------------------------------------------------------------------- strips -- */

/** One pixel's channels; in place where `out` is `product`. */
static void finish_pixel(const DfConv *conv, const float *product, float factor, float *out)
{
    const float *bias = conv->bias;
    int channels = conv->out;
    for (int c = 0; c < channels; c++)
        out[c] = product[c] * factor + bias[c];
    if (conv->activation == DF_RELU)
        for (int c = 0; c < channels; c++)
            out[c] = out[c] > 0 ? out[c] : 0;
    else if (conv->activation == DF_LEAKY)
        for (int c = 0; c < channels; c++)
            out[c] = out[c] > 0 ? out[c] : LEAKY_SLOPE * out[c];
}

static void strip(const DfConv *conv, const DfStrips *strips, const float *factors, int pixels, float *out)
{
    static const float no_bias[3];
    int channels = conv->out, length = strips->length;
    if (df_conv_is_rgb(conv))
        df_kernels()->dots(strips->product, strips->rows, conv->weight, no_bias, pixels, length);
    else
        df_gemm(pixels, channels, length, strips->rows, length, conv->weight, channels, strips->product,
                channels);
    for (int p = 0; p < pixels; p++, out += channels) {
        if (factors[p] > 0)
            finish_pixel(conv, strips->product + (size_t)p * channels, factors[p], out);
        else
            memset(out, 0, channels * sizeof *out);
    }
}

void df_partial_forward(const DfConv *conv, const DfPartialRules *rules, DfShape in, const float *source,
                        const DfKnown *known, float *out, uint8_t *mask, void *scratch)
{
    float *factors = scratch;
    int *columns = (int *)((char *)factors + factors_room(conv, in));
    DfStrips strips = df_conv_strips(conv, in, (char *)columns + columns_room(in));
    df_partial_factors(conv, rules, in, known, columns, factors, mask);
    for (int first = 0; first < strips.pixels; first += strips.step) {
        int count = DF_MIN(strips.step, strips.pixels - first);
        df_im2col(strips.rows, &strips.window, source, first, count);
        strip(conv, &strips, factors + first, count, out + (size_t)first * conv->out);
    }
}
