/**
 * @file
 * Sums of outer products in the compiler's vectors of four floats.
 */
#include "train/outer.h"

typedef float Four __attribute__((vector_size(16), aligned(4)));

static inline Four load_rest(const float *p, int n)
{
    Four four = { 0 };
    for (int i = 0; i < n; i++)
        four[i] = p[i];
    return four;
}

static inline void store_rest(float *p, Four v, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = v[i];
}

#define VECTOR Four
#define WIDTH 4
#define LOAD(p) (*(const Four *)(p))
#define STORE(p, v) (*(Four *)(p) = (v))
#define LOAD_REST load_rest
#define STORE_REST store_rest
#define SET(value) ((Four){ value, value, value, value })
#define MULTIPLY_ADD(a, b, sum) ((sum) + (a) * (b))
#define WIDE_ROWS 4
#define NARROW_ROWS 8
#include "train/outer_block.h"

void df_outer_add_c(const DfOuter *outer)
{
    outer_add(outer);
}
