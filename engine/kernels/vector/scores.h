/**
 * @file
 * The attention's loops but its products. Included with VECTORS, how many of them a step takes, defined.
 */
#include "kernels/scores.h"
#include "kernels/unroll.h"
#include "kernels/vector/exp.h"
#include "kernels/vector/some.h"

#include <math.h>

/* ---------------------------------------------------------------------------------- diagonals -- */

#define VECTOR Vector
#define LOAD load
#define MULTIPLY_ADD multiply_add
#include "kernels/vector/steps.h"

INLINE void put_sums(float *out, int keys, int p, const Vector *a, const Vector *b, const Vector *c, int fuse)
{
    UNROLL(16)
    for (int j = 0; j < VECTORS; j++, p += WIDTH) {
        Vector sum = b[j];
        if (fuse)
            sum = a[j] + b[j] + c[j];
        if (p >= 0 && p + WIDTH <= keys)
            store(out + p, sum);
        else
            store_between(out + p, sum, -p, keys - p);
    }
}

/** Rows lie far apart, where no prefetcher looks; what is fetched serves the next diagonals, too. */
INLINE void fetch(const DfSteps *s, int t, int p)
{
    if (t >= s->count)
        return;
    prefetch(s->above[t] + p + 16);
    prefetch(s->at[t] + p + 16);
    prefetch(s->below[t] + p + 16);
}

#include "kernels/vector/walk.h"

/* ------------------------------------------------------------------------------------ softmax -- */

static float fuse(float *out, const float *above, const float *at, const float *below, const DfFuseRun *runs,
                  int count)
{
    Vector most = set(-INFINITY);
    float max = -INFINITY;
    for (const DfFuseRun *run = runs; run < runs + count; run++) {
        const float *a = above + run->above, *b = at + run->at, *c = below + run->below;
        float *to = out + run->at;
        int i = 0;
        for (; i + WIDTH <= run->length; i += WIDTH) {
            Vector sum = load(a + i) + load(b + i) + load(c + i);
            store(to + i, sum);
            most = larger(sum, most); /* of a NaN and a number: the number */
        }
        for (; i < run->length; i++) {
            to[i] = a[i] + b[i] + c[i];
            max = fmaxf(max, to[i]);
        }
    }
    return fmaxf(max, max_lanes(most));
}

/** e^x of exponents that are 0 at most; from DF_LEAST_EXPONENT down it is 0. A NaN stays one. */
INLINE Vector weight(Vector x)
{
    const Vector least = set(DF_LEAST_EXPONENT);
    return keep(not_below(x, least), exp_within(larger_or_nan(least, x)));
}

static float weigh(float *out, const float *in, const DfKeyRun *runs, int count, float scale, float max)
{
    const Vector s = set(scale), m = set(max);
    Vector sum = set(0);
    for (const DfKeyRun *run = runs; run < runs + count; run++) {
        const float *from = in + run->from;
        float *to = out + run->to;
        int i = 0;
        for (; i + WIDTH <= run->length; i += WIDTH) {
            Vector e = weight(s * (load(from + i) - m));
            store(to + i, e);
            sum += e;
        }
        if (i == run->length)
            continue;
        int rest = run->length - i;
        Vector e = keep(first_lanes(rest), weight(s * (load_first(from + i, rest) - m)));
        store_first(to + i, e, rest);
        sum += e;
    }
    return sum_lanes(sum);
}

/* ------------------------------------------------------------------------------------- phases -- */

/** Sums of the middle row and the row above it, and below it, of three columns of neighbours; then of columns. */
INLINE void phases_at(float *const out[4], const float *const rows[9], const float factors[9], int from, int to,
                      int n)
{
    Vector upper[3], lower[3];
    UNROLL(16)
    for (int x = 0; x < 3; x++) {
        Vector middle = set(factors[3 + x]) * load_some(rows[3 + x] + from, n);
        upper[x] = multiply_add(set(factors[x]), load_some(rows[x] + from, n), middle);
        lower[x] = multiply_add(set(factors[6 + x]), load_some(rows[6 + x] + from, n), middle);
    }
    store_some(out[0] + to, upper[1] + upper[0], n);
    store_some(out[1] + to, upper[1] + upper[2], n);
    store_some(out[2] + to, lower[1] + lower[0], n);
    store_some(out[3] + to, lower[1] + lower[2], n);
}

static void phases(float *const out[4], const float *const rows[9], const float factors[9], const DfKeyRun *runs,
                   int count)
{
    for (const DfKeyRun *run = runs; run < runs + count; run++) {
        int i = 0;
        for (; i + WIDTH <= run->length; i += WIDTH)
            phases_at(out, rows, factors, run->from + i, run->to + i, WIDTH);
        if (i < run->length)
            phases_at(out, rows, factors, run->from + i, run->to + i, run->length - i);
    }
}
