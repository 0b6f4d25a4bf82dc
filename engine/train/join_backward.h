/**
 * @file
 * Adjoints of what puts activations and pictures together: df_join_forward(), df_up_join_forward() and
 * df_compose_input(). The caller alone runs them: they copy and add, no more.
 * Thread-safety: any thread, each with its own buffers.
 */
#ifndef DF_TRAIN_JOIN_BACKWARD_H
#define DF_TRAIN_JOIN_BACKWARD_H

#include "layers/layers.h"

/**
 * @param d_out  pixels x (a_channels + b_channels)
 * @param d_a    pixels x a_channels, written; NULL: not wanted
 * @param d_b    pixels x b_channels, written; NULL: not wanted
 */
void df_join_backward(int pixels, const float *d_out, int a_channels, int b_channels, float *d_a, float *d_b);

/**
 * @param shape  of b; a has half its sides, which are even
 * @param d_out  height x width x (a_channels + shape.channels)
 * @param d_a    written: for each pixel of a the sum over the four that it became; NULL: not wanted
 * @param d_b    as b, written; NULL: not wanted
 */
void df_up_join_backward(DfShape shape, const float *d_out, int a_channels, float *d_a, float *d_b);

/**
 * With respect to df_compose_input()'s `filled`, which its planes of colours show in the hole.
 * @param hole      non-zero: hole
 * @param d_out     pixels x planes->channels
 * @param d_filled  pixels x 3, written, in the network's order; 0 outside the hole
 */
void df_compose_input_backward(int pixels, const DfInputs *planes, const uint8_t *hole, const float *d_out,
                               float *d_filled);

#endif
