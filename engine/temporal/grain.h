/**
 * @file
 * Grain of fills from other frames: measured by what motion leaves, settled over a shot's frames, put into composites.
 */
#ifndef DF_TEMPORAL_GRAIN_H
#define DF_TEMPORAL_GRAIN_H

#include "temporal/composite.h"
#include "temporal/planner.h"

/**
 * Tell the noise around a frame's hole by how it differs from the earlier frame that it is related to: texture goes
 * with the motion, noise is new. Where the frame itself has less in a block, the motion was wrong there.
 *
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_grain_measure(DfFrameNoise *noise, const DfFrameMotion *motion, const DfFrameView *frame,
                     const DfFrameView *earlier, DfArena *scratch);

/**
 * Settle what noise a frame's fill is to have, in order, once its shot is known: the median of the shot's latest
 * frames. The first one of a shot has the second one's; alone, or live, its own.
 */
void df_grain_settle(DfPlanner *planner, DfFrameState *state, int is_last);

/** Put grain into a blended area of a composite, in so far as its samples lack it. @return 0 or -ENOMEM */
int df_grain_put(const DfComposite *composite, int area, DfArena *scratch);

#endif
