/**
 * @file
 * The pipeline with synthetic steps. What steps read of each other is plain memory: under the thread
 * sanitizer these tests also prove that the pipeline orders every access.
 */
#include "world.h"

static int no_unit_in_odd_frames(void *opaque, int slot)
{
    return ((World *)opaque)->frame_of[slot] % 2 == 0;
}

/** Reads the first step's values of the frames within 2, where they exist. */
static int run_second(const DfTask *task)
{
    World *w = task->opaque;
    int sum = 0;

    if (!task->unit) {
        for (int64_t n = DF_MAX(task->frame - 2, 0); n <= task->frame + 2 && n < MOST_FRAMES; n++)
            sum = sum * 5 + w->value[n][0];
        w->value[task->frame][1] = sum;
    }
    return trace(task, 1);
}

/** Overwrites what neighbours read, as paste does. */
static int run_last(const DfTask *task)
{
    World *w = task->opaque;

    w->value[task->frame][0] = -1;
    w->value[task->frame][2] = w->value[task->frame][1] + 1;
    pthread_mutex_lock(&w->lock);
    w->finished[w->finish_count++] = (int)task->frame;
    pthread_mutex_unlock(&w->lock);
    return trace(task, 2);
}

static const DfStep own_frame[] = {
    { .name = "first", .units = world_units, .run = run_first },
    { .name = "last", .units = one_unit, .run = run_last },
};

static const DfStep neighbours[] = {
    { .name = "first", .units = world_units, .run = run_first },
    { .name = "second", .behind = 2, .ahead = 2, .units = world_units, .run = run_second },
    { .name = "last", .behind = 2, .ahead = 2, .units = one_unit, .run = run_last },
};

static const DfStep sparse[] = {
    { .name = "first", .behind = 1, .ahead = 1, .units = no_unit_in_odd_frames, .run = run_first },
    { .name = "last", .behind = 1, .ahead = 1, .units = no_unit_in_odd_frames, .run = run_last },
};

static int slow_even(int frame, int unit)
{
    (void)unit;
    return frame % 2 ? 0 : 3000;
}

static void results_come_in_order(void **state)
{
    World *w = world_open(own_frame, 2, 4, 9);
    int overtaken = 0;

    (void)state;
    w->pause = slow_even;
    assert_int_equal(world_run(w, 40), 0);
    assert_int_equal(w->finish_count, 40);
    for (int i = 1; i < 40; i++)
        overtaken += w->finished[i] < w->finished[i - 1];
    assert_true(overtaken > 0);
    world_close(w);
}

static void every_unit_runs_once(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 5; workers += 2) {
        for (int slots = 5; slots <= 9; slots += 2) {
            World *w = world_open(neighbours, 3, workers, slots);
            w->units = MOST_UNITS;
            w->pause = ragged;
            assert_int_equal(world_run(w, 20), 0);
            for (int n = 0; n < 20; n++)
                for (int step = 0; step < 3; step++)
                    for (int unit = 0; unit < MOST_UNITS; unit++)
                        assert_int_equal(w->ran[n][step][unit], step < 2 || unit == 0);
            world_close(w);
        }
    }
}

/** What frame n's second step makes of its neighbours' first, none of them overwritten yet. */
static int expected_value(int frame, int frames)
{
    int sum = 0;

    for (int n = DF_MAX(frame - 2, 0); n <= frame + 2; n++)
        sum = sum * 5 + (n < frames ? n * 3 + 1 : 0);
    return sum + 1;
}

static void neighbours_are_read_before_they_are_written(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 5; workers += 2) {
        World *w = world_open(neighbours, 3, workers, workers + 5);
        w->pause = ragged;
        assert_int_equal(world_run(w, 60), 0);
        for (int n = 0; n < 60; n++)
            assert_int_equal(w->value[n][2], expected_value(n, 60));
        world_close(w);
    }
}

/** Of frames with steps that read neighbours: two ahead for the second, two more that the last overwrites. */
static int has_neighbours_sent(void *opaque, int64_t frame)
{
    return ((World *)opaque)->sent > frame + 4;
}

static void waiting_for_frames_not_sent_is_refused(void **state)
{
    World *w = world_open_spec((DfPipelineSpec){ .steps = neighbours, .step_count = 3, .slots = 5, .workers = 2,
                                                 .is_certain = has_neighbours_sent });
    int slot, error;

    (void)state;
    assert_int_equal(df_pipeline_pull(w->pipeline, 1, &slot, &error), -EAGAIN);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(world_send(w), 0);
        assert_int_equal(df_pipeline_pull(w->pipeline, 1, &slot, &error), -EAGAIN);
    }
    assert_int_equal(world_send(w), 0);
    assert_int_equal(world_send(w), -EAGAIN);
    assert_int_equal(world_take(w, 0), 0);
    df_pipeline_flush(w->pipeline);
    for (int i = 1; i < 5; i++)
        assert_int_equal(world_take(w, i), 0);
    world_close(w);
}

static void frames_without_work_pass(void **state)
{
    World *w = world_open(sparse, 2, 3, 7);

    (void)state;
    assert_int_equal(world_run(w, 50), 0);
    assert_int_equal(w->finish_count, 25);
    world_close(w);
}

static void lowest_failure_wins(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        World *w = world_open(neighbours, 3, 3, 11);
        w->units = MOST_UNITS;
        w->fail_frame = 5;
        w->fail_step = 1;
        w->fail_units = 1 << 1 | 1 << 3;
        w->pause = ragged;
        for (int i = 0; i < 11; i++)
            assert_int_equal(world_send(w), 0);
        df_pipeline_flush(w->pipeline);
        for (int i = 0; i < 11; i++) {
            df_error_clear();
            assert_int_equal(world_take(w, i), i == 5 ? -EIO : 0);
            assert_string_equal(df_error_text(), i == 5 ? "unit 1 of step 1 failed" : "");
            assert_int_equal(w->ran[i][2][0], i != 5);
        }
        world_close(w);
    }
}

static void flush_ends_the_stream(void **state)
{
    World *w = world_open(own_frame, 2, 2, 4);
    int slot, error;

    (void)state;
    assert_int_equal(world_send(w), 0);
    df_pipeline_flush(w->pipeline);
    assert_int_equal(world_send(w), -EPIPE);
    assert_int_equal(world_take(w, 0), 0);
    assert_int_equal(df_pipeline_pull(w->pipeline, 1, &slot, &error), -EPIPE);
    assert_int_equal(df_pipeline_pull(w->pipeline, 0, &slot, &error), -EPIPE);
    world_close(w);
}

static void one_slot_takes_one_frame(void **state)
{
    World *w = world_open(own_frame, 2, 4, 1);

    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(world_send(w), 0);
        assert_int_equal(world_send(w), -EAGAIN);
        assert_int_equal(world_take(w, i), 0);
    }
    world_close(w);
}

static void closes_with_frames_in_flight(void **state)
{
    (void)state;
    for (int sent = 0; sent <= 9; sent++) {
        World *w = world_open(own_frame, 2, 3, 9);
        w->pause = ragged;
        for (int i = 0; i < sent; i++)
            assert_int_equal(world_send(w), 0);
        world_close(w);
    }
    df_pipeline_close(NULL);
}

static void survives_every_failing_start(void **state)
{
    World owner = { 0 };
    DfPipelineSpec spec = { .steps = own_frame, .step_count = 2, .slots = 3, .workers = 3, .opaque = &owner };
    int n = 0, ret;

    (void)state;
    do {
        DfPipeline *pipeline = NULL;
        df_error_clear();
        df_fail_after(n++);
        ret = df_pipeline_open(&pipeline, &spec);
        df_fail_after(-1);
        assert_true(ret == 0 || (!pipeline && *df_error_text()));
        df_pipeline_close(&pipeline);
    } while (ret < 0);
    /* The pipeline, its slots, its sums, its workers, its pool, three threads. */
    assert_int_equal(n - 1, 8);
}

static int run_idle(const DfTask *task)
{
    usleep(1000);
    return trace(task, 1);
}

enum { UNIT_NS = 400000 };

/** Spends no less CPU time than UNIT_NS. */
static int run_busy(const DfTask *task)
{
    int64_t end = df_thread_time() + UNIT_NS;

    while (df_thread_time() < end)
        continue;
    return trace(task, 0);
}

/** What sleeps spends nothing; what works is counted in every frame, unit and worker. */
static void time_is_summed_by_step(void **state)
{
    static const DfStep steps[] = {
        { .name = "busy", .units = world_units, .run = run_busy },
        { .name = "idle", .units = one_unit, .run = run_idle },
    };
    World *w = world_open(steps, 2, 3, 4);

    (void)state;
    w->units = 2;
    assert_true(df_pipeline_spent(w->pipeline, 0) == 0);
    assert_int_equal(world_run(w, 10), 0);
    int64_t busy = df_pipeline_spent(w->pipeline, 0), idle = df_pipeline_spent(w->pipeline, 1);
    assert_true(busy >= 10 * 2 * UNIT_NS);
    assert_true(idle > 0 && idle < busy);
    assert_true(df_pipeline_spent(w->pipeline, 0) == busy);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_come_in_order),
        cmocka_unit_test(every_unit_runs_once),
        cmocka_unit_test(frames_without_work_pass),
        cmocka_unit_test(neighbours_are_read_before_they_are_written),
        cmocka_unit_test(lowest_failure_wins),
        cmocka_unit_test(waiting_for_frames_not_sent_is_refused),
        cmocka_unit_test(flush_ends_the_stream),
        cmocka_unit_test(one_slot_takes_one_frame),
        cmocka_unit_test(closes_with_frames_in_flight),
        cmocka_unit_test(survives_every_failing_start),
        cmocka_unit_test(time_is_summed_by_step),
    };

    return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
