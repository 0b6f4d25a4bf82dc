/**
 * @file
 * AVX2 versions of kernels/patch.c: a row of a patch is a vector.
 */
#include "kernels/x86/versions.h"

#include <immintrin.h>

/** The sums of the lanes of four vectors. */
static inline __m128 sum_lanes4(__m256 a, __m256 b, __m256 c, __m256 d)
{
    __m256 sums = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    return _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1));
}

/** The mean of a patch, in all lanes. */
static inline __m256 mean_of(const __m256 v[DF_PATCH])
{
    __m256 sum = _mm256_add_ps(_mm256_add_ps(_mm256_add_ps(v[0], v[1]), _mm256_add_ps(v[2], v[3])),
                               _mm256_add_ps(_mm256_add_ps(v[4], v[5]), _mm256_add_ps(v[6], v[7])));
    sum = _mm256_add_ps(sum, _mm256_permute2f128_ps(sum, sum, 1));
    sum = _mm256_hadd_ps(sum, sum);
    return _mm256_mul_ps(_mm256_hadd_ps(sum, sum), _mm256_set1_ps(1.0f / DF_PATCH_AREA));
}

static void take(DfPatchTemplate *patch, const float *from, ptrdiff_t row_floats)
{
    const __m256 half = _mm256_set1_ps(0.5f);
    __m256 dx[DF_PATCH], dy[DF_PATCH], xx = _mm256_setzero_ps(), xy = xx, yy = xx;

#pragma GCC unroll 8
    for (int y = 0; y < DF_PATCH; y++, from += row_floats) {
        _mm256_store_ps(patch->value + DF_PATCH * y, _mm256_loadu_ps(from));
        dx[y] = _mm256_mul_ps(half, _mm256_sub_ps(_mm256_loadu_ps(from + 1), _mm256_loadu_ps(from - 1)));
        __m256 above = _mm256_loadu_ps(from - row_floats), below = _mm256_loadu_ps(from + row_floats);
        dy[y] = _mm256_mul_ps(half, _mm256_sub_ps(below, above));
    }
    __m256 mean_x = mean_of(dx), mean_y = mean_of(dy);
#pragma GCC unroll 8
    for (int y = 0; y < DF_PATCH; y++) {
        __m256 x = _mm256_sub_ps(dx[y], mean_x), v = _mm256_sub_ps(dy[y], mean_y);
        _mm256_store_ps(patch->dx + DF_PATCH * y, x);
        _mm256_store_ps(patch->dy + DF_PATCH * y, v);
        xx = _mm256_fmadd_ps(x, x, xx);
        xy = _mm256_fmadd_ps(x, v, xy);
        yy = _mm256_fmadd_ps(v, v, yy);
    }
    float sums[4];
    _mm_storeu_ps(sums, sum_lanes4(xx, xy, yy, yy));
    patch->xx = sums[0];
    patch->xy = sums[1];
    patch->yy = sums[2];
}

static inline __m256 across(const float *row, __m256 fx)
{
    __m256 v = _mm256_loadu_ps(row);
    return _mm256_fmadd_ps(fx, _mm256_sub_ps(_mm256_loadu_ps(row + 1), v), v);
}

/** Row y of d; `above` goes from row to row. */
static inline __m256 difference(const DfPatchTemplate *patch, const DfPatchView *view, int y, __m256 *above)
{
    const __m256 fx = _mm256_set1_ps(view->fx), fy = _mm256_set1_ps(view->fy);
    __m256 below = across(view->from + (y + 1) * view->row_floats, fx);
    __m256 seen = _mm256_fmadd_ps(fy, _mm256_sub_ps(below, *above), *above);

    *above = below;
    return _mm256_sub_ps(seen, _mm256_load_ps(patch->value + DF_PATCH * y));
}

/** The gradients' means are zero, so only the error has to do without d's mean: it falls out of its sums. */
static void compare(DfPatchMatch *match, const DfPatchTemplate *patch, const DfPatchView *view)
{
    __m256 above = across(view->from, _mm256_set1_ps(view->fx));
    __m256 x = _mm256_setzero_ps(), y = x, sum = x, square = x;

#pragma GCC unroll 8
    for (int i = 0; i < DF_PATCH; i++) {
        __m256 d = difference(patch, view, i, &above);
        x = _mm256_fmadd_ps(d, _mm256_load_ps(patch->dx + DF_PATCH * i), x);
        y = _mm256_fmadd_ps(d, _mm256_load_ps(patch->dy + DF_PATCH * i), y);
        square = _mm256_fmadd_ps(d, d, square);
        sum = _mm256_add_ps(sum, d);
    }
    float sums[4];
    _mm_storeu_ps(sums, sum_lanes4(x, y, square, sum));
    float error = sums[2] - sums[3] * sums[3] / DF_PATCH_AREA;
    *match = (DfPatchMatch){ sums[0], sums[1], error > 0 ? error : 0 };
}

static inline void add_to(float *sum, __m256 value, __m256 weight)
{
    _mm256_storeu_ps(sum, _mm256_fmadd_ps(weight, value, _mm256_loadu_ps(sum)));
}

static void spread(float *const sums[3], ptrdiff_t row_floats, const DfPatchTemplate *patch,
                   const DfPatchView *view, const float flow[2])
{
    const __m256 one = _mm256_set1_ps(1), sign = _mm256_set1_ps(-0.0f);
    const __m256 flow_x = _mm256_set1_ps(flow[0]), flow_y = _mm256_set1_ps(flow[1]);
    __m256 d[DF_PATCH], above = across(view->from, _mm256_set1_ps(view->fx));

#pragma GCC unroll 8
    for (int y = 0; y < DF_PATCH; y++)
        d[y] = difference(patch, view, y, &above);
    __m256 mean = mean_of(d);
#pragma GCC unroll 8
    for (int y = 0; y < DF_PATCH; y++) {
        __m256 size = _mm256_andnot_ps(sign, _mm256_sub_ps(d[y], mean));
        __m256 weight = _mm256_div_ps(one, _mm256_max_ps(one, size));
        add_to(sums[0] + y * row_floats, one, weight);
        add_to(sums[1] + y * row_floats, flow_x, weight);
        add_to(sums[2] + y * row_floats, flow_y, weight);
    }
}

static void quotient(float *out, const float *sum, const float *weight, int n)
{
    int i = 0;

    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(out + i, _mm256_div_ps(_mm256_loadu_ps(sum + i), _mm256_loadu_ps(weight + i)));
    df_patch_c.quotient(out + i, sum + i, weight + i, n - i);
}

const DfPatchKernels df_patch_avx2 = { .take = take, .compare = compare, .spread = spread,
                                               .quotient = quotient };
