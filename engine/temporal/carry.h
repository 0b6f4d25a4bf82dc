/**
 * @file
 * What is carried from the frames before the head: their source maps, and the sources that these need.
 */
#ifndef DF_TEMPORAL_CARRY_H
#define DF_TEMPORAL_CARRY_H

#include "temporal/planner.h"

/** @return bytes of the sources of the head's shot that are needed and older than the frames in motion's reach */
size_t df_carry_bytes(const DfPlanner *planner, int64_t shot);

/**
 * Let the oldest sources go while they hold more than `budget` bytes: pixels that come from them are kept as what is
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
