/**
 * @file
 * Which box, or row of boxes, a hole is filled in: context, ladder of sizes, scale, tiles.
 */
#ifndef DF_IMAGE_LAYOUT_H
#define DF_IMAGE_LAYOUT_H

#include "plane/rect.h"

/** What boxes depend on besides the hole. */
typedef struct DfRules {
    int width, height;   /**< the frame, in pixels */
    int size;            /**< longest side at which the network works; a multiple of alignment */
    int alignment;       /**< the network's sides are multiples of this */
    int least_side;      /**< and at least this long; a multiple of alignment, at most size */
    int grid_x, grid_y;  /**< luma samples that one chroma sample covers: boxes begin and end on this grid */
    int feather;         /**< pixels around the hole that are written as well */
} DfRules;

/** One or several equal boxes in a row. Parts of the last one beyond the frame are reflected. */
typedef struct DfLayout {
    DfRect outer;               /**< around all boxes, in frame coordinates */
    int vertical;               /**< 1: the row of boxes runs downwards */
    int tiles;                  /**< number of boxes */
    int length;                 /**< a box's side along the row, in pixels of the frame */
    int overlap;                /**< pixels by which neighbours' territories overlap */
    int net_width, net_height;  /**< a box's sides as the network sees them */
} DfLayout;

/** @return the width of the known surroundings that a hole needs, in pixels */
int df_layout_context(const DfRules *rules, DfRect hole);

/** @return the hole with `context` pixels around it, frame permitting */
DfRect df_layout_surroundings(const DfRules *rules, DfRect hole, int context);

/** Lay out the boxes for a hole that is not empty and lies inside the frame. */
DfLayout df_layout(const DfRules *rules, DfRect hole);

/** @return box number `i` of 0..tiles-1, in frame coordinates */
DfRect df_layout_box(const DfRules *rules, const DfLayout *layout, int i);

/**
 * The part of box number `i` that is its own to write; the first and the last reach to the outer box's
 * ends, neighbours share `overlap` pixels.
 */
DfRect df_layout_territory(const DfRules *rules, const DfLayout *layout, int i);

#endif
