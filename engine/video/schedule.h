/**
 * @file
 * Which step of which frame may run: the frames in flight, how far each of them is, and what they wait for. It knows
 * no threads; whoever has it calls it under one lock.
 */
#ifndef DF_VIDEO_SCHEDULE_H
#define DF_VIDEO_SCHEDULE_H

#include "video/pipeline.h"

/** A frame on its way. Steps before `step` are done; units of `step` are handed out in order. */
typedef struct DfScheduled {
    int step;
    int units, taken, done; /**< of the current step; units is known once entered is set */
    int entered;
    int error;              /**< 0, or that of the first failed step's lowest failed unit */
    int failed_step;
    int failed_unit;
    char cause[256];        /**< df_error()'s, of that unit */
} DfScheduled;

/** Frames in flight: head <= n < tail. */
typedef struct DfSchedule {
    const DfPipelineSpec *spec; /**< borrowed */
    DfScheduled *slots;
    int neighbours;             /**< 1: what one frame does may make another one ready */
    int64_t head, tail;
    int flushed;                /**< 1: no frame follows */
    int held;                   /**< 1: no unit is handed out, as the frames in flight are to be forgotten */
} DfSchedule;

/** @return 0 or -ENOMEM */
int df_schedule_open(DfSchedule *schedule, const DfPipelineSpec *spec);

/** Free its memory; a zeroed one is fine. */
void df_schedule_close(DfSchedule *schedule);

/** @return the index of a frame's slot */
int df_schedule_slot(const DfSchedule *schedule, int64_t frame);

/** Let one more frame in; df_schedule_settle() follows. There is room. */
void df_schedule_push(DfSchedule *schedule);

/** @return 1 where another frame may come */
int df_schedule_has_room(const DfSchedule *schedule);

/** Enter every step that is ready; needed after whatever makes one so. */
void df_schedule_settle(DfSchedule *schedule);

/** @return the oldest frame with a unit to hand out; -1: none */
int64_t df_schedule_find(const DfSchedule *schedule);

/** Hand out the next unit of a frame that df_schedule_find() named. @param[out] step  what is to be run */
DfTask df_schedule_take(DfSchedule *schedule, int64_t frame, int worker, int *step);

/**
 * Take note that a unit has ended.
 *
 * @param error  0 or negative: it failed, and df_error()'s cause of the calling thread is kept
 * @return 1 where its step is done, and df_schedule_settle() is due
 */
int df_schedule_end(DfSchedule *schedule, const DfTask *task, int error);

/** @return 1 where a unit that was handed out has not ended */
int df_schedule_is_busy(const DfSchedule *schedule);

/** @return 1 where there is an oldest frame and all its steps are done */
int df_schedule_is_oldest_done(const DfSchedule *schedule);

/** @return 1 where there is an oldest frame and it will be done though no other is sent */
int df_schedule_is_oldest_certain(const DfSchedule *schedule);

#endif
