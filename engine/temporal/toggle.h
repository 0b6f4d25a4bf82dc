/**
 * @file
 * Parts of a hole that come or go as a whole from one frame to the next: a caption's, or those that a segmenter misses in
 * a frame. What a moving object's hole uncovers at its rim is none.
 */
#ifndef DF_TEMPORAL_TOGGLE_H
#define DF_TEMPORAL_TOGGLE_H

#include "image/mask.h"

/** Parts beyond so many share the last rectangle. */
#define DF_MOST_TOGGLES 8

/** A part of a neighbour's hole that is open in a frame. */
typedef struct DfToggle {
    DfRect rect; /**< around the part, in luma pixels */
    int proven;  /**< by the planner: 1: a hidden frame has been found to hide something else there than the frame shows */
} DfToggle;

typedef struct DfToggles {
    int count;
    DfToggle items[DF_MOST_TOGGLES];
} DfToggles;

/** @return 1 where a position lies in a toggle's rectangle */
static inline int df_toggle_holds(DfRect rect, float x, float y)
{
    return x > (float)(rect.x0 - 1) && x < (float)rect.x1 && y > (float)(rect.y0 - 1) && y < (float)rect.y1;
}

/**
 * Add the parts of a neighbour's hole that are open in a frame, and neither touch nor overlap the frame's own hole by
 * much.
 *
 * @param mask       of the frame; NULL: no hole
 * @param neighbour  of the frame before or after it; NULL: none
 * @return 0 or -ENOMEM
 */
int df_toggles_add(DfToggles *toggles, const DeepfillMask *mask, const DeepfillMask *neighbour);

#endif
