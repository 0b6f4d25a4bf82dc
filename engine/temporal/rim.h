/**
 * @file
 * The rim's testimony: a source that does not look like the frame just outside the hole shows something else
 * inside it, too (what passed in front of it, or a motion gone wrong).
 */
#ifndef DF_TEMPORAL_RIM_H
#define DF_TEMPORAL_RIM_H

#include "temporal/timeline.h"

/** What the rim says of a trail's places, area by area. */
typedef struct DfRim {
    uint8_t **doubted; /**< by area: for each place of the hole's rectangle, 1 where it is not to be believed;
                            NULL: none */
} DfRim;

/**
 * Compare sources and frame a few pixels outside the rim, and carry the difference smoothly inwards.
 *
 * @param rim    lives in the arena
 * @return 0 or -ENOMEM
 */
int df_rim_ask(DfRim *rim, const DfTimeline *timeline, const DfMoment *moment, const DfTrail *trail,
               DfArena *arena);

#endif
