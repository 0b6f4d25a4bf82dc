/**
 * @file
 * Whether a frame shows a position between its pixels, or its hole hides it.
 */
#ifndef DF_TEMPORAL_VISIBILITY_H
#define DF_TEMPORAL_VISIBILITY_H

#include "image/mask.h"

/** Pixels inside a grown hole that are as good as known: what is to be hidden begins farther in. */
#define DF_GROWN 2

/**
 * Steps shorter than this, in pixels, reveal nothing: a camera that stands still is found to move by hundredths of
 * a pixel.
 */
#define DF_LEAST_STEP 0.125f

static inline int df_mask_is_grown(const DeepfillMask *mask)
{
    return mask && mask->settings.dilate >= DF_GROWN;
}

/** @return how many of the four pixels around a position, 0 <= x, y, lie in a hole */
static inline int df_hidden_count(const DeepfillMask *mask, float x, float y)
{
    float slack = df_mask_is_grown(mask) ? DF_LEAST_STEP : 0;
    int x0 = (int)(x + slack), y0 = (int)(y + slack);
    int x1 = x0 + (x - slack > (float)x0), y1 = y0 + (y - slack > (float)y0);

    if (!mask)
        return 0;
    DfRect e = mask->extent;
    if (x0 < e.x0 || y0 < e.y0 || x1 >= e.x1 || y1 >= e.y1)
        return df_mask_hole(mask, x0, y0) + df_mask_hole(mask, x1, y0) + df_mask_hole(mask, x0, y1) +
               df_mask_hole(mask, x1, y1);
    const uint8_t *at = &mask->weight[(size_t)(y0 - e.y0) * df_rect_width(e) + (x0 - e.x0)];
    const uint8_t *below = at + (size_t)(y1 - y0) * df_rect_width(e);
    return (at[0] == DF_WEIGHT_HOLE) + (at[x1 - x0] == DF_WEIGHT_HOLE) + (below[0] == DF_WEIGHT_HOLE) +
           (below[x1 - x0] == DF_WEIGHT_HOLE);
}

/**
 * @return 1 where a position may be sampled with so many pixels around it hidden: none, but it may lie a fraction
 *         of a pixel inside a grown hole
 */
static inline int df_hidden_may_be(const DeepfillMask *mask, int hidden)
{
    return hidden < (df_mask_is_grown(mask) ? 4 : 1);
}

#endif
