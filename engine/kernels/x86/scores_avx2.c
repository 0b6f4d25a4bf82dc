/**
 * @file
 * The attention's loops with AVX2.
 */
#include "kernels/x86/vector.h"
#include "kernels/x86/versions.h"

/** Two vectors of diagonals: values and scores of three steps in 12 registers. */
enum { VECTORS = 2 };
#include "kernels/vector/scores.h"

enum { TILE_ROWS = 6, TILE_COLUMNS = 16 };

/** 6 rows and 16 columns fill 12 of the 16 registers. */
INLINE void tile(int m, float *const *out, int column, const float *const *rows, const float *panel, int n,
                 int k, int add)
{
    Vector left[TILE_ROWS], right[TILE_ROWS];
    const float *at[TILE_ROWS];
    UNROLL(16)
    for (int i = 0; i < m; i++) {
        at[i] = rows[i];
        left[i] = add ? load_some(out[i] + column, n) : set(0);
        right[i] = add ? load_some(out[i] + column + 8, n - 8) : set(0);
    }
    for (int l = 0; l < k; l++, panel += TILE_COLUMNS) {
        Vector b = load(panel), c = load(panel + 8);
        UNROLL(16)
        for (int i = 0; i < m; i++) {
            Vector a = set(at[i][l]);
            left[i] = multiply_add(a, b, left[i]);
            right[i] = multiply_add(a, c, right[i]);
        }
    }
    UNROLL(16)
    for (int i = 0; i < m; i++) {
        store_some(out[i] + column, left[i], n);
        store_some(out[i] + column + 8, right[i], n - 8);
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

const DfScoreKernels df_scores_avx2 = {
    .panel = TILE_COLUMNS, .product = product, .diagonals = diagonals, .fuse = fuse, .weigh = weigh,
    .phases = phases,
};
