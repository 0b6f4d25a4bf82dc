/**
 * @file
 * What follows a convolution's product in training, and its adjoint. `product` is what df_conv_forward() makes
 * with DF_LINEAR, bias included. The forward pass replaces a gated one, feature and gate, by a (of the gated tanh: f)
 * and s in their places: kept, they are all that the backward pass needs, and it takes no exponentials.
 *
 * With s = 1 / (1 + e^-g), feature f, gate g (the first and the second half of a pixel's channels), a = act(f):
 *
 *   gate       out = a s             d_f = d_out s act'(f)            d_g = d_out a s (1 - s);  ELU': 1, or 1 + a
 *   gated tanh out = tanh(f s)       u = d_out (1 - out^2)            d_f = u s, d_g = u f s (1 - s)
 *   tanh       out = tanh(f)         d_f = d_out (1 - out^2)
 *   ReLU, leaky                      d_f = d_out where f > 0, else 0 or 0.2 d_out
 */
#ifndef DF_ACTIVATION_BACKWARD_H
#define DF_ACTIVATION_BACKWARD_H

#include "kernels/tile.h"
#include "thread_pool.h"

/**
 * @param channels  of the product: twice those of `out` where it is gated
 * @param product   pixels x channels; where it is gated, replaced by what df_activation_backward() wants
 * @param out       pixels x channels, or half as many channels; may be the product where it is not gated
 * The same bits for any number of threads. Thread-safety: any thread.
 */
void df_activation_forward(enum DfActivation activation, int pixels, int channels, float *product,
                           const DfParallel *parallel, float *out);

/**
 * @param product    as the forward pass left it
 * @param d_out      as `out` above
 * @param d_product  pixels x channels, written; may be d_out where it is not gated
 */
void df_activation_backward(enum DfActivation activation, int pixels, int channels, const float *product,
                            const float *d_out, const DfParallel *parallel, float *d_product);

/**
 * Make the output of a gate of ELU or ReLU again, to the bit.
 * @param product  as the forward pass left it
 */
void df_activation_recompute(int pixels, int channels, const float *product, const DfParallel *parallel, float *out);

/** A run of pixels: kernels for a CPU level. */
typedef struct DfActivationKernels {
    void (*forward)(enum DfActivation activation, int pixels, int channels, float *product, float *out);
    void (*backward)(enum DfActivation activation, int pixels, int channels, const float *product,
                     const float *d_out, float *d_product);
} DfActivationKernels;

/** @return the versions for df_cpu_level() (static). Thread-safety: any thread. */
const DfActivationKernels *df_activation_kernels(void);

/** The portable ones: the others' oracle. */
extern const DfActivationKernels df_activation_c;

#endif
