/**
 * @file
 * Activations for vectors of eight and for the one to seven floats that are left; a file that has wider ones too
 * defines WIDE(kernel, count, arguments), the loop over what fills them.
 */
#include "train/activation_backward.h"

#include "kernels/x86/exp.h"
#include "kernels/x86/lanes.h"

#define WHERE_POSITIVE_8(f, a, b) \
    _mm256_blendv_ps(b, a, _mm256_cmp_ps(f, _mm256_setzero_ps(), _CMP_GT_OQ))

#define VECTOR __m256
#define NAME(x) x##_8
#define LOAD _mm256_loadu_ps
#define STORE _mm256_storeu_ps
#define SET _mm256_set1_ps
#define EXP exp8
#define TANH tanh8
#define LEAST _mm256_min_ps
#define WHERE_POSITIVE WHERE_POSITIVE_8
#define PART
#define PASS
#include "train/activation_block.h"

#define VECTOR __m256
#define NAME(x) x##_rest
#define LOAD(p) _mm256_maskload_ps(p, first_lanes(rest))
#define STORE(p, v) store_rest(p, v, rest)
#define SET _mm256_set1_ps
#define EXP exp8
#define TANH tanh8
#define LEAST _mm256_min_ps
#define WHERE_POSITIVE WHERE_POSITIVE_8
#define PART , int rest
#define PASS , rest
#include "train/activation_block.h"

#define EACH(kernel, count, ...)                                  \
    {                                                             \
        size_t c = 0;                                             \
        WIDE(kernel, count, __VA_ARGS__)                          \
        for (; c + 8 <= (count); c += 8)                          \
            kernel##_8(__VA_ARGS__);                              \
        if (c < (count))                                          \
            kernel##_rest(__VA_ARGS__, (int)((count) - c));       \
    }
#include "train/activation_loops.h"
