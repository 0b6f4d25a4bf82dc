/**
 * @file
 * What an overlay is: its mask, its opacity a pixel, its colours, and when it is there.
 */
#ifndef DF_OVERLAY_ESTIMATE_H
#define DF_OVERLAY_ESTIMATE_H

#include "overlay/boxes.h"
#include "overlay/colours.h"
#include "overlay/refine.h"
#include "overlay/samples.h"

/** An overlay. Masks and opacity are of the samples' rectangle. */
typedef struct DfOverlayEstimate {
    DfRect area;       /**< of the samples, in the frame */
    DfRect rect;       /**< around the mask, in the frame */
    uint8_t *mask;     /**< 255: a pixel of the overlay, else 0 */
    DfColours colours; /**< those of all pixels */
    DfRefined pixels;  /**< what each pixel is */
    float match;       /**< df_presence_match() */
    float opacity;     /**< that of its solid parts, 0..1 */
    int comes_and_goes;/**< 1: some samples do not have it; their presence tells which do */
} DfOverlayEstimate;

/**
 * Estimate an overlay from samples; their presence is set.
 * @param rect   around its edges, in the frame, as df_boxes_find() told it
 * @param found  with the thresholds that it used, and the scale of frames in full size
 * @return 1; 0: the samples do not bear it out; -ENOMEM. To be freed in any case
 */
int df_overlay_estimate(DfOverlayEstimate *overlay, DfSamples *samples, DfRect rect, const DfBoxes *found,
                        int full_range);

void df_overlay_estimate_free(DfOverlayEstimate *overlay);

#endif
