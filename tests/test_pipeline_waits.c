/**
 * @file
 * What a pipeline's owner decides while frames are in flight: when a step is ready, whether another frame may come,
 * whether the oldest one will be done; where a stream ends; and that all is forgotten in the middle of work.
 */
#include "world.h"

#include <stdatomic.h>

#define LATER 2 /* frames after one whose second step makes it ready */

/** Frames before these numbers are ready, admitted, certain. */
static atomic_int ready_end, admitted_end, certain_end;
/** 1: run_gated() may end. */
static atomic_int gate;
static atomic_int running, passed_gate;

static int64_t ends[MOST_FRAMES];

static int is_ready(void *opaque, int64_t frame)
{
    (void)opaque;
    return frame < atomic_load(&ready_end);
}

static int admits(void *opaque, int64_t first, int64_t end)
{
    (void)opaque;
    (void)first;
    return end < atomic_load(&admitted_end);
}

static int is_certain(void *opaque, int64_t frame)
{
    (void)opaque;
    return frame < atomic_load(&certain_end);
}

static void reset_world(World *w)
{
    atomic_store(&ready_end, 0);
    atomic_store(&admitted_end, MOST_FRAMES);
    atomic_store(&certain_end, 0);
    atomic_store(&gate, 0);
    atomic_store(&passed_gate, 0);
    memset(ends, 0, sizeof ends);
    memset(w->ran, 0, sizeof w->ran);
    memset(w->value, 0, sizeof w->value);
    w->sent = 0;
}

/** In order: makes the frame LATER before it ready and certain, the last one all of them. */
static int run_second(const DfTask *task)
{
    World *w = task->opaque;
    int n = (int)task->frame;

    w->value[n][1] = w->value[n][0] + 5;
    ends[n] = task->end;
    int end = task->frame + 1 == task->end ? n + 1 : n + 1 - LATER;
    if (end > 0) {
        atomic_store(&ready_end, end);
        atomic_store(&certain_end, end);
    }
    return trace(task, 1);
}

/** Reads what the second step made of the frame that made this one ready. */
static int run_third(const DfTask *task)
{
    World *w = task->opaque;
    int n = (int)task->frame, from = DF_MIN(n + LATER, w->last - 1);

    if (!task->unit)
        w->value[n][2] = w->value[from][1];
    return trace(task, 2);
}

static const DfStep decided[] = {
    { .name = "first", .units = world_units, .run = run_first },
    { .name = "second", .ahead = 1, .in_order = 1, .units = one_unit, .run = run_second },
    { .name = "third", .units = world_units, .run = run_third, .is_ready = is_ready },
};

static void check_stream(World *w, int frames)
{
    w->last = frames;
    assert_int_equal(world_run(w, frames), 0);
    for (int n = 0; n < frames; n++) {
        assert_int_equal(w->value[n][2], DF_MIN(n + LATER, frames - 1) * 3 + 6);
        for (int unit = 0; unit < w->units; unit++)
            assert_int_equal(w->ran[n][2][unit], 1);
    }
}

/** A step waits for what another frame's step finds out, with no more slots than that takes. */
static void step_waits_until_it_is_ready(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 5; workers += 2)
        for (int slots = LATER + 2; slots <= 9; slots += 5) {
            World *w = world_open(decided, 3, workers, slots);
            reset_world(w);
            w->pause = ragged;
            check_stream(w, 40);
            world_close(w);
        }
}

/** The end is known to a step that looks beyond it, and to no other. */
static void end_is_told_where_it_is_reached(void **state)
{
    (void)state;
    for (int frames = 1; frames < 12; frames += 5) {
        World *w = world_open(decided, 3, 3, 6);
        reset_world(w);
        w->pause = ragged;
        w->last = frames;
        assert_int_equal(world_run(w, frames), 0);
        for (int n = 0; n < frames; n++)
            assert_true(ends[n] == (n == frames - 1 ? frames : INT64_MAX));
        world_close(w);
    }
}

static int run_admitting(const DfTask *task)
{
    usleep(5000);
    atomic_store(&admitted_end, (int)task->frame + 2);
    return trace(task, 0);
}

static int run_certain(const DfTask *task)
{
    usleep(5000);
    atomic_store(&certain_end, (int)task->frame + 1);
    return trace(task, 0);
}

/** Lasts until the gate is open. */
static int run_gated(const DfTask *task)
{
    while (!atomic_load(&gate))
        usleep(100);
    atomic_fetch_add(&passed_gate, 1);
    return trace(task, 1);
}

static const DfStep admitting[] = {
    { .name = "first", .units = one_unit, .run = run_admitting },
    { .name = "last", .ahead = 1, .units = one_unit, .run = run_gated },
};

static const DfStep certain[] = {
    { .name = "first", .units = one_unit, .run = run_certain },
    { .name = "last", .units = one_unit, .run = run_gated },
};

static World *open_deciding(const DfStep *steps, int admitted)
{
    World *w = world_open_spec((DfPipelineSpec){ .steps = steps, .step_count = 2, .slots = 8, .workers = 2,
                                                 .admits = admits, .is_certain = is_certain });

    reset_world(w);
    atomic_store(&admitted_end, admitted);
    return w;
}

/** While the oldest frame is not certain, room is waited for: frames in flight make it. */
static void room_is_made_by_frames_in_flight(void **state)
{
    World *w = open_deciding(admitting, 1);

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(world_send(w), 0);
        /* Only then may the next one come. */
        assert_true(i == 0 || atomic_load(&admitted_end) > i);
    }
    atomic_store(&gate, 1);
    df_pipeline_flush(w->pipeline);
    for (int i = 0; i < 4; i++)
        assert_int_equal(world_take(w, i), 0);
    world_close(w);
}

/** Once the oldest is certain to be done, whoever wants room is told to pull it. */
static void no_room_is_waited_for_once_the_oldest_is_certain(void **state)
{
    World *w = open_deciding(certain, 1);

    (void)state;
    assert_int_equal(world_send(w), 0);
    assert_int_equal(world_send(w), -EAGAIN);
    assert_int_equal(atomic_load(&certain_end), 1);
    assert_int_equal(atomic_load(&passed_gate), 0);
    atomic_store(&gate, 1);
    assert_int_equal(world_take(w, 0), 0);
    world_close(w);
}

/** What is done is certain, whoever says not. */
static void done_frame_is_certain(void **state)
{
    World *w = open_deciding(admitting, 2);
    int slot, error;

    (void)state;
    assert_int_equal(world_send(w), 0);
    atomic_store(&gate, 1);
    assert_int_equal(world_send(w), 0);
    while (atomic_load(&passed_gate) < 1)
        usleep(100);
    atomic_store(&admitted_end, 0);
    assert_int_equal(world_send(w), -EAGAIN);
    assert_int_equal(world_take(w, 0), 0);
    /* The second is not done before a third has come. */
    atomic_store(&admitted_end, 3);
    assert_int_equal(df_pipeline_pull(w->pipeline, 1, &slot, &error), -EAGAIN);
    world_close(w);
}

static void uncertain_frame_is_not_waited_for(void **state)
{
    World *w = world_open_spec((DfPipelineSpec){ .steps = decided, .step_count = 3, .slots = 8, .workers = 2,
                                                 .admits = admits, .is_certain = is_certain });
    int slot, error;

    (void)state;
    reset_world(w);
    w->last = LATER + 2;
    /* Frame 0 takes LATER frames, and one more whose first step the last one's second reads. */
    for (int i = 0; i <= LATER; i++) {
        assert_int_equal(world_send(w), 0);
        usleep(2000);
        assert_int_equal(df_pipeline_pull(w->pipeline, 1, &slot, &error), -EAGAIN);
    }
    /* No other may come: then what is in flight has to do, and is waited for. */
    atomic_store(&admitted_end, LATER + 2);
    assert_int_equal(world_send(w), 0);
    assert_int_equal(world_take(w, 0), 0);
    atomic_store(&admitted_end, MOST_FRAMES);
    assert_int_equal(df_pipeline_pull(w->pipeline, 1, &slot, &error), -EAGAIN);
    /* Nothing is uncertain after the end. */
    df_pipeline_flush(w->pipeline);
    for (int i = 1; i < LATER + 2; i++)
        assert_int_equal(world_take(w, i), 0);
    world_close(w);
}

static int run_counted(const DfTask *task)
{
    atomic_fetch_add(&running, 1);
    int ret = run_first(task);
    atomic_fetch_sub(&running, 1);
    return ret;
}

static const DfStep counted[] = {
    { .name = "first", .units = world_units, .run = run_counted },
    { .name = "second", .ahead = 1, .in_order = 1, .units = one_unit, .run = run_second },
    { .name = "third", .units = world_units, .run = run_third, .is_ready = is_ready },
};

static void reset_forgets_what_is_under_way(void **state)
{
    static const int worker_counts[] = { 1, 2, 5 };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(worker_counts); i++) {
        World *w = world_open(counted, 3, worker_counts[i], 8);
        w->units = MOST_UNITS;
        w->pause = ragged;
        for (int sent = 0; sent <= 8; sent++)
            for (int flushed = 0; flushed < 2; flushed++) {
                reset_world(w);
                w->last = MOST_FRAMES;
                for (int n = 0; n < sent; n++)
                    assert_int_equal(world_send(w), 0);
                if (flushed)
                    df_pipeline_flush(w->pipeline);
                usleep(150 * sent);
                df_pipeline_reset(w->pipeline);
                assert_int_equal(atomic_load(&running), 0);
                reset_world(w);
                check_stream(w, 11);
                df_pipeline_reset(w->pipeline);
            }
        world_close(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(step_waits_until_it_is_ready),
        cmocka_unit_test(end_is_told_where_it_is_reached),
        cmocka_unit_test(room_is_made_by_frames_in_flight),
        cmocka_unit_test(no_room_is_waited_for_once_the_oldest_is_certain),
        cmocka_unit_test(done_frame_is_certain),
        cmocka_unit_test(uncertain_frame_is_not_waited_for),
        cmocka_unit_test(reset_forgets_what_is_under_way),
    };

    return cmocka_run_group_tests_name("pipeline waits", tests, NULL, NULL);
}
