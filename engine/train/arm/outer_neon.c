/**
 * @file
 * Sums of outer products with NEON: blocks of 12 x 8, twenty-four sums in thirty-two registers, for five loads.
 */
#include "train/arm/versions.h"

#include "kernels/arm/vector.h"

#define VECTOR Vector
#define LOAD load
#define STORE store
#define LOAD_REST load_first
#define STORE_REST store_first
#define SET set
#define MULTIPLY_ADD multiply_add
#define VALUES 4
#define WIDE_ROWS 12
#define NARROW_ROWS 12
#include "train/outer_block.h"

void df_outer_add_neon(const DfOuter *outer)
{
    outer_add(outer);
}
