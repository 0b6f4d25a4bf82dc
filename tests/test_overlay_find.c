/**
 * @file
 * Edges that persist, against sums in doubles, and the boxes around them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "overlay/boxes.h"
#include "overlay/levels.h"
#include "overlay/persist.h"
#include "overlay_film.h"

#define COUNT (FILM_W * FILM_H)
#define FRAMES 24

static const float white[3] = { 235, 128, 128 };

typedef struct Bench {
    DfPersist persist;
    OverlayFrame frame;
    float planes[3][COUNT], t[COUNT], strength[COUNT];
} Bench;

static void add(Bench *b, unsigned seed, float noise, float opacity)
{
    DeepfillImage image;
    film_frame(&b->frame, seed, noise, opacity, white);
    image = film_image(&b->frame);
    df_levels(&image, 1, (float *[3]){ b->planes[0], b->planes[1], b->planes[2] });
    assert_int_equal(df_persist_add(&b->persist, (float *[3]){ b->planes[0], b->planes[1], b->planes[2] }), 0);
}

static Bench *bench_open(void)
{
    Bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    assert_int_equal(df_persist_open(&b->persist, FILM_W, FILM_H, 3, 1), 0);
    return b;
}

static void bench_close(Bench *b)
{
    df_persist_free(&b->persist);
    free(b);
}

static DfBoxes boxes_of(Bench *b)
{
    DfBoxes found;
    assert_int_equal(df_persist_read(&b->persist, b->t, b->strength), 0);
    assert_int_equal(df_boxes_find(&found, b->t, b->strength, FILM_W, FILM_H, 1, b->persist.backgrounds.count,
                                   (DfRect){ 0 }), 0);
    return found;
}

/** One frame a background: t is what its definition says of the frames. */
static void t_is_that_of_sums_in_doubles(void **state)
{
    static double sums[3][3][COUNT];
    static const double noise[3] = { 4, 12, 12 };
    Bench *b = bench_open();
    (void)state;
    for (int f = 0; f < FRAMES; f++) {
        add(b, f, 2, .5f);
        for (int p = 0; p < 3; p++)
            for (int i = FILM_W + 1; i < COUNT - FILM_W - 1; i++) {
                const float *at = b->planes[p] + i;
                double gx = (at[1] - (double)at[-1]) / 2, gy = (at[FILM_W] - (double)at[-FILM_W]) / 2;
                sums[p][0][i] += gx / FRAMES;
                sums[p][1][i] += gy / FRAMES;
                sums[p][2][i] += (gx * gx + gy * gy) / FRAMES;
            }
    }
    assert_int_equal(b->persist.backgrounds.count, FRAMES);
    assert_int_equal(df_persist_read(&b->persist, b->t, b->strength), 0);
    for (int y = 1; y < FILM_H - 1; y++)
        for (int x = 1; x < FILM_W - 1; x++) {
            double expected = 0;
            for (int p = 0; p < 3; p++) {
                int i = y * FILM_W + x;
                double square = sums[p][0][i] * sums[p][0][i] + sums[p][1][i] * sums[p][1][i];
                expected += square / (fmax(sums[p][2][i] - square, 0) + noise[p]);
            }
            assert_true(fabs(b->t[y * FILM_W + x] - sqrt(expected)) < 1e-3 * (1 + sqrt(expected)));
        }
    bench_close(b);
}

/** A background that is shown for long, and again after others, counts once. */
static void backgrounds_count_once(void **state)
{
    Bench *once = bench_open(), *often = bench_open();
    (void)state;
    for (int f = 0; f < 6; f++)
        add(once, f, 0, .5f);
    for (int f = 0; f < 6; f++)
        for (int k = 0; k < 1 + 5 * (f == 2); k++)
            add(often, f, 0, .5f);
    add(often, 2, 0, .5f);
    add(often, 2, 0, .5f);
    assert_int_equal(often->persist.backgrounds.count, 6);
    assert_int_equal(often->persist.taken, 11);
    assert_int_equal(often->persist.left, 2);
    assert_int_equal(df_persist_read(&once->persist, once->t, once->strength), 0);
    assert_int_equal(df_persist_read(&often->persist, often->t, often->strength), 0);
    for (int i = 0; i < COUNT; i++)
        assert_true(fabsf(once->t[i] - often->t[i]) < 1e-3f * (1 + once->t[i]));
    bench_close(once);
    bench_close(often);
}

static void a_logo_is_boxed_to_the_pixel(void **state)
{
    Bench *b = bench_open();
    (void)state;
    for (int f = 0; f < FRAMES; f++)
        add(b, f, 2, .4f);
    DfBoxes found = boxes_of(b);
    assert_int_equal(found.locked, 0);
    assert_int_equal(found.count, 1);
    assert_in_range(found.boxes[0].rect.x0, 27, 29);
    assert_in_range(found.boxes[0].rect.y0, 17, 19);
    assert_in_range(found.boxes[0].rect.x1, 89, 91);
    assert_in_range(found.boxes[0].rect.y1, 42, 44);
    bench_close(b);
}

static void without_a_logo_nothing_is_found(void **state)
{
    Bench *b = bench_open();
    (void)state;
    for (int f = 0; f < FRAMES; f++)
        add(b, f, 2, 0);
    DfBoxes found = boxes_of(b);
    assert_int_equal(found.count, 0);
    assert_int_equal(found.locked, 0);
    bench_close(b);
}

/** One background of one locked shot, full of edges: nothing can be known. */
static void a_locked_shot_is_told(void **state)
{
    Bench *b = bench_open();
    (void)state;
    for (int f = 0; f < FRAMES; f++)
        add(b, 3, 12, .5f);
    DfBoxes found = boxes_of(b);
    assert_int_equal(b->persist.backgrounds.count, 1);
    assert_int_equal(found.locked, 1);
    bench_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t_is_that_of_sums_in_doubles),
        cmocka_unit_test(backgrounds_count_once),
        cmocka_unit_test(a_logo_is_boxed_to_the_pixel),
        cmocka_unit_test(without_a_logo_nothing_is_found),
        cmocka_unit_test(a_locked_shot_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
