/**
 * @file
 * First layers with AVX-512: a panel is a vector, eight features and their gates, and one exponential serves both.
 */
#include "kernels/x86/versions.h"

#include "kernels/x86/exp16.h"

static inline __m512 bias_of(const DfFirst *f, int panel)
{
    __m256i lanes = _mm256_castps_si256(first_lanes(df_first_channels(f->half, panel)));
    const float *bias = f->bias + 8 * panel;
    __m512 features = _mm512_castps256_ps512(_mm256_maskload_ps(bias, lanes));
    return _mm512_insertf32x8(features, _mm256_maskload_ps(bias + f->half, lanes), 1);
}

static inline void finish(const DfFirst *f, __m512 sums, float *to, int panel)
{
    const __m256 zero = _mm256_setzero_ps();
    __mmask8 channels = (__mmask8)((1 << df_first_channels(f->half, panel)) - 1);
    __m256 feature = _mm512_castps512_ps256(sums), gate = _mm512_extractf32x8_ps(sums, 1);
    to += 8 * panel;
    if (f->activation == DF_LINEAR) {
        _mm256_mask_storeu_ps(to, channels, feature);
        _mm256_mask_storeu_ps(to + f->half, channels, gate);
        return;
    }
    __m256 lower = _mm256_min_ps(feature, zero);
    __m512 powers = exp16(_mm512_insertf32x8(_mm512_castps256_ps512(lower), -gate, 1));
    __m256 a = f->activation == DF_GATE_RELU
        ? _mm256_max_ps(feature, zero)
        : _mm256_blendv_ps(_mm512_castps512_ps256(powers) - 1.0f, feature, _mm256_cmp_ps(feature, zero, _CMP_GT_OQ));
    __m256 value = a / (1 + _mm512_extractf32x8_ps(powers, 1));
    _mm256_mask_storeu_ps(to, channels, value);
}

#define VECTOR __m512
#define LOAD _mm512_loadu_ps
#define SET _mm512_set1_ps
#define MULTIPLY_ADD _mm512_fmadd_ps
#define PARTS 1
#define ROWS 8
#define BIAS(f, panel, part) bias_of(f, panel)
#define FINISH(f, sums, to, panel) finish(f, (sums)[0], to, panel)
#include "kernels/first_block.h"

void df_first_avx512(const DfFirst *first)
{
    first_all(first);
}
