/**
 * @file
 * A composite blended into its frame: gradients of each pixel's own source, colours fixed at the hole's rim.
 */
#ifndef DF_TEMPORAL_BLEND_H
#define DF_TEMPORAL_BLEND_H

#include "temporal/composite.h"

/**
 * Replace a plane's colours by what has its gradients and meets the frame at the rim.
 *
 * @param plane  index of the plane, 0..2
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_blend(const DfComposite *composite, DfCompositePlane *out, int plane, DfArena *scratch);

#endif
