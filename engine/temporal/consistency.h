/**
 * @file
 * The consistency check: a source that does not look like the frame just outside the hole shows something else inside
 * it, too (what passed in front of it, or a motion gone wrong).
 */
#ifndef DF_TEMPORAL_CONSISTENCY_H
#define DF_TEMPORAL_CONSISTENCY_H

#include "temporal/frame_state.h"

/**
 * Compare sources and frame a few pixels outside the rim, carry the difference smoothly inwards, and take from the map
 * the pixels where it is too great.
 *
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_consistency_check(DfSourceMap *map, const DfFrameState *state, DfArena *scratch);

#endif
