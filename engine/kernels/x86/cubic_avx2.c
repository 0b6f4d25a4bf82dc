/**
 * @file
 * AVX2 version of bicubic interpolation: eight positions at a time, each row's four taps by gathers.
 */
#include "kernels/x86/versions.h"

#include <immintrin.h>
#include <limits.h>
#include <stdlib.h>

/** The polynomials of cubic.c for eight positions. */
static inline void weigh(__m256 weights[4], __m256 f)
{
    const __m256 one = _mm256_set1_ps(1), a = _mm256_set1_ps(DF_CUBIC_SLOPE);
    __m256 g = _mm256_sub_ps(one, f), fg = _mm256_mul_ps(a, _mm256_mul_ps(f, g)), ff = _mm256_mul_ps(f, f);
    __m256 cubic = _mm256_fmsub_ps(_mm256_set1_ps(DF_CUBIC_SLOPE + 2), f, _mm256_set1_ps(DF_CUBIC_SLOPE + 3));
    weights[0] = _mm256_mul_ps(fg, g);
    weights[1] = _mm256_fmadd_ps(cubic, ff, one);
    weights[3] = _mm256_mul_ps(fg, f);
    weights[2] = _mm256_sub_ps(_mm256_sub_ps(one, weights[0]), _mm256_add_ps(weights[1], weights[3]));
}

/** Four taps of 8 bits, the first lowest in each lane, weighed. */
static inline __m256 row_of_bytes(__m256i taps, const __m256 weights[4])
{
    const __m256i byte = _mm256_set1_epi32(255);
    __m256 a = _mm256_cvtepi32_ps(_mm256_and_si256(taps, byte));
    __m256 b = _mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(taps, 8), byte));
    __m256 c = _mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(taps, 16), byte));
    __m256 d = _mm256_cvtepi32_ps(_mm256_srli_epi32(taps, 24));
    __m256 sum = _mm256_fmadd_ps(b, weights[1], _mm256_mul_ps(a, weights[0]));
    return _mm256_add_ps(sum, _mm256_fmadd_ps(d, weights[3], _mm256_mul_ps(c, weights[2])));
}

/** Two taps of 16 bits, weighed. */
static inline __m256 pair_of_words(__m256i taps, __m256 first, __m256 second)
{
    __m256 a = _mm256_cvtepi32_ps(_mm256_and_si256(taps, _mm256_set1_epi32(65535)));
    __m256 b = _mm256_cvtepi32_ps(_mm256_srli_epi32(taps, 16));
    return _mm256_fmadd_ps(b, second, _mm256_mul_ps(a, first));
}

static inline __m256 row_of_samples(const uint8_t *row, __m256i offsets, int bytes, const __m256 weights[4])
{
    __m256i taps = _mm256_i32gather_epi32((const int *)row, offsets, 1);
    if (bytes == 1)
        return row_of_bytes(taps, weights);
    __m256i more = _mm256_i32gather_epi32((const int *)(row + 4), offsets, 1);
    __m256 left = pair_of_words(taps, weights[0], weights[1]);
    return _mm256_add_ps(left, pair_of_words(more, weights[2], weights[3]));
}

/** Whether at all eight positions the taps -1 to 2 exist; `whole` are the positions rounded down. */
static inline int all_inside(__m256 whole, int size)
{
    __m256 low = _mm256_cmp_ps(whole, _mm256_set1_ps(1), _CMP_GE_OQ);
    __m256 high = _mm256_cmp_ps(whole, _mm256_set1_ps(size - 3), _CMP_LE_OQ);
    return _mm256_movemask_ps(_mm256_and_ps(low, high)) == 255;
}

__attribute__((always_inline)) static inline int cubic(float *out, const DfTexture *t, const float *x,
                                                       const float *y, int n, int bytes)
{
    const __m256i stride = _mm256_set1_epi32(t->stride);
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 px = _mm256_loadu_ps(x + i), py = _mm256_loadu_ps(y + i), across[4], down[4];
        __m256 wx = _mm256_floor_ps(px), wy = _mm256_floor_ps(py);
        if (!all_inside(wx, t->width) || !all_inside(wy, t->height))
            break;
        weigh(across, _mm256_sub_ps(px, wx));
        weigh(down, _mm256_sub_ps(py, wy));
        __m256i column = _mm256_slli_epi32(_mm256_cvtps_epi32(wx), bytes - 1);
        __m256i offsets = _mm256_add_epi32(_mm256_mullo_epi32(_mm256_cvtps_epi32(wy), stride), column);
        const uint8_t *row = t->data - t->stride - bytes;
        __m256 sum = _mm256_setzero_ps();
        for (int r = 0; r < 4; r++, row += t->stride)
            sum = _mm256_fmadd_ps(row_of_samples(row, offsets, bytes, across), down[r], sum);
        _mm256_storeu_ps(out + i, sum);
    }
    return i;
}

int df_cubic_inside_avx2(float *out, const DfTexture *t, const float *x, const float *y, int n)
{
    /* Offsets of gathers are ints, sizes are compared as floats. */
    if (llabs((long long)t->stride) > INT_MAX / t->height || t->width > 1 << 24 || t->height > 1 << 24)
        return 0;
    return t->bytes == 1 ? cubic(out, t, x, y, n, 1) : cubic(out, t, x, y, n, 2);
}
