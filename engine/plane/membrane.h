/**
 * @file
 * Values continued smoothly into a hole: averages of what is known down a pyramid, interpolated back up,
 * and a few sweeps of relaxation (Gortler et al., "The Lumigraph", 1996: pull-push).
 */
#ifndef DF_PLANE_MEMBRANE_H
#define DF_PLANE_MEMBRANE_H

#include "plane/plane.h"

/**
 * Replace the samples of `planes` where `hole` is set.
 *
 * @param planes   planes of one size, continued alike
 * @param hole     height rows of width bytes, without padding; not 0: to be replaced. All set: zeros
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_membrane(DfPlane *planes, int count, const uint8_t *hole, DfArena *scratch);

#endif
