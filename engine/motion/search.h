/**
 * @file
 * Inverse search at one size: patches of 8x8 every 4 samples, each moved to where it looks alike, each
 * learning from those beside it; and the motion of every sample from the patches that cover it.
 */
#ifndef DF_MOTION_SEARCH_H
#define DF_MOTION_SEARCH_H

#include "motion/dense.h"

/** Patches of one size of a picture, in rows. */
typedef struct DfPatchGrid {
    int width, height; /**< of the picture at this size */
    int columns, rows; /**< of patches */
    uint8_t *active;   /**< rows of columns: 1 where a patch is searched for */
} DfPatchGrid;

/** Lay patches out, none active. @return 0 or -ENOMEM */
int df_patch_grid_take(DfPatchGrid *patches, DfArena *arena, int width, int height);

/** @return the first sample of patch i of a row (a column) of patches over `side` samples; the last one ends
 *          with the picture, where that has room for one */
int df_patch_start(int i, int side);

/**
 * Search for the active patches of `a` in `b`.
 *
 * @param flow     in: where each begins to search; out: the motion found, at samples under active patches
 * @param start    a motion in full-size pixels that may be right anywhere; NULL: zero
 * @param scale    how many full-size pixels a sample is wide
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_patch_grid_search(const DfPatchGrid *patches, DfPlane a, DfPlane b, DfFlow flow, const DfAffine *start,
                      float scale, DfArena *scratch);

#endif
