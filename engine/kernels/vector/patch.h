/**
 * @file
 * The loops of kernels/patch.c: a row of a patch is a vector or two.
 */
#include "kernels/patch.h"
#include "kernels/unroll.h"

enum { VECTORS = DF_PATCH_AREA / WIDTH, PARTS = DF_PATCH / WIDTH }; /* of a patch, of a row */

INLINE const float *row_at(const float *from, ptrdiff_t row_floats, int vector)
{
    return from + vector / PARTS * row_floats + vector % PARTS * WIDTH;
}

/** The mean of a patch, in all lanes. */
INLINE Vector mean_of(const Vector v[VECTORS])
{
    Vector sum = ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
    UNROLL(8)
    for (int i = 8; i < VECTORS; i++)
        sum += v[i];
    return spread_sum(sum) * set(1.0f / DF_PATCH_AREA);
}

static void take(DfPatchTemplate *patch, const float *from, ptrdiff_t row_floats)
{
    const Vector half = set(0.5f);
    Vector dx[VECTORS], dy[VECTORS], xx = set(0), xy = xx, yy = xx;

    UNROLL(16)
    for (int i = 0; i < VECTORS; i++) {
        const float *at = row_at(from, row_floats, i);
        store(patch->value + WIDTH * i, load(at));
        dx[i] = half * (load(at + 1) - load(at - 1));
        dy[i] = half * (load(at + row_floats) - load(at - row_floats));
    }
    Vector mean_x = mean_of(dx), mean_y = mean_of(dy);
    UNROLL(16)
    for (int i = 0; i < VECTORS; i++) {
        Vector x = dx[i] - mean_x, y = dy[i] - mean_y;
        store(patch->dx + WIDTH * i, x);
        store(patch->dy + WIDTH * i, y);
        xx = multiply_add(x, x, xx);
        xy = multiply_add(x, y, xy);
        yy = multiply_add(y, y, yy);
    }
    float sums[4];
    sum_lanes4(sums, xx, xy, yy, yy);
    patch->xx = sums[0];
    patch->xy = sums[1];
    patch->yy = sums[2];
}

INLINE Vector across(const float *row, Vector fx)
{
    Vector v = load(row);
    return multiply_add(fx, load(row + 1) - v, v);
}

/** Vector i of d; `above` has those of a row, and goes from row to row. */
INLINE Vector difference(const DfPatchTemplate *patch, const DfPatchView *view, int i, Vector above[PARTS])
{
    Vector below = across(row_at(view->from + view->row_floats, view->row_floats, i), set(view->fx));
    Vector before = above[i % PARTS], seen = multiply_add(set(view->fy), below - before, before);

    above[i % PARTS] = below;
    return seen - load(patch->value + WIDTH * i);
}

INLINE void first_row(Vector above[PARTS], const DfPatchView *view)
{
    UNROLL(2)
    for (int i = 0; i < PARTS; i++)
        above[i] = across(view->from + WIDTH * i, set(view->fx));
}

/** The gradients' means are zero, so only the error has to do without d's mean: it falls out of its sums. */
static void compare(DfPatchMatch *match, const DfPatchTemplate *patch, const DfPatchView *view)
{
    Vector above[PARTS], x = set(0), y = x, sum = x, square = x;

    first_row(above, view);
    UNROLL(16)
    for (int i = 0; i < VECTORS; i++) {
        Vector d = difference(patch, view, i, above);
        x = multiply_add(d, load(patch->dx + WIDTH * i), x);
        y = multiply_add(d, load(patch->dy + WIDTH * i), y);
        square = multiply_add(d, d, square);
        sum += d;
    }
    float sums[4];
    sum_lanes4(sums, x, y, square, sum);
    float error = sums[2] - sums[3] * sums[3] / DF_PATCH_AREA;
    *match = (DfPatchMatch){ sums[0], sums[1], error > 0 ? error : 0 };
}

INLINE void add_to(float *sum, Vector value, Vector weight)
{
    store(sum, multiply_add(weight, value, load(sum)));
}

static void spread(float *const sums[3], ptrdiff_t row_floats, const DfPatchTemplate *patch, const DfPatchView *view,
                   const float flow[2])
{
    const Vector one = set(1);
    Vector d[VECTORS], above[PARTS];

    first_row(above, view);
    UNROLL(16)
    for (int i = 0; i < VECTORS; i++)
        d[i] = difference(patch, view, i, above);
    Vector mean = mean_of(d);
    UNROLL(16)
    for (int i = 0; i < VECTORS; i++) {
        Vector weight = one / larger(one, magnitude(d[i] - mean));
        ptrdiff_t at = row_at(sums[0], row_floats, i) - sums[0];
        add_to(sums[0] + at, one, weight);
        add_to(sums[1] + at, set(flow[0]), weight);
        add_to(sums[2] + at, set(flow[1]), weight);
    }
}

static void quotient(float *out, const float *sum, const float *weight, int n)
{
    int i = 0;

    for (; i + WIDTH <= n; i += WIDTH)
        store(out + i, load(sum + i) / load(weight + i));
    df_patch_c.quotient(out + i, sum + i, weight + i, n - i);
}

#define PATCH { .take = take, .compare = compare, .spread = spread, .quotient = quotient }
