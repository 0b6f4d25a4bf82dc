/**
 * @file
 * The timeline on films whose links are written by hand and whose pictures are black: every source that it
 * chooses can be held against an exhaustive search.
 */
#include "plan.h"

#include "temporal/shots.h"

/** Whether two frames are of one shot, neither of them a flash. */
static int are_linked(const Script *script, int early, int late)
{
    while (late > early && script->shots[late].back)
        late -= script->shots[late].back;
    return late == early;
}

/** The nearest frame before `far` that shows what pixel (x, y) of frame t hides; the past first. -1: none */
static int nearest_frame(const Script *script, int t, int far, int x, int y)
{
    double to_x, to_y;

    for (int k = 1; k < script->frames; k++)
        for (int side = -1; side <= 1; side += 2) {
            int s = t + side * k;
            if (s < 0 || s >= far || !are_linked(script, DF_MIN(s, t), DF_MAX(s, t)))
                continue;
            camera_carry(&script->shots[t].camera, &script->shots[s].camera, x, y, &to_x, &to_y);
            if (script_shows(script, s, to_x, to_y))
                return s;
        }
    return -1;
}

/** Hold every pixel of a frame against the search. @return how many some frame shows */
static int check_nearest(const Script *script, int t, int far)
{
    const DfMoment *m = script_moment(script, t);
    DfRect r = m->areas.items[0].hole;
    int shown = 0;

    for (int y = r.y0; y < r.y1; y++)
        for (int x = r.x0; x < r.x1; x++) {
            if (!script_is_hole(script, t, x, y))
                continue;
            int nearest = nearest_frame(script, t, far, x, y);
            Had had = script_had(m, &m->trail, x, y);
            if (nearest >= 0 && (had.frame != nearest || had.kind != DF_PLACE_SHOWN))
                fail_msg("pixel %d,%d of frame %d: of frame %d, kind %d, not %d", x, y, t, had.frame,
                         had.kind, nearest);
            if (nearest < 0)
                assert_int_equal(had.kind, DF_PLACE_MADE);
            shown += nearest >= 0;
        }
    return shown;
}

/** Plan a whole script, checking every frame. @return pixels that some frame shows */
static int plan_nearest(Script *script, int ahead, size_t budget)
{
    int shown = 0;

    script_start(script, ahead, budget);
    for (int first = 0, end; first < script->frames; first = end) {
        end = script_plan(script, first);
        for (int t = first; t < end; t++) {
            script_check(script, t);
            shown += check_nearest(script, t, DF_MIN(first + DF_MAX(2 * ahead, 1), script->frames));
        }
    }
    return shown;
}

static void nearest_source_is_chosen(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    int least = 0;

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = panning(50, 4, 0, mask);
        int shown = plan_nearest(script, aheads[i], SIZE_MAX);
        assert_true(shown > least);
        least = shown - 1;
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** To and fro between 0 and `half`, a pixel a frame. */
static int swing(int t, int half)
{
    t %= 2 * half;
    return t < half ? t : 2 * half - t;
}

static void motion_may_turn_round(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = panning(60, 0, 0, mask);
        for (int t = 0; t < 60; t++)
            script->shots[t].camera = camera_pan(swing(t, 15), swing(t, 10));
        plan_nearest(script, aheads[i], SIZE_MAX);
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** A hole that crosses the picture shows everything sooner or later. */
static void moving_hole_is_filled_from_both_sides(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = script_new(gray, 40);
        for (int t = 0; t < 40; t++)
            script->shots[t].mask = hole_at(10 + 3 * t, 30 + t / 2, 30 + 3 * t, 50 + t / 2);
        assert_true(plan_nearest(script, aheads[i], SIZE_MAX) > 0);
        for (int t = 0; t < 40; t++)
            deepfill_mask_close(&script->shots[t].mask);
        script_free(script);
    }
}

/** A caption that stands for ten of every twenty frames: what is beneath it is shown before and after. */
static void hole_comes_and_goes(void **state)
{
    DeepfillMask *mask = hole_at(60, 60, 130, 80);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = script_new(gray, 60);
        for (int t = 0; t < 60; t++)
            script->shots[t].mask = t / 10 % 2 ? mask : NULL;
        script_start(script, aheads[i], SIZE_MAX);
        for (int first = 0, end; first < 60; first = end) {
            end = script_plan(script, first);
            for (int t = first; t < end; t++) {
                script_check(script, t);
                assert_int_equal(script_moment(script, t)->fresh, 0);
            }
        }
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

static void cut_starts_anew(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = panning(40, 4, 0, mask);
        script->shots[7].back = script->shots[20].back = script->shots[21].back = 0;
        plan_nearest(script, aheads[i], SIZE_MAX);
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** Frames 15 .. 15 + length - 1 are beyond comparison; the next one is linked across them. */
static Script *flashing(int length, DeepfillMask *mask)
{
    Script *script = panning(40, 4, 0, mask);

    script->shots[15].back = 0;
    script->shots[15 + length].back = length + 1;
    return script;
}

static void flash_does_not_start_anew(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (int length = 1; length <= 2; length++) {
        for (size_t i = 1; i < DF_COUNT(aheads); i++) {
            Script *script = flashing(length, mask);
            script_start(script, aheads[i], SIZE_MAX);
            for (int first = 0, end; first < script->frames; first = end) {
                end = script_plan(script, first);
                int far = DF_MIN(first + 2 * aheads[i], script->frames);
                for (int t = first; t < end; t++) {
                    script_check(script, t);
                    /* Frames that see past the flash, or come after it, are filled as if it were none. */
                    if ((t < 15 && far > 15 + length) || t >= 15 + length)
                        check_nearest(script, t, far);
                }
            }
            script_free(script);
        }
    }
    deepfill_mask_close(&mask);
}

/** A flash itself is filled from what its neighbours show. */
static void flash_is_filled_from_its_shot(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (int length = 1; length <= 2; length++) {
        Script *script = flashing(length, mask);
        script_start(script, 4, SIZE_MAX);
        for (int first = 0; first < script->frames; first = script_plan(script, first))
            for (int t = DF_MAX(first - 4, 15); first == 20 && t < 15 + length; t++)
                assert_int_equal(df_timeline_moment(&script->timeline, t)->fresh, 0);
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** The frame in which the first hole pixel was made, and the former one while it fades. */
static void read_made(const Script *script, int t, int *now, int *old)
{
    const DfMoment *m = script_moment(script, t);
    Had had = script_had(m, &m->trail, 90, 48);

    assert_int_equal(had.kind, DF_PLACE_MADE);
    *now = had.frame;
    *old = m->fade > 0 ? script_had(m, &m->old, 90, 48).frame : -1;
}

/** A camera that rests before water: nothing is ever shown, and what was made grows stale. */
static Script *resting(int frames, float error, DeepfillMask *mask)
{
    Script *script = panning(frames, 0, 0, mask);

    for (int t = 1; t < frames; t++)
        script->shots[t].error = error;
    return script;
}

static void stale_fill_is_renewed_and_faded(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = resting(100, 5, mask);
        int made = 0, renewals = 0, now, old;
        script_start(script, aheads[i], SIZE_MAX);
        for (int first = 0, end; first < 100; first = end) {
            end = script_plan(script, first);
            for (int t = first; t < end; t++) {
                const DfMoment *m = script_moment(script, t);
                script_check(script, t);
                read_made(script, t, &now, &old);
                if (now != made) {
                    assert_int_equal(now, t);
                    assert_int_equal(old, made);
                    assert_int_equal(m->fresh, m->hole);
                    made = now;
                    renewals++;
                } else {
                    assert_int_equal(m->fresh, t ? 0 : m->hole);
                }
                float fade = renewals && t - made < DF_FADE - 1 ? 1 - (float)(t - made + 1) / DF_FADE : 0;
                assert_true(fabsf(m->fade - fade) < 1e-5f);
            }
        }
        assert_true(renewals >= 3 && renewals <= 5);
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

static void still_picture_is_never_renewed(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    Script *script = resting(400, 1, mask);
    int now, old;

    (void)state;
    script_start(script, 8, SIZE_MAX);
    for (int first = 0, end; first < 400; first = end) {
        end = script_plan(script, first);
        for (int t = first; t < end; t++) {
            read_made(script, t, &now, &old);
            assert_int_equal(now, 0);
            assert_int_equal(old, -1);
        }
    }
    script_free(script);
    deepfill_mask_close(&mask);
}

/** A link whose error jumps once and is usual again right after: another shot that happens to be alike. */
static void jump_that_stays_is_a_cut(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    /* With one frame ahead nobody can tell yet. */
    for (size_t i = 2; i < DF_COUNT(aheads); i++) {
        Script *script = panning(48, 4, 0, mask);
        for (int t = 1; t < 48; t++)
            script->shots[t].error = t == 20 ? 20 : 1;
        script_start(script, aheads[i], SIZE_MAX);
        for (int first = 0, end; first < 48; first = end) {
            end = script_plan(script, first);
            for (int t = first; t < end; t++) {
                const DfMoment *m = script_moment(script, t);
                for (int x = 80; x < 104; x++) {
                    int frame = script_had(m, &m->trail, x, 48).frame;
                    if ((frame < 20) != (t < 20))
                        fail_msg("ahead %d: frame %d takes from frame %d", aheads[i], t, frame);
                }
            }
        }
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** Light that grows by 2 levels a frame is brought along: what differs since a source is added to it. */
static void light_is_composed_along_the_way(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = flashing(1, mask);
        for (int t = 1; t < script->frames; t++)
            script->shots[t].light[0].offset = 2.0f * (float)DF_MAX(script->shots[t].back, 1);
        script_start(script, aheads[i], SIZE_MAX);
        for (int first = 0, end; first < script->frames; first = end) {
            end = script_plan(script, first);
            for (int t = first; t < end; t++) {
                const DfMoment *m = script_moment(script, t);
                for (int x = 80; x < 104; x++) {
                    Had had = script_had(m, &m->trail, x, 48);
                    const DfUse *use = &m->uses[had.place->source / DF_PLACE_KINDS];
                    if (t != 15 && had.frame != 15)
                        assert_true(fabsf(use->light[0].offset - 2.0f * (float)(t - had.frame)) < 1e-4f);
                }
            }
        }
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_source_is_chosen),
        cmocka_unit_test(motion_may_turn_round),
        cmocka_unit_test(moving_hole_is_filled_from_both_sides),
        cmocka_unit_test(hole_comes_and_goes),
        cmocka_unit_test(cut_starts_anew),
        cmocka_unit_test(flash_does_not_start_anew),
        cmocka_unit_test(flash_is_filled_from_its_shot),
        cmocka_unit_test(light_is_composed_along_the_way),
        cmocka_unit_test(stale_fill_is_renewed_and_faded),
        cmocka_unit_test(still_picture_is_never_renewed),
        cmocka_unit_test(jump_that_stays_is_a_cut),
    };

    return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
