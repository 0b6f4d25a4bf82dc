/**
 * @file
 * One plane of an overlay's place in a frame, while it is restored.
 */
#ifndef DF_OVERLAY_RESTORED_H
#define DF_OVERLAY_RESTORED_H

#include "plane/plane.h"

/**
 * Values are levels of 8 bits; all planes have the size of the overlay's place. Where a pixel is not usable, restored
 * is fill and gain 0.
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
 * Coding noise of a kind of plane: the shares of its variance in both bands (quantisation takes fine detail above all)
 * and the quantile of what restored and fill differ by that is taken for it. Fills lack texture in luma, and hardly
 * ever in chroma.
 */
typedef struct DfCodingNoise {
    float high, low, quantile;
} DfCodingNoise;

/** Measured by x264 at crf 23, 13 films; luma's is that of red, green and blue, too. */
static const DfCodingNoise df_luma_noise = { 0.65f, 0.15f, 0.4f }, df_chroma_noise = { 0.5f, 0.3f, 0.7f };

#endif
