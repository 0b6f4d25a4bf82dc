/**
 * @file
 * First layers with NEON: a panel is four vectors, eight features and their gates. Of 4 x 2 x 4 products, 4 rows of two
 * tiles and four channels, 16 vectors of weights are loaded and 8 of data.
 */
#include "kernels/arm/vector.h"
#include "kernels/arm/versions.h"

#define ROWS 4
#define VALUES 4
#include "kernels/vector/first.h"

void df_first_neon(const DfFirst *first)
{
    first_all(first);
}
