/**
 * @file
 * An affine motion fitted to tracks of which some are wrong.
 */
#ifndef DF_MOTION_AFFINE_H
#define DF_MOTION_AFFINE_H

#include <math.h>

#include "plane/rect.h"

/** Tracks that a fit uses, from the first on. */
#define DF_AFFINE_TRACKS 300

/** Displacement of a point: dx = x[0] + x[1] * px + x[2] * py, dy = y[0] + y[1] * px + y[2] * py, in pixels. */
typedef struct DfAffine {
    double x[3], y[3];
} DfAffine;

/** A point seen in two pictures. */
typedef struct DfTrack {
    float x, y;     /**< in the first, in pixels */
    float to_x, to_y; /**< in the second */
    float weight;   /**< before it is reweighted by its residual, > 0 */
} DfTrack;

static inline void df_affine_at(const DfAffine *affine, double x, double y, float *dx, float *dy)
{
    *dx = (float)(affine->x[0] + affine->x[1] * x + affine->x[2] * y);
    *dy = (float)(affine->y[0] + affine->y[1] * x + affine->y[2] * y);
}

/** @return how far any point of a rectangle moves along x or y at most, in pixels: at a corner, as it is affine */
static inline float df_affine_travel(const DfAffine *affine, DfRect r)
{
    float most = 0, dx, dy;

    for (int i = 0; i < 4; i++) {
        df_affine_at(affine, i & 1 ? r.x1 : r.x0, i & 2 ? r.y1 : r.y0, &dx, &dy);
        most = fmaxf(most, fmaxf(fabsf(dx), fabsf(dy)));
    }
    return most;
}

/** Where a point goes that goes by `first`, then by `second`. */
static inline DfAffine df_affine_compose(const DfAffine *first, const DfAffine *second)
{
    const double *mx = first->x, *my = first->y, *rx = second->x, *ry = second->y;

    return (DfAffine){
        .x = { mx[0] + rx[0] + rx[1] * mx[0] + rx[2] * my[0], mx[1] + rx[1] * (1 + mx[1]) + rx[2] * my[1],
               mx[2] + rx[1] * mx[2] + rx[2] * (1 + my[2]) },
        .y = { my[0] + ry[0] + ry[1] * mx[0] + ry[2] * my[0], my[1] + ry[1] * (1 + mx[1]) + ry[2] * my[1],
               my[2] + ry[1] * mx[2] + ry[2] * (1 + my[2]) },
    };
}

/**
 * Fit by iteratively reweighted least squares: ten rounds, weights w / (1 + (r / s)^2)^2 with residual r and
 * s = max(1.5 * median r, 0.15 px).
 *
 * @param backwards  1: from the second picture to the first
 * @return 1; 0 where there are fewer than 8 tracks: the affine is then zero motion. Where they lie on a line,
 *         motion does not change across it.
 */
int df_affine_fit(DfAffine *affine, const DfTrack *tracks, int count, int backwards);

/** @return the distance, in pixels, of a track's second end (backwards: its first) from the affine's prediction */
float df_affine_residual(const DfAffine *affine, const DfTrack *track, int backwards);

#endif
