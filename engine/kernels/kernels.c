/**
 * @file
 * Which version of each kernel a CPU level uses.
 */
#include "kernels/kernels.h"

#include "base.h"

static const DfKernels levels[] = {
    [DF_CPU_C] = {
        .gate = df_gate_c, .rgb = df_rgb_c, .dots = df_dots_c, .gate_tanh = df_gate_tanh_c,
        .sum3 = df_sum3_c, .softmax = df_softmax_c,
    },
#if HAVE_X86
    [DF_CPU_AVX2] = {
        .gate = df_gate_avx2, .rgb = df_rgb_avx2, .dots = df_dots_avx2, .gate_tanh = df_gate_tanh_avx2,
        .sum3 = df_sum3_avx2, .softmax = df_softmax_avx2,
    },
#endif
};

const DfKernels *df_kernels(void)
{
    return &levels[DF_MIN(df_cpu_level(), DF_CPU_AVX2)];
}
