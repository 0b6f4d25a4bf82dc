/**
 * @file
 * A pipeline with synthetic steps and the traces that they leave, for the tests of pipelines.
 */
#ifndef DF_TESTS_WORLD_H
#define DF_TESTS_WORLD_H

#include "picture.h"

#include <errno.h>
#include <unistd.h>

#include "video/pipeline.h"

#define MOST_FRAMES 128
#define MOST_STEPS 3
#define MOST_UNITS 4

/** A run of a pipeline and the traces that it leaves. */
typedef struct World {
    DfPipeline *pipeline;
    DfThreadPool *pool;                             /* its idle workers */
    int frame_of[MOST_FRAMES];                      /* slot -> frame number */
    int sent;
    int units;                                      /* of every step but the last */
    int ran[MOST_FRAMES][MOST_STEPS][MOST_UNITS];
    int value[MOST_FRAMES][MOST_STEPS];             /* what a step made of what it read */
    int finished[MOST_FRAMES];                      /* frames in the order in which their last step ended */
    int finish_count;
    pthread_mutex_t lock;
    int (*pause)(int frame, int unit);              /* microseconds */
    int fail_frame, fail_step, fail_units;          /* bit set of failing units */
    int last;                                       /* frames that will be sent */
    int64_t needs[MOST_FRAMES][2];                  /* by slot */
} World;

static inline int world_units(void *opaque, int slot)
{
    (void)slot;
    return ((World *)opaque)->units;
}

static inline int one_unit(void *opaque, int slot)
{
    (void)opaque;
    (void)slot;
    return 1;
}

static inline int trace(const DfTask *task, int step)
{
    World *w = task->opaque;
    int frame = (int)task->frame;

    assert_int_equal(w->frame_of[task->slot], frame);
    if (w->pause)
        usleep(w->pause(frame, task->unit));
    w->ran[frame][step][task->unit]++;
    if (w->fail_frame == frame && w->fail_step == step && (w->fail_units >> task->unit & 1))
        return df_error(-EIO, "unit %d of step %d failed", task->unit, step);
    return 0;
}

static inline int run_first(const DfTask *task)
{
    World *w = task->opaque;

    if (!task->unit)
        w->value[task->frame][0] = (int)task->frame * 3 + 1;
    return trace(task, 0);
}

/** @param spec  its opaque is set */
static inline World *world_open_spec(DfPipelineSpec spec)
{
    World *w = calloc(1, sizeof *w);

    assert_non_null(w);
    spec.opaque = w;
    w->units = 1;
    w->fail_frame = -1;
    w->last = MOST_FRAMES;
    pthread_mutex_init(&w->lock, NULL);
    assert_int_equal(df_pipeline_open(&w->pipeline, &spec), 0);
    w->pool = df_pipeline_thread_pool(w->pipeline);
    return w;
}

static inline World *world_open(const DfStep *steps, int count, int workers, int slots)
{
    return world_open_spec((DfPipelineSpec){ .steps = steps, .step_count = count, .slots = slots,
                                             .workers = workers });
}

static inline void world_close(World *w)
{
    df_pipeline_close(&w->pipeline);
    assert_null(w->pipeline);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

static inline int world_send(World *w)
{
    int slot = df_pipeline_room(w->pipeline);

    if (slot < 0)
        return slot;
    w->frame_of[slot] = w->sent++;
    df_pipeline_push(w->pipeline);
    return 0;
}

/** Take one frame, which must be `number`. @return its error */
static inline int world_take(World *w, int number)
{
    int slot, ret;

    assert_int_equal(df_pipeline_pull(w->pipeline, 1, &slot, &ret), 0);
    assert_int_equal(w->frame_of[slot], number);
    return ret;
}

/** Send `frames` frames and take them all. @return errors met */
static inline int world_run(World *w, int frames)
{
    int taken = 0, errors = 0;

    while (taken < frames) {
        if (w->sent < frames && world_send(w) == 0) {
            if (w->sent == frames)
                df_pipeline_flush(w->pipeline);
            continue;
        }
        errors += world_take(w, taken++) != 0;
    }
    return errors;
}

static inline int ragged(int frame, int unit)
{
    unsigned seed = frame * 31 + unit;

    return draw(&seed, 700);
}

#endif
