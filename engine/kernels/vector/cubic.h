/**
 * @file
 * Bicubic interpolation, eight positions at a time. Included with
 *
 *   Taps                           of a row, four of 8 bits or of 16 at each of a vector's positions
 *   taps_at(t, x, y, row, bytes)   the four from column x - 1 on, of the row so many below y; x and y are whole
 *   tap(taps, i, bytes)            the i-th at each position
 */
#include "kernels/cubic.h"
#include "kernels/unroll.h"

#include <limits.h>
#include <stdlib.h>

enum { EIGHT = 8 };

/** The polynomials of cubic.c. */
INLINE void weigh(Vector weights[4], Vector f)
{
    const Vector one = set(1);
    Vector g = one - f, fg = set(DF_CUBIC_SLOPE) * (f * g), ff = f * f;
    Vector cubic = multiply_subtract(set(DF_CUBIC_SLOPE + 2), f, set(DF_CUBIC_SLOPE + 3));
    weights[0] = fg * g;
    weights[1] = multiply_add(cubic, ff, one);
    weights[3] = fg * f;
    weights[2] = (one - weights[0]) - (weights[1] + weights[3]);
}

INLINE Vector row_of_samples(Taps taps, const Vector weights[4], int bytes)
{
    Vector left = multiply_add(tap(taps, 1, bytes), weights[1], tap(taps, 0, bytes) * weights[0]);
    return left + multiply_add(tap(taps, 3, bytes), weights[3], tap(taps, 2, bytes) * weights[2]);
}

/** Whether at all eight positions the taps -1 to 2 exist. */
INLINE int all_inside(const float *positions, int size)
{
    int inside = 1;
    UNROLL(2)
    for (int i = 0; i < EIGHT; i += WIDTH) {
        Vector whole = round_down(load(positions + i));
        Lanes lanes = both(at_least(whole, set(1)), at_least(set(size - 3), whole));
        inside &= lane_bits(lanes) == (1u << WIDTH) - 1;
    }
    return inside;
}

INLINE void some(float *out, const DfTexture *t, const float *x, const float *y, int bytes)
{
    Vector px = load(x), py = load(y), wx = round_down(px), wy = round_down(py), across[4], down[4], sum = set(0);
    weigh(across, px - wx);
    weigh(down, py - wy);
    UNROLL(4)
    for (int row = 0; row < 4; row++)
        sum = multiply_add(row_of_samples(taps_at(t, wx, wy, row - 1, bytes), across, bytes), down[row], sum);
    store(out, sum);
}

INLINE int cubic(float *out, const DfTexture *t, const float *x, const float *y, int n, int bytes)
{
    int i = 0;
    for (; i + EIGHT <= n && all_inside(x + i, t->width) && all_inside(y + i, t->height); i += EIGHT)
        UNROLL(2)
        for (int j = i; j < i + EIGHT; j += WIDTH)
            some(out + j, t, x + j, y + j, bytes);
    return i;
}

static int cubic_inside(float *out, const DfTexture *t, const float *x, const float *y, int n)
{
    /* Offsets are ints, sizes are compared as floats. */
    if (llabs((long long)t->stride) > INT_MAX / t->height || t->width > 1 << 24 || t->height > 1 << 24)
        return 0;
    return t->bytes == 1 ? cubic(out, t, x, y, n, 1) : cubic(out, t, x, y, n, 2);
}
