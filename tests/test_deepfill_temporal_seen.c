/**
 * @file
 * Filling from other frames through the public API: what was seen is found again, what was made up stays, and
 * cuts, flashes, repetitions, frames shown otherwise and sources that must go are lived through.
 */
#include "film_scenes.h"

static void pan_shows_what_is_behind(void **state)
{
    Film film = { small, 24, pan, fixed, NULL };

    (void)state;
    if (THREADS_ONLY)
        skip();
    for (int ahead = 0; ahead < 30; ahead += 15) {
        Reel *reel = film_run(&film, (Way){ 2, 1, ahead, 0 });
        assert_clean(reel);
        for (int t = 0; t < film.frames; t++) {
            /* Live, frame 0 is made up; some ten frames later the last of it has left the hole. */
            assert_true(reel->result[t].network == (t || ahead ? 0 : 1));
            assert_int_equal(reel->result[t].boxes > 0, !t && !ahead);
            if ((ahead || t > 12) && reel_psnr(reel, t) < 40)
                fail_msg("ahead %d, frame %d: %.1f dB", ahead, t, reel_psnr(reel, t));
        }
        reel_free(reel);
    }
}

static void locked_fill_stays(void **state)
{
    static View (*const views[])(int) = { still, grainy_still };

    (void)state;
    if (THREADS_ONLY)
        skip();
    film_plain = 1;
    for (int i = 0; i < 2; i++)
        for (int ahead = 0; ahead < 8; ahead += 5) {
            Film film = { small, 20, views[i], fixed, NULL };
            Reel *reel = film_run(&film, (Way){ 2, 1, ahead, 0 });
            assert_clean(reel);
            assert_true(reel->result[0].network == 1);
            for (int t = 1; t < film.frames; t++) {
                assert_true(reel->result[t].network == 0);
                assert_true(i || frame_is_same(reel, t, reel, 0));
                /* Grain of two levels at the rim moves the middle by less. */
                int d = (int)sample_of(&reel->out[t], 0, 72, 49) - (int)sample_of(&reel->out[0], 0, 72, 49);
                assert_true(abs(d) <= 2);
            }
            reel_free(reel);
        }
    film_plain = 0;
}

enum { CUT = 9 };

static int old_scene;

static View cut(int t)
{
    return (View){ 20 + 3 * t, 30, t < CUT ? old_scene : 2, .grain = 2, .moment = t };
}

/** Whatever the old scene was, the new one is filled alike. */
static void nothing_crosses_a_cut(void **state)
{
    static Holes (*const holes[])(int) = { fixed, moving };

    (void)state;
    if (THREADS_ONLY)
        skip();
    for (int h = 0; h < 2; h++)
        for (int ahead = 0; ahead < 24; ahead += 1 + 4 * ahead) {
            Film film = { small, 18, cut, holes[h], NULL };
            Reel *reels[2];
            for (old_scene = 0; old_scene < 2; old_scene++) {
                reels[old_scene] = film_run(&film, (Way){ 2, 1, ahead, 0 });
                assert_clean(reels[old_scene]);
            }
            for (int t = 0; t < film.frames; t++)
                if (frame_is_same(reels[0], t, reels[1], t) != (t >= CUT))
                    fail_msg("holes %d, ahead %d: frame %d of a cut at %d", h, ahead, t, CUT);
            reel_free(reels[0]);
            reel_free(reels[1]);
        }
}

static View flash(int t)
{
    return (View){ 20 + 4 * t, 30, .light = t == 9 || t == 10 ? 70 : 0, .moment = t };
}

static View scene_for_two(int t)
{
    return (View){ 20 + 4 * t, 30, t == 9 || t == 10 ? 1 : 0, .moment = t };
}

/** Two odd frames are filled, and those after them go on with what was seen before. */
static void flash_is_bridged(void **state)
{
    static View (*const views[])(int) = { flash, scene_for_two };

    (void)state;
    if (THREADS_ONLY)
        skip();
    for (int i = 0; i < 2; i++)
        for (int ahead = 0; ahead < 20; ahead += 12) {
            Film film = { small, 22, views[i], fixed, NULL };
            Reel *reel = film_run(&film, (Way){ 2, 1, ahead, 0 });
            assert_clean(reel);
            for (int t = 11; t < film.frames; t++) {
                /* The flash is clipped: what it alone has shown is not believed. */
                assert_true(reel->result[t].network < 0.1);
                /* Live, what was made up in the first frame has left by then. */
                if (reel_psnr(reel, t) < 36)
                    fail_msg("film %d, ahead %d, frame %d: %.1f dB", i, ahead, t, reel_psnr(reel, t));
            }
            reel_free(reel);
        }
}

static View stutter(int t)
{
    return (View){ 20 + 4 * (t / 3), 30, .grain = 2, .moment = t / 3 };
}

static void repeated_frames_repeat_their_fill(void **state)
{
    (void)state;
    for (int ahead = 0; ahead < 9; ahead += 4)
        for (int memory = 1; memory < 65; memory += 63) {
            Film film = { small, THREADS_ONLY ? 24 : 45, stutter, fixed, NULL };
            Reel *reel = film_run(&film, (Way){ 2, 1, ahead, memory });
            assert_clean(reel);
            for (int t = 1; t < film.frames; t++)
                if (t % 3 && !frame_is_same(reel, t, reel, t - 1))
                    fail_msg("ahead %d: frame %d is not the one before", ahead, t);
            reel_free(reel);
        }
}

static View slow_pan(int t)
{
    return (View){ 20 + t, 30, .moment = t };
}

/** The hole takes from some thirty frames, of which a megabyte keeps a dozen: the others' colours stay. */
static void sources_that_go_leave_their_colours(void **state)
{
    (void)state;
    for (int ahead = 0; ahead < 5; ahead += 4) {
        Film film = { small, THREADS_ONLY ? 24 : 60, slow_pan, fixed, NULL };
        Reel *one = film_run(&film, (Way){ 1, 0, ahead, 1 });
        Reel *other = film_run(&film, (Way){ 3, 2, ahead, 1 });
        Reel *ample = film_run(&film, (Way){ 2, 2, ahead, 64 });
        int same = 0;
        assert_reels_equal(one, other);
        assert_clean(one);
        for (int t = 1; t < film.frames; t++) {
            assert_true(one->result[t].network < 0.05);
            same += frame_is_same(one, t, ample, t);
            if (t > 45 && reel_psnr(one, t) < 34)
                fail_msg("ahead %d, frame %d: %.1f dB", ahead, t, reel_psnr(one, t));
        }
        assert_true(THREADS_ONLY || same < film.frames - 10);
        reel_free(one);
        reel_free(other);
        reel_free(ample);
    }
}

/* ------------------------------------------------------------------------------------- shows -- */

static enum DeepfillShow mask_first(int t)
{
    return t < 4 ? DEEPFILL_SHOW_MASK : DEEPFILL_SHOW_FILL;
}

static enum DeepfillShow coarse_between(int t)
{
    return t % 4 == 2 ? DEEPFILL_SHOW_COARSE : DEEPFILL_SHOW_FILL;
}

static enum DeepfillShow all_in_turn(int t)
{
    return t % 7 > DEEPFILL_SHOW_SOURCES ? DEEPFILL_SHOW_FILL : (enum DeepfillShow)(t % 7);
}

static enum DeepfillShow (*const shows_of_test[3])(int) = { mask_first, coarse_between, all_in_turn };

/** Frames that are shown otherwise leave no gap in those that are filled. */
static void shows_change_in_midstream(void **state)
{
    static View (*const views[])(int) = { still, grainy_still, grainy_pan };

    (void)state;
    for (int s = 2 * THREADS_ONLY; s < 3; s++)
        for (int v = 2 * THREADS_ONLY; v < 3; v++)
            for (int ahead = 0; ahead < 24; ahead += 1 + 4 * ahead) {
                Film film = { small, 20, views[v], fixed, shows_of_test[s] };
                Reel *reel = film_run(&film, (Way){ 2, 1, ahead, 1 });
                int networks = 0;
                for (int t = 0; t < film.frames; t++) {
                    int outside, logo;
                    reel_count(reel, t, &outside, &logo);
                    assert_int_equal(reel->result[t].error, 0);
                    if (film.show(t) != DEEPFILL_SHOW_FILL)
                        continue;
                    assert_int_equal(outside, 0);
                    networks += reel->result[t].network > 0;
                    if (logo)
                        fail_msg("shows %d, view %d, ahead %d, frame %d: %d %% of the logo left", s, v, ahead,
                                 t, logo);
                }
                /* It is not made up again and again, either. */
                assert_true(networks <= 1);
                reel_free(reel);
            }
}

enum { COMES = 10 };

/** From frame COMES on something passes right under the hole. */
static DfRect passing(int t)
{
    int x = t < COMES ? -130 : 8 * (t - COMES) - 126;

    return (DfRect){ x, 62, x + 120, 96 };
}

/** A thing that passes leaves no trace in the frames before it comes: they are filled as if the film ended there. */
static void passing_thing_leaves_no_ghost(void **state)
{
    Film whole = { small, 20, grainy_still, fixed, NULL }, part = { small, COMES, grainy_still, fixed, NULL };

    (void)state;
    if (THREADS_ONLY)
        skip();
    film_thing = passing;
    Reel *reel = film_run(&whole, (Way){ 2, 1, 25, 0 }), *shorter = film_run(&part, (Way){ 2, 1, 25, 0 });
    film_thing = NULL;
    for (int t = 0; t < COMES - 3; t++)
        if (!frame_is_same(reel, t, shorter, t))
            fail_msg("frame %d is filled from frames in which the thing passes", t);
    reel_free(reel);
    reel_free(shorter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pan_shows_what_is_behind),
        cmocka_unit_test(locked_fill_stays),
        cmocka_unit_test(nothing_crosses_a_cut),
        cmocka_unit_test(flash_is_bridged),
        cmocka_unit_test(repeated_frames_repeat_their_fill),
        cmocka_unit_test(sources_that_go_leave_their_colours),
        cmocka_unit_test(shows_change_in_midstream),
        cmocka_unit_test(passing_thing_leaves_no_ghost),
    };

    return cmocka_run_group_tests_name("deepfill temporal, what is seen", tests, film_open, close_model);
}
