/**
 * @file
 * Parts of df_motion().
 */
#ifndef DF_MOTION_PARTS_H
#define DF_MOTION_PARTS_H

#include "motion/motion.h"

/** Pixels beyond the hole that tracking keeps away from: half of a window would lie in what is distrusted. */
#define DF_MOTION_KEEP_OFF 8

/** Where the side of a layer's rectangle lies that reaches the pictures' edge, in pixels beyond it. */
#define DF_LAYER_BEYOND (1 << 20)

/**
 * How unlike two pictures are around their holes once aligned: DfMotion.error.
 *
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_ring_error(float *error, const DfMotionInput *a, const DfMotionInput *b, const DfMotion *motion,
                  DfArena *scratch);

/**
 * By how much two pictures, aligned or as they are, differ around their holes at an eighth of the size, where that is
 * grain alone. Light is not made the same: two plain walls are not one.
 *
 * @param moves       1: aligned; 0: as they are, sampled as far between pixels, so that both have as much of the grain
 * @param[out] grain  the median difference in levels of 8 bits; INFINITY: more than grain differs
 * @param scratch     used and given back
 * @return 0 or -ENOMEM
 */
int df_ring_grain(float *grain, const DfMotionInput *a, const DfMotionInput *b, const DfMotion *motion, int moves,
                  DfArena *scratch);

/**
 * Find black bars at the edges of two pictures.
 *
 * @param layer  written where there are any: what lies outside the window that they leave
 * @return 1; 0: there are none
 */
int df_bars_find(DfLayer *layer, const DfMotionInput *a, const DfMotionInput *b);

/**
 * Tell what stands still around the holes from what moves, and the rectangle that parts them.
 *
 * @param motion  in: the affines of all; out: where a layer was found it, and the affines of what moves
 * @param tracks  `count` of them, at most DF_AFFINE_TRACKS
 * @return 0 or -ENOMEM
 */
int df_layer_find(DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, const DfTrack *tracks, int count,
                  DfArena *scratch);

/**
 * Dense flow around the holes, both ways, and what it says beyond the affines, continued into the holes.
 *
 * @param motion  in: the affines; out: residual_to_b and residual_to_a, their data NULL where the affines are all
 * @param keep    where the residuals' planes come from
 * @return 0 or -ENOMEM
 */
int df_residuals(DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, DfArena *keep, DfArena *scratch);

/**
 * Weigh residuals around a hole by cross-validation: how well those farther out predict them. A thing that ends beside
 * the hole, and noise, are then not continued into it.
 *
 * @param planes    x and y of the residuals, in px, of `box`; scaled by 0..1
 * @param unknown   rows of the box without padding; not 0: there is no residual
 * @param distance  of the picture's pixels to the hole, in px, rows of `width`
 * @param scratch   used and given back
 * @return 1; 0: all known residuals are 0; -ENOMEM: they are as they were
 */
int df_residual_validate(DfPlane planes[2], const uint8_t *unknown, const float *distance, int width, DfRect box,
                         DfArena *scratch);

#endif
