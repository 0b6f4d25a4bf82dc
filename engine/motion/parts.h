/**
 * @file
 * Parts of df_motion().
 */
#ifndef DF_MOTION_PARTS_H
#define DF_MOTION_PARTS_H

#include "motion/motion.h"

/** Pixels beyond the hole that tracking keeps away from: half of a window would lie in what is distrusted. */
#define DF_MOTION_KEEP_OFF 8

/**
 * How unlike two pictures are around their holes once aligned: DfMotion.error.
 *
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_ring_error(float *error, const DfMotionInput *a, const DfMotionInput *b, const DfAffine *to_b,
                  DfArena *scratch);

/**
 * Dense flow around the holes, both ways, and what it says beyond the affines, continued into the holes.
 *
 * @param motion  in: the affines; out: residual_to_b and residual_to_a, their data NULL where the affines are all
 * @param keep    where the residuals' planes come from
 * @return 0 or -ENOMEM
 */
int df_residuals(DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, DfArena *keep, DfArena *scratch);

#endif
