/**
 * @file
 * The adjoints with AVX-512.
 */
#include "train/x86/versions.h"

#include "kernels/x86/vector.h"

#define VECTOR __m512
#define NAME(x) x##_16
#define LOAD _mm512_loadu_ps
#define STORE _mm512_storeu_ps
#define STORE_OUT _mm512_storeu_ps
#define PART
#define PASS
#include "train/adjoint/all.h"

#define WIDE(kernel, ...)                \
    for (; c + 16 <= channels; c += 16)  \
        kernel##_16(__VA_ARGS__);
#include "train/vector/adjoint.h"

const DfAdjointKernels df_adjoint_avx512 = ADJOINTS;
