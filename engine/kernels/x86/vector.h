/**
 * @file
 * Vectors of eight floats with AVX2, FMA and F16C, as kernels/vector/README.md names them.
 */
#ifndef DF_KERNELS_X86_VECTOR_H
#define DF_KERNELS_X86_VECTOR_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

typedef __m256 Vector;
typedef __m256 Lanes;
enum { WIDTH = 8 };

static inline Vector set(float v) { return _mm256_set1_ps(v); }
static inline Vector load(const float *p) { return _mm256_loadu_ps(p); }
static inline void store(float *p, Vector v) { _mm256_storeu_ps(p, v); }

static inline Lanes first_lanes(int n)
{
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(n), lane));
}

static inline Lanes every_second_lane(int first)
{
    return _mm256_castsi256_ps(first ? _mm256_setr_epi32(0, -1, 0, -1, 0, -1, 0, -1)
                                     : _mm256_setr_epi32(-1, 0, -1, 0, -1, 0, -1, 0));
}

static inline Vector load_first(const float *p, int n)
{
    return _mm256_maskload_ps(p, _mm256_castps_si256(first_lanes(n)));
}

/** Masked stores are slow on many processors. */
static inline void store_first(float *p, Vector v, int n)
{
    __m128 low = _mm256_castps256_ps128(v);
    if (n & 4) {
        _mm_storeu_ps(p, low);
        low = _mm256_extractf128_ps(v, 1);
        p += 4;
    }
    if (n & 2) {
        _mm_storel_pi((__m64 *)p, low);
        low = _mm_movehl_ps(low, low);
        p += 2;
    }
    if (n & 1)
        _mm_store_ss(p, low);
}

static inline void store_between(float *p, Vector v, int from, int to)
{
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i before = _mm256_cmpgt_epi32(_mm256_set1_epi32(from), lane);
    _mm256_maskstore_ps(p, _mm256_andnot_si256(before, _mm256_cmpgt_epi32(_mm256_set1_epi32(to), lane)), v);
}

static inline Vector multiply_add(Vector a, Vector b, Vector sum) { return _mm256_fmadd_ps(a, b, sum); }
static inline Vector multiply_subtract(Vector a, Vector b, Vector c) { return _mm256_fmsub_ps(a, b, c); }
static inline Vector larger(Vector a, Vector b) { return _mm256_max_ps(a, b); }
static inline Vector larger_or_nan(Vector a, Vector b) { return _mm256_max_ps(a, b); }
static inline Vector smaller(Vector a, Vector b) { return _mm256_min_ps(a, b); }
static inline Vector square_root(Vector v) { return _mm256_sqrt_ps(v); }
static inline Vector round_down(Vector v) { return _mm256_floor_ps(v); }
static inline Vector magnitude(Vector v) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v); }

static inline Vector with_sign(Vector v, Vector sign)
{
    return _mm256_or_ps(v, _mm256_and_ps(_mm256_set1_ps(-0.0f), sign));
}

static inline Vector round_nearest(Vector v)
{
    return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

static inline Vector two_to(Vector n)
{
    __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}

static inline Lanes positive(Vector v) { return _mm256_cmp_ps(v, _mm256_setzero_ps(), _CMP_GT_OQ); }
static inline Lanes zero_lanes(Vector v) { return _mm256_cmp_ps(v, _mm256_setzero_ps(), _CMP_EQ_OQ); }
static inline Lanes at_least(Vector a, Vector b) { return _mm256_cmp_ps(a, b, _CMP_GE_OQ); }
static inline Lanes not_below(Vector a, Vector b) { return _mm256_cmp_ps(a, b, _CMP_NLT_UQ); }
static inline Lanes both(Lanes a, Lanes b) { return _mm256_and_ps(a, b); }
static inline Vector keep(Lanes lanes, Vector v) { return _mm256_and_ps(lanes, v); }
static inline Vector choose(Lanes lanes, Vector a, Vector b) { return _mm256_blendv_ps(b, a, lanes); }
static inline unsigned lane_bits(Lanes lanes) { return _mm256_movemask_ps(lanes); }

static inline Lanes set_bytes(const uint8_t *bytes)
{
    __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)bytes));
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(wide, _mm256_setzero_si256()));
}

static inline float sum_lanes(Vector v)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

static inline void sum_lanes4(float sums[4], Vector a, Vector b, Vector c, Vector d)
{
    __m256 halves = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    _mm_storeu_ps(sums, _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1)));
}

static inline Vector spread_sum(Vector v)
{
    v = _mm256_add_ps(v, _mm256_permute2f128_ps(v, v, 1));
    v = _mm256_hadd_ps(v, v);
    return _mm256_hadd_ps(v, v);
}

static inline float max_lanes(Vector v)
{
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

static inline Vector shifted_up(Vector before, Vector at)
{
    __m256i mixed = _mm256_castps_si256(_mm256_permute2f128_ps(before, at, 0x21));
    return _mm256_castsi256_ps(_mm256_alignr_epi8(_mm256_castps_si256(at), mixed, 12));
}

static inline Vector shifted_down(Vector at, Vector after)
{
    __m256i mixed = _mm256_castps_si256(_mm256_permute2f128_ps(at, after, 0x21));
    return _mm256_castsi256_ps(_mm256_alignr_epi8(mixed, _mm256_castps_si256(at), 4));
}

static inline void interleave(Vector even, Vector odd, Vector *first, Vector *second)
{
    __m256 low = _mm256_unpacklo_ps(even, odd), high = _mm256_unpackhi_ps(even, odd);
    *first = _mm256_permute2f128_ps(low, high, 0x20);
    *second = _mm256_permute2f128_ps(low, high, 0x31);
}

/* Lanes 0 2 8 10 4 6 12 14 of sixteen, and those after each: what shuffling leaves. */
static inline void split(const float *p, Vector *even, Vector *odd)
{
    __m256 a = _mm256_loadu_ps(p), b = _mm256_loadu_ps(p + 8);
    *even = _mm256_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0));
    *odd = _mm256_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1));
}

static inline Vector in_order(Vector v)
{
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), _MM_SHUFFLE(3, 1, 2, 0)));
}

static inline Vector sum_pairs(Vector low, Vector high)
{
    return in_order(_mm256_hadd_ps(low, high));
}

static inline void prefetch(const float *p)
{
    _mm_prefetch(p, _MM_HINT_T0);
}

#endif
