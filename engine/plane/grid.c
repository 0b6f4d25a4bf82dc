/**
 * @file
 * Grids and their coarse versions. This runs once for a hole, the kernels many times.
 */
#include "plane/grid.h"

#include <errno.h>

/* Rows begin 8 floats after their memory. Their length is that of twice a coarse span, or more. */

/** A plane of zeros in the grid's layout: a pointer to cell (0, 0). */
static float *take_plane(const DfGrid *grid, DfArena *arena)
{
    size_t floats = df_size_mul(grid->row_floats, grid->height + 2);
    float *plane = df_arena_take_zeroed(arena, df_size_mul(floats, sizeof *plane));

    return plane ? plane + grid->row_floats + 8 : NULL;
}

int df_grid_take(DfGrid *grid, int width, int height, DfArena *arena)
{
    *grid = (DfGrid){ .width = width, .height = height, .row_floats = (width + 31) / 32 * 32 + 16 };
    grid->spans = df_arena_take_zeroed(arena, df_size_mul(height, sizeof *grid->spans));
    if (!(grid->e = take_plane(grid, arena)) || !(grid->r = take_plane(grid, arena)) ||
        !(grid->inverse = take_plane(grid, arena)) || !grid->spans)
        return -ENOMEM;
    return 0;
}

void df_grid_span(DfGrid *grid)
{
    for (int y = 0; y < grid->height; y++) {
        const float *inverse = grid->inverse + y * grid->row_floats;
        int first = 0, last = grid->width;

        while (first < last && !(inverse[first] > 0))
            first++;
        while (last > first && !(inverse[last - 1] > 0))
            last--;
        grid->spans[y] = first < last ? (DfSpan){ first / 16 * 16, (last + 15) / 16 * 16 } : (DfSpan){ 0, 0 };
    }
}

/* ------------------------------------------------------------------------------ coarsening -- */

/**
 * What is fixed lies one finest cell beyond the last cell's centre, on a coarse grid half a cell: twice the
 * conductance, level by level, is right far down and too much near the finest grid. Measured on rectangles,
 * rings, strokes, mazes and holes with lone fixed samples inside, cycles contract best around this, to 0.15
 * to 0.35. Below 1.3 lone samples make them diverge.
 */
#define BORDER_GAIN 1.6f

/** Two rows' conductances, in rows of `scratch` where the grid does not keep them. */
static void fine_links(DfConductances rows[2], const DfGrid *fine, int y, int first, int n,
                       const DfConductances scratch[2])
{
    for (int i = 0; i < 2; i++) {
        ptrdiff_t at = (y + i) * fine->row_floats + first;

        if (fine->east) {
            rows[i] = (DfConductances){ fine->east + at, fine->south + at, fine->border + at };
        } else {
            rows[i] = scratch[i];
            if (y + i < fine->height)
                df_stencil_kernels()->conductances(&rows[i], fine->inverse + at, fine->row_floats, n);
            else
                for (int x = 0; x < n; x++)
                    rows[i].east[x] = rows[i].south[x] = rows[i].border[x] = 0;
        }
    }
}

static void coarsen_row(DfGrid *coarse, const DfGrid *fine, int y, const DfConductances scratch[2])
{
    const DfSpan span = coarse->spans[y];
    const ptrdiff_t at = y * coarse->row_floats + span.first;
    const DfConductances out = { coarse->east + at, coarse->south + at, coarse->border + at };
    int n = span.last - span.first;
    DfConductances rows[2];

    if (n == 0)
        return;
    fine_links(rows, fine, 2 * y, 2 * span.first, 2 * n, scratch);
    df_stencil_kernels()->coarsen(&out, rows, BORDER_GAIN, n);
}

/** A cell that nothing leads to or from gets no equation: the whole plane is hole, and its mean is free. */
static void invert_row(DfGrid *grid, int y)
{
    const DfSpan span = grid->spans[y];
    const ptrdiff_t at = y * grid->row_floats + span.first;
    const DfConductances links = { grid->east + at, grid->south + at, grid->border + at };

    df_stencil_kernels()->invert(grid->inverse + at, &links, grid->row_floats, span.last - span.first);
}

/** The cells over both spans of fine rows. */
static DfSpan coarse_span(const DfGrid *fine, int y)
{
    DfSpan a = fine->spans[2 * y], b = 2 * y + 1 < fine->height ? fine->spans[2 * y + 1] : (DfSpan){ 0, 0 };

    if (a.first == a.last)
        a = b;
    else if (b.first < b.last)
        a = (DfSpan){ DF_MIN(a.first, b.first), DF_MAX(a.last, b.last) };
    return (DfSpan){ a.first / 32 * 16, (a.last + 31) / 32 * 16 };
}

static int take_links(DfConductances *links, const DfGrid *grid, DfArena *arena)
{
    links->east = take_plane(grid, arena);
    links->south = take_plane(grid, arena);
    links->border = take_plane(grid, arena);
    return links->east && links->south && links->border ? 0 : -ENOMEM;
}

static int take_scratch(DfConductances rows[2], const DfGrid *fine, DfArena *arena)
{
    float *row = df_arena_take(arena, 6 * fine->row_floats * sizeof *row);

    for (int i = 0; i < 2 && row; i++, row += 3 * fine->row_floats)
        rows[i] = (DfConductances){ row, row + fine->row_floats, row + 2 * fine->row_floats };
    return row ? 0 : -ENOMEM;
}

int df_grid_coarsen(DfGrid *coarse, const DfGrid *fine, DfArena *arena)
{
    DfConductances links, scratch[2];

    if (df_grid_take(coarse, (fine->width + 1) / 2, (fine->height + 1) / 2, arena) < 0 ||
        take_links(&links, coarse, arena) < 0 || take_scratch(scratch, fine, arena) < 0)
        return -ENOMEM;
    coarse->east = links.east;
    coarse->south = links.south;
    coarse->border = links.border;
    for (int y = 0; y < coarse->height; y++) {
        coarse->spans[y] = coarse_span(fine, y);
        coarsen_row(coarse, fine, y, scratch);
    }
    for (int y = 0; y < coarse->height; y++)
        invert_row(coarse, y);
    return 0;
}
