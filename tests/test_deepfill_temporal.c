/**
 * @file
 * Filling from other frames through the public API: what comes out does not depend on workers, nor on how far
 * is looked ahead where that shows nothing new; frames come in order; the hole alone changes.
 */
#include "film_scenes.h"

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

    (void)state;
    for (size_t f = 0; f < DF_COUNT(films); f++)
        for (size_t a = 0; a < DF_COUNT(aheads); a++) {
            Reel *one = film_run(&films[f], (Way){ 1, 0, aheads[a], 0 });
            assert_more_workers_equal(&films[f], aheads[a], one);
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
    /* Looking ahead, the first frame has the second one's grain. */
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
    film_plain = 1;
    for (size_t f = 0; f < DF_COUNT(in_vain); f++) {
        Reel *live = film_run(&in_vain[f], (Way){ 1, 0, 0, 0 });
        for (size_t a = 0; a < DF_COUNT(aheads); a++) {
            Reel *other = film_run(&in_vain[f], (Way){ 2, 0, aheads[a], 0 });
            assert_reels_equal(live, other);
            reel_free(other);
        }
        reel_free(live);
    }
    film_plain = 0;
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
                    fail_msg("format %zu, ahead %d, frame %d: %d changed outside, %d %% of the logo left", i,
                             ahead, t, outside, logo);
                /* The hole has moved on since frame 5, and the camera is found to a hair. */
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

/** No more frames are withheld than deepfill_delay() says, and with all of them sent one comes out. */
static void delay_is_what_it_says(void **state)
{
    static const Way ways[] = { { 2, 0, 1, 0 }, { 2, 0, 4, 0 }, { 2, 3, 4, 0 }, { 2, 3, 0, 0 } };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(ways); i++) {
        Film film = { small, 40, grainy_still, fixed, NULL };
        DeepfillContext *ctx = film_context(&film, ways[i]);
        Reel *reel = calloc(1, sizeof *reel);
        int t = 0;
        assert_non_null(reel);
        for (;; t++) {
            film_shoot(&film, reel, t);
            DeepfillFrame frame = film_frame(&film, reel, t);
            /* What lies ahead cannot be had by waiting. */
            if (t <= ways[i].ahead)
                assert_int_equal(deepfill_receive(ctx, &reel->result[0], 1), -EAGAIN);
            int ret = deepfill_send(ctx, &frame);
            if (ret == -EAGAIN)
                break;
            assert_int_equal(ret, 0);
            assert_true(t <= deepfill_delay(ctx));
        }
        assert_true(t > ways[i].ahead);
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
    };

    return cmocka_run_group_tests_name("deepfill temporal", tests, film_open, close_model);
}
