/**
 * @file
 * x86's versions of training's kernels.
 */
#ifndef DF_TRAIN_X86_VERSIONS_H
#define DF_TRAIN_X86_VERSIONS_H

#include "train/set.h"

extern const DfAdjointKernels df_adjoint_avx2, df_adjoint_avx512;
extern const DfActivationKernels df_activation_avx2, df_activation_avx512;
extern const DfAttentionLoops df_attention_loops_avx2;
DfOuterAdd df_outer_add_avx2, df_outer_add_avx512;

#endif
