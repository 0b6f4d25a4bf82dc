/**
 * @file
 * A block of a product, `rows` x `vectors`, for any width of vectors: its sums stay in registers, weights are
 * read a vector at a time, data value by value. Included with VECTOR, WIDTH, LOAD, STORE, SET and MULTIPLY_ADD
 * defined. A row is the same to the bit in blocks of any size, as MULTIPLY_ADD(a, b, sum), a * b + sum, is one
 * instruction in all of them, or two where the processor has no such one: compilers fuse `sum += a * b` in some
 * blocks and not in others.
 *
 * VALUES, where it is defined, is how many values of a row are read at a time, by one LOAD: as many as a vector has
 * floats, where multiplying takes one of its lanes.
 *
 * All loops but that over k have bounds that are constants where block() is inlined, and vanish.
 */
#include "kernels/tile.h"
#include "kernels/unroll.h"

#ifndef VALUES
#define VALUES 1
#endif
/** Where a block reads and writes. */
typedef struct Block {
    const DfProduct *product;
    int row;               /* the first */
    const float *panel[3]; /* where each vector's weights begin */
    int step;              /* floats from a row of weights to the next */
    float *out;            /* of the first row and vector */
    int ldo;
} Block;

/** Products of `values` columns of the data, from `a` on, with as many rows of weights, added to the sums. */
INLINE void add_products(const int rows, const int vectors, const int values, const float *a, size_t lda,
                         const float *w[3], int step, VECTOR sums[8][3])
{
    VECTOR lanes[8];
    if (values > 1)
        UNROLL(8)
        for (int i = 0; i < rows; i++)
            lanes[i] = LOAD(a + i * lda);
    UNROLL(4)
    for (int k = 0; k < values; k++) {
        VECTOR weights[3];
        UNROLL(3)
        for (int j = 0; j < vectors; j++) {
            weights[j] = LOAD(w[j]);
            w[j] += step;
        }
        UNROLL(8)
        for (int i = 0; i < rows; i++) {
            VECTOR value = SET(values > 1 ? lanes[i][k] : a[i * lda]);
            UNROLL(3)
            for (int j = 0; j < vectors; j++)
                sums[i][j] = MULTIPLY_ADD(value, weights[j], sums[i][j]);
        }
    }
}

INLINE void block(const int rows, const int vectors, const Block *b)
{
    const DfProduct *p = b->product;
    const float *w[3] = { b->panel[0], b->panel[1], b->panel[2] };
    const size_t lda = p->lda;
    VECTOR sums[8][3];
    UNROLL(8)
    for (int i = 0; i < rows; i++)
        UNROLL(3)
        for (int j = 0; j < vectors; j++)
            sums[i][j] = SET(0);
    for (int s = 0; s < p->segment_count; s++) {
        const float *a = p->a + b->row * lda + p->segments[s];
        int k = 0;
        for (; VALUES > 1 && k + VALUES <= p->depth; k += VALUES, a += VALUES)
            add_products(rows, vectors, VALUES, a, lda, w, b->step, sums);
        for (; k < p->depth; k++, a++)
            add_products(rows, vectors, 1, a, lda, w, b->step, sums);
    }
    UNROLL(8)
    for (int i = 0; i < rows; i++)
        UNROLL(3)
        for (int j = 0; j < vectors; j++)
            STORE(b->out + i * b->ldo + j * WIDTH, sums[i][j]);
}

/** All rows of the product, `most` at a time, then what is left. */
INLINE void all_rows(const int most, const int vectors, Block *b)
{
    int left = b->product->rows;
    b->row = 0;
#define ROWS(n) \
    for (; n <= most && left >= n; left -= n, b->row += n, b->out += n * b->ldo) \
        block(n, vectors, b);
    ROWS(most)
    ROWS(4)
    ROWS(2)
    ROWS(1)
#undef ROWS
}

/** All columns, half a panel at a time. */
INLINE void half_panels(const int most, const DfProduct *p)
{
    int columns = df_product_columns(p->columns);
    size_t depth = (size_t)p->segment_count * p->depth;
    for (int first = 0; first < columns; first += DF_PANEL / 2) {
        int panel = first / DF_PANEL * DF_PANEL;
        const float *weights = p->weights + panel * depth + (first - panel);
        Block b = { .product = p, .panel = { weights, weights + WIDTH }, .out = p->out + first, .ldo = columns,
                    .step = columns - panel < DF_PANEL ? DF_PANEL / 2 : DF_PANEL };
        all_rows(most, DF_PANEL / 2 / WIDTH, &b);
    }
}
