/**
 * @file
 * The network's operators. Each has a shape rule, the scratch memory that it wants, and a forward pass; none
 * keeps state, none allocates. Scratch is aligned to DF_ALIGN and holds nothing between calls.
 *
 * A layer cuts its work into strips or tiles whose size follows from the layer and the region alone, so that
 * results do not depend on the threads that run them.
 * Thread-safety of everything here: any thread, each with its own buffers.
 */
#ifndef DF_LAYERS_H
#define DF_LAYERS_H

#include "base.h"
#include "kernels/tile.h"
#include "thread_pool.h"

/** No side of an activation is larger, in pixels. */
enum { DF_MOST_SIDE = 1 << 15 };

/** Size of an activation: height * width * channels floats. */
typedef struct DfShape {
    int height, width, channels;
} DfShape;

/** @return the number of floats in an activation. */
size_t df_shape_count(DfShape shape);

/* ------------------------------------------------------------------------------- convolution -- */

/** How it is computed; layers/transform.h tells the cost of each. */
enum DfMethod {
    DF_METHOD_DIRECT, /**< all products as the definition has them: the oracle of the others */
    DF_METHOD_WINOGRAD_3,
    DF_METHOD_WINOGRAD_5,
    DF_METHOD_NEAREST,
    DF_METHOD_STRIDE,
    DF_METHOD_STRIDE_5,
    DF_METHODS
};

/** What lies around a source. */
enum DfPadding {
    DF_PAD_SAME,   /**< zeros as TensorFlow's SAME puts them */
    DF_PAD_ZERO,   /**< zeros, rate * (kernel / 2) on every side */
    DF_PAD_REFLECT /**< as many pixels, mirrored, the edge itself not repeated */
};

/** A convolution. The kernel's side is odd. */
typedef struct DfConv {
    int kernel, stride, rate; /**< side of the square kernel, step, dilation */
    int up;                   /**< 1: of the input at twice its size (nearest neighbour); else 0 */
    enum DfPadding padding;   /**< around what the windows see: after the enlargement */
    int in, out;              /**< channels of the input and of the matrix product, before gating */
    enum DfActivation activation;
    enum DfMethod method;
    const float *weight; /**< prepared by df_conv_prepare(), for the method */
    const float *bias;   /**< out values */
} DfConv;

/** @return the shape of the output, after gating. */
DfShape df_conv_shape(const DfConv *conv, DfShape in);

/** @return pixels before the first row or column of a source of so many, as the windows see them. */
int df_conv_padding(const DfConv *conv, int side);

/**
 * @return the fastest method for a convolution of these channels, kernel, stride, rate and enlargement; where
 *         df_is_direct(), the direct one
 */
enum DfMethod df_conv_choose(const DfConv *conv);

/**
 * @return 1 where models that are opened now are to do everything by definition: the oracle of the faster methods.
 *         The environment's DEEPFILL_METHOD=direct or df_force_direct() ask for it.
 */
int df_is_direct(void);

/** Ask for it (1), or for what the environment says again (0): tests. */
void df_force_direct(int forced);

/** @return a method's name (static). */
const char *df_method_name(enum DfMethod method);

/** @return floats that the raw weights take. */
size_t df_conv_weights(const DfConv *conv);

/** @return floats that the prepared weights take. */
size_t df_conv_prepared(const DfConv *conv);

/** Make raw weights, [out][in][ky][kx], what the method wants; prepared: df_conv_prepared() floats. */
void df_conv_prepare(const DfConv *conv, float *prepared, const float *raw);

/** @return bytes of scratch for so many threads; DF_SIZE_BAD where they cannot be counted. */
size_t df_conv_scratch(const DfConv *conv, DfShape in, int threads);

/**
 * Convolve `source`, of shape `in`, to `out`, of df_conv_shape().
 * @param needed   height x width of `out`, 1: this pixel is needed, 0: its value afterwards is undefined.
 *                 NULL: all are. The direct method makes all in any case
 * @param parallel  threads that work on it, of which the direct method uses the caller alone; NULL: so do all
 * @param scratch   for at least parallel->threads
 */
void df_conv_forward(const DfConv *conv, DfShape in, const float *source, const uint8_t *needed,
                     const DfParallel *parallel, float *out, void *scratch);

/**
 * Mark what df_conv_forward() reads of the source for the pixels that are needed (1; others 0).
 * @param pixels  height x width of `in`; marks are added
 */
void df_conv_need(const DfConv *conv, DfShape in, const uint8_t *needed, uint8_t *pixels);

/* --------------------------------------------------------------------------------- attention -- */

/** Where a nearest-neighbour reduction from n_in to n_out samples takes sample i from: 0..n_in-1. */
typedef int (*DfSourceIndex)(int i, int n_in, int n_out);

/** What projects do differently in the contextual attention. */
typedef struct DfAttentionRules {
    DfSourceIndex features; /**< how the map is reduced to half */
    DfSourceIndex hole;     /**< how the hole is reduced */
    int hole_at_once;       /**< 1: the hole straight to half the map's size; 0: to the map's size, then to
                                 half of it */
    int fuse;               /**< 1: scores are summed along diagonals */
    int add_epsilon;        /**< 1: keys are divided by sqrt(sum(k * k + 1e-4)); 0: by max(sqrt(sum(k * k)),
                                 1e-4) */
    int exclude_hole;       /**< 1: keys in the hole take no part in the softmax (where all are in it, the
                                 output is 0); 0: they do with logit 0, and are cut out afterwards */
    int count_overlap;      /**< 1: overlapping patches are divided by their number; 0: by 4 everywhere */
} DfAttentionRules;

/** @return bytes of scratch for this shape (even sides) and so many threads; DF_SIZE_BAD where they cannot be
 *          counted. */
size_t df_attention_scratch(DfShape shape, int threads);

/**
 * Contextual attention of an activation on itself (Yu et al., 2018, section 4).
 *
 * @param hole    hole_height x hole_width, non-zero: not to be copied from
 * @param needed  height x width, non-zero: this pixel of `out` is needed; the values of the others are
 *                undefined. NULL: all are
 * @param out     as `source`; the two may not overlap
 */
void df_attention_forward(DfShape shape, const DfAttentionRules *rules, const float *source,
                          const uint8_t *hole, int hole_height, int hole_width, const uint8_t *needed,
                          const DfParallel *parallel, float *out, void *scratch);

/** The same by plain products of patches: the other's oracle. Bytes of scratch, and all pixels of `out`. */
size_t df_attention_naive_scratch(DfShape shape);
void df_attention_naive_forward(DfShape shape, const DfAttentionRules *rules, const float *source,
                                const uint8_t *hole, int hole_height, int hole_width, float *out,
                                void *scratch);

/* ----------------------------------------------------------------------- partial convolution -- */

/*
 * Partial convolutions (Liu et al., 2018) know of each value whether it is known, and see the known ones
 * alone: their W(X * M). Here activations of such networks hold 0 wherever the mask does, so that each is its
 * own X * M: layers that write one keep it so, layers that read one do not multiply.
 */

/** Most masks of an activation: networks have one, or two where activations were joined. */
enum { DF_MOST_MASKS = 4 };

/** Which values of an activation are known. Channels from one source share a mask. */
typedef struct DfKnown {
    int count;                   /**< of masks */
    int channels[DF_MOST_MASKS]; /**< that each is of, in the activation's order: all of its channels */
    const uint8_t *masks;        /**< count * height * width: 1 known, 0 not */
} DfKnown;

/** What projects do differently in a partial convolution. */
typedef struct DfPartialRules {
    int mean; /**< 1: W(X*M) * (in * k * k) / sum(M) (Liu et al.); 0: W(X*M) / sum(M) */
} DfPartialRules;

/**
 * Make what follows a convolution, a factor and a summand for each channel (batch normalisation), part of its
 * weights, [out][in][ky][kx], and biases: scale * (W * x + b) + shift.
 */
void df_partial_fold(const DfConv *conv, float *raw, float *bias, const float *scale, const float *shift);

/** @return bytes of scratch; DF_SIZE_BAD where they cannot be counted. */
size_t df_partial_scratch(const DfConv *conv, DfShape in);

/**
 * Convolve what is known of `source`, of shape `in`, to `out`, of df_conv_shape(): where a window has known
 * values, activation(W(X*M) * factor + bias) by the rules; where it has none, 0. Padding is DF_PAD_ZERO: what
 * lies around is not known. Rate 1, no enlargement.
 * @param mask  of `out`, one for all channels: 1 where the window has known values
 */
void df_partial_forward(const DfConv *conv, const DfPartialRules *rules, DfShape in, const float *source,
                        const DfKnown *known, float *out, uint8_t *mask, void *scratch);

/**
 * What a partial convolution multiplies each window's product by, 0 where the window has no known value.
 * @param columns  scratch: in.width of them
 * @param factors  height x width of df_conv_shape()
 * @param mask     the same: df_partial_forward()'s
 */
void df_partial_factors(const DfConv *conv, const DfPartialRules *rules, DfShape in, const DfKnown *known,
                        int *columns, float *factors, uint8_t *mask);

/* ------------------------------------------------------------------------------ joints, pictures -- */

/** out[p] = a[p], b[p]: channels of b behind those of a. */
void df_join_forward(int pixels, const float *a, int a_channels, const float *b, int b_channels, float *out);

/**
 * out[y][x] = a[y / 2][x / 2], b[y][x], each with its mask.
 * @param shape       of b; a has half its sides
 * @param a_channels  of a
 * @param masks       that of a, enlarged, and that of b behind it
 */
void df_up_join_forward(DfShape shape, const float *a, const uint8_t *a_mask, int a_channels, const float *b,
                        const uint8_t *b_mask, float *out, uint8_t *masks);

/** In which order a network's pictures have their colours. */
enum DfOrder { DF_RGB, DF_BGR };

/** What a plane of a stage's input holds. */
enum DfInput {
    DF_INPUT_COLOURS, /**< three planes, in the network's order */
    DF_INPUT_SKETCH,  /**< the sketch inside the hole, 0 outside; 0 where none was drawn */
    DF_INPUT_ONES,
    DF_INPUT_MASK     /**< 1 in the hole, else 0 */
};
enum { DF_MOST_INPUTS = 4 };

/** The planes of a stage's input, one after another, channels innermost. */
typedef struct DfInputs {
    enum DfInput list[DF_MOST_INPUTS];
    int count;    /**< of the list */
    int channels; /**< that they make */
} DfInputs;

/** How a network's pictures follow from values of -1..1; exactly 1 and 0 where the network's are these. */
typedef struct DfRange {
    enum DfOrder order;
    float scale[3], offset[3]; /**< of red, green, blue: network value = scale * value + offset */
    float hole;                /**< the network's value of a colour in the hole */
} DfRange;

/** What goes in, as DfRun has it. */
typedef struct DfPicture {
    const float *image;  /**< RGB, -1..1 */
    const uint8_t *hole; /**< non-zero: hole */
    const float *sketch; /**< 0 or 1; NULL: none drawn */
} DfPicture;

/**
 * A stage's input.
 * @param filled  colours of the hole as the network made them, in its own order and range; NULL: range->hole
 */
void df_compose_input(int pixels, const DfInputs *planes, const DfRange *range, const DfPicture *picture,
                      const float *filled, float *out);

/** A picture in the network's order and range to RGB; clamped to -1..1, what is no number becomes 0. */
void df_compose_rgb(int pixels, const DfRange *range, const float *picture, float *rgb);

#endif
