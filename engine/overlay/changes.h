/**
 * @file
 * Opaque overlays of which parts change: scoreboards, clocks, counters.
 */
#ifndef DF_OVERLAY_CHANGES_H
#define DF_OVERLAY_CHANGES_H

#include "overlay/estimate.h"

/**
 * Tell how much of an opaque plate goes to and fro between two levels of luma: what digits cover and uncover. A plate
 * is the overlay's mask less a rim of 4 pixels, through whose shadow the picture may shine; logos of letters and lines
 * have none. Of a still one that is nothing; of a picture that shows through, next to nothing, as it has many levels.
 * @param[out] part  of the plate's pixels, 0..1; 0 where there is no plate
 * @return 0 or -ENOMEM
 */
int df_overlay_changes(const DfOverlayEstimate *overlay, const DfSamples *samples, float *part);

/** Make all of an overlay's box its mask, opaque: what changes in it may be anywhere. */
void df_overlay_cover_box(DfOverlayEstimate *overlay);

#endif
