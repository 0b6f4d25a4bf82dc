/**
 * @file
 * One frame's plan, from its past and what was found ahead: sources that agree with the frame, else what was
 * synthesised before, else what is synthesised in it; and what of it is carried to the next frames.
 */
#ifndef DF_TEMPORAL_DECIDE_H
#define DF_TEMPORAL_DECIDE_H

#include "temporal/planner.h"

/**
 * Begin the head's plan: what comes from the past, and the search ahead.
 * @return 0, -ENOMEM or -ENOSPC
 */
int df_decide_begin(DfPlanner *planner, DfFrameState *state, const DfParallel *parallel, DfArena *scratch);

/**
 * End the head's plan and carry it on.
 * @return 0, -ENOMEM or -ENOSPC
 */
int df_decide_end(DfPlanner *planner, DfFrameState *state, const DfParallel *parallel, DfArena *scratch);

#endif
