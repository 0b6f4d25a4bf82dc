/**
 * @file
 * The matrices that transform weights, and the transform itself. What goes with them on the other side, for
 * pixels and sums: kernels/transform/.
 */
#include "layers/transform.h"

#include <string.h>

/** F(4x4, 3x3), points 0, 1, -1, 2, -2, infinity. */
static const double winograd3[6 * 3] = {
     1 / 4.,       0,       0,
    -1 / 6., -1 / 6., -1 / 6.,
    -1 / 6.,  1 / 6., -1 / 6.,
    1 / 24., 1 / 12.,  1 / 6.,
    1 / 24., -1 / 12., 1 / 6.,
          0,       0,       1,
};

/** F(4x4, 5x5), points 0, 1, -1, 2, -2, 1/2, -1/2, infinity: each row a factor times the point's powers. */
static const double winograd5[8 * 5] = {
           1,         0,        0,         0,        0,
     -2 / 9.,   -2 / 9.,  -2 / 9.,   -2 / 9.,  -2 / 9.,
     -2 / 9.,    2 / 9.,  -2 / 9.,    2 / 9.,  -2 / 9.,
     1 / 90.,   2 / 90.,  4 / 90.,   8 / 90., 16 / 90.,
     1 / 90.,  -2 / 90.,  4 / 90.,  -8 / 90., 16 / 90.,
    32 / 45.,  16 / 45.,  8 / 45.,   4 / 45.,  2 / 45.,
    32 / 45., -16 / 45.,  8 / 45.,  -4 / 45.,  2 / 45.,
           0,         0,        0,         0,        1,
};

/** A, B, C, D, E of kernels/transform/nearest.h. */
static const double nearest[5 * 3] = {
    1, 1, 0,
    1, 0, 0,
    1, 1, 1,
    0, 0, 1,
    0, 1, 1,
};

/** kernels/transform/stride.h: y0's own two, what both share, y1's own two. */
static const double stride[5 * 3] = {
    1, 0, 0,
    0, 1, 0,
    1, 0, 1,
    0, 0, 1,
    0, 1, 0,
};

/** kernels/transform/stride5.h: F(4, 3) of the even taps, then of the odd ones. */
static const double stride5[11 * 5] = {
     1 / 4.,       0,       0,        0,       0,
    -1 / 6.,       0, -1 / 6.,        0, -1 / 6.,
    -1 / 6.,       0,  1 / 6.,        0, -1 / 6.,
    1 / 24.,       0, 1 / 12.,        0,  1 / 6.,
    1 / 24.,       0, -1 / 12.,       0,  1 / 6.,
          0,       0,       0,        0,       1,
          0,  1 / 4.,       0,        0,       0,
          0, -1 / 6.,       0,  -1 / 6.,       0,
          0, -1 / 6.,       0,   1 / 6.,       0,
          0, 1 / 24.,       0,  1 / 12.,       0,
          0, 1 / 24.,       0, -1 / 12.,       0,
};

static const uint8_t each[11] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, in_pairs[5] = { 0, 0, 1, 2, 2 };
static const uint8_t in_phases[11] = { 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4 };

static const DfTransform transforms[DF_TRANSFORMS] = {
    [DF_TRANSFORM_3] = { DF_TRANSFORM_3, 6, 4, 4, 0, 6, winograd3, 6, 6, each, each },
    [DF_TRANSFORM_5] = { DF_TRANSFORM_5, 8, 4, 4, 0, 8, winograd5, 8, 8, each, each },
    [DF_TRANSFORM_NEAREST] = { DF_TRANSFORM_NEAREST, 3, 4, 2, -1, 5, nearest, 3, 5, in_pairs, each },
    [DF_TRANSFORM_STRIDE] = { DF_TRANSFORM_STRIDE, 5, 2, 4, 0, 5, stride, 5, 3, each, in_pairs },
    [DF_TRANSFORM_STRIDE_5] = { DF_TRANSFORM_STRIDE_5, 11, 4, 8, 0, 11, stride5, 11, 6, each, in_phases },
};

const DfTransform *df_transform_of(const DfConv *conv)
{
    switch (conv->method) {
    case DF_METHOD_WINOGRAD_3: return &transforms[DF_TRANSFORM_3];
    case DF_METHOD_WINOGRAD_5: return &transforms[DF_TRANSFORM_5];
    case DF_METHOD_NEAREST: return &transforms[DF_TRANSFORM_NEAREST];
    case DF_METHOD_STRIDE: return &transforms[DF_TRANSFORM_STRIDE];
    case DF_METHOD_STRIDE_5: return &transforms[DF_TRANSFORM_STRIDE_5];
    default: return NULL;
    }
}

int df_transform_columns(const DfTransform *transform, const DfConv *conv)
{
    return transform->index == DF_TRANSFORM_5 ? df_first_columns(conv->out / 2) : df_product_columns(conv->out);
}

size_t df_transform_weights(const DfTransform *transform, const DfConv *conv)
{
    return (size_t)transform->products * transform->products * conv->in * df_transform_columns(transform, conv);
}

void df_transform_sums(const DfTransform *transform, const DfConv *conv, DfTransformSum list[DF_MOST_PLANES])
{
    size_t matrix = (size_t)conv->in * df_transform_columns(transform, conv), end = 0;
    for (int i = 0; i < transform->sums * transform->sums; i++) {
        DfTransformSum *sum = &list[i];
        *sum = (DfTransformSum){ .weights = end };
        for (int y = 0; y < transform->products; y++)
            for (int x = 0; x < transform->products; x++)
                if (transform->sum_of[y] == i / transform->sums && transform->sum_of[x] == i % transform->sums)
                    sum->planes[sum->count++] = transform->data_of[y] * transform->data + transform->data_of[x];
        end += sum->count * matrix;
    }
}

/* --------------------------------------------------------------------------------- preparation -- */

/** The output channel of a packed column; -1: none. */
static int channel_of(const DfTransform *transform, const DfConv *conv, int column)
{
    int half = conv->out / 2, c = column / DF_PANEL * (DF_PANEL / 2) + column % (DF_PANEL / 2);
    if (transform->index != DF_TRANSFORM_5)
        return column < conv->out ? column : -1;
    return c >= half ? -1 : column == df_first_column(c, 0) ? c : half + c;
}

/** One input channel's taps for a panel of output channels; those that there are not are 0. */
static void gather(const DfConv *conv, const float *raw, const int *outputs, int channel, DfLanes *taps)
{
    int area = conv->kernel * conv->kernel;
    for (int lane = 0; lane < DF_PANEL; lane++) {
        const float *from = raw + ((size_t)DF_MAX(outputs[lane], 0) * conv->in + channel) * area;
        for (int k = 0; k < area; k++)
            taps[k][lane] = outputs[lane] < 0 ? 0 : from[k];
    }
}

/** matrix * taps * matrix', a panel of kernels at once. */
static void transform_taps(const DfTransform *transform, int kernel, const DfLanes *taps, DfLanes *weights)
{
    DfTileWeights *along = df_tile_kernels()->weights;
    DfLanes columns[11 * 5];
    for (int x = 0; x < kernel; x++)
        along(columns + x, kernel, taps + x, kernel, transform->matrix, transform->products, kernel);
    for (int y = 0; y < transform->products; y++)
        along(weights + y * transform->products, 1, columns + y * kernel, 1, transform->matrix, transform->products,
              kernel);
}

/** Where each product's weights go: sum and segment in it, found as df_transform_sums() lists them. */
typedef struct Place {
    size_t weights;
    int rows, first; /* of the sum's matrix; of the segment in it */
} Place;

static void find_places(const DfTransform *transform, const DfConv *conv, Place places[DF_MOST_PLANES])
{
    DfTransformSum sums[DF_MOST_PLANES];
    int seen[DF_MOST_PLANES] = { 0 };
    df_transform_sums(transform, conv, sums);
    for (int i = 0; i < transform->products * transform->products; i++) {
        int y = i / transform->products, x = i % transform->products;
        int sum = transform->sum_of[y] * transform->sums + transform->sum_of[x];
        places[i] = (Place){ sums[sum].weights, sums[sum].count * conv->in, conv->in * seen[sum]++ };
    }
}

/**
 * Input channels whose weights are written together. They lie side by side, and the planes page after page: written
 * channel by channel, each line of the cache is waited for, and preparing a critic's layers takes half as long again.
 * Twice as many would save another quarter, and take 124 KB of stack.
 */
enum { CHANNELS = 8 };

/** A product's weights of those channels, for a panel of output channels. */
typedef float ChannelWeights[CHANNELS][DF_PANEL];

/** Those of input channel `channel`, each product's, as the c-th of the block. */
static void transform_channel(const DfTransform *transform, const DfConv *conv, const float *raw, const int *outputs,
                              int channel, int c, ChannelWeights *block)
{
    DfLanes taps[5 * 5], weights[DF_MOST_PLANES];
    gather(conv, raw, outputs, channel, taps);
    transform_taps(transform, conv->kernel, taps, weights);
    for (int i = 0; i < transform->products * transform->products; i++)
        for (int lane = 0; lane < DF_PANEL; lane++)
            block[i][c][lane] = (float)weights[i][lane];
}

/** `count` channels' weights from `channel` on, to their places. */
static void place_block(const DfTransform *transform, const DfConv *conv, const Place *places, int first,
                        int channel, int count, const ChannelWeights *block, float *prepared)
{
    int columns = df_transform_columns(transform, conv), width = DF_MIN(columns - first, DF_PANEL);
    for (int i = 0; i < transform->products * transform->products; i++)
        for (int c = 0; c < count; c++) {
            const Place *place = &places[i];
            float *to = prepared;
            if (transform->index == DF_TRANSFORM_5)
                to += df_first_place(conv->in, i % 8, channel + c, first) + i / 8 * DF_PANEL;
            else
                to += place->weights + df_product_place(place->rows, columns, place->first + channel + c, first);
            memcpy(to, block[i][c], width * sizeof *to);
        }
}

void df_transform_prepare(const DfTransform *transform, const DfConv *conv, float *prepared, const float *raw)
{
    Place places[DF_MOST_PLANES];
    find_places(transform, conv, places);
    for (int first = 0; first < df_transform_columns(transform, conv); first += DF_PANEL) {
        int outputs[DF_PANEL];
        for (int lane = 0; lane < DF_PANEL; lane++)
            outputs[lane] = channel_of(transform, conv, first + lane);
        for (int channel = 0; channel < conv->in; channel += CHANNELS) {
            ChannelWeights block[DF_MOST_PLANES];
            int count = DF_MIN(conv->in - channel, CHANNELS);
            for (int c = 0; c < count; c++)
                transform_channel(transform, conv, raw, outputs, channel + c, c, block);
            place_block(transform, conv, places, first, channel, count, block, prepared);
        }
    }
}
