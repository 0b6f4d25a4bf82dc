/**
 * @file
 * The frame-parallel pipeline: numbered frames in a ring of slots, steps that any worker may run when
 * what they need is there, results in order. It knows no images.
 *
 * A step depends on steps of numbered frames, never on timing, so what comes out does not depend on
 * the number of workers.
 */
#ifndef DF_VIDEO_PIPELINE_H
#define DF_VIDEO_PIPELINE_H

#include "base.h"
#include "thread_pool.h"

typedef struct DfPipeline DfPipeline;

/** One unit of one step of one frame. */
typedef struct DfTask {
    void *opaque;   /**< the pipeline's owner */
    int64_t frame;  /**< the frame's number, from 0 */
    int slot;       /**< where the frame's data are kept: frame % slots */
    int unit;       /**< 0 .. units - 1 */
    int worker;     /**< 0 .. workers - 1; no other task has it at the same time */
    int64_t end;    /**< one past the last frame; INT64_MAX: not known, or not reached by the step's `ahead` */
} DfTask;

/**
 * What is done with each frame. A step of frame n runs when
 *   - all steps before it are done in every frame n - behind .. n + ahead (frames beyond the flushed end
 *     count as done, those not yet sent do not),
 *   - where in_order is set, the step itself is done in frame n - 1,
 *   - is_ready() says so,
 *   - the step itself is done in every frame that needs() names.
 */
typedef struct DfStep {
    const char *name;
    int behind, ahead;                    /**< frames before and after it whose earlier steps it reads */
    int in_order;                         /**< 1: frame by frame, in order */
    int always;                           /**< 1: runs in frames that have failed, too: others depend on it */
    int (*units)(void *opaque, int slot); /**< parts that workers may run side by side; 0: nothing to do.
                                               Called with the pipeline's lock held; must be cheap */
    int (*run)(const DfTask *task);       /**< 0 or a negative errno, with df_error()'s cause */
    /**
     * @return 1 where a step of any frame has found out what this one waits for; NULL: it waits for no more than the
     *         rest says. Asked whenever a step has ended, with the pipeline's lock held; must be cheap
     */
    int (*is_ready)(void *opaque, int64_t frame);
    /**
     * Numbers of other frames, in flight or gone, that this step waits for, as steps before it have found
     * out; NULL: none ever. They must not wait for one another in a ring, nor for a frame that is not yet
     * within `ahead`. Called with the pipeline's lock held.
     */
    const int64_t *(*needs)(void *opaque, int slot, int *count);
} DfStep;

/** A pipeline's shape. */
typedef struct DfPipelineSpec {
    const DfStep *steps; /**< kept by reference */
    int step_count;      /**< 1.. */
    int slots;           /**< most frames in flight, 1..; more than all that steps wait for */
    int workers;         /**< threads, 1.. */
    void *opaque;        /**< handed to the steps and to what follows */
    /**
     * @return 1 where another frame may come while first .. end - 1 are in flight; NULL: wherever a slot is free.
     *         Where it may not, those in flight change that. Called with the pipeline's lock held; must be cheap
     */
    int (*admits)(void *opaque, int64_t first, int64_t end);
    /**
     * @return 1 where a frame will be done though no other is sent; NULL: every frame is. Called with the pipeline's
     *         lock held; must be cheap
     */
    int (*is_certain)(void *opaque, int64_t frame);
    /**
     * Says that the oldest frame can be pulled; NULL: nobody is told. Called without the pipeline's lock, by a worker
     * or within df_pipeline_push() and df_pipeline_flush(); it may come more than once for a frame, or too late.
     */
    void (*ready)(void *opaque);
    void *ready_opaque;  /**< handed to ready */
} DfPipelineSpec;

/**
 * Start the workers.
 * @return 0; -ENOMEM; -EAGAIN and the like where a thread cannot be had
 */
int df_pipeline_open(DfPipeline **pipeline, const DfPipelineSpec *spec);

/**
 * Find room for a frame; waits where it takes no more than steps that are under way to tell. The slot is the
 * caller's until df_pipeline_push().
 * @return the slot's index; -EAGAIN: there is none before the oldest frame is pulled, which is certain to be done;
 *         -EPIPE: after df_pipeline_flush()
 */
int df_pipeline_room(DfPipeline *pipeline);

/** Send the frame whose data the caller put into the slot that df_pipeline_room() named. */
void df_pipeline_push(DfPipeline *pipeline);

/**
 * Take the oldest frame out. Its slot's data stay the caller's until the next df_pipeline_push().
 *
 * @param wait        1: wait until it is done, unless that takes frames that have not been sent
 * @param[out] slot   the frame's slot
 * @param[out] error  0 or why the frame failed, from its first failing step's first failing unit; the
 *                    cause is then recorded for the calling thread
 * @return 0; -EAGAIN; -EPIPE: flushed and dry
 */
int df_pipeline_pull(DfPipeline *pipeline, int wait, int *slot, int *error);

/** @return the workers as helpers in loops of units: those for whom there is no unit of their own come */
DfThreadPool *df_pipeline_thread_pool(DfPipeline *pipeline);

/**
 * @return CPU time that a step's units have taken so far, in all workers and with what helpers did of them, in
 *         nanoseconds; those that have not ended are not counted
 */
int64_t df_pipeline_spent(DfPipeline *pipeline, int step);

/** As df_pipeline_spent(), of the frame in a slot alone. */
int64_t df_pipeline_frame_spent(DfPipeline *pipeline, int slot, int step);

/**
 * Cancel the thread pool until the running units have ended, and forget the frames in flight: the next one is number 0,
 * also after a flush.
 */
void df_pipeline_reset(DfPipeline *pipeline);

/** Say that no frame follows. */
void df_pipeline_flush(DfPipeline *pipeline);

/**
 * Cancel the thread pool, let the running units end, stop the workers, forget the frames in flight and set *pipeline
 * to NULL; NULL is fine.
 */
void df_pipeline_close(DfPipeline **pipeline);

#endif
