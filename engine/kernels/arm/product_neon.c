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

void df_product_neon(const DfProduct *product)
{
    half_panels(8, product);
}
