/**
 * @file
 * First layers in the compiler's vectors of four floats: a panel is four of them, eight features and their gates.
 */
#include "kernels/tile.h"

#include <math.h>
#include <string.h>

typedef float Four __attribute__((vector_size(16), aligned(4)));

static Four bias_of(const DfFirst *f, int panel, int part)
{
    const float *bias = f->bias + part / 2 * f->half + 8 * panel;
    Four four = { 0 };
    for (int i = 0; i < 4; i++)
        four[i] = 4 * (part % 2) + i < df_first_channels(f->half, panel) ? bias[4 * (part % 2) + i] : 0;
    return four;
}

static float activate(float v, enum DfActivation activation)
{
    return v > 0 ? v : activation == DF_GATE_RELU ? 0 : expm1f(v);
}

static void finish(const DfFirst *f, const Four sums[4], float *to, int panel)
{
    float values[16];
    memcpy(values, sums, sizeof values);
    int channels = df_first_channels(f->half, panel);
    to += 8 * panel;
    if (f->activation == DF_LINEAR) {
        memcpy(to, values, channels * sizeof *to);
        memcpy(to + f->half, values + 8, channels * sizeof *to);
        return;
    }
    for (int c = 0; c < channels; c++)
        to[c] = activate(values[c], f->activation) / (1 + expf(-values[8 + c]));
}

#define VECTOR Four
#define LOAD(p) (*(const Four *)(p))
#define SET(value) ((Four){ value, value, value, value })
#define MULTIPLY_ADD(a, b, sum) ((sum) + (a) * (b))
#define PARTS 4
#define ROWS 4
#define BIAS bias_of
#define FINISH finish
#include "kernels/first_block.h"

void df_first_c(const DfFirst *first)
{
    first_all(first);
}
