/**
 * @file
 * AVX2 versions of multigrid's loops. A row's e goes through registers: a load that straddles what was just
 * stored would wait for it, in every step of the loop.
 */
#include "kernels/x86/versions.h"

#include <immintrin.h>

/** Cells x - 1 and x + 1 of eight, given the eights before, at and after them. */
static inline __m256 shifted_west(__m256 before, __m256 at)
{
    __m256i mixed = _mm256_castps_si256(_mm256_permute2f128_ps(before, at, 0x21));
    return _mm256_castsi256_ps(_mm256_alignr_epi8(_mm256_castps_si256(at), mixed, 12));
}

static inline __m256 shifted_east(__m256 at, __m256 after)
{
    __m256i mixed = _mm256_castps_si256(_mm256_permute2f128_ps(at, after, 0x21));
    return _mm256_castsi256_ps(_mm256_alignr_epi8(mixed, _mm256_castps_si256(at), 4));
}

/** What the neighbours of eight cells from x on send them. */
static inline __m256 inflow(const DfStencil *s, int x, __m256 west, __m256 east, int weighted)
{
    __m256 north = _mm256_loadu_ps(s->e + x - s->row_floats), south = _mm256_loadu_ps(s->e + x + s->row_floats);
    if (!weighted)
        return _mm256_add_ps(_mm256_add_ps(west, east), _mm256_add_ps(north, south));
    __m256 a = _mm256_mul_ps(west, _mm256_loadu_ps(s->east + x - 1));
    __m256 b = _mm256_mul_ps(north, _mm256_loadu_ps(s->south + x - s->row_floats));
    a = _mm256_fmadd_ps(east, _mm256_loadu_ps(s->east + x), a);
    b = _mm256_fmadd_ps(south, _mm256_loadu_ps(s->south + x), b);
    return _mm256_add_ps(a, b);
}

__attribute__((always_inline)) static inline void sweep_half(const DfStencil *s, int first, int weighted)
{
    __m256 before = _mm256_loadu_ps(s->e - 8), at = _mm256_loadu_ps(s->e);
    for (int x = 0; x < s->n; x += 8) {
        __m256 after = _mm256_loadu_ps(s->e + x + 8);
        __m256 sum = inflow(s, x, shifted_west(before, at), shifted_east(at, after), weighted);
        sum = _mm256_sub_ps(sum, _mm256_loadu_ps(s->r + x));
        __m256 solved = _mm256_mul_ps(sum, _mm256_loadu_ps(s->inverse + x));
        solved = first ? _mm256_blend_ps(at, solved, 0xaa) : _mm256_blend_ps(at, solved, 0x55);
        _mm256_storeu_ps(s->e + x, solved);
        before = at;
        at = after;
    }
}

static void sweep(const DfStencil *row, int first)
{
    if (!row->east)
        first ? sweep_half(row, 1, 0) : sweep_half(row, 0, 0);
    else
        first ? sweep_half(row, 1, 1) : sweep_half(row, 0, 1);
}

__attribute__((always_inline)) static inline void residual_of(float *out, const DfStencil *s, int weighted)
{
    const __m256 zero = _mm256_setzero_ps();
    for (int x = 0; x < s->n; x += 8) {
        __m256 west = _mm256_loadu_ps(s->e + x - 1), east = _mm256_loadu_ps(s->e + x + 1);
        __m256 inverse = _mm256_loadu_ps(s->inverse + x);
        __m256 own = _mm256_div_ps(_mm256_loadu_ps(s->e + x), inverse);
        __m256 sum = _mm256_sub_ps(_mm256_loadu_ps(s->r + x), inflow(s, x, west, east, weighted));
        __m256 has = _mm256_cmp_ps(inverse, zero, _CMP_GT_OQ);
        _mm256_storeu_ps(out + x, _mm256_and_ps(_mm256_add_ps(sum, own), has));
    }
}

static void residual(float *out, const DfStencil *row)
{
    if (!row->east)
        residual_of(out, row, 0);
    else
        residual_of(out, row, 1);
}

static void block_sum(float *out, const float *a, const float *b, int n)
{
    for (int i = 0; i < n; i += 8) {
        __m256 low = _mm256_add_ps(_mm256_loadu_ps(a + 2 * i), _mm256_loadu_ps(b + 2 * i));
        __m256 high = _mm256_add_ps(_mm256_loadu_ps(a + 2 * i + 8), _mm256_loadu_ps(b + 2 * i + 8));
        __m256d sums = _mm256_castps_pd(_mm256_hadd_ps(low, high)); /* pairs of low, high, low, high */
        sums = _mm256_permute4x64_pd(sums, _MM_SHUFFLE(3, 1, 2, 0));
        _mm256_storeu_ps(out + i, _mm256_castpd_ps(sums));
    }
}

/** Add to eight cells. */
static inline void add_some(float *e, const float *inverse, __m256 value)
{
    __m256 has = _mm256_cmp_ps(_mm256_loadu_ps(inverse), _mm256_setzero_ps(), _CMP_GT_OQ);
    _mm256_storeu_ps(e, _mm256_add_ps(_mm256_loadu_ps(e), _mm256_and_ps(value, has)));
}

static inline __m256 mix(__m256 near, __m256 far)
{
    return _mm256_fmadd_ps(_mm256_set1_ps(0.25f), far, _mm256_mul_ps(_mm256_set1_ps(0.75f), near));
}

static void prolong(float *e, const float *inverse, const float *near, const float *far, int n)
{
    for (int i = 0; i < n / 2; i += 8) {
        __m256 at = mix(_mm256_loadu_ps(near + i), _mm256_loadu_ps(far + i));
        __m256 west = mix(_mm256_loadu_ps(near + i - 1), _mm256_loadu_ps(far + i - 1));
        __m256 east = mix(_mm256_loadu_ps(near + i + 1), _mm256_loadu_ps(far + i + 1));
        __m256 even = mix(at, west), odd = mix(at, east);
        __m256 low = _mm256_unpacklo_ps(even, odd), high = _mm256_unpackhi_ps(even, odd);
        add_some(e + 2 * i, inverse + 2 * i, _mm256_permute2f128_ps(low, high, 0x20));
        add_some(e + 2 * i + 8, inverse + 2 * i + 8, _mm256_permute2f128_ps(low, high, 0x31));
    }
}

static float largest(const float *values, int n)
{
    const __m256 sign = _mm256_set1_ps(-0.0f);
    __m256 most = _mm256_setzero_ps();
    for (int i = 0; i < n; i += 8)
        most = _mm256_max_ps(most, _mm256_andnot_ps(sign, _mm256_loadu_ps(values + i)));
    __m128 m = _mm_max_ps(_mm256_castps256_ps128(most), _mm256_extractf128_ps(most, 1));
    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
}

/* ------------------------------------------------------------------------------- setting up -- */

/** All bits set in lanes whose value is above 0. */
static inline __m256 positive(const float *values)
{
    return _mm256_cmp_ps(_mm256_loadu_ps(values), _mm256_setzero_ps(), _CMP_GT_OQ);
}

/** Eight bytes that are not 0, as lanes. */
static inline __m256 set_bytes(const uint8_t *bytes)
{
    __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)bytes));
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(wide, _mm256_setzero_si256()));
}

static void pose(float *r, float *inverse, const DfGradientRows *w, const uint8_t *hole, int n)
{
    int x = 0;
    for (; x + 8 <= n; x += 8) {
        __m256 wx = _mm256_sub_ps(_mm256_loadu_ps(w->gx + x), _mm256_loadu_ps(w->gx + x - 1));
        __m256 wy = _mm256_sub_ps(_mm256_loadu_ps(w->gy + x), _mm256_loadu_ps(w->gy_north + x));
        __m256 h = _mm256_add_ps(_mm256_loadu_ps(w->u + x - 1), _mm256_loadu_ps(w->u + x + 1));
        __m256 v = _mm256_add_ps(_mm256_loadu_ps(w->north + x), _mm256_loadu_ps(w->south + x));
        __m256 own = _mm256_mul_ps(_mm256_set1_ps(4), _mm256_loadu_ps(w->u + x)), has = set_bytes(hole + x);
        __m256 found = _mm256_sub_ps(_mm256_add_ps(h, v), own);
        _mm256_storeu_ps(r + x, _mm256_and_ps(has, _mm256_sub_ps(_mm256_add_ps(wx, wy), found)));
        _mm256_storeu_ps(inverse + x, _mm256_and_ps(has, _mm256_set1_ps(0.25f)));
    }
    const DfGradientRows rest = { w->u + x, w->north + x, w->south + x, w->gx + x, w->gy + x, w->gy_north + x };
    df_stencil_c.pose(r + x, inverse + x, &rest, hole + x, n - x);
}

static void link(const DfLinks *out, const float *inverse, ptrdiff_t row_floats, int n)
{
    const __m256 one = _mm256_set1_ps(1);
    for (int x = 0; x < n; x += 8) {
        const float *m = inverse + x;
        __m256 has = positive(m), link = _mm256_and_ps(has, one);
        __m256 east = _mm256_and_ps(positive(m + 1), link), south = _mm256_and_ps(positive(m + row_floats), link);
        __m256 west = _mm256_and_ps(positive(m - 1), link), north = _mm256_and_ps(positive(m - row_floats), link);
        __m256 inner = _mm256_add_ps(_mm256_add_ps(east, west), _mm256_add_ps(north, south));
        __m256 all = _mm256_div_ps(one, _mm256_loadu_ps(m));
        _mm256_storeu_ps(out->east + x, east);
        _mm256_storeu_ps(out->south + x, south);
        _mm256_storeu_ps(out->border + x, _mm256_and_ps(has, _mm256_sub_ps(all, inner)));
    }
}

/** Sixteen values' even and odd ones. */
static inline void split(const float *values, __m256 *even, __m256 *odd)
{
    __m256 a = _mm256_loadu_ps(values), b = _mm256_loadu_ps(values + 8);
    __m256 low = _mm256_permute2f128_ps(a, b, 0x20), high = _mm256_permute2f128_ps(a, b, 0x31);
    *even = _mm256_shuffle_ps(low, high, _MM_SHUFFLE(2, 0, 2, 0));
    *odd = _mm256_shuffle_ps(low, high, _MM_SHUFFLE(3, 1, 3, 1));
}

static void merge(const DfLinks *out, const DfLinks rows[2], float gain, int n)
{
    const __m256 half = _mm256_set1_ps(0.5f), gained = _mm256_set1_ps(0.5f * gain);
    for (int i = 0; i < n; i += 8) {
        __m256 even, odd, even_below, odd_below;
        split(rows[0].east + 2 * i, &even, &odd);
        split(rows[1].east + 2 * i, &even_below, &odd_below);
        _mm256_storeu_ps(out->east + i, _mm256_mul_ps(half, _mm256_add_ps(odd, odd_below)));
        split(rows[1].south + 2 * i, &even, &odd);
        _mm256_storeu_ps(out->south + i, _mm256_mul_ps(half, _mm256_add_ps(even, odd)));
        split(rows[0].border + 2 * i, &even, &odd);
        split(rows[1].border + 2 * i, &even_below, &odd_below);
        even = _mm256_add_ps(_mm256_add_ps(even, even_below), _mm256_add_ps(odd, odd_below));
        _mm256_storeu_ps(out->border + i, _mm256_mul_ps(gained, even));
    }
}

static void invert(float *inverse, const DfLinks *links, ptrdiff_t row_floats, int n)
{
    for (int x = 0; x < n; x += 8) {
        const float *east = links->east + x, *south = links->south + x;
        __m256 h = _mm256_add_ps(_mm256_loadu_ps(east), _mm256_loadu_ps(east - 1));
        __m256 v = _mm256_add_ps(_mm256_loadu_ps(south), _mm256_loadu_ps(south - row_floats));
        __m256 sum = _mm256_add_ps(_mm256_add_ps(h, v), _mm256_loadu_ps(links->border + x));
        __m256 has = _mm256_cmp_ps(sum, _mm256_setzero_ps(), _CMP_GT_OQ);
        _mm256_storeu_ps(inverse + x, _mm256_and_ps(has, _mm256_div_ps(_mm256_set1_ps(1), sum)));
    }
}

const DfStencilKernels df_stencil_avx2 = {
    .sweep = sweep, .residual = residual, .block_sum = block_sum, .prolong = prolong, .largest = largest,
    .pose = pose, .link = link, .merge = merge, .invert = invert,
};
