/**
 * @file
 * Two sweeps over the eight neighbours, which is exact for the Chebyshev distance.
 */
#include "image/depth.h"

/** A pixel's depth from one neighbour's: those outside the extent, and beyond the frame, are not in the hole. */
static inline int step_from(const DeepfillMask *mask, const uint8_t *depth, int x, int y)
{
    DfRect e = mask->extent;

    if (x < e.x0 || y < e.y0 || x >= e.x1 || y >= e.y1)
        return 1;
    return depth[(size_t)(y - e.y0) * df_rect_width(e) + (x - e.x0)] + 1;
}

/** The depth of a hole's pixel from the row `y + dy` and the pixel beside it on that side. */
static int least_step(const DeepfillMask *mask, const uint8_t *depth, int x, int y, int dy)
{
    int least = step_from(mask, depth, x + dy, y);

    for (int dx = -1; dx <= 1; dx++)
        least = DF_MIN(least, step_from(mask, depth, x + dx, y + dy));
    return least;
}

void df_mask_depth(const DeepfillMask *mask, uint8_t *depth)
{
    DfRect e = mask->extent;
    int width = df_rect_width(e);

    for (int y = e.y0; y < e.y1; y++)
        for (int x = e.x0; x < e.x1; x++) {
            size_t i = (size_t)(y - e.y0) * width + (x - e.x0);
            depth[i] = mask->weight[i] == DF_WEIGHT_HOLE
                ? (uint8_t)DF_MIN(least_step(mask, depth, x, y, -1), UINT8_MAX) : 0;
        }
    for (int y = e.y1 - 1; y >= e.y0; y--)
        for (int x = e.x1 - 1; x >= e.x0; x--) {
            size_t i = (size_t)(y - e.y0) * width + (x - e.x0);
            depth[i] = (uint8_t)DF_MIN(least_step(mask, depth, x, y, 1), depth[i]);
        }
}
