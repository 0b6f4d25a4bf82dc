/**
 * @file
 * AVX-512 versions of the attention's loops.
 */
#include "kernels/x86/versions.h"

#include <immintrin.h>
#include <math.h>

#include "base.h"
#include "kernels/unroll.h"
#include "kernels/x86/exp16.h"

/** Lanes from .. to - 1 of 16; either may lie outside. */
INLINE __mmask16 lanes(int from, int to)
{
    unsigned below_to = to <= 0 ? 0 : to >= 16 ? 0xffff : (1u << to) - 1;
    unsigned below_from = from <= 0 ? 0 : from >= 16 ? 0xffff : (1u << from) - 1;
    return (__mmask16)(below_to & ~below_from);
}

/* ----------------------------------------------------------------------------------- products -- */

enum { TILE_ROWS = 8, TILE_VECTORS = 3 };

/** 8 rows and 48 columns fill 24 of the 32 registers: each value read is used 3 or 8 times. */
INLINE void tile(int m, int vectors, float *const *out, int column, const float *const *rows,
                 const float *panel, int n, int k, int add)
{
    __m512 sums[TILE_ROWS][TILE_VECTORS];
    const float *at[TILE_ROWS];
    __mmask16 last = lanes(0, n - 16 * (vectors - 1));
    UNROLL(16)
    for (int i = 0; i < m; i++) {
        at[i] = rows[i];
        UNROLL(16)
        for (int j = 0; j < vectors; j++) {
            __mmask16 mask = j == vectors - 1 ? last : 0xffff;
            sums[i][j] = add ? _mm512_maskz_loadu_ps(mask, out[i] + column + 16 * j) : _mm512_setzero_ps();
        }
    }
    for (int l = 0; l < k; l++, panel += 16 * vectors) {
        __m512 b[TILE_VECTORS];
        UNROLL(16)
        for (int j = 0; j < vectors; j++)
            b[j] = _mm512_loadu_ps(panel + 16 * j);
        UNROLL(16)
        for (int i = 0; i < m; i++) {
            __m512 a = _mm512_set1_ps(at[i][l]);
            UNROLL(16)
            for (int j = 0; j < vectors; j++)
                sums[i][j] = _mm512_fmadd_ps(a, b[j], sums[i][j]);
        }
    }
    UNROLL(16)
    for (int i = 0; i < m; i++)
        UNROLL(16)
        for (int j = 0; j < vectors; j++)
            _mm512_mask_storeu_ps(out[i] + column + 16 * j, j == vectors - 1 ? last : 0xffff, sums[i][j]);
}

typedef void (*Tile)(float *const *out, int column, const float *const *rows, const float *panel, int n, int k,
                     int add);

#define DEFINE_TILE(m, v)                                                                                    \
    static void tile_##m##x##v(float *const *out, int column, const float *const *rows, const float *panel, \
                               int n, int k, int add)                                                        \
    {                                                                                                        \
        tile(m, v, out, column, rows, panel, n, k, add);                                                     \
    }
#define DEFINE_TILES(m) DEFINE_TILE(m, 1) DEFINE_TILE(m, 2) DEFINE_TILE(m, 3)
#define LIST_TILES(m) { tile_##m##x1, tile_##m##x2, tile_##m##x3 }

DEFINE_TILES(1)
DEFINE_TILES(2)
DEFINE_TILES(3)
DEFINE_TILES(4)
DEFINE_TILES(5)
DEFINE_TILES(6)
DEFINE_TILES(7)
DEFINE_TILES(8)

static const Tile tiles[TILE_ROWS][TILE_VECTORS] = {
    LIST_TILES(1), LIST_TILES(2), LIST_TILES(3), LIST_TILES(4),
    LIST_TILES(5), LIST_TILES(6), LIST_TILES(7), LIST_TILES(8),
};

static void product(float *const *out, int column, const float *const *rows, const float *panel, int m, int n,
                    int k, int add)
{
    int vectors = df_panel_width(n) / 16;
    for (int i = 0; i < m; i += TILE_ROWS)
        tiles[DF_MIN(m - i, TILE_ROWS) - 1][vectors - 1](out + i, column, rows + i, panel, n, k, add);
}

/* ---------------------------------------------------------------------------------- diagonals -- */

/** Four vectors of diagonals: values and scores of three steps in 24 registers. */
enum { VECTORS = DF_STEP_LANES / 16 };

#define VECTOR __m512
#define WIDTH 16
#define LOAD _mm512_loadu_ps
#define MULTIPLY_ADD _mm512_fmadd_ps
#include "kernels/vector/steps.h"

INLINE void put_sums(float *out, int keys, int p, const __m512 *a, const __m512 *b, const __m512 *c, int fuse)
{
    UNROLL(16)
    for (int j = 0; j < VECTORS; j++, p += 16) {
        __m512 sum = fuse ? _mm512_add_ps(_mm512_add_ps(a[j], b[j]), c[j]) : b[j];
        if (p >= 0 && p + 16 <= keys)
            _mm512_storeu_ps(out + p, sum);
        else
            _mm512_mask_storeu_ps(out + p, lanes(-p, keys - p), sum);
    }
}

/** Rows lie far apart, where no prefetcher looks. */
INLINE void fetch(const DfSteps *s, int t, int p)
{
    if (t >= s->count)
        return;
    UNROLL(16)
    for (int j = 0; j < VECTORS; j++) {
        _mm_prefetch(s->above[t] + p + 16 * j, _MM_HINT_T0);
        _mm_prefetch(s->at[t] + p + 16 * j, _MM_HINT_T0);
        _mm_prefetch(s->below[t] + p + 16 * j, _MM_HINT_T0);
    }
}

#include "kernels/vector/walk.h"

/* ------------------------------------------------------------------------------------ softmax -- */

INLINE __m512 fuse16(const float *above, const float *at, const float *below, __mmask16 mask)
{
    __m512 sum = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, above), _mm512_maskz_loadu_ps(mask, at));
    return _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask, below));
}

static float fuse(float *out, const float *above, const float *at, const float *below, const DfFuseRun *runs,
                  int count)
{
    __m512 max = _mm512_set1_ps(-INFINITY);
    for (const DfFuseRun *run = runs; run < runs + count; run++) {
        const float *a = above + run->above, *b = at + run->at, *c = below + run->below;
        float *to = out + run->at;
        for (int i = 0; i < run->length; i += 16) {
            __mmask16 mask = lanes(0, run->length - i);
            __m512 sum = fuse16(a + i, b + i, c + i, mask);
            _mm512_mask_storeu_ps(to + i, mask, sum);
            max = _mm512_mask_max_ps(max, mask, sum, max); /* of a NaN and a number: the number */
        }
    }
    return _mm512_reduce_max_ps(max);
}

/** e^x, log2 e in two parts: exponents may be large. */
INLINE __m512 weight16(__m512 x)
{
    __m512 n = _mm512_roundscale_ps(x * LOG2E_HIGH, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m512 r = _mm512_fmadd_ps(x, _mm512_set1_ps(LOG2E_LOW),
                               _mm512_fmsub_ps(x, _mm512_set1_ps(LOG2E_HIGH), n));
    return _mm512_scalef_ps(POWER_OF_TWO(r), n);
}

static float weigh(float *out, const float *in, const DfKeyRun *runs, int count, float scale, float max)
{
    const __m512 s = _mm512_set1_ps(scale), m = _mm512_set1_ps(max);
    const __m512 least = _mm512_set1_ps(DF_LEAST_EXPONENT);
    __m512 sum = _mm512_setzero_ps();
    for (const DfKeyRun *run = runs; run < runs + count; run++)
        for (int i = 0; i < run->length; i += 16) {
            __mmask16 mask = lanes(0, run->length - i);
            __m512 x = _mm512_mul_ps(s, _mm512_sub_ps(_mm512_maskz_loadu_ps(mask, in + run->from + i), m));
            __m512 e = _mm512_maskz_mov_ps(_mm512_mask_cmp_ps_mask(mask, x, least, _CMP_NLT_UQ), weight16(x));
            _mm512_mask_storeu_ps(out + run->to + i, mask, e);
            sum = _mm512_add_ps(sum, e);
        }
    return _mm512_reduce_add_ps(sum);
}

/* ------------------------------------------------------------------------------------- phases -- */

/** Sums of the middle row and the row above it, and below it, of one column of neighbours. */
INLINE void pair(__m512 *upper, __m512 *lower, const float *const rows[9], const __m512 *factors, int x, int at,
                 __mmask16 mask)
{
    __m512 middle = _mm512_mul_ps(factors[3 + x], _mm512_maskz_loadu_ps(mask, rows[3 + x] + at));
    *upper = _mm512_fmadd_ps(factors[x], _mm512_maskz_loadu_ps(mask, rows[x] + at), middle);
    *lower = _mm512_fmadd_ps(factors[6 + x], _mm512_maskz_loadu_ps(mask, rows[6 + x] + at), middle);
}

static void phases(float *const out[4], const float *const rows[9], const float factors[9],
                   const DfKeyRun *runs, int count)
{
    __m512 f[9], upper[3], lower[3];
    UNROLL(16)
    for (int i = 0; i < 9; i++)
        f[i] = _mm512_set1_ps(factors[i]);
    for (const DfKeyRun *run = runs; run < runs + count; run++)
        for (int i = 0; i < run->length; i += 16) {
            __mmask16 mask = lanes(0, run->length - i);
            UNROLL(16)
            for (int x = 0; x < 3; x++)
                pair(&upper[x], &lower[x], rows, f, x, run->from + i, mask);
            int to = run->to + i;
            _mm512_mask_storeu_ps(out[0] + to, mask, _mm512_add_ps(upper[1], upper[0]));
            _mm512_mask_storeu_ps(out[1] + to, mask, _mm512_add_ps(upper[1], upper[2]));
            _mm512_mask_storeu_ps(out[2] + to, mask, _mm512_add_ps(lower[1], lower[0]));
            _mm512_mask_storeu_ps(out[3] + to, mask, _mm512_add_ps(lower[1], lower[2]));
        }
}

const DfScoreKernels df_scores_avx512 = {
    .panel = 16 * TILE_VECTORS, .product = product, .diagonals = diagonals, .fuse = fuse, .weigh = weigh,
    .phases = phases,
};
