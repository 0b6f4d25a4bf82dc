/**
 * @file
 * Bilinear interpolation of a plane.
 */
#ifndef DF_MOTION_BETWEEN_H
#define DF_MOTION_BETWEEN_H

#include "plane/plane.h"

/** @return bilinear interpolation at a position inside the plane: 0..width - 1, 0..height - 1 */
static inline float df_between(DfPlane plane, float x, float y)
{
    int x0 = (int)x, y0 = (int)y, right = x0 + 1 < plane.width, below = y0 + 1 < plane.height;
    const float *a = df_plane_row(plane, y0) + x0, *b = a + (below ? plane.row_floats : 0);
    float fx = x - x0, fy = y - y0;
    float top = a[0] + fx * (a[right] - a[0]), bottom = b[0] + fx * (b[right] - b[0]);

    return top + fy * (bottom - top);
}

/** @return 1 where df_between() is defined; 0 beyond the plane and where a coordinate is not a number */
static inline int df_is_between(int width, int height, float x, float y)
{
    return x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1;
}

#endif
