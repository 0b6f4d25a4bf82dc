/**
 * @file
 * Halving by the 5x5 binomial, a row at a time: down the columns first, then along the row.
 */
#include "plane/pyramid.h"

#include <errno.h>

#include "kernels/track.h"

#define BORDER 2 /* samples that the filter sees beyond an edge */

/** An index beyond an edge, mirrored about the outermost sample as often as needed. */
static int reflect(int i, int side)
{
    if (side == 1)
        return 0;
    while (i < 0 || i >= side)
        i = i < 0 ? -i : 2 * (side - 1) - i;
    return i;
}

static void halve(DfPlane out, DfPlane in, float *row)
{
    const DfTrackKernels *kernels = df_track_kernels();

    for (int y = 0; y < out.height; y++) {
        const float *rows[5];
        for (int i = 0; i < 5; i++)
            rows[i] = df_plane_row(in, reflect(2 * y + i - BORDER, in.height));
        kernels->binomial(row + BORDER, rows, in.width);
        for (int i = 1; i <= BORDER; i++) {
            row[BORDER - i] = row[BORDER + reflect(-i, in.width)];
            row[BORDER + in.width - 1 + i] = row[BORDER + reflect(in.width - 1 + i, in.width)];
        }
        kernels->halve(df_plane_row(out, y), row, out.width);
    }
}

static int add_level(DfPyramid *pyramid, DfArena *arena)
{
    DfPlane above = pyramid->levels[pyramid->count - 1];
    DfPlane level = df_plane_take(arena, (above.width + 1) / 2, (above.height + 1) / 2);
    DfArenaMark mark = df_arena_mark(arena);
    float *row = df_arena_take(arena, (above.width + 2 * BORDER) * sizeof *row);

    if (!level.data || !row)
        return -ENOMEM;
    halve(level, above, row);
    df_arena_reset(arena, mark);
    pyramid->levels[pyramid->count++] = level;
    return 0;
}

int df_pyramid_build(DfPyramid *pyramid, DfArena *arena, DfPlane picture, int count, int least)
{
    int ret = 0;

    *pyramid = (DfPyramid){ .count = 1, .levels = { picture } };
    while (!ret && pyramid->count < DF_MIN(count, DF_PYRAMID_LEVELS)) {
        DfPlane last = pyramid->levels[pyramid->count - 1];
        if ((DF_MIN(last.width, last.height) + 1) / 2 < least || DF_MAX(last.width, last.height) == 1)
            break;
        ret = add_level(pyramid, arena);
    }
    return ret;
}
