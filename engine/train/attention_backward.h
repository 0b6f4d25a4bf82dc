/**
 * @file
 * The contextual attention's adjoint. A map enters it three times: as queries, as keys, which are divided by their
 * norms, and as the patches that are pasted; its gradient is the sum of the three.
 */
#ifndef DF_TRAIN_ATTENTION_BACKWARD_H
#define DF_TRAIN_ATTENTION_BACKWARD_H

#include "layers/layers.h"

/** @return bytes of scratch for this shape (even sides) and so many threads; DF_SIZE_BAD where they cannot be
 *          counted. */
size_t df_attention_backward_scratch(DfShape shape, int threads);

/**
 * The loss's gradient with respect to the source of df_attention_forward(), from that with respect to its output.
 * The weights are computed once more. The same bits for any number of threads.
 *
 * @param hole      as df_attention_forward() takes it, and so `rules` and `source`
 * @param d_out     as `source`: all of its pixels count
 * @param parallel  threads that work on it; NULL: the caller alone
 * @param d_source  as `source`, written; no overlap with the others
 * @param scratch   for at least parallel->threads
 * Thread-safety: any thread, each with its own buffers.
 */
void df_attention_backward(DfShape shape, const DfAttentionRules *rules, const float *source, const uint8_t *hole,
                           int hole_height, int hole_width, const float *d_out, const DfParallel *parallel,
                           float *d_source, void *scratch);

/** The same by whole matrices of patches: the other's oracle. Bytes of scratch. */
size_t df_attention_backward_naive_scratch(DfShape shape);
void df_attention_backward_naive(DfShape shape, const DfAttentionRules *rules, const float *source,
                                 const uint8_t *hole, int hole_height, int hole_width, const float *d_out,
                                 float *d_source, void *scratch);

#endif
