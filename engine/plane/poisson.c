/**
 * @file
 * The unknown is the correction e to the guess: lap(e) = div(gx, gy) - lap(u), e = 0 where u is fixed.
 * Where the guess has the target gradients, which is nearly everywhere, the right-hand side is 0.
 */
#include "plane/poisson.h"

#include <errno.h>
#include <string.h>

#include "plane/multigrid.h"
#include "plane/rect.h"

typedef struct Problem {
    DfPlane u, gx, gy;
    const uint8_t *hole;
    DfRect box;
} Problem;

/** Equation of one sample: how many neighbours the plane has for it, and by how much the guess fails. */
static void equation(const Problem *p, int x, int y, float *inverse, float *r)
{
    const float *u = df_plane_row(p->u, y) + x;
    const float *gx = df_plane_row(p->gx, y) + x, *gy = df_plane_row(p->gy, y) + x;
    float sum = 0;
    int neighbours = 0;

    if (x > 0)
        sum += u[0] - u[-1] - gx[-1], neighbours++;
    if (x + 1 < p->u.width)
        sum += gx[0] - (u[1] - u[0]), neighbours++;
    if (y > 0)
        sum += u[0] - u[-p->u.row_floats] - gy[-p->gy.row_floats], neighbours++;
    if (y + 1 < p->u.height)
        sum += gy[0] - (u[p->u.row_floats] - u[0]), neighbours++;
    *inverse = neighbours ? 1.0f / neighbours : 0;
    *r = sum;
}

static void pose_each(const Problem *p, DfGrid *grid, int y, int x0, int x1)
{
    const uint8_t *hole = p->hole + (ptrdiff_t)y * p->u.width;

    for (int x = x0; x < x1; x++) {
        ptrdiff_t at = (y - p->box.y0) * grid->row_floats + x - p->box.x0;

        if (hole[x])
            equation(p, x, y, grid->inverse + at, grid->r + at);
    }
}

/** As pose_each(), for samples that have four neighbours. */
static void pose_inner(const Problem *p, DfGrid *grid, int y, int x0, int x1)
{
    const ptrdiff_t at = (y - p->box.y0) * grid->row_floats + x0 - p->box.x0;
    const float *u = df_plane_row(p->u, y) + x0;
    const float *gx = df_plane_row(p->gx, y) + x0, *gy = df_plane_row(p->gy, y) + x0;
    const DfGradientRows target = { u, u - p->u.row_floats, u + p->u.row_floats, gx, gy, gy - p->gy.row_floats };

    df_stencil_kernels()->assemble(grid->r + at, grid->inverse + at, &target,
                                   p->hole + (ptrdiff_t)y * p->u.width + x0, x1 - x0);
}

static void assemble(const Problem *p, DfGrid *grid)
{
    const DfRect *box = &p->box;

    for (int y = box->y0; y < box->y1; y++) {
        int inner = y > 0 && y + 1 < p->u.height;
        int x0 = inner ? DF_MAX(box->x0, 1) : box->x1, x1 = DF_MIN(box->x1, p->u.width - 1);

        if (x0 < x1)
            pose_inner(p, grid, y, x0, x1);
        pose_each(p, grid, y, box->x0, DF_MIN(x0, box->x1));
        pose_each(p, grid, y, DF_MAX(x0, x1), box->x1);
    }
}

/** Mean of e. */
static float mean_of(const DfGrid *grid)
{
    double sum = 0;

    for (int y = 0; y < grid->height; y++)
        for (int x = 0; x < grid->width; x++)
            sum += grid->e[y * grid->row_floats + x];
    return sum / ((double)grid->width * grid->height);
}

static int is_whole(const Problem *p)
{
    ptrdiff_t samples = (ptrdiff_t)p->u.width * p->u.height;

    return df_rect_width(p->box) == p->u.width && df_rect_height(p->box) == p->u.height &&
           !memchr(p->hole, 0, samples);
}

/** Add e to u, where it is 0 outside the hole. */
static void correct(const Problem *p, const DfGrid *grid, float mean)
{
    for (int y = 0; y < grid->height; y++) {
        const float *e = grid->e + y * grid->row_floats;
        float *u = df_plane_row(p->u, p->box.y0 + y) + p->box.x0;

        for (int x = grid->spans[y].first; x < DF_MIN(grid->spans[y].last, grid->width); x++)
            u[x] += e[x] - mean;
    }
}

int df_poisson(DfPlane u, DfPlane gx, DfPlane gy, const uint8_t *hole, float tolerance, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    Problem p = { u, gx, gy, hole, df_rect_bounds(hole, u.width, u.height) };
    DfGrid grid;
    int ret = 0;

    if (df_rect_empty(p.box))
        return 0;
    if ((ret = df_grid_take(&grid, df_rect_width(p.box), df_rect_height(p.box), scratch)) < 0)
        goto end;
    assemble(&p, &grid);
    df_grid_span(&grid);
    if ((ret = df_multigrid(&grid, tolerance, scratch)) < 0)
        goto end;
    /* Any smaller hole has something fixed beside each of its parts. */
    correct(&p, &grid, is_whole(&p) ? mean_of(&grid) : 0);
end:
    df_arena_reset(scratch, mark);
    return ret;
}
