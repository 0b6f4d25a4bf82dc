/**
 * @file
 * AVX2 versions of kernels/smooth.c; tails are left to the portable ones.
 */
#include "kernels/x86/versions.h"

#include <immintrin.h>

/** Sums of neighbours (0, 1), (2, 3) ... of sixteen floats, in order. */
static __m256 sum_pairs(__m256 low, __m256 high)
{
    __m256 sums = _mm256_hadd_ps(low, high);
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(sums), _MM_SHUFFLE(3, 1, 2, 0)));
}

static void shrink(float *out, float *out_known, const float *const rows[2], const float *const known[2],
                   int n)
{
    const __m256 zero = _mm256_setzero_ps();
    int i = 0;

    for (; i + 8 <= n; i += 8) {
        __m256 sum = zero, count = zero;
        for (int r = 0; r < 2; r++) {
            __m256 k0 = _mm256_loadu_ps(known[r] + 2 * i), k1 = _mm256_loadu_ps(known[r] + 2 * i + 8);
            __m256 v0 = _mm256_loadu_ps(rows[r] + 2 * i), v1 = _mm256_loadu_ps(rows[r] + 2 * i + 8);
            sum = _mm256_add_ps(sum, sum_pairs(_mm256_mul_ps(v0, k0), _mm256_mul_ps(v1, k1)));
            count = _mm256_add_ps(count, sum_pairs(k0, k1));
        }
        __m256 any = _mm256_cmp_ps(count, zero, _CMP_GT_OQ);
        _mm256_storeu_ps(out + i, _mm256_and_ps(_mm256_div_ps(sum, count), any));
        _mm256_storeu_ps(out_known + i, _mm256_and_ps(_mm256_set1_ps(1), any));
    }
    const float *const rest[2] = { rows[0] + 2 * i, rows[1] + 2 * i };
    const float *const rest_known[2] = { known[0] + 2 * i, known[1] + 2 * i };
    df_smooth_c.shrink(out + i, out_known + i, rest, rest_known, n - i);
}

static __m256 mixed(const float *near, const float *far, __m256 mix)
{
    __m256 v = _mm256_loadu_ps(near);
    return _mm256_fmadd_ps(mix, _mm256_sub_ps(_mm256_loadu_ps(far), v), v);
}

static void store_unknown(float *out, const float *known, __m256 value)
{
    __m256 unknown = _mm256_cmp_ps(_mm256_loadu_ps(known), _mm256_setzero_ps(), _CMP_EQ_OQ);
    _mm256_storeu_ps(out, _mm256_blendv_ps(_mm256_loadu_ps(out), value, unknown));
}

static void widen(float *out, const float *known, const float *near, const float *far, float mix,
                  const float shift[2], int n)
{
    const __m256 share = _mm256_set1_ps(mix);
    const __m256 left = _mm256_set1_ps(shift[0]), right = _mm256_set1_ps(shift[1]);
    int i = 0;

    for (; i + 16 <= n; i += 16) {
        int at = i / 2;
        __m256 here = mixed(near + at, far + at, share);
        __m256 before = mixed(near + at - 1, far + at - 1, share);
        __m256 after = mixed(near + at + 1, far + at + 1, share);
        __m256 even = _mm256_fmadd_ps(left, _mm256_sub_ps(before, here), here);
        __m256 odd = _mm256_fmadd_ps(right, _mm256_sub_ps(after, here), here);
        __m256 low = _mm256_unpacklo_ps(even, odd), high = _mm256_unpackhi_ps(even, odd);
        store_unknown(out + i, known + i, _mm256_permute2f128_ps(low, high, 0x20));
        store_unknown(out + i + 8, known + i + 8, _mm256_permute2f128_ps(low, high, 0x31));
    }
    df_smooth_c.widen(out + i, known + i, near + i / 2, far + i / 2, mix, shift, n - i);
}

/** The seven first lanes of v, one lane up, after the last one of what is before it. */
static __m256 shift_in(__m256 before, __m256 v)
{
    __m256i middle = _mm256_castps_si256(_mm256_permute2f128_ps(before, v, 0x21));
    return _mm256_castsi256_ps(_mm256_alignr_epi8(_mm256_castps_si256(v), middle, 12));
}

static void settle(float *row, const float *above, const float *below, const float *known, int odd, int n)
{
    const __m256 quarter = _mm256_set1_ps(0.25f), zero = _mm256_setzero_ps();
    const __m256 lanes = _mm256_castsi256_ps(odd ? _mm256_setr_epi32(0, -1, 0, -1, 0, -1, 0, -1)
                                                 : _mm256_setr_epi32(-1, 0, -1, 0, -1, 0, -1, 0));
    __m256 last = _mm256_set1_ps(row[-1]);
    int i = 0;

    /* Lanes of the other colour are stored as they were: what is read is never what is written. The vector
     * before comes from its register: a load across what was just stored would wait for it. */
    for (; i + 8 <= n; i += 8) {
        __m256 unknown = _mm256_cmp_ps(_mm256_loadu_ps(known + i), zero, _CMP_EQ_OQ);
        __m256 vertical = _mm256_add_ps(_mm256_loadu_ps(above + i), _mm256_loadu_ps(below + i));
        __m256 old = _mm256_loadu_ps(row + i);
        __m256 across = _mm256_add_ps(shift_in(last, old), _mm256_loadu_ps(row + i + 1));
        __m256 mean = _mm256_mul_ps(quarter, _mm256_add_ps(vertical, across));
        _mm256_storeu_ps(row + i, _mm256_blendv_ps(old, mean, _mm256_and_ps(unknown, lanes)));
        last = old;
    }
    df_smooth_c.settle(row + i, above + i, below + i, known + i, odd, n - i);
}

const DfSmoothKernels df_smooth_avx2 = { .shrink = shrink, .widen = widen, .settle = settle };
