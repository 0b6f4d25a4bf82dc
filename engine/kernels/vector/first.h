/**
 * @file
 * First layers. Included with ROWS defined, as first_block.h has it.
 */
#include "kernels/tile.h"
#include "kernels/vector/exp.h"
#include "kernels/vector/some.h"

/* Vectors that the features of a panel take, and the gates. */
enum { HALF = DF_PANEL / 2 / WIDTH };

static inline Vector bias_of(const DfFirst *f, int panel, int part)
{
    int first = part % HALF * WIDTH;
    return load_some(f->bias + part / HALF * f->half + 8 * panel + first, df_first_channels(f->half, panel) - first);
}

static inline void finish(const DfFirst *f, const Vector sums[2 * HALF], float *to, int panel)
{
    int channels = df_first_channels(f->half, panel);
    to += 8 * panel;
    for (int i = 0; i < HALF; i++, to += WIDTH, channels -= WIDTH)
        if (f->activation == DF_LINEAR) {
            store_some(to, sums[i], channels);
            store_some(to + f->half, sums[HALF + i], channels);
        } else {
            store_some(to, vector_gate(sums[i], sums[HALF + i], f->activation == DF_GATE_RELU), channels);
        }
}

#define VECTOR Vector
#define LOAD load
#define SET set
#define MULTIPLY_ADD multiply_add
#define PARTS (2 * HALF)
#define BIAS bias_of
#define FINISH finish
#include "kernels/first_block.h"
