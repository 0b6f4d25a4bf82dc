/**
 * @file
 * A block of a sum of outer products, `rows` x `vectors`, for any width of vectors: its sums stay in registers.
 * Included with VECTOR, WIDTH, LOAD, STORE, SET, MULTIPLY_ADD(a, b, sum), as kernels/product_block.h has them, and
 *
 *   LOAD_REST(p, n), STORE_REST(p, v, n)   of the first n floats, n < WIDTH
 *   VALUES                                 factors that are loaded at a time; 1 where it is not defined
 *   WIDE_ROWS, NARROW_ROWS                 most rows of a block of two vectors, and of one; at most 12
 */
#include "kernels/unroll.h"

#include "base.h"
#include "train/outer.h"

#ifndef VALUES
#define VALUES 1
#endif

/** At (i, j), rows `first` to first + count - 1 of the factors. The last vector has `rest` floats; 0: all. */
INLINE void block(const DfOuter *o, const int rows, const int vectors, const int whole, int rest, int i, int j,
                 int first, int count)
{
    const float *a = o->a + first * o->lda + i, *b = o->b + first * o->ldb + j;
    float *out = o->out + i * o->ldo + j;
    VECTOR sums[12][2];
    UNROLL(12)
    for (int r = 0; r < rows; r++)
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            sums[r][v] = SET(0);
    for (int t = 0; t < count; t++, a += o->lda, b += o->ldb) {
        VECTOR values[2];
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            values[v] = whole ? LOAD(b + v * WIDTH) : LOAD_REST(b + v * WIDTH, rest);
        UNROLL(12)
        for (int r = 0; r < rows; r++) {
            const int several = VALUES > 1 && rows % VALUES == 0;
            VECTOR factor = several ? SET(LOAD(a + r / VALUES * VALUES)[r % VALUES]) : SET(a[r]);
            UNROLL(2)
            for (int v = 0; v < vectors; v++)
                sums[r][v] = MULTIPLY_ADD(factor, values[v], sums[r][v]);
        }
    }
    UNROLL(12)
    for (int r = 0; r < rows; r++)
        UNROLL(2)
        for (int v = 0; v < vectors; v++) {
            float *to = out + r * o->ldo + v * WIDTH;
            if (whole)
                STORE(to, LOAD(to) + sums[r][v]);
            else
                STORE_REST(to, LOAD_REST(to, rest) + sums[r][v], rest);
        }
}

/** All rows of some columns. */
INLINE void all_rows(const DfOuter *o, const int most, const int vectors, const int whole, int rest, int j, int first,
                    int count)
{
    int i = 0;
#define ROWS(n) \
    for (; (n) <= most && o->m - i >= (n); i += (n)) \
        block(o, (n), vectors, whole, rest, i, j, first, count);
    ROWS(most)
    ROWS(6)
    ROWS(5)
    ROWS(4)
    ROWS(3)
    ROWS(2)
    ROWS(1)
#undef ROWS
}

static void outer_add(const DfOuter *o)
{
    for (int first = 0; first < o->rows; first += DF_OUTER_ROWS) {
        int count = DF_MIN(DF_OUTER_ROWS, o->rows - first), j = 0;
        for (; j + 2 * WIDTH <= o->n; j += 2 * WIDTH)
            all_rows(o, WIDE_ROWS, 2, 1, 0, j, first, count);
        for (; j + WIDTH <= o->n; j += WIDTH)
            all_rows(o, NARROW_ROWS, 1, 1, 0, j, first, count);
        if (j < o->n)
            all_rows(o, NARROW_ROWS, 1, 0, o->n - j, j, first, count);
    }
}
