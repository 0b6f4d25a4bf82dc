/**
 * @file
 * Holes to train with: shapes have the areas of their formulas, every brush draws what it is to, the same stream gives
 * the same hole, and a hole taken from a mask has that mask's shape.
 */
#include <math.h>

#include "base.h"
#include "picture.h"
#include "train/brush.h"
#include "train/canvas.h"
#include "train/glyphs.h"

enum { WIDTH = 200, HEIGHT = 160, GUARD = 64 };
static uint8_t memory[GUARD + WIDTH * HEIGHT + GUARD];
static uint8_t *const mask = memory + GUARD;
static const DfCanvas canvas = { memory + GUARD, WIDTH, HEIGHT };

static int count_holes(void)
{
    int count = 0;

    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        assert_in_range(mask[i], 0, 1);
        count += mask[i];
    }
    return count;
}

/** Holes since the last call, after which there are none; nothing beyond the mask was written. */
static int take_holes(void)
{
    int count = count_holes();

    memset(mask, 0, WIDTH * HEIGHT);
    for (int i = 0; i < GUARD; i++)
        assert_int_equal(memory[i] | mask[WIDTH * HEIGHT + i], 0);
    return count;
}

static int within(double value, double wanted, double by)
{
    return fabs(value - wanted) <= by * wanted;
}

static void shapes_have_their_areas(void **state)
{
    static const DfPoint house[] = { { 20, 60 }, { 70, 20 }, { 120, 60 }, { 120, 100 }, { 20, 100 } };
    static const DfPoint star[] = { { 50, 10 }, { 70, 90 }, { 10, 40 }, { 90, 40 }, { 30, 90 } };

    (void)state;
    df_canvas_box(&canvas, 10.2, 20, 30.7, 25);
    assert_int_equal(mask[20 * WIDTH + 10], 1);
    assert_int_equal(mask[24 * WIDTH + 30], 1);
    assert_int_equal(take_holes(), 21 * 5);
    df_canvas_disc(&canvas, (DfPoint){ 60.3, 70.1 }, 40);
    assert_true(within(take_holes(), 3.14159 * 1600, 0.01));
    df_canvas_polygon(&canvas, house, 5);
    assert_true(within(take_holes(), 100 * 40 + 100 * 40 / 2.0, 0.02));
    df_canvas_polygon(&canvas, star, 5);
    assert_int_equal(mask[55 * WIDTH + 50], 0);
    assert_int_equal(mask[30 * WIDTH + 50], 1);
    take_holes();
    df_canvas_line(&canvas, (DfPoint){ 50, 40 }, (DfPoint){ 110, 120 }, 20);
    assert_true(within(take_holes(), 100 * 20 + 3.14159 * 100, 0.02));
    df_canvas_line(&canvas, (DfPoint){ 50, 40 }, (DfPoint){ 50, 40 }, 20);
    assert_true(within(take_holes(), 3.14159 * 100, 0.03));
}

static void shapes_end_where_the_mask_does(void **state)
{
    (void)state;
    df_canvas_box(&canvas, -50, -50, 1000, 1000);
    assert_int_equal(take_holes(), WIDTH * HEIGHT);
    df_canvas_disc(&canvas, (DfPoint){ 0, 0 }, 40);
    assert_true(within(take_holes(), 3.14159 * 400, 0.02));
    df_canvas_disc(&canvas, (DfPoint){ -100, 500 }, 40);
    df_canvas_line(&canvas, (DfPoint){ -90, -40 }, (DfPoint){ -10, -10 }, 15);
    df_canvas_polygon(&canvas, (DfPoint[]){ { 300, -5 }, { 400, 300 }, { 201, 90 } }, 3);
    assert_int_equal(take_holes(), 0);
}

/** Means of 300 holes of each brush. */
static void every_brush_draws_its_holes(void **state)
{
    static const struct {
        double least, most; /* of the mean share */
    } expected[DF_BRUSHES] = {
        [DF_BRUSH_STROKES] = { 0.1, 0.25 }, [DF_BRUSH_BOX] = { 0.06, 0.12 }, [DF_BRUSH_BOTH] = { 0.16, 0.32 },
        [DF_BRUSH_BLOB] = { 0.07, 0.16 },   [DF_BRUSH_LOGO] = { 0.03, 0.1 }, [DF_BRUSH_STRIP] = { 0.08, 0.2 },
        [DF_BRUSH_CAPTION] = { 0.06, 0.2 },
    };

    (void)state;
    for (int brush = 0; brush < DF_BRUSHES; brush++) {
        double mean = 0;
        for (int i = 0; i < 300; i++) {
            DfRandom random = df_random_open(1, DF_RANDOM_EXAMPLE, i, brush);
            df_brush_draw(mask, WIDTH, HEIGHT, brush, &random);
            double share = count_holes() / (double)(WIDTH * HEIGHT);
            assert_true(share >= DF_BRUSH_LEAST && share <= DF_BRUSH_MOST);
            mean += share / 300;
            take_holes();
        }
        if (mean < expected[brush].least || mean > expected[brush].most)
            fail_msg("brush %d: mean share %.3f", brush, mean);
    }
}

static void brushes_are_chosen_as_told(void **state)
{
    int counts[DF_BRUSHES] = { 0 }, n = 10000;

    (void)state;
    for (int i = 0; i < n; i++) {
        DfRandom random = df_random_open(1, DF_RANDOM_EXAMPLE, i, 0);
        counts[df_brush_choose(&random)]++;
    }
    for (int brush = 0; brush < DF_BRUSHES; brush++)
        assert_true(counts[brush] > n / 20);
    assert_true(within(counts[DF_BRUSH_LOGO] + counts[DF_BRUSH_STRIP] + counts[DF_BRUSH_CAPTION], n / 2.0, 0.04));
}

static void a_stream_gives_one_hole(void **state)
{
    static uint8_t first[WIDTH * HEIGHT];
    int different = 0;

    (void)state;
    for (int i = 0; i < 50; i++) {
        DfRandom a = df_random_open(2, DF_RANDOM_EXAMPLE, i, 0), b = a, c = df_random_open(3, DF_RANDOM_EXAMPLE, i, 0);
        df_brush_mask(first, WIDTH, HEIGHT, &a);
        df_brush_mask(mask, WIDTH, HEIGHT, &b);
        assert_memory_equal(first, mask, sizeof first);
        df_brush_mask(mask, WIDTH, HEIGHT, &c);
        different += !!memcmp(first, mask, sizeof first);
    }
    assert_true(different > 45);
    take_holes();
}

/** In the smallest mask and a thin one nothing hangs, and there is a hole. */
static void small_masks_have_holes(void **state)
{
    (void)state;
    for (int i = 0; i < 3000; i++) {
        DfRandom random = df_random_open(4, DF_RANDOM_EXAMPLE, i, 0);
        int width = i % 2 ? 16 : WIDTH;
        df_brush_mask(mask, width, 16, &random);
        int holes = take_holes();
        assert_true(holes >= DF_BRUSH_LEAST * width * 16 && holes <= DF_BRUSH_MOST * width * 16);
    }
}

/** The pattern's hole is an L, 12 x 20 less a corner, so that flips can be told. */
static void draw_pattern(uint8_t *known)
{
    memset(known, 1, 100 * 80);
    for (int y = 0; y < 20; y++)
        memset(known + (50 + y) * 100 + 70, 0, y < 12 ? 6 : 12);
}

/** A mask's own word about a pixel; 0 beyond it. */
static int hole_at(int x, int y)
{
    return x >= 0 && y >= 0 && x < WIDTH && y < HEIGHT ? mask[y * WIDTH + x] : 0;
}

/** @return which flip of the pattern's hole the mask has: 1 along x, 2 along y; -1: none */
static int which_flip(int x0, int y0)
{
    for (int flip = 0; flip < 4; flip++) {
        int same = 1;
        for (int y = 0; y < 20; y++)
            for (int x = 0; x < 12; x++) {
                int u = flip & 1 ? 11 - x : x, v = flip & 2 ? 19 - y : y;
                same &= hole_at(x0 + x, y0 + y) == (u < 6 || v >= 12);
            }
        if (same)
            return flip;
    }
    return -1;
}

static void holes_are_cut_from_a_pattern(void **state)
{
    static uint8_t known[100 * 80];
    int flips[4] = { 0 };

    (void)state;
    draw_pattern(known);
    for (int i = 0; i < 200; i++) {
        DfRandom random = df_random_open(5, DF_RANDOM_EXAMPLE, i, 0);
        int x0 = WIDTH, y0 = HEIGHT;
        df_brush_pattern(mask, WIDTH, HEIGHT, &(DfHolePattern){ known, 100, 80 }, 1, &random);
        for (int y = HEIGHT - 1; y >= 0; y--)
            for (int x = 0; x < WIDTH; x++)
                if (hole_at(x, y)) {
                    x0 = DF_MIN(x0, x);
                    y0 = y;
                }
        assert_in_range(x0, WIDTH / 4 - 12, 3 * WIDTH / 4);
        assert_in_range(y0, HEIGHT / 4 - 20, 3 * HEIGHT / 4);
        int flip = which_flip(x0, y0);
        assert_in_range(flip, 0, 3);
        flips[flip]++;
        assert_int_equal(take_holes(), 6 * 20 + 6 * 8);
    }
    for (int i = 0; i < 4; i++)
        assert_in_range(flips[i], 25, 80);
}

static void a_pattern_is_zoomed(void **state)
{
    static uint8_t known[100 * 80];

    (void)state;
    draw_pattern(known);
    for (int i = 0; i < 20; i++) {
        DfRandom random = df_random_open(6, DF_RANDOM_EXAMPLE, i, 0);
        df_brush_pattern(mask, WIDTH, HEIGHT, &(DfHolePattern){ known, 100, 80 }, 0.5, &random);
        assert_true(within(take_holes(), 4 * 168, 0.15));
    }
    memset(known, 1, sizeof known);
    DfRandom random = df_random_open(6, DF_RANDOM_EXAMPLE, 0, 0);
    df_brush_pattern(mask, WIDTH, HEIGHT, &(DfHolePattern){ known, 100, 80 }, 1, &random);
    assert_int_equal(take_holes(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_have_their_areas),
        cmocka_unit_test(shapes_end_where_the_mask_does),
        cmocka_unit_test(every_brush_draws_its_holes),
        cmocka_unit_test(brushes_are_chosen_as_told),
        cmocka_unit_test(a_stream_gives_one_hole),
        cmocka_unit_test(small_masks_have_holes),
        cmocka_unit_test(holes_are_cut_from_a_pattern),
        cmocka_unit_test(a_pattern_is_zoomed),
    };

    return cmocka_run_group_tests_name("train_brush", tests, NULL, NULL);
}
