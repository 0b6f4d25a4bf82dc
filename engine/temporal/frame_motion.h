/**
 * @file
 * How a frame is related to an earlier one, in motion and in light, around the holes of both.
 */
#ifndef DF_TEMPORAL_FRAME_MOTION_H
#define DF_TEMPORAL_FRAME_MOTION_H

#include "temporal/frame_view.h"
#include "temporal/light.h"
#include "temporal/visibility.h"

/** Frames that a motion may reach back over: so many odd ones (a flash) may lie between. */
#define DF_MOST_BACK 3

/** Relation of a frame to an earlier one. Zeroed: there is none. */
typedef struct DfFrameMotion {
    int back;          /**< how many frames earlier; 0: related to none */
    int repeated;      /**< 1: the same picture once more, on all planes */
    DfAreas areas;     /**< around the holes of both */
    DfMotion *motions; /**< one an area; a: this frame, b: the earlier one; in the frames' pixels */
    float *travel;     /**< one an area: how far to_a moves any pixel of its hole along x or y at most, without the
                            residual, in pixels */
    DfLight light[3];  /**< per plane: the earlier frame's levels in this frame's light */
    float error;       /**< what motion and light leave unexplained, in levels of 8 bits */
    float survived;    /**< share of the tracked corners that were found again, 0..1 */
    size_t bytes;      /**< of the motions' residuals, on account */
    DfAccount *account;
} DfFrameMotion;

/**
 * Relate a frame to an earlier one.
 *
 * @param motion   what it held is given back first
 * @param back     how many frames earlier; stored in the motion where the two are of one shot, else 0 is
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_frame_motion_make(DfFrameMotion *motion, DfAccount *account, const DfFrameView *frame,
                         const DfFrameView *earlier, int back, DfArena *scratch);

/**
 * Relate two neighbouring frames of which one is beyond comparison (a flash) as lying on the way between two
 * frames that are related: a part of their motion, without its residual.
 *
 * @param share  of the motion of `whole`, 0..1
 * @return 0 or -ENOMEM
 */
int df_frame_motion_interpolate(DfFrameMotion *motion, DfAccount *account, const DfFrameMotion *whole,
                                double share, const DfFrameView *frame, const DfFrameView *earlier, int back,
                                DfArena *scratch);

/** @return the motion of the area that covers a rectangle; NULL: there is none */
static inline const DfMotion *df_frame_motion_find(const DfFrameMotion *motion, DfRect rect)
{
    const DfArea *area = motion->motions ? df_areas_find(&motion->areas, rect) : NULL;

    return area ? &motion->motions[area - motion->areas.items] : NULL;
}

/** @return 1 where the step of one of a motion's areas is too short to be told from none */
static inline int df_frame_motion_is_still(const DfFrameMotion *motion, int area)
{
    return motion->travel[area] < DF_LEAST_STEP && !motion->motions[area].residual_to_a.flow.x.data;
}

/** Relate to none: a shot begins. Areas, error and what survived stay for those who look into it. */
void df_frame_motion_forget(DfFrameMotion *motion);

/** Free its memory; a zeroed one is fine. */
void df_frame_motion_free(DfFrameMotion *motion);

#endif
