/**
 * @file
 * The adjoint of a partial convolution, `conv` with activation DF_LINEAR: df_partial_forward() makes W(X*M) f + b in
 * windows with known values, f their factors, and 0 in others. What follows is df_activation_backward()'s. With dY the
 * loss's gradient with respect to that,
 *
 *   d_source, d_weight   the convolution's, of f dY instead of dY; d_source is 0 where nothing is known
 *   d_bias               the sum of dY over windows with known values
 *
 * The same bits for any number of threads. Thread-safety: any thread, each with its own buffers.
 */
#ifndef DF_TRAIN_PARTIAL_BACKWARD_H
#define DF_TRAIN_PARTIAL_BACKWARD_H

#include "layers/layers.h"

/** @return bytes of scratch for so many threads; DF_SIZE_BAD where they cannot be counted. */
size_t df_partial_backward_scratch(const DfConv *conv, DfShape in, int threads);

/**
 * Weights are prepared, and their gradients' sums turned to [out][in][ky][kx], as those of convolutions:
 * df_conv_backward_prepare(), df_conv_backward_weights().
 *
 * @param prepared  may be NULL where d_source is
 * @param source    of shape `in`, 0 where nothing is known
 * @param d_out     height x width x conv->out
 * @param parallel  NULL: the caller alone
 * @param d_source  as `source`, written; NULL: not wanted
 * @param sums      df_conv_backward_sums() floats, added to; NULL: not wanted
 * @param d_bias    conv->out floats, added to; NULL: not wanted
 * @param scratch   for at least parallel->threads
 */
void df_partial_backward(const DfConv *conv, const DfPartialRules *rules, const float *prepared, DfShape in,
                         const float *source, const DfKnown *known, const float *d_out, const DfParallel *parallel,
                         float *d_source, float *sums, float *d_bias, void *scratch);

#endif
