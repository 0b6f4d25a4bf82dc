/**
 * @file
 * The consistency check: a source that does not look like the frame just outside the hole shows something else inside
 * it, too (what passed in front of it, or a motion gone wrong).
 */
#ifndef DF_TEMPORAL_CONSISTENCY_H
#define DF_TEMPORAL_CONSISTENCY_H

#include "temporal/frame_state.h"

/**
 * Compare sources and frame a few pixels outside the rim, carry the difference smoothly inwards, store its mean with
 * that of the frame before as the map's doubts, and take from the map the pixels whose doubt is too great.
 *
 * @param side     where in time the map's sources lie
 * @param before   the map of the frame before, where this one is related to it: its doubts of that side are used for
 *                 areas of the same rectangle; NULL: there is none
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_consistency_check(DfSourceMap *map, const DfFrameState *state, enum DfSide side, const DfSourceMap *before,
                         DfArena *scratch);

#endif
