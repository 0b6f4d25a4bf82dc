/**
 * @file
 * The pipeline's steps that wait for one another across frames: in order, with frames ahead, and for frames that
 * other steps name.
 */
#include "world.h"

#define AHEAD 7 /* frames that a plan looks ahead */

/** Looks at the first step's values of all frames that it waits for. */
static int run_plan(const DfTask *task)
{
    World *w = task->opaque;

    for (int64_t n = task->frame; n <= task->frame + AHEAD && n < w->last; n++)
        assert_int_equal(w->value[n][0], (int)n * 3 + 1);
    w->finished[w->finish_count++] = (int)task->frame;
    return trace(task, 1);
}

/** Reads the next frame's first value. */
static int run_ahead(const DfTask *task)
{
    World *w = task->opaque;

    if (task->frame + 1 < w->last)
        assert_int_equal(w->value[task->frame + 1][0], (int)(task->frame + 1) * 3 + 1);
    return trace(task, 1);
}

/** Reads nothing; the order in which it ends is written down. */
static int run_ordered(const DfTask *task)
{
    World *w = task->opaque;
    int ret = trace(task, 1);

    w->finished[w->finish_count++] = (int)task->frame;
    return ret;
}

static int run_plain(const DfTask *task)
{
    World *w = task->opaque;

    w->value[task->frame][2] = 1;
    return trace(task, 2);
}

/** Odd frames need the next one, which needs the one four before it. */
static const int64_t *name_needs(void *opaque, int slot, int *count)
{
    World *w = opaque;
    int n = w->frame_of[slot];

    *count = 0;
    if (n % 2 && n + 1 < w->last)
        w->needs[slot][(*count)++] = n + 1;
    if (n % 2 == 0 && n >= 4)
        w->needs[slot][(*count)++] = n - 4;
    return w->needs[slot];
}

static int run_needy(const DfTask *task)
{
    World *w = task->opaque;
    int n = (int)task->frame;

    if (n % 2)
        w->value[n][2] = n + 1 < w->last ? w->value[n + 1][2] + 1000 : 7;
    else
        w->value[n][2] = n >= 4 ? w->value[n - 4][2] + 1 : 1;
    return trace(task, 2);
}

static const DfStep ordered[] = {
    { .name = "first", .units = world_units, .run = run_first },
    { .name = "second", .in_order = 1, .units = one_unit, .run = run_ordered },
    { .name = "last", .units = one_unit, .run = run_plain },
};

static const DfStep planned[] = {
    { .name = "first", .units = world_units, .run = run_first },
    { .name = "plan", .ahead = AHEAD, .in_order = 1, .always = 1, .units = one_unit, .run = run_plan },
    { .name = "last", .units = one_unit, .run = run_plain },
};

static const DfStep needy[] = {
    { .name = "first", .units = world_units, .run = run_first },
    { .name = "second", .ahead = 1, .units = one_unit, .run = run_ahead },
    { .name = "last", .units = one_unit, .run = run_needy, .needs = name_needs },
};

static void ordered_step_keeps_the_order(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 5; workers += 2) {
        World *w = world_open(ordered, 3, workers, 13);
        w->units = 2;
        w->pause = ragged;
        assert_int_equal(world_run(w, 100), 0);
        assert_int_equal(w->finish_count, 100);
        for (int i = 0; i < 100; i++)
            assert_int_equal(w->finished[i], i);
        world_close(w);
    }
}

/** With as many frames in flight as a plan sees, and not one more, every stream passes. */
static void plans_pass_with_as_many_slots_as_they_see(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 5; workers += 2) {
        for (int frames = 1; frames <= 41; frames += 4) {
            World *w = world_open(planned, 3, workers, AHEAD + 1);
            w->last = frames;
            w->pause = ragged;
            assert_int_equal(world_run(w, frames), 0);
            assert_int_equal(w->finish_count, frames);
            for (int n = 0; n < frames; n++) {
                assert_int_equal(w->finished[n], n);
                assert_int_equal(w->value[n][2], 1);
            }
            world_close(w);
        }
    }
}

static void needed_frames_come_first(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 5; workers += 2) {
        for (int frames = 61; frames <= 62; frames++) {
            World *w = world_open(needy, 3, workers, 8);
            w->last = frames;
            w->pause = ragged;
            assert_int_equal(world_run(w, frames), 0);
            for (int n = 0; n < frames; n++) {
                int even = (n + 1) / 2 * 2, value = even / 4 + 1;
                assert_int_equal(w->value[n][2], n % 2 == 0 ? value : n + 1 < frames ? value + 1000 : 7);
            }
            world_close(w);
        }
    }
}

/** A frame that failed is planned with the others, and not touched after that. */
static void step_that_others_depend_on_runs_in_failed_frames(void **state)
{
    (void)state;
    for (int failing = 8; failing <= 9; failing++) {
        World *w = world_open(planned, 3, 3, AHEAD + 3);
        w->last = 40;
        w->fail_frame = failing;
        w->fail_units = 1;
        assert_int_equal(world_run(w, 40), 1);
        for (int n = 0; n < 40; n++) {
            assert_int_equal(w->ran[n][1][0], 1);
            assert_int_equal(w->ran[n][2][0], n != failing);
        }
        world_close(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordered_step_keeps_the_order),
        cmocka_unit_test(plans_pass_with_as_many_slots_as_they_see),
        cmocka_unit_test(needed_frames_come_first),
        cmocka_unit_test(step_that_others_depend_on_runs_in_failed_frames),
    };

    return cmocka_run_group_tests_name("pipeline order", tests, NULL, NULL);
}
