/**
 * @file
 * A block of a product, `rows` x `vectors`, for any width of vectors: its sums stay in registers, weights are
 * read a vector at a time, data value by value. Included with VECTOR, WIDTH, LOAD, STORE, SET and MULTIPLY_ADD
 * defined. A row is the same to the bit in blocks of any size, as MULTIPLY_ADD(a, b, sum), a * b + sum, is one
 * instruction in all of them, or two where the processor has no such one: compilers fuse `sum += a * b` in some
 * blocks and not in others.
 *
 * All loops but that over k have bounds that are constants where block() is inlined, and vanish.
 */
#include "kernels/tile.h"
#include "kernels/unroll.h"

/** Where a block reads and writes. */
typedef struct Block {
    const DfProduct *product;
    int row;               /* the first */
    const float *panel[3]; /* where each vector's weights begin */
    int step;              /* floats from a row of weights to the next */
    float *out;            /* of the first row and vector */
    int ldo;
} Block;

static inline __attribute__((always_inline)) void block(const int rows, const int vectors, const Block *b)
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
        for (int k = 0; k < p->depth; k++, a++) {
            VECTOR weights[3];
            UNROLL(3)
            for (int j = 0; j < vectors; j++) {
                weights[j] = LOAD(w[j]);
                w[j] += b->step;
            }
            UNROLL(8)
            for (int i = 0; i < rows; i++) {
                VECTOR value = SET(a[i * lda]);
                UNROLL(3)
                for (int j = 0; j < vectors; j++)
                    sums[i][j] = MULTIPLY_ADD(value, weights[j], sums[i][j]);
            }
        }
    }
    UNROLL(8)
    for (int i = 0; i < rows; i++)
        UNROLL(3)
        for (int j = 0; j < vectors; j++)
            STORE(b->out + i * b->ldo + j * WIDTH, sums[i][j]);
}

/** All rows of the product, `most` at a time, then what is left. */
static inline __attribute__((always_inline)) void all_rows(const int most, const int vectors, Block *b)
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
