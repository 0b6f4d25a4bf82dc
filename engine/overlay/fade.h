/**
 * @file
 * How much of an overlay a frame has: one factor of all its opacity, as it fades in and out.
 */
#ifndef DF_OVERLAY_FADE_H
#define DF_OVERLAY_FADE_H

#include "overlay/planes.h"
#include "overlay/restored.h"

/** What is known of the fade up to a frame. Zeroed: nothing. */
typedef struct DfFade {
    float factor, variance;
    float *before; /**< seen - fill of the frame before, of the place's luma; NULL: there was none */
} DfFade;

/**
 * Estimate a frame's factor from its luma and from what is known of the frame before.
 *
 * @param plane   the overlay's luma, at its full opacity
 * @param factor  0: the frame has none of it; 1: it has all
 * @return 0 or -ENOMEM
 */
int df_fade_estimate(DfFade *fade, const DfRestored *restored, const DfOverlayPlane *plane, float *factor,
                     DfArena *scratch);

/** Forget what is known. */
void df_fade_free(DfFade *fade);

#endif
