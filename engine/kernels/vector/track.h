/**
 * @file
 * The tracking loops.
 */
#include "kernels/track.h"
#include "kernels/unroll.h"
#include "kernels/vector/some.h"

/* ----------------------------------------------------------------------------------- pyramid -- */

static inline Vector weigh(Vector a, Vector b, Vector c, Vector d, Vector e)
{
    Vector sum = multiply_add(set(4), b + d, a + e);
    return multiply_add(set(6), c, sum) * set(1 / 16.0f);
}

static void binomial(float *out, const float *const rows[5], int n)
{
    for (int i = 0; i < n; i += WIDTH) {
        int k = n - i;
        Vector a = load_some(rows[0] + i, k), b = load_some(rows[1] + i, k), c = load_some(rows[2] + i, k);
        store_some(out + i, weigh(a, b, c, load_some(rows[3] + i, k), load_some(rows[4] + i, k)), k);
    }
}

static void halve(float *out, const float *in, int n)
{
    int i = 0;

    /* in[2i + 4 + 2 WIDTH - 1] is the last value read, one beyond what WIDTH outputs need: one more has it. */
    for (; i + WIDTH + 1 <= n; i += WIDTH) {
        Vector a, b, c, d, e, unused;
        split(in + 2 * i, &a, &b);
        split(in + 2 * i + 2, &c, &d);
        split(in + 2 * i + 4, &e, &unused);
        store(out + i, in_order(weigh(a, b, c, d, e)));
    }
    for (; i < n; i++) {
        const float *p = in + 2 * i;
        out[i] = (p[0] + p[4] + 4 * (p[1] + p[3]) + 6 * p[2]) * (1 / 16.0f);
    }
}

/* ----------------------------------------------------------------------------------- corners -- */

static inline Vector smooth3(Vector a, Vector b, Vector c)
{
    return multiply_add(set(2), b, a + c);
}

static void products(float *xx, float *xy, float *yy, const float *above, const float *row, const float *below,
                     int n)
{
    for (int i = 0; i < n; i += WIDTH) {
        int k = n - i;
        Vector a0 = load_some(above + i - 1, k), a1 = load_some(above + i, k), a2 = load_some(above + i + 1, k);
        Vector b0 = load_some(row + i - 1, k), b2 = load_some(row + i + 1, k);
        Vector c0 = load_some(below + i - 1, k), c1 = load_some(below + i, k), c2 = load_some(below + i + 1, k);
        Vector dx = smooth3(a2, b2, c2) - smooth3(a0, b0, c0), dy = smooth3(c0, c1, c2) - smooth3(a0, a1, a2);
        store_some(xx + i, dx * dx, k);
        store_some(xy + i, dx * dy, k);
        store_some(yy + i, dy * dy, k);
    }
}

static inline Vector sum9(const float *const rows[3], int i, int k)
{
    Vector sum = set(0);

    for (int r = 0; r < 3; r++)
        sum += load_some(rows[r] + i, k) + (load_some(rows[r] + i - 1, k) + load_some(rows[r] + i + 1, k));
    return sum;
}

static void corners(float *out, const float *const xx[3], const float *const xy[3], const float *const yy[3], int n)
{
    const Vector half = set(0.5f);

    for (int i = 0; i < n; i += WIDTH) {
        int k = n - i;
        Vector a = half * sum9(xx, i, k), b = sum9(xy, i, k), c = half * sum9(yy, i, k), d = a - c;
        Vector root = square_root(multiply_add(d, d, b * b));
        store_some(out + i, half * ((a + c) - root), k);
    }
}

static inline Vector largest3(const float *row, int k)
{
    return larger(load_some(row, k), larger(load_some(row - 1, k), load_some(row + 1, k)));
}

static int peaks(int *at, const float *above, const float *row, const float *below, float least, int n)
{
    int count = 0;

    for (int i = 0; i < n; i += WIDTH) {
        int k = n - i;
        Vector sides = larger(load_some(row + i - 1, k), load_some(row + i + 1, k));
        Vector around = larger(sides, larger(largest3(above + i, k), largest3(below + i, k)));
        Lanes is = at_least(load_some(row + i, k), larger(around, set(least)));
        unsigned lanes = lane_bits(is) & (k < WIDTH ? (1u << k) - 1 : (1u << WIDTH) - 1);
        for (; lanes; lanes &= lanes - 1)
            at[count++] = i + __builtin_ctz(lanes);
    }
    return count;
}

/* ---------------------------------------------------------------------------------- tracking -- */

static inline Vector mix(Vector a, Vector b, Vector share)
{
    return multiply_add(share, b - a, a);
}

static inline Vector mix_columns(const float *from, Vector fx)
{
    return mix(load(from), load(from + 1), fx);
}

enum { SEEN = 24 }; /* columns of the window with its border, and some that are read but not used */

static inline void interpolate(float seen[DF_WINDOW + 2][SEEN], const float *from, ptrdiff_t row_floats, Vector fx,
                               Vector fy)
{
    for (int x = 0; x < SEEN; x += WIDTH) {
        Vector top = mix_columns(from + x, fx);
        for (int y = 0; y < DF_WINDOW + 2; y++) {
            Vector bottom = mix_columns(from + (y + 1) * row_floats + x, fx);
            store(seen[y] + x, mix(top, bottom, fy));
            top = bottom;
        }
    }
}

/** Scharr's kernel: 3 10 3 across the difference of two pixels' distance, over 32. */
static inline Vector scharr(Vector a, Vector b, Vector c)
{
    return multiply_add(set(10 / 32.0f), b, set(3 / 32.0f) * (a + c));
}

/** Values and gradients at a vector's columns, from x on, of all rows, and their products' sums. */
static inline void take_columns(DfTemplate *window, float seen[DF_WINDOW + 2][SEEN], int x, Lanes used,
                                Vector sums[5])
{
    for (int y = 0; y < DF_WINDOW; y++) {
        const float *a = seen[y] + x, *b = seen[y + 1] + x, *c = seen[y + 2] + x;
        Vector a0 = load(a), a2 = load(a + 2), c0 = load(c), c2 = load(c + 2);
        Vector dx = keep(used, scharr(a2 - a0, load(b + 2) - load(b), c2 - c0));
        Vector dy = keep(used, scharr(c0 - a0, load(c + 1) - load(a + 1), c2 - a2));
        store(window->value[y] + x, keep(used, load(b + 1)));
        store(window->dx[y] + x, dx);
        store(window->dy[y] + x, dy);
        sums[0] = multiply_add(dx, dx, sums[0]);
        sums[1] = multiply_add(dx, dy, sums[1]);
        sums[2] = multiply_add(dy, dy, sums[2]);
        sums[3] += dx;
        sums[4] += dy;
    }
}

static void take(DfTemplate *window, const float *from, ptrdiff_t row_floats, float fx, float fy)
{
    float seen[DF_WINDOW + 2][SEEN];
    Vector sums[5];

    for (int i = 0; i < 5; i++)
        sums[i] = set(0);
    interpolate(seen, from, row_floats, set(fx), set(fy));
    for (int x = 0; x < 16; x += WIDTH)
        take_columns(window, seen, x, first_lanes(DF_WINDOW - x), sums);
    window->xx = sum_lanes(sums[0]);
    window->xy = sum_lanes(sums[1]);
    window->yy = sum_lanes(sums[2]);
    window->x = sum_lanes(sums[3]);
    window->y = sum_lanes(sums[4]);
}

static void match(float sums[3], const DfTemplate *window, const float *from, ptrdiff_t row_floats, float fx,
                  float fy)
{
    const Vector x = set(fx), y = set(fy);
    Vector sx = set(0), sy = sx, all = sx;

    for (int column = 0; column < 16; column += WIDTH) {
        const Lanes used = first_lanes(DF_WINDOW - column);
        Vector top = mix_columns(from + column, x);
        for (int row = 0; row < DF_WINDOW; row++) {
            Vector bottom = mix_columns(from + (row + 1) * row_floats + column, x);
            Vector difference = keep(used, mix(top, bottom, y) - load(window->value[row] + column));
            all += difference;
            sx = multiply_add(difference, load(window->dx[row] + column), sx);
            sy = multiply_add(difference, load(window->dy[row] + column), sy);
            top = bottom;
        }
    }
    sums[0] = sum_lanes(sx);
    sums[1] = sum_lanes(sy);
    sums[2] = sum_lanes(all);
}

#define TRACK                                                                                            \
    {                                                                                                    \
        .binomial = binomial, .halve = halve, .products = products, .corners = corners, .peaks = peaks,  \
        .take = take, .match = match,                                                                    \
    }
