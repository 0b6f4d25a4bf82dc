/**
 * @file
 * How much the codes of a frame with an overlay are off, by coding above all.
 */
#ifndef DF_OVERLAY_NOISE_H
#define DF_OVERLAY_NOISE_H

#include "overlay/restored.h"

/**
 * Estimate the variance of the noise of y.
 *
 * @param change    mean square by which fine detail of y has changed since the frame before; negative: not known
 * @param variance  in levels of 8 bits squared
 * @return 0 or -ENOMEM
 */
int df_overlay_noise(const DfRestored *restored, const DfCodingNoise *kind, float change, float *variance,
                     DfArena *scratch);

#endif
