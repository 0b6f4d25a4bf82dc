/**
 * @file
 * What loops over eight floats at a time share. For files compiled with AVX2 alone.
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

#endif
