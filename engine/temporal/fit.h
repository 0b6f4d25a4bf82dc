/**
 * @file
 * Whether what was synthesised still fits: its surroundings now, against those that it was synthesised in.
 */
#ifndef DF_TEMPORAL_FIT_H
#define DF_TEMPORAL_FIT_H

#include "temporal/forward.h"

/**
 * Compare a frame's surroundings just outside each hole with those that each frame had in which pixels of the hole were
 * synthesised, along the references' motion and light. What differs in the frame and in all frames ahead of it has
 * changed for good; what passes by has not. Where what was synthesised is unfit, what frames showed is compared, too:
 * in a dissolve that is of the first shot as well.
 *
 * @param map      of the frame, with what was synthesised before
 * @param forward  the frames ahead that are known
 * @param unfit    by area and reference, map->area_count * map->reference_count of them: set to 1 where what comes
 *                 from the reference's frame in that area no longer fits, else to 0
 * @return how many are unfit; -ENOMEM
 */
int df_fit_find(const DfSourceMap *map, const DfForward *forward, const DfFrameState *state, uint8_t *unfit);

#endif
