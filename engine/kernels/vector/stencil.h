/**
 * @file
 * Multigrid's loops. A row's e goes through registers: a load that straddles what was just stored would wait for it,
 * in every step of the loop.
 */
#include "kernels/stencil.h"
#include "kernels/unroll.h"

/** What their neighbours send cells from x on. */
INLINE Vector inflow(const DfStencil *s, int x, Vector west, Vector east, int weighted)
{
    Vector north = load(s->e + x - s->row_floats), south = load(s->e + x + s->row_floats);
    if (!weighted)
        return (west + east) + (north + south);
    Vector a = west * load(s->east + x - 1), b = north * load(s->south + x - s->row_floats);
    return multiply_add(east, load(s->east + x), a) + multiply_add(south, load(s->south + x), b);
}

INLINE void sweep_half(const DfStencil *s, int first, int weighted)
{
    const Lanes lanes = every_second_lane(first);
    Vector before = load(s->e - WIDTH), at = load(s->e);
    for (int x = 0; x < s->n; x += WIDTH) {
        Vector after = load(s->e + x + WIDTH);
        Vector sum = inflow(s, x, shifted_up(before, at), shifted_down(at, after), weighted) - load(s->r + x);
        store(s->e + x, choose(lanes, sum * load(s->inverse + x), at));
        before = at;
        at = after;
    }
}

static void sweep(const DfStencil *row, int first)
{
    if (!row->east)
        first ? sweep_half(row, 1, 0) : sweep_half(row, 0, 0);
    else
        first ? sweep_half(row, 1, 1) : sweep_half(row, 0, 1);
}

INLINE void residual_of(float *out, const DfStencil *s, int weighted)
{
    for (int x = 0; x < s->n; x += WIDTH) {
        Vector inverse = load(s->inverse + x), own = load(s->e + x) / inverse;
        Vector sum = load(s->r + x) - inflow(s, x, load(s->e + x - 1), load(s->e + x + 1), weighted);
        store(out + x, keep(positive(inverse), sum + own));
    }
}

static void residual(float *out, const DfStencil *row)
{
    if (!row->east)
        residual_of(out, row, 0);
    else
        residual_of(out, row, 1);
}

static void block_sum(float *out, const float *a, const float *b, int n)
{
    for (int i = 0; i < n; i += WIDTH) {
        Vector low = load(a + 2 * i) + load(b + 2 * i), high = load(a + 2 * i + WIDTH) + load(b + 2 * i + WIDTH);
        store(out + i, sum_pairs(low, high));
    }
}

/** Add to some cells. */
INLINE void add_some(float *e, const float *inverse, Vector value)
{
    store(e, load(e) + keep(positive(load(inverse)), value));
}

INLINE Vector mix(Vector near, Vector far)
{
    return multiply_add(set(0.25f), far, set(0.75f) * near);
}

static void prolong(float *e, const float *inverse, const float *near, const float *far, int n)
{
    for (int i = 0; i < n / 2; i += WIDTH) {
        Vector at = mix(load(near + i), load(far + i));
        Vector west = mix(load(near + i - 1), load(far + i - 1)), east = mix(load(near + i + 1), load(far + i + 1));
        Vector first, second;
        interleave(mix(at, west), mix(at, east), &first, &second);
        add_some(e + 2 * i, inverse + 2 * i, first);
        add_some(e + 2 * i + WIDTH, inverse + 2 * i + WIDTH, second);
    }
}

static float largest(const float *values, int n)
{
    Vector most = set(0);
    for (int i = 0; i < n; i += WIDTH)
        most = larger(most, magnitude(load(values + i)));
    return max_lanes(most);
}

/* ------------------------------------------------------------------------------- setting up -- */

static void assemble(float *r, float *inverse, const DfGradientRows *w, const uint8_t *hole, int n)
{
    int x = 0;
    for (; x + WIDTH <= n; x += WIDTH) {
        Vector wx = load(w->gx + x) - load(w->gx + x - 1), wy = load(w->gy + x) - load(w->gy_north + x);
        Vector h = load(w->u + x - 1) + load(w->u + x + 1), v = load(w->north + x) + load(w->south + x);
        Vector own = set(4) * load(w->u + x);
        Vector found = (h + v) - own;
        Lanes has = set_bytes(hole + x);
        store(r + x, keep(has, (wx + wy) - found));
        store(inverse + x, keep(has, set(0.25f)));
    }
    const DfGradientRows rest = { w->u + x, w->north + x, w->south + x, w->gx + x, w->gy + x, w->gy_north + x };
    df_stencil_c.assemble(r + x, inverse + x, &rest, hole + x, n - x);
}

static void conductances(const DfConductances *out, const float *inverse, ptrdiff_t row_floats, int n)
{
    for (int x = 0; x < n; x += WIDTH) {
        const float *m = inverse + x;
        Lanes has = positive(load(m));
        Vector one = keep(has, set(1));
        Vector east = keep(positive(load(m + 1)), one), south = keep(positive(load(m + row_floats)), one);
        Vector west = keep(positive(load(m - 1)), one), north = keep(positive(load(m - row_floats)), one);
        Vector inner = (east + west) + (north + south);
        store(out->east + x, east);
        store(out->south + x, south);
        store(out->border + x, keep(has, set(1) / load(m) - inner));
    }
}

/** In whatever order split() leaves; a sum's is as good as that of its terms. */
static void coarsen(const DfConductances *out, const DfConductances rows[2], float gain, int n)
{
    const Vector half = set(0.5f), gained = set(0.5f * gain);
    for (int i = 0; i < n; i += WIDTH) {
        Vector even, odd, even_below, odd_below;
        split(rows[0].east + 2 * i, &even, &odd);
        split(rows[1].east + 2 * i, &even_below, &odd_below);
        store(out->east + i, in_order(half * (odd + odd_below)));
        split(rows[1].south + 2 * i, &even, &odd);
        store(out->south + i, in_order(half * (even + odd)));
        split(rows[0].border + 2 * i, &even, &odd);
        split(rows[1].border + 2 * i, &even_below, &odd_below);
        store(out->border + i, in_order(gained * ((even + even_below) + (odd + odd_below))));
    }
}

static void invert(float *inverse, const DfConductances *c, ptrdiff_t row_floats, int n)
{
    for (int x = 0; x < n; x += WIDTH) {
        const float *east = c->east + x, *south = c->south + x;
        Vector h = load(east) + load(east - 1), v = load(south) + load(south - row_floats);
        Vector sum = (h + v) + load(c->border + x);
        store(inverse + x, keep(positive(sum), set(1) / sum));
    }
}

#define STENCIL                                                                                           \
    {                                                                                                     \
        .sweep = sweep, .residual = residual, .block_sum = block_sum, .prolong = prolong,                 \
        .largest = largest, .assemble = assemble, .conductances = conductances, .coarsen = coarsen,       \
        .invert = invert,                                                                                 \
    }
