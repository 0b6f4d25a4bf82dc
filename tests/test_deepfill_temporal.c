/**
 * @file
 * Filling from other frames through the public API: what comes out does not depend on workers, nor on how far
 * is looked ahead where that shows nothing new; frames come in order; and what is filled in is what was seen.
 */
#include "film.h"

static const DeepfillFormat small = { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 };

/* What holds of values alone other builds tell; under the thread sanitizer it would take minutes. */
#ifdef __SANITIZE_THREAD__
enum { THREADS_ONLY = 1 };
#else
enum { THREADS_ONLY = 0 };
#endif

/* ------------------------------------------------------------------------------------- films -- */

static View pan(int t)
{
    return (View){ 20 + 4 * t, 30 + t, .moment = t };
}

static View grainy_pan(int t)
{
    return (View){ 20 + 4 * t, 30 + t, .grain = 3, .moment = t };
}

static View still(int t)
{
    return (View){ 50, 40, .moment = t };
}

static View grainy_still(int t)
{
    return (View){ 50, 40, .grain = 2, .moment = t };
}

static Holes fixed(int t)
{
    (void)t;
    return (Holes){ 1, { { 60, 40, 84, 58 } } };
}

static Holes moving(int t)
{
    int x = 4 + 7 * t;

    return (Holes){ 1, { { x, 30 + 2 * (t % 5), x + 20, 52 + 2 * (t % 5) } } };
}

static Holes two(int t)
{
    return (Holes){ 2, { { 12, 14, 30, 30 }, { 400 - 3 * t, 44, 424 - 3 * t, 60 } } };
}

/** A caption for four frames, none for two, elsewhere for four, none ... */
static Holes come_and_go(int t)
{
    int x = t / 6 % 2 ? 50 : 70;

    return t % 6 > 3 ? (Holes){ 0 } : (Holes){ 1, { { x, 60, x + 34, 72 } } };
}

static Holes none(int t)
{
    (void)t;
    return (Holes){ 0 };
}

static Holes after_the_first(int t)
{
    return t ? fixed(t) : none(t);
}

static const Film films[] = {
    { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 14, pan, moving, NULL },
    { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 14, grainy_pan, fixed, NULL },
    { { 144, 96, DEEPFILL_YUV, 10, 1, 1, 0, 2 }, 14, grainy_still, fixed, NULL },
    { { 480, 80, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 10, pan, two, NULL },
    { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 16, grainy_pan, come_and_go, NULL },
};

/* ------------------------------------------------------------------------------ what is equal -- */

static void workers_do_not_matter(void **state)
{
    static const int aheads[] = { 0, 3, 20 };
    static const Way others[] = { { 2, 2, 0, 0 }, { 5, 5, 0, 0 } };

    (void)state;
    for (size_t f = 0; f < DF_COUNT(films); f++)
        for (size_t a = 0; a < DF_COUNT(aheads); a++) {
            Reel *one = film_run(&films[f], (Way){ 1, 0, aheads[a], 0 });
            for (size_t i = THREADS_ONLY; i < DF_COUNT(others); i++) {
                Way way = others[i];
                way.ahead = aheads[a];
                Reel *other = film_run(&films[f], way);
                assert_reels_equal(one, other);
                reel_free(other);
            }
            reel_free(one);
        }
}

/** Who looks beyond the end sees no more. */
static void ahead_of_the_end_does_not_matter(void **state)
{
    (void)state;
    if (THREADS_ONLY)
        skip();
    for (size_t f = 0; f < DF_COUNT(films); f++) {
        Reel *near = film_run(&films[f], (Way){ 2, 1, 20, 0 });
        Reel *far = film_run(&films[f], (Way){ 2, 1, 40, 0 });
        assert_reels_equal(near, far);
        reel_free(near);
        reel_free(far);
    }
}

/** Where all that is to be seen lies behind, looking ahead changes nothing. */
static void ahead_in_vain_does_not_matter(void **state)
{
    static const int aheads[] = { 1, 3, 7, 20 };
    static const Film in_vain[] = {
        { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 17, grainy_still, after_the_first, NULL },
        { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 17, grainy_still, fixed, NULL },
        { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 17, still, fixed, NULL },
        { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 17, grainy_pan, none, NULL },
    };

    (void)state;
    if (THREADS_ONLY)
        skip();
    for (size_t f = 0; f < DF_COUNT(in_vain); f++) {
        Reel *live = film_run(&in_vain[f], (Way){ 1, 0, 0, 0 });
        for (size_t a = 0; a < DF_COUNT(aheads); a++) {
            Reel *other = film_run(&in_vain[f], (Way){ 2, 0, aheads[a], 0 });
            assert_reels_equal(live, other);
            reel_free(other);
        }
        reel_free(live);
    }
}

static void hole_alone_changes_in_all_formats(void **state)
{
    static const DeepfillFormat formats[] = {
        { 121, 75, DEEPFILL_YUV, 8, 1, 1, 0, 2 },  { 121, 75, DEEPFILL_YUV, 10, 1, 1, 0, 9 },
        { 120, 74, DEEPFILL_YUV, 8, 1, 0, 1, 6 },  { 119, 91, DEEPFILL_YUV, 16, 0, 1, 0, 1 },
        { 118, 70, DEEPFILL_YUV, 12, 0, 0, 0, 1 }, { 121, 77, DEEPFILL_YUV, 8, 2, 2, 0, 1 },
        { 123, 65, DEEPFILL_YUV, 9, 2, 0, 0, 1 },  { 120, 80, DEEPFILL_GRAY, 8, 0, 0, 0, 2 },
        { 121, 79, DEEPFILL_GRAY, 16, 0, 0, 1, 2 }, { 119, 67, DEEPFILL_RGB, 8, 0, 0, 1, 2 },
        { 121, 99, DEEPFILL_RGB, 16, 0, 0, 1, 2 },
    };

    (void)state;
    if (THREADS_ONLY)
        skip();
    for (size_t i = 0; i < DF_COUNT(formats); i++)
        for (int ahead = 0; ahead < 5; ahead += 4) {
            Film film = { formats[i], 12, pan, moving, NULL };
            Reel *reel = film_run(&film, (Way){ 2, 1, ahead, 0 });
            for (int t = 0; t < film.frames; t++) {
                int outside, logo;
                reel_count(reel, t, &outside, &logo);
                assert_int_equal(reel->result[t].error, 0);
                if (outside || logo)
                    fail_msg("format %zu, ahead %d, frame %d: %d changed outside, %d %% of the logo left", i, ahead, t,
                             outside, logo);
                /* The hole has moved on from where it was since frame 5, and the camera is found to a hair. */
                if (t > 5 && reel_psnr(reel, t) < 34)
                    fail_msg("format %zu, ahead %d, frame %d: %.1f dB", i, ahead, t, reel_psnr(reel, t));
            }
            reel_free(reel);
        }
}

/* ------------------------------------------------------------------------------------- order -- */

static void live_holds_nothing_back(void **state)
{
    (void)state;
    for (int workers = 1; workers < 4; workers++) {
        Film film = { small, 9, grainy_pan, moving, NULL };
        DeepfillContext *ctx = film_context(&film, (Way){ workers, 0, 0, 0 });
        Reel *reel = calloc(1, sizeof *reel);
        assert_non_null(reel);
        assert_int_equal(deepfill_delay(ctx), 0);
        for (int t = 0; t < film.frames; t++) {
            film_shoot(&film, reel, t);
            DeepfillFrame frame = film_frame(&film, reel, t);
            assert_int_equal(deepfill_send(ctx, &frame), 0);
            assert_int_equal(film_take(ctx, reel, t), 0);
            assert_int_equal(reel->result[t].error, 0);
        }
        deepfill_close(&ctx);
        reel_free(reel);
    }
}

/** As many frames as deepfill_delay() says may be withheld, and not one more. */
static void delay_is_what_it_says(void **state)
{
    static const Way ways[] = { { 2, 0, 1, 0 }, { 2, 0, 4, 0 }, { 2, 3, 4, 0 }, { 2, 3, 0, 0 } };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(ways); i++) {
        Film film = { small, 2 * ways[i].ahead + ways[i].delay + 2, grainy_pan, moving, NULL };
        DeepfillContext *ctx = film_context(&film, ways[i]);
        Reel *reel = calloc(1, sizeof *reel);
        int delay = deepfill_delay(ctx);
        assert_non_null(reel);
        assert_int_equal(delay, 2 * ways[i].ahead + ways[i].delay);
        for (int t = 0; t <= delay; t++) {
            film_shoot(&film, reel, t);
            DeepfillFrame frame = film_frame(&film, reel, t);
            /* What ahead asks for cannot be had by waiting. */
            if (t <= 2 * ways[i].ahead)
                assert_int_equal(deepfill_receive(ctx, &reel->result[0], 1), -EAGAIN);
            assert_int_equal(deepfill_send(ctx, &frame), 0);
        }
        film_shoot(&film, reel, delay + 1);
        DeepfillFrame frame = film_frame(&film, reel, delay + 1);
        assert_int_equal(deepfill_send(ctx, &frame), -EAGAIN);
        assert_int_equal(film_take(ctx, reel, 0), 0);
        deepfill_close(&ctx);
        reel_free(reel);
    }
}

static void short_streams_come_out(void **state)
{
    (void)state;
    for (int frames = 0; frames < 5; frames++)
        for (int ahead = 0; ahead < 30; ahead += 1 + ahead * 7) {
            Film film = { small, frames, grainy_pan, moving, NULL };
            Reel *reel = film_run(&film, (Way){ 2, 2, ahead, 0 });
            for (int t = 0; t < frames; t++)
                assert_int_equal(reel->result[t].error, 0);
            reel_free(reel);
        }
}

/* --------------------------------------------------------------------------------- what is seen -- */

static void assert_clean(const Reel *reel)
{
    for (int t = 0; t < reel->frames; t++) {
        int outside, logo;
        reel_count(reel, t, &outside, &logo);
        assert_int_equal(reel->result[t].error, 0);
        if (outside || logo)
            fail_msg("frame %d: %d changed outside, %d %% of the logo left", t, outside, logo);
    }
}

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
                        fail_msg("shows %d, view %d, ahead %d, frame %d: %d %% of the logo left", s, v, ahead, t, logo);
                }
                /* It is not made up again and again, either. */
                assert_true(networks <= 1);
                reel_free(reel);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_do_not_matter),
        cmocka_unit_test(ahead_of_the_end_does_not_matter),
        cmocka_unit_test(ahead_in_vain_does_not_matter),
        cmocka_unit_test(hole_alone_changes_in_all_formats),
        cmocka_unit_test(live_holds_nothing_back),
        cmocka_unit_test(delay_is_what_it_says),
        cmocka_unit_test(short_streams_come_out),
        cmocka_unit_test(pan_shows_what_is_behind),
        cmocka_unit_test(locked_fill_stays),
        cmocka_unit_test(nothing_crosses_a_cut),
        cmocka_unit_test(flash_is_bridged),
        cmocka_unit_test(repeated_frames_repeat_their_fill),
        cmocka_unit_test(shows_change_in_midstream),
    };

    return cmocka_run_group_tests_name("deepfill temporal", tests, film_open, close_model);
}
