/**
 * @file
 * First layers with AVX2: a panel is two vectors, eight features and their gates.
 */
#include "kernels/x86/versions.h"

#include "kernels/x86/exp.h"
#include "kernels/x86/lanes.h"

static inline __m256 bias_of(const DfFirst *f, int panel, int part)
{
    const float *bias = f->bias + part * f->half + 8 * panel;
    return _mm256_maskload_ps(bias, first_lanes(df_first_channels(f->half, panel)));
}

static inline void store(float *to, __m256 value, int channels)
{
    if (channels == 8)
        _mm256_storeu_ps(to, value);
    else
        store_rest(to, value, channels);
}

static inline void finish(const DfFirst *f, const __m256 sums[2], float *to, int panel)
{
    int channels = df_first_channels(f->half, panel);
    to += 8 * panel;
    if (f->activation == DF_LINEAR) {
        store(to, sums[0], channels);
        store(to + f->half, sums[1], channels);
    } else {
        store(to, gate8(sums[0], sums[1], f->activation == DF_GATE_RELU), channels);
    }
}

#define VECTOR __m256
#define LOAD _mm256_loadu_ps
#define SET _mm256_set1_ps
#define MULTIPLY_ADD _mm256_fmadd_ps
#define PARTS 2
#define ROWS 4
#define BIAS bias_of
#define FINISH finish
#include "kernels/first_block.h"

void df_first_avx2(const DfFirst *first)
{
    first_all(first);
}
