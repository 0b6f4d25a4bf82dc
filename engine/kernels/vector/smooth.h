/**
 * @file
 * The loops of kernels/smooth.c; tails are left to it.
 */
#include "kernels/smooth.h"

static void halve(float *out, float *out_known, const float *const rows[2], const float *const known[2], int n)
{
    int i = 0;

    for (; i + WIDTH <= n; i += WIDTH) {
        Vector sum = set(0), count = set(0);
        for (int r = 0; r < 2; r++) {
            const float *v = rows[r] + 2 * i, *k = known[r] + 2 * i;
            Vector k0 = load(k), k1 = load(k + WIDTH);
            sum += sum_pairs(load(v) * k0, load(v + WIDTH) * k1);
            count += sum_pairs(k0, k1);
        }
        Lanes any = positive(count);
        store(out + i, keep(any, sum / count));
        store(out_known + i, keep(any, set(1)));
    }
    const float *const rest[2] = { rows[0] + 2 * i, rows[1] + 2 * i };
    const float *const rest_known[2] = { known[0] + 2 * i, known[1] + 2 * i };
    df_smooth_c.halve(out + i, out_known + i, rest, rest_known, n - i);
}

static inline Vector mixed(const float *near, const float *far, Vector mix)
{
    Vector v = load(near);
    return multiply_add(mix, load(far) - v, v);
}

static inline void store_unknown(float *out, const float *known, Vector value)
{
    store(out, choose(zero_lanes(load(known)), value, load(out)));
}

static void widen(float *out, const float *known, const float *near, const float *far, float mix,
                  const float shift[2], int n)
{
    const Vector share = set(mix), left = set(shift[0]), right = set(shift[1]);
    int i = 0;

    for (; i + 2 * WIDTH <= n; i += 2 * WIDTH) {
        int at = i / 2;
        Vector here = mixed(near + at, far + at, share), first, second;
        Vector before = mixed(near + at - 1, far + at - 1, share), after = mixed(near + at + 1, far + at + 1, share);
        interleave(multiply_add(left, before - here, here), multiply_add(right, after - here, here), &first, &second);
        store_unknown(out + i, known + i, first);
        store_unknown(out + i + WIDTH, known + i + WIDTH, second);
    }
    df_smooth_c.widen(out + i, known + i, near + i / 2, far + i / 2, mix, shift, n - i);
}

static void sweep(float *row, const float *above, const float *below, const float *known, int odd, int n)
{
    const Lanes lanes = every_second_lane(odd);
    Vector last = set(row[-1]);
    int i = 0;

    /* Lanes of the other colour are stored as they were: what is read is never what is written. The vector
     * before comes from its register: a load across what was just stored would wait for it. */
    for (; i + WIDTH <= n; i += WIDTH) {
        Vector vertical = load(above + i) + load(below + i), old = load(row + i);
        Vector across = shifted_up(last, old) + load(row + i + 1);
        Vector mean = set(0.25f) * (vertical + across);
        store(row + i, choose(both(zero_lanes(load(known + i)), lanes), mean, old));
        last = old;
    }
    df_smooth_c.sweep(row + i, above + i, below + i, known + i, odd, n - i);
}

#define SMOOTH { .halve = halve, .widen = widen, .sweep = sweep }
