/**
 * @file
 * Whether an open frame may be believed. A mask that begins a frame late, or that a segmenter misses once, leaves what is
 * to be removed in a frame without a hole: that frame shows what its neighbours hide.
 */
#ifndef DF_TEMPORAL_TRUST_H
#define DF_TEMPORAL_TRUST_H

#include "temporal/planner.h"

/** Frames after one whose hidden pixels are looked at: a mask may begin that much before what it hides. */
#define DF_TRUST_AHEAD 8

enum DfTrust {
    DF_TRUST_SAME,    /**< the source shows what the frame hides: it is no source */
    DF_TRUST_FAINT,   /**< it shows that faintly: it is one where there is no other */
    DF_TRUST_DIFFERS, /**< it shows something else */
    DF_TRUST_UNKNOWN, /**< the frame hides too little of the part */
};

/**
 * Compare what a frame hides with what another shows at the same place of the screen.
 *
 * @param frame    not filled
 * @param source   of the same format
 * @param rect     of a part that is open in the source, see DfToggle
 * @param scratch  used and given back
 * @return enum DfTrust, or -ENOMEM
 */
int df_trust_compare(const DfFrameView *frame, const DfFrameView *source, DfRect rect, DfArena *scratch);

/** @return 1 where frames after the head may tell that a source of its past is to be believed */
int df_trust_is_open(const DfPlanner *planner, const DfFrameState *state);

/**
 * Take from a map of a frame's past the pixels that come from where a source shows what the frame hides. Sources that do
 * not are noted to be proven.
 * @return 0 or -ENOMEM
 */
int df_trust_check(const DfPlanner *planner, DfSourceMap *map, const DfFrameState *state, DfArena *scratch);

/**
 * Note in the latest frame of the planner's search where it shows what the head hides.
 * @return 0 or -ENOMEM
 */
int df_trust_mark(DfPlanner *planner, const DfFrameState *state, DfArena *scratch);

/** What a frame's map takes from a part of a source that it was found to differ from is believed from then on. */
void df_trust_prove(const DfPlanner *planner, const DfFrameState *state);

#endif
