/**
 * @file
 * The transforms with AVX-512.
 */
#include "kernels/x86/versions.h"

#include "kernels/x86/exp16.h"

#define VECTOR __m512
#define NAME(x) x##_16
#define LOAD _mm512_loadu_ps
#define STORE _mm512_storeu_ps
#define STORE_OUT _mm512_storeu_ps
#define GATE gate16
#define SIGMOID sigmoid16
#define TANH tanh16
#define PART
#define PASS
#include "kernels/transform/all.h"

#define WIDE(function, channels, ...)         \
    for (; c + 16 <= (channels); c += 16)     \
        function##_16(__VA_ARGS__);
#include "kernels/vector/tile.h"

const DfTileKernels df_tile_avx512 = {
    .weights = transform_weights, .product = df_product_avx512, .first = df_first_avx512, .transforms = TRANSFORMS,
};
