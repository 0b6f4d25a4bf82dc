/**
 * @file
 * Activations of training with AVX2.
 */
#include "train/activation_backward.h"

#if HAVE_X86

#define WIDE(...)
#include "train/x86/activation.h"

const DfActivationKernels df_activation_avx2 = { forward, backward };

#endif
