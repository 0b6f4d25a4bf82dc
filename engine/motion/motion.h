/**
 * @file
 * The background's motion between two pictures of one place, each with a hole, told from around the holes.
 *
 * Tracked corners give a robust affine, weighted towards the hole. Only where that explains too little of
 * what moves around the hole (something passes behind it), dense flow gives a residual, which is continued
 * smoothly into the hole. Its precision is below a pixel, as colours are carried along it.
 */
#ifndef DF_MOTION_MOTION_H
#define DF_MOTION_MOTION_H

#include "motion/affine.h"
#include "motion/dense.h"
#include "plane/pyramid.h"

/** Width of the surroundings of a hole that are used, in pixels. */
#define DF_MOTION_RING 96

/** Pixels outside the hole that are not trusted for motion: half of a transform block that it smears into. */
#define DF_MOTION_MARGIN 4

/** Share of corners that must survive the tracking, else the pictures are of different shots. */
#define DF_MOTION_CUT 0.2f

/** A picture as df_motion() takes it. */
typedef struct DfMotionInput {
    DfPyramid pyramid;   /**< luma, levels of 8 bits, the hole filled smoothly */
    const uint8_t *hole; /**< height rows of width bytes, not 0: hole; borrowed */
    uint8_t *distrusted; /**< the same, grown by DF_MOTION_MARGIN */
    int area;            /**< pixels of the hole */
    float *distance;     /**< Euclidean, to the hole, in pixels, large beyond DF_MOTION_RING; rows of width */
} DfMotionInput;

/** The motion less the affine, inside the hole's rectangle. */
typedef struct DfResidual {
    int x0, y0;  /**< of the planes' first sample, in the picture */
    DfFlow flow; /**< data NULL: the affine is all */
} DfResidual;

/** Motion between pictures a and b. */
typedef struct DfMotion {
    DfAffine to_b, to_a;         /**< at a's pixels; at b's pixels */
    DfResidual residual_to_b;    /**< in a's hole */
    DfResidual residual_to_a;    /**< in b's hole */
    int corners;                 /**< tracked; below 8 motion is zero and cuts are not told */
    float survived;              /**< share of them that did, 0..1; 1 where there were below 8 */
    float explained;             /**< share of the survivors' weight near the holes within 1 px of the affine;
                                      1 where there are none */
    float error;                 /**< median |b - a| within 48 px of the holes at a quarter of the size, once
                                      aligned by the affine and made of the same brightness and contrast, in
                                      a's; levels of 8 bits. Grain reads as an eighth of its sigma; 0 also
                                      where there is nothing to compare */
} DfMotion;

/**
 * Prepare a picture for df_motion().
 *
 * @param luma  levels of 8 bits; its hole is overwritten
 * @param hole  kept by reference; may hold no hole at all
 * @return 0 or -ENOMEM
 */
int df_motion_input(DfMotionInput *input, DfArena *arena, DfPlane luma, const uint8_t *hole);

/**
 * Estimate the motion between two pictures of one size and place.
 *
 * @param keep     where the residuals' planes come from; they live as long as it does
 * @param scratch  used and given back
 * @return 0 or -ENOMEM. Thread-safety: any thread, arenas of its own; inputs are only read.
 */
int df_motion(DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, DfArena *keep, DfArena *scratch);

#endif
