/**
 * @file
 * The timeline decides, in frame order and a block of frames at a time, where each pixel of each hole comes
 * from: what another frame shows (the nearest, past or future), else what was synthesised before, else the
 * network. It moves no colours.
 */
#ifndef DF_TEMPORAL_TIMELINE_H
#define DF_TEMPORAL_TIMELINE_H

#include "temporal/moment.h"

/** Thread-safety: one at a time, but for df_timeline_moment(). */
typedef struct DfTimeline {
    int block;            /**< frames planned together, >= 1 */
    int look;             /**< frames beyond a block that are looked at */
    size_t budget;        /**< bytes of sources that may be kept for later blocks */
    DfMoment *moments;    /**< a ring */
    int moment_count;
    DfEntry *ledger;      /**< by id: the sources that this block or later ones may use */
    int entries;
    DfTrail carry[DF_MOST_BACK]; /**< of the frames before a block: their places in the past */
    DfTrail past[DF_MOST_BACK];  /**< the next ones to be carried: the former are read until a block is
                                      planned */
    DfTrail carry_old[DF_MOST_BACK];
    DfTrail last;         /**< all places of the frame before a block, for its repetition */
    DfTrail future[DF_MOST_BACK + 1];
    float errors[15];     /**< of the latest links */
    int error_count;
    float staleness;      /**< how much has moved since what is synthesised was */
    float made_gain;      /**< of the light then */
} DfTimeline;

/**
 * @param slots   most frames in flight
 * @param ahead   frames that each looks ahead at least; 0: none
 * @param budget  bytes
 * @return 0 or -ENOMEM; df_timeline_free() is to be called in either case
 */
int df_timeline_init(DfTimeline *timeline, int slots, int ahead, size_t budget);

/** @return the moment of a frame in flight, or of one of the DF_MOST_BACK frames before those */
static inline DfMoment *df_timeline_moment(const DfTimeline *timeline, int64_t frame)
{
    return &timeline->moments[frame % timeline->moment_count];
}

/** @return how many frames in flight a frame's planning looks at beyond it, at most */
int df_timeline_ahead(int ahead);

/**
 * Plan a block.
 *
 * @param first    its first frame
 * @param end      one past the last frame whose moment and link are there; the block and what lies beyond it
 *                 end here where the stream does
 * @param scratch  used and given back
 * @return 0 or -ENOMEM: then frames without `planned` have no plan
 */
int df_timeline_plan(DfTimeline *timeline, int64_t first, int64_t end, DfArena *scratch);

/** Free everything; a zeroed one is fine. */
void df_timeline_free(DfTimeline *timeline);

#endif
