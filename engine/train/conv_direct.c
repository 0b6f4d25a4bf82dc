/**
 * @file
 * Strip by strip: windows become rows; ranges of columns are multiplied with the strip's dY, for the weights' sums,
 * and replaced by columns of dY W, the gradients of what the windows saw; bands of the source's rows collect those.
 * No two units write the same float, and each float is summed in the order of windows and taps.
 */
#include "train/conv_direct.h"

#include <string.h>

#include "kernels/gemm.h"
#include "layers/strips.h"
#include "train/outer.h"

/** Bytes of a strip's rows, which four passes go over: part of a last-level cache. */
#define STRIP_BYTES ((size_t)1 << 20)
/** Windows of a strip at least: the library packs weights anew for each. */
enum { LEAST_PIXELS = 128 };
/** Windows that a unit lays out; columns that one multiplies, at least; rows of the source that one collects. */
enum { LAY_OUT = 64, LEAST_COLUMNS = 64, MOST_RANGES = 16, BAND = 8 };
/** Floats of a cache line. */
enum { LINE = DF_ALIGN / sizeof(float) };

typedef struct Direct {
    DfWindow window;
    DfShape out;
    int length;  /* floats of a row */
    int columns; /* of a unit */
    int strip;   /* windows of a strip */
    int first, count; /* windows of the strip in progress */
    const float *weights, *source, *d_product;
    float *rows, *d_source, *sums;
    const float *bias;
    float *product; /* of the forward pass */
} Direct;

static Direct measure(const DfConv *conv, DfShape in)
{
    Direct d = { .window = df_conv_window(conv, in), .out = df_conv_shape(conv, in) };
    d.length = conv->kernel * conv->kernel * conv->in;
    int range = (d.length + MOST_RANGES - 1) / MOST_RANGES;
    d.columns = DF_MAX((range + 15) / 16 * 16, LEAST_COLUMNS);
    size_t fitting = STRIP_BYTES / (d.length * sizeof(float));
    int pixels = d.out.height * d.out.width;
    d.strip = (int)DF_MIN(DF_MAX(fitting, LEAST_PIXELS), (size_t)pixels);
    return d;
}

size_t df_direct_backward_scratch(const DfConv *conv, DfShape in)
{
    Direct d = measure(conv, in);
    return df_size_align(df_size_mul(df_size_mul(d.strip, d.length), sizeof(float)));
}

void df_direct_backward_prepare(const DfConv *conv, float *prepared, const float *raw)
{
    int area = conv->kernel * conv->kernel;
    for (int o = 0; o < conv->out; o++, prepared += area * conv->in)
        for (int c = 0; c < conv->in; c++)
            for (int k = 0; k < area; k++)
                prepared[k * conv->in + c] = *raw++;
}

/** A cache line of channels out at a time. */
void df_direct_backward_weights(const DfConv *conv, const float *sums, float *d_raw)
{
    size_t area = (size_t)conv->kernel * conv->kernel, length = area * conv->in;
    for (int first = 0; first < conv->out; first += LINE) {
        int count = DF_MIN(LINE, conv->out - first);
        float *to = d_raw + first * length;
        for (int c = 0; c < conv->in; c++)
            for (size_t k = 0; k < area; k++, to++) {
                const float *from = sums + (k * conv->in + c) * conv->out + first;
                for (int o = 0; o < count; o++)
                    to[o * length] = from[o];
            }
    }
}

static void lay_out(void *opaque, int unit, int thread)
{
    const Direct *d = opaque;
    int first = unit * LAY_OUT, count = DF_MIN(LAY_OUT, d->count - first);
    (void)thread;
    df_im2col(d->rows + (size_t)first * d->length, &d->window, d->source, d->first + first, count);
}

/** A range of the rows' columns. */
static void multiply(void *opaque, int unit, int thread)
{
    const Direct *d = opaque;
    int first = unit * d->columns, columns = DF_MIN(d->columns, d->length - first), out = d->out.channels;
    const float *d_product = d->d_product + (size_t)d->first * out;
    (void)thread;
    if (d->sums)
        df_outer_add(&(DfOuter){
            .m = columns, .n = out, .rows = d->count, .a = d->rows + first, .lda = d->length, .b = d_product,
            .ldb = out, .out = d->sums + (size_t)first * out, .ldo = out,
        });
    if (d->d_source)
        df_gemm(d->count, columns, out, d_product, out, d->weights + first, d->length, d->rows + first, d->length);
}

static void add(float *to, const float *from, int count)
{
    for (int i = 0; i < count; i++)
        to[i] += from[i];
}

/** A line of a window, whose first pixel is seen in column x, to a row of the source. */
static void add_line(const DfWindow *w, float *line, const float *from, int x)
{
    if (w->rate == 1 && !w->up && x >= 0 && x + w->kernel <= w->width) {
        add(line + (size_t)x * w->channels, from, w->kernel * w->channels);
        return;
    }
    for (int kx = 0; kx < w->kernel; kx++, x += w->rate, from += w->channels) {
        int to = df_window_pixel(w, x, w->width);
        if (to >= 0)
            add(line + (size_t)to * w->channels, from, w->channels);
    }
}

/** Line ky of the strip's windows from `first` to `end` - 1, all of output row y. */
static void add_lines(const Direct *d, float *line, int ky, int first, int end)
{
    const DfWindow *w = &d->window;
    const float *from = d->rows + (size_t)(first - d->first) * d->length + ky * w->kernel * w->channels;
    for (int x = first % w->out_width; first < end; first++, x++, from += d->length)
        add_line(w, line, from, x * w->stride - w->left);
}

/** A band of the source's rows, from what all windows saw of it. */
static void collect(void *opaque, int unit, int thread)
{
    const Direct *d = opaque;
    const DfWindow *w = &d->window;
    int end = d->first + d->count, next;
    (void)thread;
    for (int first = d->first; first < end; first = next) {
        int y = first / w->out_width;
        next = DF_MIN((y + 1) * w->out_width, end);
        for (int ky = 0; ky < w->kernel; ky++) {
            int row = df_window_pixel(w, y * w->stride - w->top + ky * w->rate, w->height);
            if (row >= 0 && row / BAND == unit)
                add_lines(d, d->d_source + (size_t)row * w->width * w->channels, ky, first, next);
        }
    }
}

static int units(int count, int of)
{
    return (count + of - 1) / of;
}

void df_direct_backward(const DfConv *conv, const float *prepared, DfShape in, const float *source,
                        const float *d_product, const DfParallel *parallel, float *d_source, float *sums,
                        void *scratch)
{
    Direct d = measure(conv, in);
    int pixels = d.out.height * d.out.width;
    d.weights = prepared;
    d.source = source;
    d.d_product = d_product;
    d.d_source = d_source;
    d.sums = sums;
    d.rows = scratch;
    if (d_source)
        memset(d_source, 0, df_shape_count(in) * sizeof *d_source);
    for (; d.first < pixels; d.first += d.count) {
        d.count = DF_MIN(d.strip, pixels - d.first);
        if (sums)
            df_parallel_for(parallel, units(d.count, LAY_OUT), lay_out, &d);
        df_parallel_for(parallel, units(d.length, d.columns), multiply, &d);
        if (d_source)
            df_parallel_for(parallel, units(in.height, BAND), collect, &d);
    }
}

/* -------------------------------------------------------------------------------------- forward -- */

/** A range of the outputs' channels. */
static void multiply_forward(void *opaque, int unit, int thread)
{
    const Direct *d = opaque;
    int out = d->out.channels, first = unit * LEAST_COLUMNS, columns = DF_MIN(LEAST_COLUMNS, out - first);
    float *to = d->product + (size_t)d->first * out + first;
    (void)thread;
    df_gemm_bt(d->count, columns, d->length, d->rows, d->length, d->weights + (size_t)first * d->length, d->length, to,
               out);
    for (int p = 0; p < d->count; p++, to += out)
        add(to, d->bias + first, columns);
}

void df_direct_forward(const DfConv *conv, const float *prepared, DfShape in, const float *source,
                       const DfParallel *parallel, float *out, void *scratch)
{
    Direct d = measure(conv, in);
    int pixels = d.out.height * d.out.width;
    d.weights = prepared;
    d.source = source;
    d.bias = conv->bias;
    d.product = out;
    d.rows = scratch;
    for (; d.first < pixels; d.first += d.count) {
        d.count = DF_MIN(d.strip, pixels - d.first);
        df_parallel_for(parallel, units(d.count, LAY_OUT), lay_out, &d);
        df_parallel_for(parallel, units(d.out.channels, LEAST_COLUMNS), multiply_forward, &d);
    }
}
