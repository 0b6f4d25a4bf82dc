/**
 * @file
 * The adjoints channel by channel, and which version of them a CPU level uses.
 */
#include "train/adjoint.h"

#include "cpu.h"

#define VECTOR float
#define NAME(x) x##_1
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define STORE_OUT STORE
#define PART
#define PASS
#include "train/adjoint/all.h"

#define EACH(kernel, ...)                  \
    {                                      \
        for (int c = 0; c < channels; c++) \
            kernel##_1(__VA_ARGS__);       \
    }
#include "train/adjoint/loops.h"

static const DfAdjointKernels portable = ADJOINTS;

const DfAdjointKernels *df_adjoint_kernels(void)
{
    switch (df_cpu_level()) {
#if HAVE_X86
    case DF_CPU_AVX512: return &df_adjoint_avx512;
    case DF_CPU_AVX2: return &df_adjoint_avx2;
#endif
    default: return &portable;
    }
}
