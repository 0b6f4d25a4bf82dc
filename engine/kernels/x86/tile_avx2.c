/**
 * @file
 * The transforms with AVX2.
 */
#include "kernels/x86/vector.h"
#include "kernels/x86/versions.h"

#define WIDE(...)
#include "kernels/vector/tile.h"

const DfTileKernels df_tile_avx2 = {
    .weights = transform_weights, .product = df_product_avx2, .first = df_first_avx2, .transforms = TRANSFORMS,
};
