/**
 * @file
 * Full multigrid: on each level a cycle down and up, then a second one that starts from its result.
 */
#include "plane/multigrid.h"

#include <errno.h>
#include <string.h>

/** Errors shrink to 0.15 to 0.35 of what they were in a cycle, in mazes to 0.8: these suffice. */
#define MOST_CYCLES 12
/** Bounds of the estimated rate, and the rate from which on more smoothing is tried. */
#define GOOD_RATE 0.3f
#define SLOW_RATE 0.6f
#define STILL_RATE 0.9f
/** Rates vary: with this, 4 of 30000 random holes ended above the tolerance, by at most a seventh of it. */
#define MARGIN 1.5f
#define MOST_SWEEPS 8

typedef struct Solver {
    DfGrid grids[DF_GRIDS];
    int count;
    int sweeps;     /**< before and after each correction from a coarser grid */
    float *rows[2]; /**< residuals of two rows, zero where none was written */
    const DfStencilKernels *kernels;
} Solver;

/** Grids down to a single cell. */
static int build(Solver *solver, const DfGrid *finest, DfArena *arena)
{
    *solver = (Solver){ .grids = { *finest }, .count = 1, .sweeps = 1, .kernels = df_stencil_kernels() };
    for (const DfGrid *fine = finest; fine->width > 1 || fine->height > 1; solver->count++) {
        DfGrid *coarse = &solver->grids[solver->count];

        if (df_grid_coarsen(coarse, fine, arena) < 0)
            return -ENOMEM;
        fine = coarse;
    }
    for (int i = 0; i < 2; i++)
        if (!(solver->rows[i] = df_arena_take(arena, finest->row_floats * sizeof(float))))
            return -ENOMEM;
    return 0;
}

/* ------------------------------------------------------------------------------- smoothing -- */

static void sweep_row(const Solver *solver, const DfGrid *grid, int y, int colour)
{
    if (y < 0 || y >= grid->height || grid->spans[y].first == grid->spans[y].last)
        return;
    DfStencil row = df_grid_row(grid, y);
    solver->kernels->sweep(&row, (y + colour) & 1);
}

/** Red-black Gauss-Seidel; black follows red a row behind, while the rows are in the cache. */
static void smooth(const Solver *solver, const DfGrid *grid)
{
    for (int i = 0; i < solver->sweeps; i++)
        for (int y = 0; y <= grid->height; y++) {
            sweep_row(solver, grid, y, 0);
            sweep_row(solver, grid, y - 1, 1);
        }
}

/* --------------------------------------------------------------------------- between grids -- */

/** Residual of row y in `out`, 0 elsewhere in `span`, which covers that of the row. */
static void residual_row(const Solver *solver, const DfGrid *grid, int y, DfSpan span, float *out)
{
    memset(out + span.first, 0, (span.last - span.first) * sizeof *out);
    if (y >= grid->height || grid->spans[y].first == grid->spans[y].last)
        return;
    DfStencil row = df_grid_row(grid, y);
    solver->kernels->residual(out + grid->spans[y].first, &row);
}

/** Pose the coarse grid's equations for a correction: the right-hand side is the residual of each block. */
static void descend(const Solver *solver, const DfGrid *fine, const DfGrid *coarse)
{
    for (int y = 0; y < coarse->height; y++) {
        DfSpan span = coarse->spans[y], twice = { 2 * span.first, 2 * span.last };
        DfStencil row = df_grid_row(coarse, y);
        ptrdiff_t at = y * coarse->row_floats + span.first;

        if (row.n == 0)
            continue;
        memset(row.e, 0, row.n * sizeof *row.e);
        for (int i = 0; i < 2; i++)
            residual_row(solver, fine, 2 * y + i, twice, solver->rows[i]);
        solver->kernels->block_sum(coarse->r + at, solver->rows[0] + twice.first,
                                   solver->rows[1] + twice.first, row.n);
    }
}

/** Add the coarse grid's correction, bilinearly interpolated, 0 where there is no equation. */
static void ascend(const Solver *solver, const DfGrid *fine, const DfGrid *coarse)
{
    for (int y = 0; y < fine->height; y++) {
        DfStencil row = df_grid_row(fine, y);
        const float *near = coarse->e + y / 2 * coarse->row_floats + fine->spans[y].first / 2;
        const float *far = y & 1 ? near + coarse->row_floats : near - coarse->row_floats;

        solver->kernels->prolong(row.e, row.inverse, near, far, row.n);
    }
}

/* ---------------------------------------------------------------------------------- cycles -- */

/** Improve a level's e; `full`: begin with a full cycle of the next level, and let an ordinary one follow. */
static void cycle(const Solver *solver, int level, int full)
{
    const DfGrid *grid = &solver->grids[level];

    smooth(solver, grid);
    if (level + 1 == solver->count)
        return; /* one cell: that was its solution */
    descend(solver, grid, grid + 1);
    cycle(solver, level + 1, full);
    if (full && level + 2 < solver->count)
        cycle(solver, level + 1, 0);
    ascend(solver, grid, grid + 1);
    smooth(solver, grid);
}

static float largest(const Solver *solver, const DfGrid *grid)
{
    float most = 0;

    for (int y = 0; y < grid->height; y++) {
        DfStencil row = df_grid_row(grid, y);
        float own = solver->kernels->largest(row.e, row.n);

        most = DF_MAX(most, own);
    }
    return most;
}

/**
 * Error left after a cycle. The correction that it found was about the error before it, and further ones
 * would shrink by the rate at which this one did, at the best by GOOD_RATE: a geometric series is left.
 */
static float error_left(float change, float rate)
{
    rate = DF_CLAMP(rate, GOOD_RATE, STILL_RATE);
    return MARGIN * change * rate / (1 - rate);
}

int df_multigrid(DfGrid *finest, float tolerance, DfArena *arena)
{
    Solver solver;
    int ret = build(&solver, finest, arena);
    float last = 0;

    for (int i = 0; i < MOST_CYCLES && ret == 0 && solver.count > 1; i++) {
        cycle(&solver, 0, 1);
        float change = largest(&solver, &solver.grids[1]), rate = last > 0 ? change / last : SLOW_RATE;

        if (error_left(change, rate) <= tolerance)
            break;
        if (rate > SLOW_RATE)
            solver.sweeps = DF_MIN(2 * solver.sweeps, MOST_SWEEPS);
        last = change;
    }
    if (ret == 0 && solver.count == 1)
        smooth(&solver, finest);
    return ret;
}
