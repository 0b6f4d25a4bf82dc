/**
 * @file
 * An affine motion fitted to tracks of which some are wrong.
 */
#ifndef DF_MOTION_AFFINE_H
#define DF_MOTION_AFFINE_H

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
