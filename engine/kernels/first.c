/**
 * @file
 * First layers, plainly.
 */
#include "kernels/tile.h"

#include <math.h>

#define VECTOR float
#define NAME(x) x
#define LOAD(p) (*(p))
#define PART
#include "kernels/transform/winograd5.h"
#include "kernels/transform/sides.h"

TRANSFORM_OUT(winograd5, 8)

/* The tile's outputs of one packed column. */
static void column(const DfFirst *f, int tile, int packed, float out[16])
{
    float sums[8 * 8];
    for (int i = 0; i < 8 * 8; i++) {
        const float *data = f->data + ((size_t)tile * 64 + i) * f->depth, *weights = f->weights + i / 8 * DF_PANEL;
        sums[i] = 0;
        for (int k = 0; k < f->depth; k++)
            sums[i] += data[k] * weights[df_first_place(f->depth, i % 8, k, packed)];
    }
    winograd5_out(out, sums, 1);
}

static float activate(float v, int relu)
{
    return v > 0 ? v : relu ? 0 : expm1f(v);
}

void df_first_c(const DfFirst *f)
{
    for (int tile = 0; tile < f->tiles; tile++)
        for (int c = 0; c < f->half; c++) {
            float features[16], gates[16];
            column(f, tile, df_first_column(c, 0), features);
            column(f, tile, df_first_column(c, 1), gates);
            for (int i = 0; i < 16; i++)
                f->to[16 * tile + i][c] = activate(features[i] + f->bias[c], f->relu) /
                                          (1 + expf(-(gates[i] + f->bias[f->half + c])));
        }
}
