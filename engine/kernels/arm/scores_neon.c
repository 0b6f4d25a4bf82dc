/**
 * @file
 * The attention's loops with NEON.
 */
#include "kernels/arm/vector.h"
#include "kernels/arm/versions.h"

#include "base.h"

/** Four vectors of diagonals: values and scores of three steps in 24 registers. */
enum { VECTORS = 4 };
#include "kernels/vector/scores.h"

/** 8 rows and 8 columns, as in product_neon.c. */
enum { TILE_ROWS = 8, TILE_VECTORS = 2, TILE_COLUMNS = WIDTH * TILE_VECTORS };

/** `values` products, 4 or 1, from column l of the rows on. */
INLINE void add_products(const int m, const int values, const float *const at[TILE_ROWS], int l, const float *panel,
                         int width, Vector sums[TILE_ROWS][TILE_VECTORS])
{
    Vector lanes[TILE_ROWS];
    UNROLL(8)
    for (int i = 0; i < m; i++)
        lanes[i] = values > 1 ? load(at[i] + l) : set(at[i][l]);
    UNROLL(4)
    for (int k = 0; k < values; k++, panel += width)
        UNROLL(2)
        for (int j = 0; j < TILE_VECTORS; j++) {
            Vector weights = load(panel + WIDTH * j);
            UNROLL(8)
            for (int i = 0; i < m; i++)
                sums[i][j] = multiply_add(set(lanes[i][k]), weights, sums[i][j]);
        }
}

/** n: columns that are written, the others are there in the panel. */
INLINE void tile(const int m, float *const *out, int column, const float *const *rows, const float *panel, int width,
                 int n, int k, int add)
{
    Vector sums[TILE_ROWS][TILE_VECTORS];
    const float *at[TILE_ROWS];
    int l = 0;
    UNROLL(8)
    for (int i = 0; i < m; i++) {
        at[i] = rows[i];
        UNROLL(2)
        for (int j = 0; j < TILE_VECTORS; j++)
            sums[i][j] = add ? load_some(out[i] + column + WIDTH * j, n - WIDTH * j) : set(0);
    }
    for (; l + WIDTH <= k; l += WIDTH, panel += WIDTH * width)
        add_products(m, WIDTH, at, l, panel, width, sums);
    for (; l < k; l++, panel += width)
        add_products(m, 1, at, l, panel, width, sums);
    UNROLL(8)
    for (int i = 0; i < m; i++)
        UNROLL(2)
        for (int j = 0; j < TILE_VECTORS; j++)
            store_some(out[i] + column + WIDTH * j, sums[i][j], n - WIDTH * j);
}

static void product(float *const *out, int column, const float *const *rows, const float *panel, int m, int n,
                    int k, int add)
{
    int width = df_panel_width(n);
#define ROWS(r)                          \
    for (; m - i >= (r); i += (r))       \
        tile(r, out + i, column + j, rows + i, panel + j, width, n - j, k, add);
    for (int j = 0; j < n; j += TILE_COLUMNS) {
        int i = 0;
        ROWS(8)
        ROWS(4)
        ROWS(2)
        ROWS(1)
    }
#undef ROWS
}

const DfScoreKernels df_scores_neon = {
    .panel = DF_LANES, .product = product, .diagonals = diagonals, .fuse = fuse, .weigh = weigh, .phases = phases,
};
