/**
 * @file
 * Films with grain, through the public API: what is filled has as much of it as the film, new in each frame.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "film.h"

static const DeepfillFormat format = { 320, 180, DEEPFILL_YUV, 8, 1, 1, 0, 2 };

/* The canvas is as high as 192 samples and repeats: pans go along x. */
static View locked(int t)
{
    return (View){ .x = 40, .y = 0, .grain = 7, .moment = t };
}

static View clean(int t)
{
    (void)t;
    return (View){ .x = 40, .y = 0 };
}

static View clean_pan(int t)
{
    return (View){ .x = 40 + 3 * t, .y = 0 };
}

/** Each frame comes twice. */
static View doubled(int t)
{
    return locked(t / 2);
}

/** Another scene after a cut. */
static View cut(int t)
{
    View view = locked(t);

    view.scene = t >= 8;
    return view;
}

/** What cut() shows from its cut on. */
static View second_shot(int t)
{
    return cut(t + 8);
}

static Holes fixed(int t)
{
    (void)t;
    return (Holes){ 1, { { 110, 60, 190, 110 } } };
}

/** Standard deviation of the hole's second differences along both axes, of one plane. */
static double high_pass(const Picture *p, const DeepfillMask *mask, int plane)
{
    const DeepfillFormat *f = &p->image.format;
    int sx = df_plane_sub_x(f, plane), sy = df_plane_sub_y(f, plane);
    DfRect e = { (mask->extent.x0 >> sx) + 5, (mask->extent.y0 >> sy) + 5, (mask->extent.x1 >> sx) - 5,
                 (mask->extent.y1 >> sy) - 5 };
    double sum = 0;

    for (int y = e.y0; y < e.y1; y++)
        for (int x = e.x0; x < e.x1; x++) {
            double d = 0;
            for (int i = -1; i <= 1; i++)
                d += (i ? 1 : -2) * ((double)sample_of(p, plane, x - 1, y + i) - 2.0 * sample_of(p, plane, x, y + i) +
                                     sample_of(p, plane, x + 1, y + i));
            sum += d * d;
        }
    return sqrt(sum / (double)df_rect_area(e));
}

/** Mean difference of two frames in the hole of a mask, in levels. */
static double difference(const Picture *a, const Picture *b, const DeepfillMask *mask)
{
    double sum = 0;

    for (int y = mask->extent.y0; y < mask->extent.y1; y++)
        for (int x = mask->extent.x0; x < mask->extent.x1; x++)
            sum += fabs((double)sample_of(a, 0, x, y) - sample_of(b, 0, x, y));
    return sum / (double)df_rect_area(mask->extent);
}

static void fills_have_the_films_grain(void **state)
{
    (void)state;
    for (int ahead = 0; ahead < 6; ahead += 5) {
        Film film = { format, 12, locked, fixed, NULL };
        Reel *reel = film_run(&film, (Way){ 2, 1, ahead, 0 });
        for (int p = 0; p < 3; p++) {
            double made = 0, wanted = 0;
            for (int t = ahead ? 0 : 1; t < film.frames; t++) {
                made += high_pass(&reel->out[t], reel->mask[t], p);
                wanted += high_pass(&reel->truth[t], reel->mask[t], p);
            }
            if (made < 0.9 * wanted || made > 1.1 * wanted)
                fail_msg("ahead %d, plane %d: %.2f of the film's grain", ahead, p, made / wanted);
        }
        /* As much changes from frame to frame as in the film. */
        for (int t = 2; t < film.frames; t++) {
            double change = difference(&reel->out[t], &reel->out[t - 1], reel->mask[t]);
            double wanted = difference(&reel->truth[t], &reel->truth[t - 1], reel->mask[t]);
            assert_float_equal(change / wanted, 1, 0.15f);
        }
        reel_free(reel);
    }
}

static void films_without_grain_stay(void **state)
{
    static View (*const views[])(int) = { clean, clean_pan };

    (void)state;
    for (int i = 0; i < 2; i++) {
        Film film = { format, 10, views[i], fixed, NULL };
        Reel *grainy = film_run(&film, (Way){ 2, 1, 5, 0 });
        film_plain = 1;
        Reel *plain = film_run(&film, (Way){ 2, 1, 5, 0 });
        film_plain = 0;
        assert_reels_equal(grainy, plain);
        reel_free(grainy);
        reel_free(plain);
    }
}

static void workers_do_not_matter(void **state)
{
    Film film = { format, 12, cut, fixed, NULL };
    Reel *one = film_run(&film, (Way){ 1, 0, 5, 0 });
    Reel *three = film_run(&film, (Way){ 3, 3, 5, 0 });

    (void)state;
    assert_reels_equal(one, three);
    reel_free(one);
    reel_free(three);
}

static void shots_alone_have_their_grain(void **state)
{
    Film film = { format, 16, cut, fixed, NULL }, alone = { format, 8, second_shot, fixed, NULL };
    Reel *whole = film_run(&film, (Way){ 2, 1, 5, 0 });
    Reel *part = film_run(&alone, (Way){ 2, 1, 5, 0 });

    (void)state;
    assert_true(whole->result[8].cut);
    for (int t = 0; t < alone.frames; t++)
        assert_true(frame_is_same(whole, t + 8, part, t));
    reel_free(whole);
    reel_free(part);
}

static void repeated_frames_repeat_their_grain(void **state)
{
    Film film = { format, 12, doubled, fixed, NULL };
    Reel *reel = film_run(&film, (Way){ 2, 1, 5, 0 });

    (void)state;
    for (int t = 2; t < film.frames; t += 2) {
        assert_true(frame_is_same(reel, t, reel, t + 1));
        assert_false(frame_is_same(reel, t, reel, t - 1));
    }
    reel_free(reel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_have_the_films_grain),
        cmocka_unit_test(films_without_grain_stay),
        cmocka_unit_test(workers_do_not_matter),
        cmocka_unit_test(shots_alone_have_their_grain),
        cmocka_unit_test(repeated_frames_repeat_their_grain),
    };
    return cmocka_run_group_tests(tests, film_open, close_model);
}
