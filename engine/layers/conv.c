/**
 * @file
 * Convolution, and its direct method, a matrix product: strips of windows laid out as rows (im2col), one product
 * a strip, and the activation on the strip while it is in cache. Nearest-neighbour upsampling is an index rule of
 * im2col: the enlarged picture never exists.
 */
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "layers/strips.h"
#include "layers/tiled.h"

#include <string.h>

/*
 * Bytes of a strip's rows: half of a small L2 cache (512 KiB), which leaves room for the product. The matrix
 * library packs weights anew for each strip, so that much smaller strips would pay for it.
 */
#define STRIP_BYTES (256 << 10)
/* Rows of a product below which the library's own kernels lose their rhythm. */
#define STRIP_LEAST 64

/* --------------------------------------------------------------------------------------- shapes -- */

static size_t row_length(const DfConv *conv)
{
    return (size_t)conv->kernel * conv->kernel * conv->in;
}

/** What the windows see of a side: the source, or the source at twice its size. */
static int seen(const DfConv *conv, int side)
{
    return side << conv->up;
}

static int reduced(const DfConv *conv, int side)
{
    return (seen(conv, side) + conv->stride - 1) / conv->stride;
}

/**
 * TensorFlow's SAME: the lesser half of the padding comes first; stride 2 on an even side pads after only.
 * Padding by half a kernel on every side gives outputs as many.
 */
int df_conv_padding(const DfConv *conv, int side)
{
    if (conv->padding != DF_PAD_SAME)
        return conv->kernel / 2 * conv->rate;
    int reach = (reduced(conv, side) - 1) * conv->stride + (conv->kernel - 1) * conv->rate + 1;
    return DF_MAX(reach - seen(conv, side), 0) / 2;
}

static int strip_pixels(const DfConv *conv, DfShape out)
{
    int fitting = (int)(STRIP_BYTES / (row_length(conv) * sizeof(float)));
    fitting = DF_MAX(fitting / 16 * 16, STRIP_LEAST);
    return DF_MIN(fitting, out.height * out.width);
}

size_t df_shape_count(DfShape shape)
{
    return df_size_mul(df_size_mul(shape.height, shape.width), shape.channels);
}

DfShape df_conv_shape(const DfConv *conv, DfShape in)
{
    int channels = df_is_gate(conv->activation) ? conv->out / 2 : conv->out;
    return (DfShape){ reduced(conv, in.height), reduced(conv, in.width), channels };
}

size_t df_conv_weights(const DfConv *conv)
{
    return row_length(conv) * conv->out;
}

int df_conv_is_rgb(const DfConv *conv)
{
    return conv->activation == DF_TANH || conv->activation == DF_GATE_TANH ||
           (conv->activation == DF_LINEAR && conv->out == 3);
}

/* Columns that are transposed side by side: a cache line. */
#define COLUMNS 16

/** [out][in][ky][kx] to [ky][kx][in][out], the right factor of rows x weights. */
static void transpose(const DfConv *conv, float *prepared, const float *raw)
{
    size_t area = conv->kernel * conv->kernel, length = row_length(conv);
    for (int first = 0; first < conv->out; first += COLUMNS) {
        int count = DF_MIN(COLUMNS, conv->out - first);
        const float *from = raw + first * length;
        for (int c = 0; c < conv->in; c++)
            for (size_t k = 0; k < area; k++, from++) {
                float *to = prepared + (k * conv->in + c) * conv->out + first;
                for (int o = 0; o < count; o++)
                    to[o] = from[o * length];
            }
    }
}

/** [out][in][ky][kx] to [out][ky][kx][in], for the dot products of the RGB kernels. */
static void reorder(const DfConv *conv, float *prepared, const float *raw)
{
    int area = conv->kernel * conv->kernel;
    for (int o = 0; o < conv->out; o++, prepared += row_length(conv))
        for (int c = 0; c < conv->in; c++)
            for (int k = 0; k < area; k++)
                prepared[k * conv->in + c] = *raw++;
}

void df_conv_prepare(const DfConv *conv, float *prepared, const float *raw)
{
    const DfTransform *transform = df_transform_of(conv);
    if (transform)
        df_transform_prepare(transform, conv, prepared, raw);
    else if (df_conv_is_rgb(conv))
        reorder(conv, prepared, raw);
    else
        transpose(conv, prepared, raw);
}

size_t df_conv_prepared(const DfConv *conv)
{
    const DfTransform *transform = df_transform_of(conv);
    return transform ? df_transform_weights(transform, conv) : df_conv_weights(conv);
}

size_t df_conv_scratch(const DfConv *conv, DfShape in, int threads)
{
    const DfTransform *transform = df_transform_of(conv);
    if (transform)
        return df_tiled_scratch(transform, conv, in, threads);
    size_t pixels = strip_pixels(conv, df_conv_shape(conv, in));
    size_t rows = df_size_align(pixels * row_length(conv) * sizeof(float));
    return df_size_add(rows, df_size_align(pixels * conv->out * sizeof(float)));
}

static void linear(const DfConv *conv, const float *rows, int pixels, float *out)
{
    int length = (int)row_length(conv);
    df_gemm(pixels, conv->out, length, rows, length, conv->weight, conv->out, out, conv->out);
    for (int p = 0; p < pixels; p++, out += conv->out)
        for (int c = 0; c < conv->out; c++)
            out[c] += conv->bias[c];
}

static void strip(const DfConv *conv, const float *rows, int pixels, float *product, float *out)
{
    const DfKernels *kernels = df_kernels();
    int length = (int)row_length(conv);
    switch (conv->activation) {
    case DF_TANH:
        kernels->rgb(out, rows, conv->weight, conv->bias, pixels, length);
        return;
    case DF_GATE_TANH:
        kernels->dots(out, rows, conv->weight, conv->bias, pixels, length);
        kernels->dots(product, rows, conv->weight + 3 * length, conv->bias + 3, pixels, length);
        kernels->gate_tanh(out, product, 3 * pixels);
        return;
    case DF_LINEAR:
        if (df_conv_is_rgb(conv))
            kernels->dots(out, rows, conv->weight, conv->bias, pixels, length);
        else
            linear(conv, rows, pixels, out);
        return;
    default:
        df_gemm(pixels, conv->out, length, rows, length, conv->weight, conv->out, product, conv->out);
        kernels->gate(out, product, conv->bias, pixels, conv->out / 2, conv->activation == DF_GATE_RELU);
    }
}

DfWindow df_conv_window(const DfConv *conv, DfShape in)
{
    return (DfWindow){
        .height = in.height, .width = in.width, .channels = in.channels, .up = conv->up,
        .kernel = conv->kernel, .stride = conv->stride, .rate = conv->rate,
        .top = df_conv_padding(conv, in.height), .left = df_conv_padding(conv, in.width),
        .reflect = conv->padding == DF_PAD_REFLECT, .out_width = df_conv_shape(conv, in).width,
    };
}

DfStrips df_conv_strips(const DfConv *conv, DfShape in, void *scratch)
{
    DfShape out = df_conv_shape(conv, in);
    DfStrips strips = {
        .pixels = out.height * out.width, .step = strip_pixels(conv, out), .length = (int)row_length(conv),
        .window = df_conv_window(conv, in),
    };
    size_t rows = (size_t)strips.step * strips.length * sizeof(float);
    strips.rows = scratch;
    strips.product = (float *)((char *)scratch + df_size_align(rows));
    return strips;
}

static void forward_in_strips(const DfConv *conv, DfShape in, const float *source, float *out, void *scratch)
{
    DfStrips strips = df_conv_strips(conv, in, scratch);
    size_t channels = df_conv_shape(conv, in).channels;
    for (int first = 0; first < strips.pixels; first += strips.step) {
        int count = DF_MIN(strips.step, strips.pixels - first);
        df_im2col(strips.rows, &strips.window, source, first, count);
        strip(conv, strips.rows, count, strips.product, out + first * channels);
    }
}

void df_conv_forward(const DfConv *conv, DfShape in, const float *source, const uint8_t *needed,
                     const DfParallel *parallel, float *out, void *scratch)
{
    const DfTransform *transform = df_transform_of(conv);
    if (transform)
        df_tiled_forward(transform, conv, in, source, needed, parallel, out, scratch);
    else
        forward_in_strips(conv, in, source, out, scratch);
}

/** Where every output is needed, so is every pixel. */
void df_conv_need(const DfConv *conv, DfShape in, const uint8_t *needed, uint8_t *pixels)
{
    const DfTransform *transform = df_transform_of(conv);
    DfShape out = df_conv_shape(conv, in);
    if (transform && memchr(needed, 0, (size_t)out.height * out.width)) {
        DfTiling tiling = df_tiling(transform, conv, in);
        df_tiling_mark(&tiling, needed, pixels);
    } else {
        memset(pixels, 1, (size_t)in.height * in.width);
    }
}
