/**
 * @file
 * e^x and what rests on it, eight floats at a time with AVX2, sixteen with AVX-512.
 *
 * e^x = 2^n * 2^r with n = round(x log2 e). 2^r on [-1/2, 1/2] is the degree-5 minimax polynomial, relative error
 * 7.5e-8; log2 e comes in two parts, or n times its rounding error would be lost.
 */
#ifndef DF_KERNELS_X86_EXP_H
#define DF_KERNELS_X86_EXP_H

#include <immintrin.h>

#define LOG2E_HIGH 1.44269502f
#define LOG2E_LOW 1.92596303e-8f

/* 2^r; `r` any vector. */
#define POWER_OF_TWO(r)                                                                                   \
    (((((0.001327647203f * (r) + 0.009675541480f) * (r) + 0.05550713275f) * (r) + 0.2402211972f) * (r) + \
      0.6931469671f) * (r) + 1.000000072f)

/** x is clamped so that 2^n stays a normal number: results end at about 1e-38 and 1e38. */
static inline __m256 exp8(__m256 x)
{
    x = _mm256_max_ps(_mm256_min_ps(x, _mm256_set1_ps(88)), _mm256_set1_ps(-87));
    __m256 n = _mm256_round_ps(x * LOG2E_HIGH, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m256 r = _mm256_fmadd_ps(x, _mm256_set1_ps(LOG2E_LOW),
                               _mm256_fmsub_ps(x, _mm256_set1_ps(LOG2E_HIGH), n));
    __m256i exponent = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return POWER_OF_TWO(r) * _mm256_castsi256_ps(exponent);
}

/** One division serves activation and sigmoid. */
static inline __m256 gate8(__m256 f, __m256 g, int relu)
{
    const __m256 zero = _mm256_setzero_ps();
    __m256 a = _mm256_max_ps(f, zero);
    if (!relu)
        a = _mm256_blendv_ps(exp8(_mm256_min_ps(f, zero)) - 1, f, _mm256_cmp_ps(f, zero, _CMP_GT_OQ));
    return a / (1 + exp8(-g));
}

static inline __m256 sigmoid8(__m256 f, __m256 g)
{
    return f / (1 + exp8(-g));
}

/** tanh x = sign(x) (1 - t) / (1 + t), t = e^(-2|x|): exact to rounding in absolute terms. */
static inline __m256 tanh8(__m256 x)
{
    const __m256 sign = _mm256_set1_ps(-0.0f);
    __m256 t = exp8(-2 * _mm256_andnot_ps(sign, x));
    return _mm256_or_ps((1 - t) / (1 + t), _mm256_and_ps(sign, x));
}

#ifdef __AVX512F__

/**
 * The same for gates: the processor splits x log2 e itself, and scales by 2^n. The rounding of x log2 e stays, a
 * relative error of 6e-8 |x|: where e^x matters beside 1, |x| is small. Any x will do.
 */
static inline __m512 exp16(__m512 x)
{
    __m512 y = x * LOG2E_HIGH;
    __m512 r = _mm512_reduce_ps(y, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    /* Not y - r: were that made one operation with the product, it would be no whole number. */
    __m512 n = _mm512_roundscale_ps(y, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    return _mm512_scalef_ps(POWER_OF_TWO(r), n);
}

static inline __m512 gate16(__m512 f, __m512 g, int relu)
{
    const __m512 zero = _mm512_setzero_ps();
    __m512 a = _mm512_max_ps(f, zero);
    if (!relu)
        a = _mm512_mask_mov_ps(exp16(_mm512_min_ps(f, zero)) - 1, _mm512_cmp_ps_mask(f, zero, _CMP_GT_OQ), f);
    return a / (1 + exp16(-g));
}

static inline __m512 sigmoid16(__m512 f, __m512 g)
{
    return f / (1 + exp16(-g));
}

static inline __m512 tanh16(__m512 x)
{
    const __m512 sign = _mm512_set1_ps(-0.0f);
    __m512 t = exp16(-2 * _mm512_andnot_ps(sign, x));
    return _mm512_or_ps((1 - t) / (1 + t), _mm512_and_ps(sign, x));
}

#endif
#endif
