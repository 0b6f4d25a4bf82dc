/**
 * @file
 * The adjoint of a convolution by transforms: the tiles of the forward pass, its matrices transposed
 * (train/adjoint.h). Arguments are those of conv_backward.h.
 *
 *   prepared   U' of each product, packed
 *   sums       dU: [product][in][out]
 */
#ifndef DF_CONV_TILED_H
#define DF_CONV_TILED_H

#include "layers/tiling.h"

/** @return the transform whose data are the sums' planes and whose sums are the data's, packed as F(4,3)'s. */
DfTransform df_transposed_transform(const DfTransform *transform);

/** @return the convolution with channels in and out exchanged, as U' has them. */
DfConv df_transposed_conv(const DfConv *conv);

size_t df_tiled_backward_prepared(const DfTransform *transform, const DfConv *conv);
void df_tiled_backward_prepare(const DfTransform *transform, const DfConv *conv, float *prepared, const float *raw);
size_t df_tiled_backward_sums(const DfTransform *transform, const DfConv *conv);
size_t df_tiled_backward_scratch(const DfTransform *transform, const DfConv *conv, DfShape in, int threads);
void df_tiled_backward(const DfTransform *transform, const DfConv *conv, const float *prepared, DfShape in,
                       const float *source, const float *d_product, const DfParallel *parallel, float *d_source,
                       float *sums, float *d_bias, void *scratch);
void df_tiled_backward_weights(const DfTransform *transform, const DfConv *conv, const float *sums, float *d_raw);

#endif
