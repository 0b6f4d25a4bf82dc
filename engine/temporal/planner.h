/**
 * @file
 * The planner decides, in frame order, where each pixel of each hole comes from: what another frame shows (the
 * nearest, past or future), else what was synthesised before, else the network. It moves no colours.
 *
 * A frame is planned as soon as nothing that may still come can change its plan, at the latest when its horizon is
 * reached: `ahead` frames, the end of its shot, or what fits the memory. All of that follows from the frames alone.
 */
#ifndef DF_TEMPORAL_PLANNER_H
#define DF_TEMPORAL_PLANNER_H

#include "temporal/forward.h"

/** Frames after one that are looked at to tell a flash from a cut. */
#define DF_PLANNER_SETTLING (DF_MOST_BACK - 1)

/** Frames whose noise is looked at to tell a frame's: their median. */
#define DF_PLANNER_NOISES 9

typedef struct DfPlannerSettings {
    int slots;     /**< most frames in flight */
    int ahead;     /**< most frames that each looks ahead; 0: none */
    size_t memory; /**< bytes for everything held for other frames */
    int grain;     /**< 1: fills have the noise of what is around them */
    int held;      /**< frames that are kept from it for masks that come late */
    int shots;     /**< 1: frames are settled, and none is planned */
} DfPlannerSettings;

/** Thread-safety: one at a time, but for df_planner_state(), _planned() and _seen(). */
typedef struct DfPlanner {
    DfPlannerSettings settings;
    DfAccount *account;
    DfFrameState *states;  /**< a ring */
    int state_count;
    int64_t frontier;      /**< frames before it are settled, and their usable areas are known */
    int64_t head;          /**< the first frame that is not planned */
    atomic_int_least64_t planned, seen; /**< frames before it are planned, or observed: for others to see */

    /* Of the head, while it waits for frames. */
    int begun;             /**< 1: these are in use */
    DfSourceMap *past;     /**< each pixel's nearest source in the past */
    DfForward forward;

    DeepfillMask *depth_mask; /**< with a reference: whose depth is known; NULL: none */
    uint8_t *depth;        /**< df_mask_depth() of it */

    /* Of the frames before the head. */
    DfSourceMap *carried[DF_MOST_BACK];        /**< by number: their places in the past, and what was synthesised */
    DfSourceMap *carried_former[DF_MOST_BACK]; /**< what fades away */
    DfSourceMap *last;     /**< the whole map of the frame before the head, for its repetition */
    float errors[15];      /**< of the latest motions, in levels of 8 bits */
    int error_count;
    DfFrameNoise noises[DF_PLANNER_NOISES]; /**< by the latest motions of the shot */
    int noise_count;
    float staleness;       /**< how much has moved since what is synthesised was, in levels of 8 bits */
    int unfit_frames;      /**< so many in a row did not fit what was synthesised */
    float synthesised_gain; /**< the state's gain then */
} DfPlanner;

/** @return 0 or -ENOMEM; df_planner_free() is to be called in either case */
int df_planner_init(DfPlanner *planner, DfAccount *account, const DfPlannerSettings *settings);

/** @return the state of a frame in flight, or of one of the DF_MOST_BACK frames before those */
static inline DfFrameState *df_planner_state(const DfPlanner *planner, int64_t frame)
{
    return &planner->states[frame % planner->state_count];
}

/** @return one past the last frame that has its plan */
static inline int64_t df_planner_planned(DfPlanner *planner)
{
    return atomic_load_explicit(&planner->planned, memory_order_acquire);
}

/** @return one past the last frame that was observed */
static inline int64_t df_planner_seen(DfPlanner *planner)
{
    return atomic_load_explicit(&planner->seen, memory_order_acquire);
}

/**
 * Take a frame into account, in order: its motion, and those of the DF_PLANNER_SETTLING frames after it where some
 * are looked ahead, are known. Plans all frames that can be.
 *
 * @param end       one past the last frame; INT64_MAX: not known yet
 * @param parallel  for loops over rows
 * @param scratch   used and given back
 */
void df_planner_observe(DfPlanner *planner, int64_t frame, int64_t end, const DfParallel *parallel,
                        DfArena *scratch);

/** Forget all frames: the next one is number 0. */
void df_planner_reset(DfPlanner *planner);

/** Free everything; a zeroed one is fine. */
void df_planner_free(DfPlanner *planner);

#endif
