/**
 * @file
 * Parts of df_motion(), of use to nobody else.
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
int df_ring_error(float *error, const DfLook *a, const DfLook *b, const DfAffine *to_b, DfArena *scratch);

/**
 * Dense flow around the holes, both ways, and what it says beyond the affines, continued into the holes.
 *
 * @param motion  in: the affines; out: more_b and more_a, their data NULL where there is nothing more to say
 * @param keep    where the residuals' planes come from
 * @return 0 or -ENOMEM
 */
int df_residuals(DfMotion *motion, const DfLook *a, const DfLook *b, DfArena *keep, DfArena *scratch);

#endif
