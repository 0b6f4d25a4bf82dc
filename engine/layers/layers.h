/**
 * @file
 * The network's operators. Each has a shape rule, the scratch memory that it wants, and a forward pass; none
 * keeps state, none allocates. Scratch is aligned to DF_ALIGN and holds nothing between calls.
 *
 * A layer cuts its work into strips whose size follows from the layer and the region alone, so that results
 * do not depend on who runs them. Thread-safety of everything here: any thread, each with its own buffers.
 */
#ifndef DF_LAYERS_H
#define DF_LAYERS_H

#include "base.h"

/** Size of an activation: height * width * channels floats. */
typedef struct DfShape {
    int height, width, channels;
} DfShape;

/** @return the number of floats in an activation. */
size_t df_shape_count(DfShape shape);

/* ------------------------------------------------------------------------------- convolution -- */

/** What follows the matrix product. */
enum DfActivation {
    DF_GATE_ELU,  /**< first half of the channels through ELU, times the sigmoid of the second half */
    DF_GATE_RELU, /**< the same with ReLU */
    DF_TANH       /**< 3 channels, tanh of each */
};

/** A convolution with TensorFlow's SAME zero padding. */
typedef struct DfConv {
    int kernel, stride, rate; /**< side of the square kernel, step, dilation */
    int up;                   /**< 1: of the input at twice its size (nearest neighbour); else 0 */
    int in, out;              /**< channels of the input and of the matrix product, before gating */
    enum DfActivation activation;
    const float *weight; /**< prepared by df_conv_prepare() */
    const float *bias;   /**< out values */
} DfConv;

/** @return the shape of the output, after gating. */
DfShape df_conv_shape(const DfConv *conv, DfShape in);

/** @return floats that the prepared weights take: as many as the raw ones. */
size_t df_conv_weights(const DfConv *conv);

/** Reorder raw weights, [out][in][ky][kx], for the forward pass; prepared: df_conv_weights() floats. */
void df_conv_prepare(const DfConv *conv, float *prepared, const float *raw);

/** @return bytes of scratch; DF_SIZE_BAD where they cannot be counted. */
size_t df_conv_scratch(const DfConv *conv, DfShape in);

/** Convolve `source`, of shape `in`, to `out`, of df_conv_shape(). */
void df_conv_forward(const DfConv *conv, DfShape in, const float *source, float *out, void *scratch);

/* --------------------------------------------------------------------------------- attention -- */

/** Where a nearest-neighbour reduction from n_in to n_out samples takes sample i from: 0..n_in-1. */
typedef int (*DfSourceIndex)(int i, int n_in, int n_out);

/** @return bytes of scratch for this shape (even sides); DF_SIZE_BAD where they cannot be counted. */
size_t df_attention_scratch(DfShape shape);

/**
 * Contextual attention of an activation on itself (Yu et al., 2018, section 4; its score fusion included).
 *
 * @param index  how features, and the hole (to the activation's size, then to half of it), are reduced
 * @param hole   hole_height x hole_width, non-zero: not to be copied from
 * @param out    as `source`; the two may not overlap
 */
void df_attention_forward(DfShape shape, DfSourceIndex index, const float *source, const uint8_t *hole,
                          int hole_height, int hole_width, float *out, void *scratch);

/* ------------------------------------------------------------------------------ joints, pictures -- */

/** out[p] = a[p], b[p]: channels of b behind those of a. */
void df_join_forward(int pixels, const float *a, int a_channels, const float *b, int b_channels, float *out);

/** In which order a network's pictures have their colours. */
enum DfOrder { DF_RGB, DF_BGR };

/**
 * First stage's input, 5 or 6 planes a pixel: colour outside the hole (0 inside), then, with 6, the sketch
 * inside the hole (NULL: none drawn), then 1, then the hole.
 */
void df_compose_input(int pixels, int channels, enum DfOrder order, const float *image, const uint8_t *hole,
                      const float *sketch, float *out);

/** Second stage's input: `coarse`, in the network's order, inside the hole and the RGB `image` outside. */
void df_compose_coarse(int pixels, enum DfOrder order, const float *coarse, const float *image,
                       const uint8_t *hole, float *out);

/** A picture in the network's order to RGB; values that are not in -1..1 become 0. */
void df_compose_rgb(int pixels, enum DfOrder order, const float *picture, float *rgb);

#endif
