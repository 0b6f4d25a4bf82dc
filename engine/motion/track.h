/**
 * @file
 * Corners and where they went: Shi and Tomasi, "Good Features to Track", 1994; Bouguet, "Pyramidal
 * Implementation of the Lucas Kanade Feature Tracker", 2001.
 */
#ifndef DF_MOTION_TRACK_H
#define DF_MOTION_TRACK_H

#include "motion/affine.h"
#include "plane/pyramid.h"

#define DF_TRACK_LEVELS 4 /**< of the pyramid that are used */

typedef struct DfCorner {
    float x, y;
} DfCorner;

/**
 * Find the strongest corners: smaller eigenvalue of the 3x3-summed structure tensor at least 0.005 of the
 * strongest's, 3x3 maxima, at least 5 px apart, strongest first.
 *
 * @param where  height rows of width bytes: corners only where it is set
 * @return how many, at most `most`; or -ENOMEM
 */
int df_corners_find(DfCorner *corners, int most, DfPlane picture, const uint8_t *where, DfArena *scratch);

/**
 * Track corners from a to b and back, windows of 15x15; those that come back within half a pixel survive.
 *
 * @param tracks  room for `count`; weights are set to 1; in the corners' order
 * @return how many survive
 */
int df_track(DfTrack *tracks, const DfPyramid *a, const DfPyramid *b, const DfCorner *corners, int count);

#endif
