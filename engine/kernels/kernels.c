/**
 * @file
 * The direct method's loops in portable C.
 */
#include "kernels/kernels.h"

const DfKernels df_direct_c = {
    .gate = df_gate_c, .rgb = df_rgb_c, .dots = df_dots_c, .gate_tanh = df_gate_tanh_c, .sum3 = df_sum3_c,
    .softmax = df_softmax_c,
};
