/**
 * @file
 * One plane of an overlay's place in a frame, while it is restored.
 */
#ifndef DF_OVERLAY_RESTORED_H
#define DF_OVERLAY_RESTORED_H

#include "plane/plane.h"

/**
 * Values are levels of 8 bits; all planes have the size of the overlay's place. Where a pixel is not usable, restored is
 * fill and gain 0.
 */
typedef struct DfRestored {
    DfPlane seen;     /**< y: the frame as it came */
    DfPlane fill;     /**< what the fill makes of it, which knows nothing of y */
    DfPlane usable;   /**< 1: y can be un-blended; 0: no overlay, opaque, clipped, or a hole by another mask */
    DfPlane restored; /**< (y - a c) / (1 - a) */
    DfPlane gain;     /**< 1 / (1 - a): by how much noise of y is greater in `restored` */
    DfPlane low, high; /**< restored - fill, its Gaussian mean over usable pixels and the rest */
} DfRestored;

/** Sigma, in samples, of the mean that parts low and high. */
#define DF_RESTORED_SIGMA 1.0f

/**
 * Shares of the variance of coding noise in both bands: it is mostly what quantisation takes of fine detail. By x264 at
 * crf 23: .6 to .85 and .1 to .25.
 */
#define DF_NOISE_HIGH 0.65f
#define DF_NOISE_LOW 0.15f

#endif
