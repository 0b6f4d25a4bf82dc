/**
 * @file
 * Products without a CPU's own vectors: blocks of 4 rows and 8 columns in the compiler's vectors of four floats. Where
 * the processor has none, the compiler makes single operations of them.
 */
#include "kernels/tile.h"

typedef float Four __attribute__((vector_size(16), aligned(4)));

#define VECTOR Four
#define WIDTH 4
#define LOAD(p) (*(const Four *)(p))
#define STORE(p, v) (*(Four *)(p) = (v))
#define SET(value) ((Four){ value, value, value, value })
#define MULTIPLY_ADD(a, b, sum) ((sum) + (a) * (b))
#include "kernels/product_block.h"

void df_product_c(const DfProduct *product)
{
    half_panels(4, product);
}
