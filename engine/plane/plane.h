/**
 * @file
 * One plane of floats in borrowed memory. Values of pictures are in levels of 8 bits (0..255)
 * whatever the depth of the frame that they come from, so that thresholds mean the same everywhere.
 */
#ifndef DF_PLANE_PLANE_H
#define DF_PLANE_PLANE_H

#include "arena.h"

typedef struct DfPlane {
    float *data;
    int width, height;
    ptrdiff_t row_floats; /**< floats from a row to the next, a multiple of 16 */
} DfPlane;

static inline float *df_plane_row(DfPlane plane, int y)
{
    return plane.data + y * plane.row_floats;
}

/** A plane, not zeroed, whose rows begin at multiples of DF_ALIGN; data is NULL where there is no memory. */
static inline DfPlane df_plane_take(DfArena *arena, int width, int height)
{
    ptrdiff_t row_floats = (width + 15) / 16 * 16;

    return (DfPlane){ df_arena_take(arena, df_size_mul(df_size_mul(row_floats, height), sizeof(float))), width,
                      height, row_floats };
}

#endif
