/**
 * @file
 * Sums of outer products with AVX2: blocks of 6 x 16 and 12 x 8, twelve sums and a few more in sixteen registers.
 */
#include "train/x86/versions.h"

#include "kernels/x86/vector.h"

#define VECTOR Vector
#define LOAD load
#define STORE store
#define LOAD_REST load_first
#define STORE_REST store_first
#define SET set
#define MULTIPLY_ADD multiply_add
#define WIDE_ROWS 6
#define NARROW_ROWS 12
#include "train/outer_block.h"

void df_outer_add_avx2(const DfOuter *outer)
{
    outer_add(outer);
}
