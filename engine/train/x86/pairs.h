/**
 * @file
 * Activations of four channels of two pixels, which fill a vector of eight: PAIRS, for train/vector/activation.h.
 */
#include "train/activation_backward.h"

#include "kernels/x86/vector.h"
#include "kernels/vector/exp.h"

/** Four channels of a pixel, and of the one `step` floats behind it. */
static inline Vector load_pair(const float *p, size_t step)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm_loadu_ps(p + step), 1);
}

static inline void store_pair(float *p, Vector v, size_t step)
{
    _mm_storeu_ps(p, _mm256_castps256_ps128(v));
    _mm_storeu_ps(p + step, _mm256_extractf128_ps(v, 1));
}

#define VECTOR Vector
#define NAME(x) x##_pair
#define LOAD(p) load_pair(p, 2 * half)
#define STORE(p, v) store_pair(p, v, 2 * half)
#define LOAD_OUT(p) load_pair(p, half)
#define STORE_OUT(p, v) store_pair(p, v, half)
#define SET set
#define EXP vector_exp
#define TANH vector_tanh
#define LEAST smaller
#define WHERE_POSITIVE(f, a, b) choose(positive(f), a, b)
#define PART , size_t half
#define PASS , half
#include "train/activation_block.h"

/* Where four channels are left, those of two pixels fill a vector. */
#define PAIRS(kernel, ...)                                        \
    for (; half % 8 == 4 && pixels >= 2; pixels -= 2, NEXT(1)) {  \
        size_t c = 0;                                             \
        WHOLE(kernel, half, __VA_ARGS__)                          \
        kernel##_pair(__VA_ARGS__, half);                         \
        c = 0;                                                    \
        NEXT(1);                                                  \
        WHOLE(kernel, half, __VA_ARGS__)                          \
    }
