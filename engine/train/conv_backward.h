/**
 * @file
 * The adjoint of a convolution. `conv` is as DfConv describes it with activation DF_LINEAR: its output is the product
 * plus bias. With dY the loss's gradient with respect to it,
 *
 *   d_source[p] = sum over windows y and taps k with p under (y, k) of W[k]' dY[y]
 *   d_weight[k] = sum over windows y of dY[y] source[p(y, k)]',    d_bias = sum over y of dY[y]
 *
 * Gradients of weights are summed over a batch's pictures in the form that the method makes them in (`sums`), and
 * turned to [out][in][ky][kx] once.
 *
 * The same bits for any number of threads. Thread-safety: any thread, each with its own buffers.
 */
#ifndef DF_CONV_BACKWARD_H
#define DF_CONV_BACKWARD_H

#include "layers/layers.h"

/** @return the method that training takes for a convolution of these channels, kernel, stride, rate, enlargement. */
enum DfMethod df_conv_backward_choose(const DfConv *conv);

/** @return floats of the weights as the backward pass wants them. */
size_t df_conv_backward_prepared(const DfConv *conv);

/** @param raw  [out][in][ky][kx]; conv->weight and conv->bias are not read here nor below */
void df_conv_backward_prepare(const DfConv *conv, float *prepared, const float *raw);

/** @return floats of the weights' gradient in the form that is summed over pictures. */
size_t df_conv_backward_sums(const DfConv *conv);

/** @return bytes of scratch, aligned to DF_ALIGN, for so many threads; DF_SIZE_BAD where they cannot be counted. */
size_t df_conv_backward_scratch(const DfConv *conv, DfShape in, int threads);

/**
 * @param prepared   may be NULL where d_source is
 * @param source     of shape `in`; may be NULL where `sums` is
 * @param d_product  height x width x conv->out
 * @param d_source   as `source`, written; NULL: not wanted
 * @param sums       added to; NULL: not wanted
 * @param d_bias     conv->out floats, added to; NULL: not wanted
 * @param scratch    df_conv_backward_scratch() bytes for at least parallel->threads
 */
void df_conv_backward(const DfConv *conv, const float *prepared, DfShape in, const float *source,
                      const float *d_product, const DfParallel *parallel, float *d_source, float *sums,
                      float *d_bias, void *scratch);

/** @param d_raw  [out][in][ky][kx], written */
void df_conv_backward_weights(const DfConv *conv, const float *sums, float *d_raw);

#endif
