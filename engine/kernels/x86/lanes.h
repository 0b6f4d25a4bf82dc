/**
 * @file
 * What loops over eight floats at a time share. For files compiled with AVX2 or more.
 */
#ifndef DF_KERNELS_X86_LANES_H
#define DF_KERNELS_X86_LANES_H

#include <immintrin.h>

/** The first n lanes (0..8) set: for the tails of loops. */
static inline __m256i first_lanes(int n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/** The sum of all lanes. */
static inline float sum_lanes(__m256 v)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

/** The largest of all lanes. */
static inline float max_lanes(__m256 v)
{
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

/** The first n (1 .. 7) floats of a vector to memory: masked stores are slow on many processors. */
static inline void store_rest(float *to, __m256 v, int n)
{
    __m128 low = _mm256_castps256_ps128(v);
    if (n & 4) {
        _mm_storeu_ps(to, low);
        low = _mm256_extractf128_ps(v, 1);
        to += 4;
    }
    if (n & 2) {
        _mm_storel_pi((__m64 *)to, low);
        low = _mm_movehl_ps(low, low);
        to += 2;
    }
    if (n & 1)
        _mm_store_ss(to, low);
}

#endif
