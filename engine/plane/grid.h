/**
 * @file
 * The grids of multigrid: cells with Poisson's equation on a hole, and ever coarser ones like them.
 *
 * Each coarse cell stands for a block of 2x2 cells. Twice the distance and twice the width: between two
 * blocks, half of the conductances across their common side are summed. So what does not touch on the
 * finest grid touches on none, and thin parts of a hole stay as well connected as they are.
 */
#ifndef DF_PLANE_GRID_H
#define DF_PLANE_GRID_H

#include "kernels/stencil.h"
#include "plane/plane.h"

/** Enough for any plane whose sides are ints. */
#define DF_GRIDS 32

/** Part of a row: cells first <= x < last, both multiples of 16; empty where first == last. */
typedef struct DfSpan {
    int first, last;
} DfSpan;

/** A grid. Its planes have one layout, and zeros around them: 8 at each side, a row above and below. */
typedef struct DfGrid {
    int width, height;
    ptrdiff_t row_floats;
    float *e, *r, *inverse; /**< as in kernels/stencil.h */
    float *east, *south;    /**< NULL on the finest grid: all 1 */
    float *border;          /**< conductance to what is fixed; NULL on the finest grid: inverse tells */
    DfSpan *spans;          /**< height of them: where a row's equations lie */
} DfGrid;

/**
 * Prepare the finest grid: all zero, no equations yet. The caller sets inverse and r, then calls
 * df_grid_span().
 * @return 0 or -ENOMEM
 */
int df_grid_take(DfGrid *grid, int width, int height, DfArena *arena);

/** Find the spans of a grid whose inverse is set. */
void df_grid_span(DfGrid *grid);

/**
 * Prepare the grid that is half as fine.
 * @return 0 or -ENOMEM
 */
int df_grid_coarsen(DfGrid *coarse, const DfGrid *fine, DfArena *arena);

/** A span of a row as the kernels want it. */
static inline DfStencil df_grid_row(const DfGrid *grid, int y)
{
    ptrdiff_t at = y * grid->row_floats + grid->spans[y].first;

    return (DfStencil){ grid->e + at, grid->r + at, grid->inverse + at, grid->east ? grid->east + at : NULL,
                        grid->south ? grid->south + at : NULL, grid->row_floats,
                        grid->spans[y].last - grid->spans[y].first };
}

#endif
