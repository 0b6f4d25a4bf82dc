/**
 * @file
 * Regions: the parts of a hole are grouped, each group gets a box or a row of boxes, and keeps it from
 * frame to frame while it fits. Integers only; no pixel is looked at.
 */
#ifndef DF_IMAGE_REGION_H
#define DF_IMAGE_REGION_H

#include <stdatomic.h>

#include "image/layout.h"

/** Parts of the hole that share a layout. */
typedef struct DfGroup {
    DfRect hole;      /**< around all its parts */
    DfLayout layout;
} DfGroup;

/** One run of the network. */
typedef struct DfBox {
    DfRect place;               /**< what the network sees, in frame coordinates; begins inside the frame */
    DfRect own;                 /**< what it may write: inside the place and the frame */
    int net_width, net_height;  /**< the size at which it sees it */
    int vertical;               /**< the direction in which it blends with its neighbours */
    int overlap;                /**< pixels that it shares with each neighbour */
    int start, end;             /**< its territory along the row; with no neighbour, beyond the place */
} DfBox;

/** The boxes of one mask. Immutable, counted. Thread-safety: may be shared. */
typedef struct DfRegions {
    atomic_int references;
    int group_count, box_count;
    DfGroup *groups;
    DfBox *boxes;
} DfRegions;

/**
 * Group a hole's parts and lay out their boxes.
 *
 * @param parts   rectangles inside the frame, none empty; they are not kept
 * @param before  the previous frame's regions, whose layouts are kept where they fit; NULL: none
 * @return 0 or -ENOMEM. Thread-safety: any thread.
 */
int df_regions_create(DfRegions **regions, const DfRules *rules, const DfRect *parts, int count,
                      const DfRegions *before);

/** @return the regions, with one reference more */
DfRegions *df_regions_ref(DfRegions *regions);

/** Give up one reference and set *regions to NULL; NULL is fine. */
void df_regions_close(DfRegions **regions);

#endif
