/**
 * @file
 * The adjoint of a convolution as matrix products of windows laid out as rows (im2col): any kernel, stride, rate,
 * enlargement and padding. Arguments are those of conv_backward.h.
 *
 *   prepared   [out][ky][kx][in]
 *   sums       [ky][kx][in][out]
 */
#ifndef DF_CONV_DIRECT_H
#define DF_CONV_DIRECT_H

#include "layers/layers.h"

void df_direct_backward_prepare(const DfConv *conv, float *prepared, const float *raw);
size_t df_direct_backward_scratch(const DfConv *conv, DfShape in);
void df_direct_backward(const DfConv *conv, const float *prepared, DfShape in, const float *source,
                        const float *d_product, const DfParallel *parallel, float *d_source, float *sums,
                        void *scratch);
/** The forward pass with the backward pass's weights, by all threads: product and conv->bias. The same scratch. */
void df_direct_forward(const DfConv *conv, const float *prepared, DfShape in, const float *source,
                       const DfParallel *parallel, float *out, void *scratch);
void df_direct_backward_weights(const DfConv *conv, const float *sums, float *d_raw);

#endif
