/**
 * @file
 * The transforms channel by channel.
 */
#include "kernels/tile.h"

#include <math.h>

static float gate(float f, float g, int relu)
{
    float a = f > 0 ? f : relu ? 0 : expm1f(f);
    return a / (1 + expf(-g));
}

static float sigmoid(float f, float g)
{
    return f / (1 + expf(-g));
}

#include "kernels/transform/weights.h"

#define VECTOR float
#define NAME(x) x##_1
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define STORE_OUT STORE
#define GATE gate
#define SIGMOID sigmoid
#define TANH tanhf
#define PART
#define PASS
#include "kernels/transform/all.h"

#define IN(kind)                                                                                         \
    static void kind##_in(float *data, size_t plane, const float *const *at, int channels)               \
    {                                                                                                    \
        for (int c = 0; c < channels; c++)                                                               \
            kind##_in_1(data + c, plane, at, c);                                                         \
    }
#define OUT(kind)                                                                                        \
    static void kind##_out(float *const *to, const float *sums, size_t plane, int channels,              \
                           const float *bias, enum DfActivation activation)                              \
    {                                                                                                    \
        int half = activation >= DF_TANH ? 0 : channels / 2;                                             \
        for (int c = 0; c < (half ? half : channels); c++)                                               \
            kind##_finish_1(to, sums, plane, half, c, bias, activation);                                 \
    }
IN(winograd3)
IN(winograd5)
IN(nearest)
IN(stride)
IN(stride5)
OUT(winograd3)
OUT(nearest)
OUT(stride)

#include "kernels/transform/table.h"

const DfTileKernels df_tile_c = {
    .weights = transform_weights, .product = df_product_c, .first = df_first_c, .transforms = TRANSFORMS,
};
