/**
 * @file
 * Products with AVX-512: blocks of 8 rows and up to three panels, a vector each: 24 sums, three vectors of
 * weights and a value in thirty-two registers. A last half panel is left to 256-bit vectors, of which there are
 * as many.
 */
#include "kernels/x86/versions.h"

#include <immintrin.h>

#define VECTOR __m512
#define WIDTH 16
#define LOAD _mm512_loadu_ps
#define STORE _mm512_storeu_ps
#define SET _mm512_set1_ps
#define MULTIPLY_ADD _mm512_fmadd_ps
#include "kernels/product_block.h"

/** A number of panels, 1 to 3, from column `first` on. */
static void panels(const DfProduct *p, int first, int count)
{
    size_t depth = (size_t)p->segment_count * p->depth;
    const float *panel = p->weights + first * depth;
    Block b = { .product = p, .out = p->out + first, .ldo = df_product_columns(p->columns), .step = DF_PANEL,
                .panel = { panel, panel + DF_PANEL * depth, panel + 2 * DF_PANEL * depth } };
    if (count == 3)
        all_rows(8, 3, &b);
    else if (count == 2)
        all_rows(8, 2, &b);
    else
        all_rows(8, 1, &b);
}

void df_product_avx512(const DfProduct *p)
{
    int columns = df_product_columns(p->columns), left = columns / DF_PANEL, first = 0;
    /* Four are two and two: a panel alone has too few sums to keep the multipliers busy. */
    while (left > 0) {
        int count = left == 4 || left < 3 ? (left > 1 ? 2 : 1) : 3;
        panels(p, first, count);
        first += count * DF_PANEL;
        left -= count;
    }
    if (first < columns)
        df_product_half_avx2(p, first);
}
