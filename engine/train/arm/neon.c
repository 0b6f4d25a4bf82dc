/**
 * @file
 * Training's kernels of NEON. The attention's loops are in vectors of four floats as they are.
 */
#include "train/arm/versions.h"

const DfTrainSet df_train_set_neon = {
    .adjoint = &df_adjoint_neon, .activation = &df_activation_neon, .attention = &df_attention_loops_c,
    .outer_add = df_outer_add_neon,
};
