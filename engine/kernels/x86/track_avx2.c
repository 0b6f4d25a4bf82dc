/**
 * @file
 * AVX2 + FMA versions of the tracking loops.
 */
#include "kernels/x86/versions.h"

#include <string.h>

#include "kernels/x86/lanes.h"

/** Up to n (0..8) values; lanes beyond are zero and their memory is not touched. */
static inline __attribute__((always_inline)) __m256 load(const float *from, int n)
{
    return n >= 8 ? _mm256_loadu_ps(from) : _mm256_maskload_ps(from, first_lanes(n));
}

static inline __attribute__((always_inline)) void store(float *to, __m256 v, int n)
{
    if (n >= 8)
        _mm256_storeu_ps(to, v);
    else
        _mm256_maskstore_ps(to, first_lanes(n), v);
}

static __m256 add(__m256 a, __m256 b) { return _mm256_add_ps(a, b); }
static __m256 sub(__m256 a, __m256 b) { return _mm256_sub_ps(a, b); }
static __m256 mul(__m256 a, __m256 b) { return _mm256_mul_ps(a, b); }
static __m256 set(float v) { return _mm256_set1_ps(v); }

/* ----------------------------------------------------------------------------------- pyramid -- */

static __m256 weigh(__m256 a, __m256 b, __m256 c, __m256 d, __m256 e)
{
    __m256 sum = _mm256_fmadd_ps(set(4), add(b, d), add(a, e));
    return mul(_mm256_fmadd_ps(set(6), c, sum), set(1 / 16.0f));
}

static void binomial(float *out, const float *const rows[5], int n)
{
    for (int i = 0; i < n; i += 8) {
        int k = n - i;
        __m256 a = load(rows[0] + i, k), b = load(rows[1] + i, k), c = load(rows[2] + i, k);
        store(out + i, weigh(a, b, c, load(rows[3] + i, k), load(rows[4] + i, k)), k);
    }
}

/** Columns 0, 2 .. 14 and 1, 3 .. 15 of sixteen, in the order that shuffling leaves: 0 2 8 10 4 6 12 14. */
static void split(const float *from, __m256 *even, __m256 *odd)
{
    __m256 a = _mm256_loadu_ps(from), b = _mm256_loadu_ps(from + 8);
    *even = _mm256_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0));
    *odd = _mm256_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1));
}

static void halve(float *out, const float *in, int n)
{
    int i = 0;

    /* in[2i + 4 + 15] is the last value read, one beyond what eight outputs need: a ninth has it. */
    for (; i + 9 <= n; i += 8) {
        __m256 a, b, c, d, e, unused;
        split(in + 2 * i, &a, &b);
        split(in + 2 * i + 2, &c, &d);
        split(in + 2 * i + 4, &e, &unused);
        __m256d v = _mm256_castps_pd(weigh(a, b, c, d, e));
        _mm256_storeu_pd((double *)(out + i), _mm256_permute4x64_pd(v, _MM_SHUFFLE(3, 1, 2, 0)));
    }
    for (; i < n; i++) {
        const float *p = in + 2 * i;
        out[i] = (p[0] + p[4] + 4 * (p[1] + p[3]) + 6 * p[2]) * (1 / 16.0f);
    }
}

/* ----------------------------------------------------------------------------------- corners -- */

static __m256 smooth3(__m256 a, __m256 b, __m256 c)
{
    return _mm256_fmadd_ps(set(2), b, add(a, c));
}

static void products(float *xx, float *xy, float *yy, const float *above, const float *row,
                     const float *below, int n)
{
    for (int i = 0; i < n; i += 8) {
        int k = n - i;
        __m256 a0 = load(above + i - 1, k), a1 = load(above + i, k), a2 = load(above + i + 1, k);
        __m256 b0 = load(row + i - 1, k), b2 = load(row + i + 1, k);
        __m256 c0 = load(below + i - 1, k), c1 = load(below + i, k), c2 = load(below + i + 1, k);
        __m256 dx = sub(smooth3(a2, b2, c2), smooth3(a0, b0, c0));
        __m256 dy = sub(smooth3(c0, c1, c2), smooth3(a0, a1, a2));
        store(xx + i, mul(dx, dx), k);
        store(xy + i, mul(dx, dy), k);
        store(yy + i, mul(dy, dy), k);
    }
}

static __m256 sum9(const float *const rows[3], int i, int k)
{
    __m256 sum = _mm256_setzero_ps();

    for (int r = 0; r < 3; r++)
        sum = add(sum, add(load(rows[r] + i, k), add(load(rows[r] + i - 1, k), load(rows[r] + i + 1, k))));
    return sum;
}

static void corners(float *out, const float *const xx[3], const float *const xy[3],
                    const float *const yy[3], int n)
{
    const __m256 half = set(0.5f);

    for (int i = 0; i < n; i += 8) {
        int k = n - i;
        __m256 a = mul(half, sum9(xx, i, k)), b = sum9(xy, i, k), c = mul(half, sum9(yy, i, k));
        __m256 d = sub(a, c);
        __m256 root = _mm256_sqrt_ps(_mm256_fmadd_ps(d, d, mul(b, b)));
        store(out + i, mul(half, sub(add(a, c), root)), k);
    }
}

static __m256 largest3(const float *row, int k)
{
    return _mm256_max_ps(load(row, k), _mm256_max_ps(load(row - 1, k), load(row + 1, k)));
}

static int peaks(int *at, const float *above, const float *row, const float *below, float least, int n)
{
    int count = 0;

    for (int i = 0; i < n; i += 8) {
        int k = n - i;
        __m256 v = load(row + i, k);
        __m256 sides = _mm256_max_ps(load(row + i - 1, k), load(row + i + 1, k));
        __m256 around = _mm256_max_ps(sides, _mm256_max_ps(largest3(above + i, k), largest3(below + i, k)));
        __m256 is = _mm256_cmp_ps(v, _mm256_max_ps(around, set(least)), _CMP_GE_OQ);
        unsigned lanes = _mm256_movemask_ps(is) & (k < 8 ? (1u << k) - 1 : 255);
        for (; lanes; lanes &= lanes - 1)
            at[count++] = i + __builtin_ctz(lanes);
    }
    return count;
}

/* ---------------------------------------------------------------------------------- tracking -- */

static __m256 mix(__m256 a, __m256 b, __m256 share)
{
    return _mm256_fmadd_ps(share, sub(b, a), a);
}

static __m256 mix_columns(const float *from, __m256 fx)
{
    return mix(_mm256_loadu_ps(from), _mm256_loadu_ps(from + 1), fx);
}

enum { SEEN = 24 }; /* columns of the window with its border, and some that are read but not used */

static void interpolate(float seen[DF_WINDOW + 2][SEEN], const float *from, ptrdiff_t row_floats, __m256 fx,
                        __m256 fy)
{
    for (int x = 0; x < SEEN; x += 8) {
        __m256 top = mix_columns(from + x, fx);
        for (int y = 0; y < DF_WINDOW + 2; y++) {
            __m256 bottom = mix_columns(from + (y + 1) * row_floats + x, fx);
            _mm256_store_ps(seen[y] + x, mix(top, bottom, fy));
            top = bottom;
        }
    }
}

/** Scharr's kernel: 3 10 3 across the difference of two pixels' distance, over 32. */
static __m256 scharr(__m256 a, __m256 b, __m256 c)
{
    return _mm256_fmadd_ps(set(10 / 32.0f), b, mul(set(3 / 32.0f), add(a, c)));
}

/** Values and gradients at columns x..x+7 of all rows, and their products' sums. */
static void take_columns(DfTemplate *window, float seen[DF_WINDOW + 2][SEEN], int x, __m256 used,
                         __m256 sums[5])
{
    for (int y = 0; y < DF_WINDOW; y++) {
        const float *a = seen[y] + x, *b = seen[y + 1] + x, *c = seen[y + 2] + x;
        __m256 a0 = _mm256_loadu_ps(a), a2 = _mm256_loadu_ps(a + 2);
        __m256 c0 = _mm256_loadu_ps(c), c2 = _mm256_loadu_ps(c + 2);
        __m256 dx = scharr(sub(a2, a0), sub(_mm256_loadu_ps(b + 2), _mm256_loadu_ps(b)), sub(c2, c0));
        __m256 dy = scharr(sub(c0, a0), sub(_mm256_loadu_ps(c + 1), _mm256_loadu_ps(a + 1)), sub(c2, a2));
        dx = _mm256_and_ps(dx, used);
        dy = _mm256_and_ps(dy, used);
        _mm256_store_ps(window->value[y] + x, _mm256_and_ps(_mm256_loadu_ps(b + 1), used));
        _mm256_store_ps(window->dx[y] + x, dx);
        _mm256_store_ps(window->dy[y] + x, dy);
        sums[0] = _mm256_fmadd_ps(dx, dx, sums[0]);
        sums[1] = _mm256_fmadd_ps(dx, dy, sums[1]);
        sums[2] = _mm256_fmadd_ps(dy, dy, sums[2]);
        sums[3] = add(sums[3], dx);
        sums[4] = add(sums[4], dy);
    }
}

static void take(DfTemplate *window, const float *from, ptrdiff_t row_floats, float fx, float fy)
{
    _Alignas(32) float seen[DF_WINDOW + 2][SEEN];
    __m256 sums[5];

    for (int i = 0; i < 5; i++)
        sums[i] = _mm256_setzero_ps();
    interpolate(seen, from, row_floats, set(fx), set(fy));
    take_columns(window, seen, 0, _mm256_castsi256_ps(first_lanes(8)), sums);
    take_columns(window, seen, 8, _mm256_castsi256_ps(first_lanes(DF_WINDOW - 8)), sums);
    window->xx = sum_lanes(sums[0]);
    window->xy = sum_lanes(sums[1]);
    window->yy = sum_lanes(sums[2]);
    window->x = sum_lanes(sums[3]);
    window->y = sum_lanes(sums[4]);
}

static void match(float sums[3], const DfTemplate *window, const float *from, ptrdiff_t row_floats, float fx,
                  float fy)
{
    const __m256 x = set(fx), y = set(fy);
    __m256 sx = _mm256_setzero_ps(), sy = sx, all = sx;

    for (int half = 0; half < 16; half += 8) {
        const __m256 used = _mm256_castsi256_ps(first_lanes(DF_WINDOW - half));
        __m256 top = mix_columns(from + half, x);
        for (int row = 0; row < DF_WINDOW; row++) {
            __m256 bottom = mix_columns(from + (row + 1) * row_floats + half, x);
            __m256 difference = sub(mix(top, bottom, y), _mm256_load_ps(window->value[row] + half));
            difference = _mm256_and_ps(difference, used);
            all = add(all, difference);
            sx = _mm256_fmadd_ps(difference, _mm256_load_ps(window->dx[row] + half), sx);
            sy = _mm256_fmadd_ps(difference, _mm256_load_ps(window->dy[row] + half), sy);
            top = bottom;
        }
    }
    sums[0] = sum_lanes(sx);
    sums[1] = sum_lanes(sy);
    sums[2] = sum_lanes(all);
}

const DfTrackKernels df_track_avx2 = {
    .binomial = binomial, .halve = halve, .products = products, .corners = corners, .peaks = peaks,
    .take = take, .match = match,
};
