/**
 * @file
 * Training's kernels of AVX2.
 */
#include "train/x86/versions.h"

const DfTrainSet df_train_set_avx2 = {
    .adjoint = &df_adjoint_avx2, .activation = &df_activation_avx2, .attention = &df_attention_loops_avx2,
    .outer_add = df_outer_add_avx2,
};
