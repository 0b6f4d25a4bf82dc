/**
 * @file
 * The ledger of sources: which are there, under what numbers, who uses them, and which must go.
 */
#ifndef DF_TEMPORAL_LEDGER_H
#define DF_TEMPORAL_LEDGER_H

#include "temporal/timeline.h"

/** @return the source of a place that is somewhere */
static inline const DfSource *df_ledger_source(const DfTimeline *timeline, int32_t place_source)
{
    return timeline->ledger[place_source / DF_PLACE_KINDS].source;
}

/** Give the sources of frames first .. end - 1 their ids. @return 0 or -ENOMEM */
int df_ledger_enter(DfTimeline *timeline, int64_t first, int64_t end);

/** Write down for each frame of a planned block what it uses. @return 0 or -ENOMEM */
int df_ledger_use(DfTimeline *timeline, int64_t first, int64_t end);

/**
 * After a block is planned, keep the sources that what is carried on needs and those of frames that are
 * still to be planned, and let the others go. Where they exceed the budget the oldest go too: pixels that
 * point to them are kept as what is put into the block's last frame.
 *
 * @param end, far  one past the block's last frame, and the last frame that was looked at
 */
void df_ledger_trim(DfTimeline *timeline, int64_t end, int64_t far);

void df_ledger_free(DfTimeline *timeline);

#endif
