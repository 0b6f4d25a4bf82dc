/**
 * @file
 * The transforms that a convolution of tiles takes (kernels/tile.h), as data: sizes, and the matrix that makes a
 * kernel's transformed weights. What each saves, and what it costs in accuracy, on this network: products for
 * one output of the direct method, and rounding error of the network's output.
 *
 *   3        F(4x4, 3x3)        36 for 144     3e-5 instead of 1e-5
 *   5        F(4x4, 5x5)        64 for 400     the same
 *   nearest  of the enlarged    25 for 144     none
 *   stride   every other one    25 for 36      none
 *   stride5  every other one    121 for 400    of critics, in training alone
 *
 * Larger tiles, F(6x6, 3x3), save no time here: the transforms take what the products spare.
 */
#ifndef DF_TRANSFORM_H
#define DF_TRANSFORM_H

#include "layers/layers.h"

/** Everything along one side; tiles are square. */
typedef struct DfTransform {
    enum DfTransformIndex index;
    int in, out;          /**< pixels that a tile reads, outputs that it makes */
    int step;             /**< pixels from a tile to the next */
    int first;            /**< the first output of the first tile: 0, or -1: one that there is not */
    int products;         /**< rows of `matrix` */
    const double *matrix; /**< products x kernel: transformed weights from taps, w' = matrix w */
    int data, sums;       /**< planes */
    /** Of each product, the plane of data that it takes and the plane of sums that it is part of. */
    const uint8_t *data_of, *sum_of;
} DfTransform;

/** @return the transform of a convolution's method (static); NULL: it has none. */
const DfTransform *df_transform_of(const DfConv *conv);

/** @return columns of the packed weights. */
int df_transform_columns(const DfTransform *transform, const DfConv *conv);

/** @return floats that the transformed weights take. */
size_t df_transform_weights(const DfTransform *transform, const DfConv *conv);

/** Transform raw weights, [out][in][ky][kx], in double precision. */
void df_transform_prepare(const DfTransform *transform, const DfConv *conv, float *prepared, const float *raw);

/** Where a plane of sums comes from: segments of the data, side by side (their planes), and their weights. */
typedef struct DfTransformSum {
    int planes[4], count;
    size_t weights; /**< first float of them among the prepared ones */
} DfTransformSum;

/** List the transform's sums * sums planes of sums. */
void df_transform_sums(const DfTransform *transform, const DfConv *conv, DfTransformSum list[DF_MOST_PLANES]);

#endif
