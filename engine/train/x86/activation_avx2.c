/**
 * @file
 * Activations of training with AVX2.
 */
#include "train/x86/versions.h"

#define WIDE(...)
#include "train/x86/activation.h"

const DfActivationKernels df_activation_avx2 = { forward, backward };
