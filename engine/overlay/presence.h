/**
 * @file
 * How much of an overlay each sample shows.
 */
#ifndef DF_OVERLAY_PRESENCE_H
#define DF_OVERLAY_PRESENCE_H

#include "overlay/colours.h"

/**
 * Set each sample's presence: the factor of all opacities that fits it best, by least squares; 1: all of it. Where the
 * picture has the overlay's own colour, nothing is seen of it: that sample has the presence of the one before. The
 * median of five samples is taken. Set each sample's match.
 * @return 0 or -ENOMEM
 */
int df_presence_take(DfSamples *samples, const DfSums *sums, const DfColours *colours);

/**
 * @return match of the samples that match best, 0..1: near 1 of one fixed overlay, less where what is laid over the
 *         picture changes, as captions do; -ENOMEM
 */
float df_presence_match(const DfSamples *samples);

/**
 * Tell from where on samples have the overlay.
 * @param[out] least  presence that samples with it have at least; 0: all have it
 * @return 1 where some samples lack it, 0, or -ENOMEM
 */
int df_presence_split(const DfSamples *samples, float *least);

#endif
