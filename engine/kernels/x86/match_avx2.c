/**
 * @file
 * AVX2 version of kernels/match.c: four pixels are a vector.
 */
#include "kernels/x86/versions.h"

#include <immintrin.h>
#include <string.h>

static inline long long pixel(const int16_t *at)
{
    long long value;

    memcpy(&value, at, sizeof value);
    return value;
}

/** The four pixels of a patch's guide that are compared. */
static inline __m256i guide_points(const DfMatchPlanes *planes, ptrdiff_t patch)
{
    const int16_t *top = planes->guide + DF_MATCH_CHANNELS * (patch + planes->width + 1);
    const int16_t *bottom = top + DF_MATCH_CHANNELS * 5 * planes->width;

    return _mm256_set_epi64x(pixel(bottom + DF_MATCH_CHANNELS * 5), pixel(bottom), pixel(top + DF_MATCH_CHANNELS * 5),
                             pixel(top));
}

static inline __m256i squares(__m256i a, __m256i b)
{
    __m256i d = _mm256_sub_epi16(a, b);
    return _mm256_madd_epi16(d, d);
}

static inline int32_t sum_lanes(__m256i v)
{
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));

    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(1, 0, 3, 2)));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(2, 3, 0, 1)));
    return _mm_cvtsi128_si32(sum);
}

static inline __m256i load(const int16_t *at)
{
    return _mm256_loadu_si256((const __m256i *)at);
}

static int32_t distance(const DfMatchPlanes *planes, ptrdiff_t a, ptrdiff_t b, int32_t limit)
{
    const int16_t *p = planes->picture + DF_MATCH_CHANNELS * a, *q = planes->picture + DF_MATCH_CHANNELS * b;
    ptrdiff_t row = DF_MATCH_CHANNELS * planes->width;
    int32_t sum = sum_lanes(squares(guide_points(planes, a), guide_points(planes, b)));

    for (int half = 0; half < 2 && sum < limit; half++) {
        __m256i left = _mm256_setzero_si256(), right = left;
#pragma GCC unroll 4
        for (int y = 0; y < DF_MATCH_SIDE / 2; y++, p += row, q += row) {
            left = _mm256_add_epi32(left, squares(load(p), load(q)));
            right = _mm256_add_epi32(right, squares(load(p + 16), load(q + 16)));
        }
        sum += sum_lanes(_mm256_add_epi32(left, right));
    }
    return sum;
}

const DfMatchKernels df_match_avx2 = { .distance = distance };
