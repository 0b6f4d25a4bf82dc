/**
 * @file
 * Overlays that are learnt while a film runs, through the public API: what a mask marks is taken off once it is known,
 * after a fade and beside frames that lack it as well, and alike for any workers.
 */
#include "film_scenes.h"

enum { FRAMES = 44, KNOWN = 28 }; /* by KNOWN the overlay has been estimated twice at least */

static const DfRect logo = { 60, 36, 92, 60 };

/** How a film is run. */
typedef struct Run {
    int workers, delay, estimate, dilate_time;
    float (*part)(int t); /**< of the logo's opacity in a frame, 0: neither logo nor mask */
} Run;

static float always(int t)
{
    (void)t;
    return 1;
}

static float fades_once(int t)
{
    return t >= 20 && t < 24 ? 0.5f : 1;
}

static float comes_and_goes(int t)
{
    return t % 11 < 8 ? 1 : 0;
}

/** Strokes of four pixels, white of .5. */
static void put_logo(Picture *picture, float part)
{
    const DeepfillImage *image = &picture->image;

    for (int p = 0; p < 3; p++)
        for (int y = logo.y0 >> !!p; y < logo.y1 >> !!p; y++)
            for (int x = logo.x0 >> !!p; x < logo.x1 >> !!p; x++) {
                float opacity = (x << !!p) / 4 % 2 ? 0.5f * part : 0, code = p ? 128 : 235;
                uint8_t *sample = image->data[p] + y * image->stride[p] + x;
                *sample = (uint8_t)((1 - opacity) * *sample + opacity * code + 0.5f);
            }
}

static DeepfillContext *open_context(const Run *run)
{
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;

    deepfill_defaults(&settings, model, &small);
    settings.size = 64;
    settings.workers = run->workers;
    settings.delay = run->delay;
    settings.ahead = 5;
    settings.dilate_time = run->dilate_time;
    settings.overlay_estimate = run->estimate;
    assert_int_equal(deepfill_open(&ctx, &settings), 0);
    return ctx;
}

static void shoot(const Run *run, Reel *reel, int t)
{
    View view = grainy_pan(t);
    Picture *all[] = { &reel->truth[t], &reel->in[t], &reel->out[t] };

    for (int i = 0; i < 3; i++) {
        *all[i] = picture_new(small);
        film_paint(all[i], &view);
        if (i)
            put_logo(all[i], run->part(t));
    }
    reel->frames = t + 1;
}

/** Run a film whose frame t has mask number t; NULL: it passes. */
static Reel *run_masked(const Run *run, DeepfillMask *const masks[FRAMES])
{
    Reel *reel = calloc(1, sizeof *reel);
    DeepfillContext *ctx = open_context(run);
    int taken = 0, ret;

    assert_non_null(reel);
    for (int t = 0; t < FRAMES; t++) {
        shoot(run, reel, t);
        DeepfillFrame frame = { .image = reel->out[t].image, .mask = masks[t], .opaque = &reel->out[t] };
        while ((ret = deepfill_send(ctx, &frame)) == -EAGAIN)
            assert_int_equal(film_take(ctx, reel, taken++), 0);
        assert_int_equal(ret, 0);
    }
    deepfill_flush(ctx);
    for (; taken < FRAMES; taken++)
        assert_int_equal(film_take(ctx, reel, taken), 0);
    deepfill_close(&ctx);
    return reel;
}

static Reel *run_film(Run run)
{
    DeepfillMask *mask = mask_of_rect(144, 96, logo.x0, logo.y0, logo.x1, logo.y1, 2, 0), *masks[FRAMES];

    for (int t = 0; t < FRAMES; t++)
        masks[t] = run.part(t) > 0 ? mask : NULL;
    Reel *reel = run_masked(&run, masks);
    deepfill_mask_close(&mask);
    return reel;
}

/** Mean square by which luma is off in the logo. */
static double error_of(const Reel *reel, int t)
{
    double sum = 0;

    for (int y = logo.y0; y < logo.y1; y++)
        for (int x = logo.x0; x < logo.x1; x++) {
            double off = (double)sample_of(&reel->out[t], 0, x, y) - (double)sample_of(&reel->truth[t], 0, x, y);
            sum += off * off;
        }
    return sum / (double)df_rect_area(logo);
}

/** From KNOWN on frames with the whole logo are restored: nearer to the truth than what a fill alone makes. */
static void check_is_learnt(Run run)
{
    Reel *learnt = run_film(run);
    run.estimate = 0;
    Reel *filled = run_film(run);
    double error = 0, error_filled = 0;

    for (int t = 0; t < FRAMES; t++) {
        assert_int_equal(learnt->result[t].error, 0);
        if (t < 11 || run.part(t) == 0)
            assert_true(frame_is_same(learnt, t, filled, t));
        if (t < KNOWN || run.part(t) < 1)
            continue;
        if (frame_is_same(learnt, t, filled, t))
            fail_msg("frame %d is but filled", t);
        error += error_of(learnt, t);
        error_filled += error_of(filled, t);
    }
    if (error > error_filled)
        fail_msg("off by %.1f, filled by %.1f", error, error_filled);
    reel_free(learnt);
    reel_free(filled);
}

static void what_a_mask_marks_is_learnt(void **state)
{
    (void)state;
    check_is_learnt((Run){ 2, 2, 1, 0, always });
}

static void learning_goes_on_after_a_fade(void **state)
{
    (void)state;
    check_is_learnt((Run){ 2, 2, 1, 0, fades_once });
}

/** Holes that grow in time give a mask to frames that lack the logo: these are filled, nothing is learnt of them. */
static void holes_that_grow_in_time_do_not_matter(void **state)
{
    (void)state;
    check_is_learnt((Run){ 2, 2, 1, 2, comes_and_goes });
}

/** The logo's rectangle without its middle third, or all of it, by turns of four frames. */
static int has_middle(int t)
{
    return t / 4 % 2;
}

/** What frames beside hide is not written in a frame whose own mask lacks it, though it lies between parts of that. */
static void pixels_beside_the_mask_stay(void **state)
{
    Run run = { 1, 0, 1, 0, always };
    uint8_t picture[96][144] = { { 0 } };
    DeepfillMaskSettings settings;
    DeepfillMask *masks[2], *by_frame[FRAMES];

    (void)state;
    deepfill_mask_defaults(&settings, 144, 96);
    settings.dilate = settings.feather = 0;
    for (int i = 0; i < 2; i++) {
        for (int y = logo.y0; y < logo.y1; y++)
            for (int x = logo.x0; x < logo.x1; x++)
                picture[y][x] = i || x < logo.x0 + 8 || x >= logo.x1 - 8 ? 255 : 0;
        assert_int_equal(deepfill_mask_create(&masks[i], &settings, picture[0], 144, 144, 96), 0);
    }
    for (int t = 0; t < FRAMES; t++)
        by_frame[t] = masks[has_middle(t)];
    Reel *reel = run_masked(&run, by_frame);
    for (int t = 0; t < FRAMES; t++)
        for (int y = logo.y0; y < logo.y1 && !has_middle(t); y++)
            for (int x = logo.x0 + 8; x < logo.x1 - 8; x++)
                if (sample_of(&reel->out[t], 0, x, y) != sample_of(&reel->in[t], 0, x, y))
                    fail_msg("frame %d: (%d, %d) is %u, was %u", t, x, y, sample_of(&reel->out[t], 0, x, y),
                             sample_of(&reel->in[t], 0, x, y));
    for (int i = 0; i < 2; i++)
        deepfill_mask_close(&masks[i]);
    reel_free(reel);
}

static void workers_do_not_matter(void **state)
{
    static const int ways[][2] = { { 2, 2 }, { 5, 5 } };
    Run run = { 1, 0, 1, 0, fades_once };
    Reel *one = run_film(run);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(ways); i++) {
        run.workers = ways[i][0];
        run.delay = ways[i][1];
        Reel *other = run_film(run);
        assert_reels_equal(one, other);
        reel_free(other);
    }
    reel_free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_mask_marks_is_learnt),
        cmocka_unit_test(learning_goes_on_after_a_fade),
        cmocka_unit_test(holes_that_grow_in_time_do_not_matter),
        cmocka_unit_test(pixels_beside_the_mask_stay),
        cmocka_unit_test(workers_do_not_matter),
    };
    return cmocka_run_group_tests_name("deepfill overlay estimate", tests, film_open, close_model);
}
