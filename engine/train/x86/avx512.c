/**
 * @file
 * Training's kernels of AVX-512. The attention's loops wait for memory: wider vectors gain nothing.
 */
#include "train/x86/versions.h"

const DfTrainSet df_train_set_avx512 = {
    .adjoint = &df_adjoint_avx512, .activation = &df_activation_avx512, .attention = &df_attention_loops_avx2,
    .outer_add = df_outer_add_avx512,
};
