/**
 * @file
 * Shots: where one begins, which frames are odd in it, and when what was synthesised has grown stale or
 * follows other lines than are drawn now.
 */
#ifndef DF_TEMPORAL_SHOTS_H
#define DF_TEMPORAL_SHOTS_H

#include "temporal/timeline.h"

/** Frames over which what is renewed fades in. */
#define DF_FADE 12

/**
 * Settle the links of frames first .. end - 1: cuts, flashes, and the light composed along them.
 * @return 0 or -ENOMEM
 */
int df_shots_settle(DfTimeline *timeline, int64_t first, int64_t end, DfArena *scratch);

/** What becomes in a frame of what was synthesised before. */
enum DfRenewal {
    DF_RENEW_NOTHING, /**< it stays */
    DF_RENEW_STALE,   /**< it is made anew, and the former fades away */
    DF_RENEW_LIGHT,   /**< it was made in the dark: it is made anew, and nothing of the former is seen */
    DF_RENEW_SKETCH,  /**< the lines have changed: it is made anew, and nothing of the former is seen */
};

/** To be asked once a frame, in order. */
enum DfRenewal df_shots_renew(DfTimeline *timeline, const DfMoment *moment);

#endif
