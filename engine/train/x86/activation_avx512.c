/**
 * @file
 * Activations of training with AVX-512.
 */
#include "train/x86/versions.h"

#include "kernels/x86/exp16.h"

#define VECTOR __m512
#define NAME(x) x##_16
#define LOAD _mm512_loadu_ps
#define STORE _mm512_storeu_ps
#define LOAD_OUT LOAD
#define STORE_OUT STORE
#define SET _mm512_set1_ps
#define EXP exp16
#define TANH tanh16
#define LEAST _mm512_min_ps
#define WHERE_POSITIVE(f, a, b) \
    _mm512_mask_blend_ps(_mm512_cmp_ps_mask(f, _mm512_setzero_ps(), _CMP_GT_OQ), b, a)
#define PART
#define PASS
#include "train/activation_block.h"

#include "train/x86/pairs.h"

#define WIDE(kernel, count, ...)         \
    for (; c + 16 <= (count); c += 16)   \
        kernel##_16(__VA_ARGS__);
#include "train/vector/activation.h"

const DfActivationKernels df_activation_avx512 = { forward, backward };
