/**
 * @file
 * Products with AVX2: blocks of 6 rows and a panel of two vectors, so that 12 sums, two vectors of weights and
 * one value fill the sixteen registers.
 */
#include "kernels/x86/vector.h"
#include "kernels/x86/versions.h"

#define VECTOR Vector
#define LOAD load
#define STORE store
#define SET set
#define MULTIPLY_ADD multiply_add
#include "kernels/product_block.h"

/** The panel whose first column is `first`. */
static Block panel_block(const DfProduct *p, int first, int width)
{
    const float *panel = p->weights + (size_t)first * p->segment_count * p->depth;
    return (Block){ .product = p, .out = p->out + first, .ldo = df_product_columns(p->columns),
                    .panel = { panel, panel + 8 }, .step = width };
}

void df_product_half_avx2(const DfProduct *p, int first)
{
    Block b = panel_block(p, first, DF_PANEL / 2);
    all_rows(8, 1, &b);
}

void df_product_avx2(const DfProduct *p)
{
    int columns = df_product_columns(p->columns), first = 0;
    for (; first + DF_PANEL <= columns; first += DF_PANEL) {
        Block b = panel_block(p, first, DF_PANEL);
        all_rows(6, 2, &b);
    }
    if (first < columns)
        df_product_half_avx2(p, first);
}
