/**
 * @file
 * What is carried from the frames before the head: their source maps, and the sources that these need.
 */
#ifndef DF_TEMPORAL_CARRY_H
#define DF_TEMPORAL_CARRY_H

#include "temporal/planner.h"

/**
 * Count the bytes of the sources from before the head, of its shot, that carried maps refer to.
 * @param shot  the shot's first frame
 * @return 0 or -ENOMEM
 */
int df_carry_bytes(const DfPlanner *planner, int64_t shot, size_t *bytes);

/**
 * Let the oldest sources go while those older than the frames in motion's reach hold more than `budget` bytes: pixels
 * that come from them are kept as what is
 * put into the hole of `state`, the last frame that was planned.
 *
 * @return 0, -ENOMEM or -ENOSPC
 */
int df_carry_trim(DfPlanner *planner, DfFrameState *state, size_t budget);

/** Let go the maps that no later frame is related to, as far as those are settled. @param t  the last frame planned */
void df_carry_drop(DfPlanner *planner, int64_t t);

/** Carry nothing on: a shot begins, or a plan has failed. */
void df_carry_forget(DfPlanner *planner);

#endif
