/**
 * @file
 * The portable set, and each kernel of the set for the level in use.
 */
#include "train/set.h"

const DfTrainSet df_train_set_c = {
    .adjoint = &df_adjoint_c, .activation = &df_activation_c, .attention = &df_attention_loops_c,
    .outer_add = df_outer_add_c,
};

static const DfTrainSet *set(void)
{
    static const DfTrainSet *const sets[] = {
#define SET(level) &df_train_set_##level,
        DF_CPU_EACH_LEVEL(SET)
    };
    return sets[df_cpu_level()];
}

const DfAdjointKernels *df_adjoint_kernels(void) { return set()->adjoint; }
const DfActivationKernels *df_activation_kernels(void) { return set()->activation; }
const DfAttentionLoops *df_attention_loops(void) { return set()->attention; }

void df_outer_add(const DfOuter *outer)
{
    set()->outer_add(outer);
}
