/**
 * @file
 * Products with NEON: blocks of 8 rows and half a panel, two vectors. 16 sums are what the multipliers of the widest
 * processors need to be busy; with 8 vectors of data, whose lanes are multiplied one after another, and two of weights
 * they take 26 of 32 registers. Of 64 products 16 are loaded: four products for a load.
 */
#include "kernels/arm/vector.h"
#include "kernels/arm/versions.h"

#define VECTOR Vector
#define LOAD load
#define STORE store
#define SET set
#define MULTIPLY_ADD multiply_add
#define VALUES 4
#include "kernels/product_block.h"

void df_product_neon(const DfProduct *p)
{
    int columns = df_product_columns(p->columns);
    size_t depth = (size_t)p->segment_count * p->depth;
    for (int first = 0; first < columns; first += 8) {
        int panel = first / DF_PANEL * DF_PANEL;
        const float *weights = p->weights + panel * depth + (first - panel);
        Block b = { .product = p, .panel = { weights, weights + 4 }, .out = p->out + first, .ldo = columns,
                    .step = columns - panel < DF_PANEL ? DF_PANEL / 2 : DF_PANEL };
        all_rows(8, 2, &b);
    }
}
