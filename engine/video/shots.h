/**
 * @file
 * Shots: where one begins, which frames are odd in it, and when what was synthesised has grown stale.
 */
#ifndef DF_VIDEO_SHOTS_H
#define DF_VIDEO_SHOTS_H

#include "video/timeline.h"

/** Frames over which what is renewed fades in. */
#define DF_FADE 12

/**
 * Settle the links of frames first .. end - 1: cuts, flashes, and the exposure summed along them.
 * @return 0 or -ENOMEM
 */
int df_shots_settle(DfTimeline *timeline, int64_t first, int64_t end, DfArena *scratch);

/**
 * @return 1 where what was synthesised is to be made anew in this frame. To be asked once a frame, in order.
 */
int df_shots_renew(DfTimeline *timeline, const DfMoment *moment);

#endif
