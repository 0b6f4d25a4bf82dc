/**
 * @file
 * Activations of training with NEON.
 */
#include "train/arm/versions.h"

#include "kernels/arm/vector.h"

#define WIDE(...)
#define PAIRS(...)
#include "train/vector/activation.h"

const DfActivationKernels df_activation_neon = { forward, backward };
