/**
 * @file
 * ARM's versions of training's kernels.
 */
#ifndef DF_TRAIN_ARM_VERSIONS_H
#define DF_TRAIN_ARM_VERSIONS_H

#include "train/set.h"

extern const DfAdjointKernels df_adjoint_neon;
extern const DfActivationKernels df_activation_neon;
DfOuterAdd df_outer_add_neon;

#endif
