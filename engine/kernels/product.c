/**
 * @file
 * Products without a CPU's own vectors: blocks of 4 rows and 8 columns in the compiler's vectors of four floats,
 * which any processor of the last decades has.
 */
#include "kernels/tile.h"

typedef float Four __attribute__((vector_size(16), aligned(4)));

#define VECTOR Four
#define WIDTH 4
#define LOAD(p) (*(const Four *)(p))
#define STORE(p, v) (*(Four *)(p) = (v))
#define SET(value) ((Four){ value, value, value, value })
#define MADD(a, b, c) ((a) * (b) + (c))
#include "kernels/product_block.h"

void df_product_c(const DfProduct *p)
{
    int columns = df_product_columns(p->columns);
    size_t depth = (size_t)p->segment_count * p->depth;
    for (int first = 0; first < columns; first += 8) {
        int panel = first / DF_PANEL * DF_PANEL;
        const float *weights = p->weights + panel * depth + (first - panel);
        Block b = { .product = p, .panel = { weights, weights + 4 }, .out = p->out + first, .ldo = columns,
                    .step = columns - panel < DF_PANEL ? DF_PANEL / 2 : DF_PANEL };
        all_rows(4, 2, &b);
    }
}
