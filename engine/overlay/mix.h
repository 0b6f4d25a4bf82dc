/**
 * @file
 * What un-blending restores and what a fill makes, mixed by their variances.
 */
#ifndef DF_OVERLAY_MIX_H
#define DF_OVERLAY_MIX_H

#include "overlay/restored.h"

/**
 * Mix, into `fill`.
 *
 * @param noise  variance of y
 * @return 0 or -ENOMEM
 */
int df_overlay_mix(DfRestored *restored, const DfCodingNoise *kind, float noise, DfArena *scratch);

#endif
