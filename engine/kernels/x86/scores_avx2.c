/**
 * @file
 * AVX2 + FMA versions of the attention's loops.
 */
#include "kernels/x86/versions.h"

#include <math.h>

#include "base.h"
#include "kernels/x86/exp.h"
#include "kernels/x86/lanes.h"
#include "kernels/unroll.h"

#define INLINE static inline __attribute__((always_inline))

/* ----------------------------------------------------------------------------------- products -- */

enum { TILE_ROWS = 6, TILE_COLUMNS = 16 };

/** The first n of eight: masks are slow where all of them are wanted. */
INLINE __m256 load(const float *from, int n)
{
    return n >= 8 ? _mm256_loadu_ps(from) : _mm256_maskload_ps(from, first_lanes(n));
}

INLINE void store(float *to, int n, __m256 v)
{
    if (n >= 8)
        _mm256_storeu_ps(to, v);
    else
        _mm256_maskstore_ps(to, first_lanes(n), v);
}

/** 6 rows and 16 columns fill 12 of the 16 registers. */
INLINE void tile(int m, float *const *out, int column, const float *const *rows, const float *panel, int n,
                 int k, int add)
{
    __m256 left[TILE_ROWS], right[TILE_ROWS];
    const float *at[TILE_ROWS];
    UNROLL(16)
    for (int i = 0; i < m; i++) {
        at[i] = rows[i];
        left[i] = add ? load(out[i] + column, n) : _mm256_setzero_ps();
        right[i] = add ? load(out[i] + column + 8, n - 8) : _mm256_setzero_ps();
    }
    for (int l = 0; l < k; l++, panel += TILE_COLUMNS) {
        __m256 b = _mm256_loadu_ps(panel), c = _mm256_loadu_ps(panel + 8);
        UNROLL(16)
        for (int i = 0; i < m; i++) {
            __m256 a = _mm256_broadcast_ss(at[i] + l);
            left[i] = _mm256_fmadd_ps(a, b, left[i]);
            right[i] = _mm256_fmadd_ps(a, c, right[i]);
        }
    }
    UNROLL(16)
    for (int i = 0; i < m; i++) {
        store(out[i] + column, n, left[i]);
        store(out[i] + column + 8, n - 8, right[i]);
    }
}

static void product(float *const *out, int column, const float *const *rows, const float *panel, int m, int n,
                    int k, int add)
{
    for (; m >= TILE_ROWS; m -= TILE_ROWS, out += TILE_ROWS, rows += TILE_ROWS)
        tile(TILE_ROWS, out, column, rows, panel, n, k, add);
    switch (m) {
    case 5: tile(5, out, column, rows, panel, n, k, add); break;
    case 4: tile(4, out, column, rows, panel, n, k, add); break;
    case 3: tile(3, out, column, rows, panel, n, k, add); break;
    case 2: tile(2, out, column, rows, panel, n, k, add); break;
    case 1: tile(1, out, column, rows, panel, n, k, add); break;
    default: break;
    }
}

/* ---------------------------------------------------------------------------------- diagonals -- */

/** Two vectors of diagonals: values and scores of three steps in 12 registers. */
enum { VECTORS = 2, AHEAD = 4 };

#define VECTOR __m256
#define WIDTH 8
#define LOAD _mm256_loadu_ps
#define MULTIPLY_ADD _mm256_fmadd_ps
#include "kernels/x86/steps.h"

INLINE void put_sums(float *out, int keys, int p, const __m256 *a, const __m256 *b, const __m256 *c, int fuse)
{
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    UNROLL(16)
    for (int j = 0; j < VECTORS; j++, p += 8) {
        __m256 sum = fuse ? _mm256_add_ps(_mm256_add_ps(a[j], b[j]), c[j]) : b[j];
        if (p >= 0 && p + 8 <= keys) {
            _mm256_storeu_ps(out + p, sum);
            continue;
        }
        __m256i key = _mm256_add_epi32(_mm256_set1_epi32(p), lane);
        __m256i inside = _mm256_andnot_si256(_mm256_cmpgt_epi32(_mm256_setzero_si256(), key),
                                             _mm256_cmpgt_epi32(_mm256_set1_epi32(keys), key));
        _mm256_maskstore_ps(out + p, inside, sum);
    }
}

/** Rows lie far apart, where no prefetcher looks; what is fetched serves the next diagonals, too. */
INLINE void fetch(const DfSteps *s, int t, int p)
{
    if (t >= s->count)
        return;
    _mm_prefetch(s->above[t] + p + 16, _MM_HINT_T0);
    _mm_prefetch(s->at[t] + p + 16, _MM_HINT_T0);
    _mm_prefetch(s->below[t] + p + 16, _MM_HINT_T0);
}

INLINE void move(__m256 *to, const __m256 *from)
{
    UNROLL(16)
    for (int j = 0; j < VECTORS; j++)
        to[j] = from[j];
}

INLINE void walk(const DfSteps *s, int from, int fuse)
{
    __m256 v[3][VECTORS], r[3][VECTORS];
    UNROLL(16)
    for (int i = 0; i < 3; i++)
        UNROLL(16)
        for (int j = 0; j < VECTORS; j++)
            v[i][j] = r[i][j] = _mm256_setzero_ps();
    take_values(v[2], s, 0, from);
    for (int t = 1; t < s->count; t++) {
        fetch(s, t + AHEAD, from + t + AHEAD);
        move(v[0], v[1]);
        move(v[1], v[2]);
        take_values(v[2], s, t, from + t);
        move(r[0], r[1]);
        move(r[1], r[2]);
        take_scores(r[2], v[0], v[1], v[2], s, t - 1, from + t - 1);
        if (t >= 2 && s->out[t - 2])
            put_sums(s->out[t - 2], s->keys, from + t - 2, r[0], r[1], r[2], fuse);
    }
}

static void diagonals(const DfSteps *s, int from, int to)
{
    for (; from < to; from += 8 * VECTORS)
        if (s->fuse)
            walk(s, from, 1);
        else
            walk(s, from, 0);
}

/* ------------------------------------------------------------------------------------ softmax -- */

static float fuse(float *out, const float *above, const float *at, const float *below, const DfFuseRun *runs,
                  int count)
{
    __m256 most = _mm256_set1_ps(-INFINITY);
    float max = -INFINITY;
    for (const DfFuseRun *run = runs; run < runs + count; run++) {
        const float *a = above + run->above, *b = at + run->at, *c = below + run->below;
        float *to = out + run->at;
        int i = 0;
        for (; i + 8 <= run->length; i += 8) {
            __m256 sum = _mm256_add_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i));
            sum = _mm256_add_ps(sum, _mm256_loadu_ps(c + i));
            _mm256_storeu_ps(to + i, sum);
            most = _mm256_max_ps(sum, most); /* of a NaN and a number: the number */
        }
        for (; i < run->length; i++) {
            to[i] = a[i] + b[i] + c[i];
            max = fmaxf(max, to[i]);
        }
    }
    return fmaxf(max, max_lanes(most));
}

/** e^x of exponents that are 0 at most; from DF_LEAST_EXPONENT down it is 0. A NaN stays one. */
INLINE __m256 weight8(__m256 x)
{
    __m256 least = _mm256_set1_ps(DF_LEAST_EXPONENT), keep = _mm256_cmp_ps(x, least, _CMP_NLT_UQ);
    x = _mm256_max_ps(least, x);
    __m256 n = _mm256_round_ps(x * LOG2E_HIGH, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m256 r = _mm256_fmadd_ps(x, _mm256_set1_ps(LOG2E_LOW),
                               _mm256_fmsub_ps(x, _mm256_set1_ps(LOG2E_HIGH), n));
    __m256i exponent = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_and_ps(keep, POWER_OF_TWO(r) * _mm256_castsi256_ps(exponent));
}

static float weigh(float *out, const float *in, const DfKeyRun *runs, int count, float scale, float max)
{
    const __m256 s = _mm256_set1_ps(scale), m = _mm256_set1_ps(max);
    __m256 sum = _mm256_setzero_ps();
    for (const DfKeyRun *run = runs; run < runs + count; run++) {
        const float *from = in + run->from;
        float *to = out + run->to;
        int i = 0;
        for (; i + 8 <= run->length; i += 8) {
            __m256 e = weight8(_mm256_mul_ps(s, _mm256_sub_ps(_mm256_loadu_ps(from + i), m)));
            _mm256_storeu_ps(to + i, e);
            sum = _mm256_add_ps(sum, e);
        }
        if (i == run->length)
            continue;
        __m256i tail = first_lanes(run->length - i);
        __m256 e = weight8(_mm256_mul_ps(s, _mm256_sub_ps(_mm256_maskload_ps(from + i, tail), m)));
        e = _mm256_and_ps(e, _mm256_castsi256_ps(tail));
        _mm256_maskstore_ps(to + i, tail, e);
        sum = _mm256_add_ps(sum, e);
    }
    return sum_lanes(sum);
}

/* ------------------------------------------------------------------------------------- phases -- */

/** Sums of the middle row and the row above it, and below it, of three columns of neighbours; then of columns. */
INLINE void phases8(float *const out[4], const float *const rows[9], const float factors[9], int from, int to,
                    int n)
{
    __m256 upper[3], lower[3];
    UNROLL(16)
    for (int x = 0; x < 3; x++) {
        __m256 middle = _mm256_mul_ps(_mm256_broadcast_ss(factors + 3 + x), load(rows[3 + x] + from, n));
        upper[x] = _mm256_fmadd_ps(_mm256_broadcast_ss(factors + x), load(rows[x] + from, n), middle);
        lower[x] = _mm256_fmadd_ps(_mm256_broadcast_ss(factors + 6 + x), load(rows[6 + x] + from, n), middle);
    }
    store(out[0] + to, n, _mm256_add_ps(upper[1], upper[0]));
    store(out[1] + to, n, _mm256_add_ps(upper[1], upper[2]));
    store(out[2] + to, n, _mm256_add_ps(lower[1], lower[0]));
    store(out[3] + to, n, _mm256_add_ps(lower[1], lower[2]));
}

static void phases(float *const out[4], const float *const rows[9], const float factors[9],
                   const DfKeyRun *runs, int count)
{
    for (const DfKeyRun *run = runs; run < runs + count; run++) {
        int i = 0;
        for (; i + 8 <= run->length; i += 8)
            phases8(out, rows, factors, run->from + i, run->to + i, 8);
        if (i < run->length)
            phases8(out, rows, factors, run->from + i, run->to + i, run->length - i);
    }
}

const DfScoreKernels df_scores_avx2 = {
    .panel = TILE_COLUMNS, .product = product, .diagonals = diagonals, .fuse = fuse, .weigh = weigh,
    .phases = phases,
};
