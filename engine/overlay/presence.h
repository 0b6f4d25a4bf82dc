/**
 * @file
 * How much of an overlay each sample shows.
 */
#ifndef DF_OVERLAY_PRESENCE_H
#define DF_OVERLAY_PRESENCE_H

#include "overlay/colours.h"

/**
 * Set each sample's presence: the factor of all opacities that fits it best, by least squares; 1: all of it.
 * @return 0 or -ENOMEM
 */
int df_presence_take(DfSamples *samples, const DfSums *sums, const DfColours *colours);

/**
 * Tell from where on samples have the overlay.
 * @param[out] least  presence that samples with it have at least; 0: all have it
 * @return 1 where some samples lack it, 0, or -ENOMEM
 */
int df_presence_split(const DfSamples *samples, float *least);

#endif
