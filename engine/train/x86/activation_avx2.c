/**
 * @file
 * Activations of training with AVX2.
 */
#include "train/x86/versions.h"

#include "train/x86/pairs.h"

#define WIDE(...)
#include "train/vector/activation.h"

const DfActivationKernels df_activation_avx2 = { forward, backward };
