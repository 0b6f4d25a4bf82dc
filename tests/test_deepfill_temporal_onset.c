/**
 * @file
 * Masks that come late, go early or are missed in a frame: what such a frame shows is not taken for the truth, and masks
 * that grow in time.
 */
#include "film_scenes.h"

enum { BEGIN = 10, END = 26, MISSED = 17, FRAMES = 36 };

static const DfRect place = { 60, 40, 84, 58 };

static Holes stands(int t)
{
    return (Holes){ t >= BEGIN && t < END, { place } };
}

static Holes stands_longer(int t)
{
    return (Holes){ t >= BEGIN - 2 && t < END + 2, { place } };
}

static Holes always(int t)
{
    (void)t;
    return (Holes){ 1, { place } };
}

static Holes missed_once(int t)
{
    return (Holes){ t != MISSED, { place } };
}

static Holes crosses(int t)
{
    int x = 10 + 3 * t;

    return (Holes){ 1, { { x, 30, x + 22, 54 } } };
}

static Holes crosses_but_once(int t)
{
    Holes holes = crosses(t);

    holes.count = t != MISSED;
    return holes;
}

/** Frames with a mask are clean, and alike whatever the workers. @return their least PSNR from frame `first` on */
static double run_marked(const Film *film, Holes (*marks)(int), int ahead, int first)
{
    double least = 100;

    film_marks = marks;
    Reel *reel = film_run(film, (Way){ 2, 1, ahead, 0 }), *other = film_run(film, (Way){ 1, 0, ahead, 0 });
    film_marks = NULL;
    assert_reels_equal(reel, other);
    for (int t = 0; t < film->frames; t++) {
        int outside, logo;
        reel_count(reel, t, &outside, &logo);
        assert_int_equal(outside, 0);
        assert_int_equal(reel->result[t].error, 0);
        if (!reel->mask[t])
            continue;
        if (logo)
            fail_msg("ahead %d: %d %% of the logo is left in frame %d", ahead, logo, t);
        least = t >= first ? DF_MIN(least, reel_psnr(reel, t)) : least;
    }
    reel_free(reel);
    reel_free(other);
    return least;
}

static View (*const views[])(int) = { still, grainy_still, pan, grainy_pan };

enum { FIRST_VIEW = THREADS_ONLY ? DF_COUNT(views) - 1 : 0 };

/** The caption begins two frames before its mask and ends two after it. */
static void late_mask_does_not_show_the_caption(void **state)
{
    (void)state;
    for (size_t i = FIRST_VIEW; i < DF_COUNT(views); i++) {
        Film film = { small, FRAMES, views[i], stands, NULL };
        /* Frames beyond the caption show what is behind it. */
        double exact = run_marked(&film, stands, 12, 0), late = run_marked(&film, stands_longer, 12, 0);
        if (late < DF_MIN(exact, 40) - 4)
            fail_msg("view %zu: %.1f dB, %.1f where the mask is exact", i, late, exact);
        if (!THREADS_ONLY)
            run_marked(&film, stands_longer, 0, 0);
    }
}

/** Masks that begin early are no reason to doubt what was seen before. */
static void early_mask_costs_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 && !THREADS_ONLY; i++) {
        Film film = { small, FRAMES, views[i], stands_longer, NULL };
        double least = run_marked(&film, stands, 12, 0);
        if (least < 36)
            fail_msg("view %zu: %.1f dB", i, least);
    }
}

static void missed_frame_does_not_show_the_logo(void **state)
{
    (void)state;
    for (size_t i = FIRST_VIEW; i < DF_COUNT(views); i++)
        for (int ahead = 0; ahead < 13; ahead += 12) {
            Film film = { small, FRAMES, views[i], missed_once, NULL };
            run_marked(&film, always, ahead, 0);
        }
}

/** Before and after the missed frame the fill is the same: it is carried across. */
static void fill_is_carried_across_a_missed_frame(void **state)
{
    Film film = { small, FRAMES, still, missed_once, NULL };

    (void)state;
    film_marks = always;
    Reel *reel = film_run(&film, (Way){ 2, 1, 12, 0 });
    film_marks = NULL;
    for (int t = 1; t < FRAMES; t++) {
        assert_true(reel->result[t].network == 0);
        if (t != MISSED && !frame_is_same(reel, t, reel, 0))
            fail_msg("frame %d is another", t);
    }
    reel_free(reel);
}

static void missed_object_does_not_come_back(void **state)
{
    Film film = { small, 34, still, crosses_but_once, NULL };

    (void)state;
    run_marked(&film, crosses, 12, 0);
}

/** Frames beside a part that comes or goes are filled, too; live those after it alone. */
static void mask_grows_in_time(void **state)
{
    Film film = { small, FRAMES, grainy_pan, stands, NULL };

    (void)state;
    for (int ahead = 0; ahead < 13; ahead += 12) {
        film_marks = stands_longer;
        film_dilate_time = 2;
        Reel *reel = film_run(&film, (Way){ 2, 1, ahead, 0 }), *other = film_run(&film, (Way){ 1, 0, ahead, 0 });
        film_marks = NULL;
        film_dilate_time = 0;
        assert_reels_equal(reel, other);
        for (int t = 0; t < FRAMES; t++) {
            int outside, logo, is_grown = (t < BEGIN && t >= BEGIN - 2 && ahead) || (t >= END && t < END + 2);
            reel_count(reel, t, &outside, &logo);
            assert_int_equal(reel->result[t].hole > 0, reel->mask[t] || is_grown);
            assert_int_equal(outside > 0, is_grown);
            if (logo && (ahead || t >= BEGIN))
                fail_msg("ahead %d: %d %% of the logo is left in frame %d", ahead, logo, t);
        }
        reel_free(reel);
        reel_free(other);
    }
}

static enum DeepfillShow coarse_now_and_then(int t)
{
    return t % 3 ? DEEPFILL_SHOW_COARSE : DEEPFILL_SHOW_FILL;
}

/** A frame that is shown as the first stage makes it is filled by itself, in boxes of the mask that it has grown to. */
static void mask_grows_under_previews(void **state)
{
    Film film = { small, FRAMES, grainy_pan, stands, coarse_now_and_then };

    (void)state;
    film_marks = stands_longer;
    film_dilate_time = 2;
    Reel *reel = film_run(&film, (Way){ 2, 1, 12, 0 }), *other = film_run(&film, (Way){ 1, 0, 12, 0 });
    film_marks = NULL;
    film_dilate_time = 0;
    assert_reels_equal(reel, other);
    for (int t = 0; t < FRAMES; t++)
        assert_int_equal(reel->result[t].hole > 0, t >= BEGIN - 2 && t < END + 2);
    reel_free(reel);
    reel_free(other);
}

static Holes logo_and_ticker(int t)
{
    (void)t;
    return (Holes){ 2, { place, { 92, 34, 130, 66 } } };
}

/** A pan carries what stands beside the hole into it, unless it is kept out. */
static void what_is_kept_out_is_no_source(void **state)
{
    Film film = { small, FRAMES, pan, always, NULL };
    Holes ticker = { 1, { { 92, 34, 130, 66 } } };
    DeepfillMask *keep_out = film_mask(&small, &ticker);

    (void)state;
    for (int ahead = 0; ahead < 13; ahead += 12) {
        double mean[2] = { 0 };
        for (int kept = 0; kept < 2; kept++) {
            film_marks = logo_and_ticker;
            film_keep_out = kept ? keep_out : NULL;
            Reel *reel = film_run(&film, (Way){ 2, 1, ahead, 0 }), *other = film_run(&film, (Way){ 1, 0, ahead, 0 });
            film_marks = NULL;
            film_keep_out = NULL;
            assert_reels_equal(reel, other);
            for (int t = 0; t < FRAMES; t++) {
                int outside, logo;
                reel_count(reel, t, &outside, &logo);
                assert_int_equal(outside, 0);
                mean[kept] += reel_psnr(reel, t) / FRAMES;
            }
            reel_free(reel);
            reel_free(other);
        }
        /* With frames ahead what stands still beside a pan is told from it anyhow. */
        if (mean[1] < mean[0] + (ahead ? -0.5 : 0.2))
            fail_msg("ahead %d: %.1f dB, %.1f where nothing is kept out", ahead, mean[1], mean[0]);
    }
    deepfill_mask_close(&keep_out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_mask_does_not_show_the_caption),
        cmocka_unit_test(early_mask_costs_nothing),
        cmocka_unit_test(missed_frame_does_not_show_the_logo),
        cmocka_unit_test(fill_is_carried_across_a_missed_frame),
        cmocka_unit_test(missed_object_does_not_come_back),
        cmocka_unit_test(mask_grows_in_time),
        cmocka_unit_test(mask_grows_under_previews),
        cmocka_unit_test(what_is_kept_out_is_no_source),
    };

    return cmocka_run_group_tests_name("deepfill temporal, masks that are late", tests, film_open, close_model);
}
