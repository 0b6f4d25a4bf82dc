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
#define LOAD_OUT LOAD
#define STORE_OUT STORE
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
#define LOAD_OUT LOAD
#define STORE_OUT STORE
#define SET _mm256_set1_ps
#define EXP exp8
#define TANH tanh8
#define LEAST _mm256_min_ps
#define WHERE_POSITIVE WHERE_POSITIVE_8
#define PART , int rest
#define PASS , rest
#include "train/activation_block.h"

/** Four channels of a pixel, and of the one `step` floats behind it. */
static inline __m256 load_pair(const float *p, size_t step)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm_loadu_ps(p + step), 1);
}

static inline void store_pair(float *p, __m256 v, size_t step)
{
    _mm_storeu_ps(p, _mm256_castps256_ps128(v));
    _mm_storeu_ps(p + step, _mm256_extractf128_ps(v, 1));
}

#define VECTOR __m256
#define NAME(x) x##_pair
#define LOAD(p) load_pair(p, 2 * half)
#define STORE(p, v) store_pair(p, v, 2 * half)
#define LOAD_OUT(p) load_pair(p, half)
#define STORE_OUT(p, v) store_pair(p, v, half)
#define SET _mm256_set1_ps
#define EXP exp8
#define TANH tanh8
#define LEAST _mm256_min_ps
#define WHERE_POSITIVE WHERE_POSITIVE_8
#define PART , size_t half
#define PASS , half
#include "train/activation_block.h"

#define WHOLE(kernel, count, ...)        \
    WIDE(kernel, count, __VA_ARGS__)     \
    for (; c + 8 <= (count); c += 8)     \
        kernel##_8(__VA_ARGS__);
#define EACH(kernel, count, ...)                                  \
    {                                                             \
        size_t c = 0;                                             \
        WHOLE(kernel, count, __VA_ARGS__)                         \
        if (c < (count))                                          \
            kernel##_rest(__VA_ARGS__, (int)((count) - c));       \
    }
/* Where four channels are left, those of two pixels fill a vector. */
#define GATES(kernel, ...)                                        \
    for (; half % 8 == 4 && pixels >= 2; pixels -= 2, NEXT(1)) {  \
        size_t c = 0;                                             \
        WHOLE(kernel, half, __VA_ARGS__)                          \
        kernel##_pair(__VA_ARGS__, half);                         \
        c = 0;                                                    \
        NEXT(1);                                                  \
        WHOLE(kernel, half, __VA_ARGS__)                          \
    }                                                             \
    for (; pixels > 0; pixels--, NEXT(1))                         \
        EACH(kernel, half, __VA_ARGS__)
#include "train/activation_loops.h"
