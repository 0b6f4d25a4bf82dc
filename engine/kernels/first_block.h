/**
 * @file
 * F(4x4, 5x5) of pictures: with three to six channels a product is over before its sums are stored, so they never
 * are: each column of a tile's sums is transformed back while it is in registers. Included with
 *
 *   VECTOR, LOAD, SET    a vector of floats, from memory, of one value
 *   MULTIPLY_ADD(a, b, sum)   a * b + sum, rounded the same way in every block
 *   PARTS                vectors that a panel takes
 *   VALUES               channels that are loaded at a time, 1 where it is not defined (product_block.h)
 *   ROWS                 of a column that are summed at a time: with two tiles, ROWS x 2 sums fill the registers
 *   BIAS(f, panel, part)
 *   FINISH(f, sums, to, panel)   activation of the panel's PARTS vectors, and their way to the output at `to`
 */
#define NAME(x) x
#include "kernels/unroll.h"

#ifndef VALUES
#define VALUES 1
#endif

#include "kernels/transform/winograd5.h"

/** Products of `values` channels, from k on, of ROWS planes, added to the sums. */
INLINE void first_products(const int depth, const int tiles, const int values, const float *data,
                             const float *weights, int first, int k, VECTOR sums[2][8])
{
    VECTOR lanes[2][8];
    if (values > 1)
        UNROLL(8)
        for (int y = first; y < first + ROWS; y++)
            UNROLL(2)
            for (int t = 0; t < tiles; t++)
                lanes[t][y] = LOAD(data + (64 * t + 8 * y) * depth + k);
    UNROLL(4)
    for (int i = 0; i < values; i++)
        UNROLL(8)
        for (int y = first; y < first + ROWS; y++) {
            VECTOR weight = LOAD(weights + (8 * (k + i) + y) * DF_PANEL);
            UNROLL(2)
            for (int t = 0; t < tiles; t++) {
                VECTOR value = SET(values > 1 ? lanes[t][y][i] : data[(64 * t + 8 * y) * depth + k]);
                sums[t][y] = MULTIPLY_ADD(value, weight, sums[t][y]);
            }
        }
}

/** Column x of a part's sums, of one tile or two, transformed back: rows 0 .. 3 of `columns`. */
INLINE void first_column(const int depth, const int tiles, const float *data, const float *weights, int x,
                           VECTOR columns[2][4 * 8])
{
    VECTOR sums[2][8];
    UNROLL(2)
    for (int first = 0; first < 8; first += ROWS) {
        UNROLL(8)
        for (int y = first; y < first + ROWS; y++)
            UNROLL(2)
            for (int t = 0; t < tiles; t++)
                sums[t][y] = SET(0);
        int done = VALUES > 1 ? depth / VALUES * VALUES : 0;
        for (int k = 0; k < done; k += VALUES)
            first_products(depth, tiles, VALUES, data, weights, first, k, sums);
        UNROLL(6)
        for (int k = done; k < depth; k++)
            first_products(depth, tiles, 1, data, weights, first, k, sums);
    }
    UNROLL(2)
    for (int t = 0; t < tiles; t++)
        winograd5_out_line(sums[t], columns[t] + x, 8);
}

/** A part's sums of a tile or two. */
INLINE void first_part(const DfFirst *f, const int depth, const int tiles, const float *data, int panel,
                         int part, VECTOR out[2][PARTS][16])
{
    const float *weights = f->weights + df_first_place(depth, 0, 0, panel * DF_PANEL) + part * (DF_PANEL / PARTS);
    VECTOR columns[2][4 * 8], bias = BIAS(f, panel, part);
    for (int x = 0; x < 8; x++)
        first_column(depth, tiles, data + x * depth, weights + df_first_place(depth, x, 0, 0), x, columns);
    UNROLL(2)
    for (int t = 0; t < tiles; t++) {
        UNROLL(4)
        for (int y = 0; y < 4; y++)
            winograd5_out_line(columns[t] + 8 * y, out[t][part] + 4 * y, 1);
        for (int i = 0; i < 16; i++)
            out[t][part][i] += bias;
    }
}

INLINE void first_tiles(const DfFirst *f, const int depth, const int tiles, int tile, int panel)
{
    VECTOR out[2][PARTS][16];
    for (int part = 0; part < PARTS; part++)
        first_part(f, depth, tiles, f->data + (size_t)tile * 64 * depth, panel, part, out);
    for (int t = 0; t < tiles; t++)
        for (int i = 0; i < 16; i++) {
            VECTOR sums[PARTS];
            for (int part = 0; part < PARTS; part++)
                sums[part] = out[t][part][i];
            FINISH(f, sums, f->to[16 * (tile + t) + i], panel);
        }
}

/** Panel by panel: its weights stay in the first-level cache. */
INLINE void first_of(const DfFirst *f, const int depth)
{
    for (int panel = 0; panel < f->columns / DF_PANEL; panel++) {
        int tile = 0;
        for (; tile + 2 <= f->tiles; tile += 2)
            first_tiles(f, depth, 2, tile, panel);
        if (tile < f->tiles)
            first_tiles(f, depth, 1, tile, panel);
    }
}

/** With a depth that is a constant all addresses are. */
static void first_all(const DfFirst *f)
{
    switch (f->depth) {
    case 3: first_of(f, 3); break;
    case 4: first_of(f, 4); break;
    case 5: first_of(f, 5); break;
    case 6: first_of(f, 6); break;
    default: first_of(f, f->depth);
    }
}
