/**
 * @file
 * Shots: where one begins, which frames are odd in it, and when what was synthesised has grown stale or
 * follows other lines than are drawn now.
 */
#ifndef DF_TEMPORAL_SHOTS_H
#define DF_TEMPORAL_SHOTS_H

#include "temporal/planner.h"

/** Frames over which what is renewed fades in. */
#define DF_FADE 12

/**
 * Settle the motion of a frame, in order: cuts and flashes.
 *
 * @param end  one past the last frame whose motion is known
 * @return 0 or -ENOMEM
 */
int df_shots_settle(DfPlanner *planner, DfFrameState *state, int64_t end, DfArena *scratch);

/** To be asked once a frame, in order. */
enum DfRenewal df_shots_renew(DfPlanner *planner, const DfFrameState *state);

/** All that was synthesised is made anew in this frame. */
void df_shots_renewed(DfPlanner *planner, const DfFrameState *state);

#endif
