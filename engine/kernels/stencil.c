/**
 * @file
 * Multigrid's loops, plainly.
 */
#include "kernels/stencil.h"

#include "base.h"

#include <math.h>

/** What the neighbours of cell x send it. */
static float inflow(const DfStencil *s, int x)
{
    const float *e = s->e + x;

    if (!s->east)
        return e[-1] + e[1] + e[-s->row_floats] + e[s->row_floats];
    return s->east[x - 1] * e[-1] + s->east[x] * e[1] + s->south[x - s->row_floats] * e[-s->row_floats] +
           s->south[x] * e[s->row_floats];
}

static void sweep(const DfStencil *row, int first)
{
    for (int x = first; x < row->n; x += 2)
        row->e[x] = row->inverse[x] * (inflow(row, x) - row->r[x]);
}

static void residual(float *out, const DfStencil *row)
{
    for (int x = 0; x < row->n; x++)
        out[x] = row->inverse[x] > 0 ? row->r[x] - inflow(row, x) + row->e[x] / row->inverse[x] : 0;
}

static void block_sum(float *out, const float *a, const float *b, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = (a[2 * i] + b[2 * i]) + (a[2 * i + 1] + b[2 * i + 1]);
}

static void prolong(float *e, const float *inverse, const float *near, const float *far, int n)
{
    for (int x = 0; x < n; x++) {
        int i = x / 2, j = x & 1 ? i + 1 : i - 1;
        float own = 0.75f * near[i] + 0.25f * far[i], next = 0.75f * near[j] + 0.25f * far[j];

        if (inverse[x] > 0)
            e[x] += 0.75f * own + 0.25f * next;
    }
}

static float largest(const float *values, int n)
{
    float largest = 0;

    for (int i = 0; i < n; i++)
        largest = fmaxf(largest, fabsf(values[i]));
    return largest;
}

static void assemble(float *r, float *inverse, const DfGradientRows *w, const uint8_t *hole, int n)
{
    for (int x = 0; x < n; x++) {
        float target = (w->gx[x] - w->gx[x - 1]) + (w->gy[x] - w->gy_north[x]);
        float found = (w->u[x - 1] + w->u[x + 1]) + (w->north[x] + w->south[x]) - 4 * w->u[x];

        r[x] = hole[x] ? target - found : 0;
        inverse[x] = hole[x] ? 0.25f : 0;
    }
}

static void conductances(const DfConductances *out, const float *inverse, ptrdiff_t row_floats, int n)
{
    for (int x = 0; x < n; x++) {
        const float *m = inverse + x;
        int has = *m > 0, east = has && m[1] > 0, south = has && m[row_floats] > 0;
        int inner = east + south + (has && m[-1] > 0) + (has && m[-row_floats] > 0);

        out->east[x] = east;
        out->south[x] = south;
        out->border[x] = has ? 1 / *m - inner : 0;
    }
}

static void coarsen(const DfConductances *out, const DfConductances rows[2], float gain, int n)
{
    const float *a = rows[0].border, *b = rows[1].border;

    for (int i = 0; i < n; i++) {
        out->east[i] = 0.5f * (rows[0].east[2 * i + 1] + rows[1].east[2 * i + 1]);
        out->south[i] = 0.5f * (rows[1].south[2 * i] + rows[1].south[2 * i + 1]);
        out->border[i] = 0.5f * gain * ((a[2 * i] + b[2 * i]) + (a[2 * i + 1] + b[2 * i + 1]));
    }
}

static void invert(float *inverse, const DfConductances *c, ptrdiff_t row_floats, int n)
{
    for (int x = 0; x < n; x++) {
        const float *east = c->east + x, *south = c->south + x;
        float sum = (east[0] + east[-1]) + (south[0] + south[-row_floats]) + c->border[x];

        inverse[x] = sum > 0 ? 1 / sum : 0;
    }
}

const DfStencilKernels df_stencil_c = {
    .sweep = sweep, .residual = residual, .block_sum = block_sum, .prolong = prolong, .largest = largest,
    .assemble = assemble, .conductances = conductances, .coarsen = coarsen, .invert = invert,
};
