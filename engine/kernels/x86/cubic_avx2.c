/**
 * @file
 * Bicubic interpolation with AVX2: a row's four taps by gathers.
 */
#include "kernels/x86/vector.h"
#include "kernels/x86/versions.h"

/** Four taps of 8 bits in `low`, or two of 16 in either; the first lowest in each lane. */
typedef struct Taps {
    __m256i low, high;
} Taps;

static inline Taps taps_at(const DfTexture *t, Vector x, Vector y, int row, int bytes)
{
    __m256i column = _mm256_slli_epi32(_mm256_cvtps_epi32(x), bytes - 1);
    __m256i line = _mm256_mullo_epi32(_mm256_cvtps_epi32(y), _mm256_set1_epi32(t->stride));
    __m256i offsets = _mm256_add_epi32(line, column);
    const uint8_t *from = t->data + row * t->stride - bytes;
    Taps taps = { .low = _mm256_i32gather_epi32((const int *)from, offsets, 1) };
    if (bytes == 2)
        taps.high = _mm256_i32gather_epi32((const int *)(from + 4), offsets, 1);
    return taps;
}

static inline Vector tap(Taps taps, int i, int bytes)
{
    __m256i lanes = bytes == 2 && i >= 2 ? taps.high : taps.low, shift = _mm256_set1_epi32(8 * bytes * i & 31);
    __m256i value = _mm256_and_si256(_mm256_srlv_epi32(lanes, shift), _mm256_set1_epi32(bytes == 1 ? 255 : 65535));
    return _mm256_cvtepi32_ps(value);
}

#include "kernels/vector/cubic.h"

int df_cubic_inside_avx2(float *out, const DfTexture *t, const float *x, const float *y, int n)
{
    return cubic_inside(out, t, x, y, n);
}
