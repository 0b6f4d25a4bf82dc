/**
 * @file
 * The transforms with NEON.
 */
#include "kernels/arm/vector.h"
#include "kernels/arm/versions.h"

#define WIDE(...)
#include "kernels/vector/tile.h"

const DfTileKernels df_tile_neon = {
    .weights = transform_weights, .product = df_product_neon, .first = df_first_neon, .transforms = TRANSFORMS,
};
