/**
 * @file
 * Training's kernels of one CPU level, as kernels/set.h has the engine's: listed in set.c (portable C), x86/avx2.c,
 * x86/avx512.c and arm/neon.c.
 */
#ifndef DF_TRAIN_SET_H
#define DF_TRAIN_SET_H

#include "cpu.h"
#include "train/activation_backward.h"
#include "train/adjoint.h"
#include "train/attention_loops.h"
#include "train/outer.h"

typedef struct DfTrainSet {
    const DfAdjointKernels *adjoint;
    const DfActivationKernels *activation;
    const DfAttentionLoops *attention;
    DfOuterAdd *outer_add;
} DfTrainSet;

#define DF_SET(level) extern const DfTrainSet df_train_set_##level;
DF_CPU_EACH_LEVEL(DF_SET)
#undef DF_SET

#endif
