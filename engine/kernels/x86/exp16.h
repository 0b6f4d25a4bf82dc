/**
 * @file
 * Exponentials for gates, sixteen floats at a time with AVX-512: the processor splits x log2 e itself, and scales by
 * 2^n. The rounding of x log2 e stays, a relative error of 6e-8 |x|: where e^x matters beside 1, |x| is small. Any x
 * will do.
 */
#ifndef DF_KERNELS_X86_EXP16_H
#define DF_KERNELS_X86_EXP16_H

#include "kernels/x86/vector.h"
#include "kernels/vector/exp.h"

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
