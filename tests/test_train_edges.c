/**
 * @file
 * Canny's detector on shapes whose outlines are known, its two thresholds, and sketches made of its edges.
 */
#include <errno.h>
#include <math.h>

#include "picture.h"
#include "scratch.h"
#include "train/edges.h"

enum { WIDTH = 120, HEIGHT = 100, PIXELS = WIDTH * HEIGHT };
static uint8_t edges[PIXELS];

/** A plane by a function of a pixel. */
static DfPlane plane_of(float (*level)(int x, int y))
{
    DfPlane plane = df_plane_take(&scratch, WIDTH, HEIGHT);

    assert_non_null(plane.data);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            df_plane_row(plane, y)[x] = level(x, y);
    return plane;
}

static int find(float (*level)(int x, int y), float sigma, float low, float high)
{
    DfArenaMark mark = df_arena_mark(&scratch);
    int count = 0;

    assert_int_equal(df_edges_find(edges, plane_of(level), sigma, low, high, &scratch), 0);
    for (int i = 0; i < PIXELS; i++) {
        assert_in_range(edges[i], 0, 1);
        count += edges[i];
    }
    df_arena_reset(&scratch, mark);
    return count;
}

static float disc(int x, int y)
{
    float distance = hypotf((float)x - 60.3f, (float)y - 50.6f);

    return distance < 29.5f ? 180 : distance > 30.5f ? 80 : 80 + 100 * (30.5f - distance);
}

/** The outline is closed, thin, and within a pixel of where it is. */
static void a_disc_has_its_outline(void **state)
{
    static const float sigmas[] = { 1, 1.5f, 2.5f };

    (void)state;
    for (int s = 0; s < 3; s++) {
        int count = find(disc, sigmas[s], 4, 10), seen[360] = { 0 };
        assert_in_range(count, 165, 230);
        for (int i = 0; i < PIXELS; i++) {
            double x = i % WIDTH - 60.3, y = i / WIDTH - 50.6;
            if (edges[i] && fabs(hypot(x, y) - 30) > 1)
                fail_msg("sigma %g: an edge at radius %g", (double)sigmas[s], hypot(x, y));
            for (int k = -3; k <= 3 && edges[i]; k++)
                seen[((int)floor(atan2(y, x) * 57.29578) + 360 + k) % 360] = 1;
        }
        for (int i = 0; i < 360; i++)
            assert_true(seen[i]);
    }
}

static float ramp(int x, int y)
{
    (void)y;
    return (float)x * 2;
}

static float step(int x, int y)
{
    (void)y;
    return x < 60 ? 100 : 140;
}

/** 40 levels through a Gaussian of 1.5: a gradient of 40 / (1.5 sqrt(2 pi)) = 10.6, of 9 by Sobel's differences. */
static void gradients_are_levels_a_pixel(void **state)
{
    (void)state;
    assert_int_equal(find(step, 1.5f, 4, 8), HEIGHT);
    for (int i = 0; i < PIXELS; i++)
        assert_int_equal(edges[i], i % WIDTH == 59);
    assert_int_equal(find(step, 1.5f, 4, 10.7f), 0);
    /* Its inside is no edge; its ends, where nothing goes on, are none. */
    find(ramp, 1.5f, 0.5f, 1);
    for (int i = 0; i < PIXELS; i++)
        assert_true(!edges[i] || i % WIDTH < 8 || i % WIDTH >= WIDTH - 8);
}

/** Two steps of 16 levels; the left one has 60 above, and falls to that over 30 rows. */
static float halves(int x, int y)
{
    float left = x < 30 ? 0 : y < 30 ? 60 : y > 60 ? 16 : 60 - 44 * (float)(y - 30) / 30;

    return 50 + left + (x < 90 ? 0 : 16);
}

static void weak_edges_stay_where_a_strong_one_goes_on(void **state)
{
    (void)state;
    find(halves, 1, 2, 12);
    assert_int_equal(edges[20 * WIDTH + 29] | edges[20 * WIDTH + 30], 1);
    assert_int_equal(edges[80 * WIDTH + 29] | edges[80 * WIDTH + 30], 1);
    for (int x = 70; x < 110; x++)
        assert_int_equal(edges[80 * WIDTH + x], 0);
    find(halves, 1, 2, 3);
    assert_int_equal(edges[80 * WIDTH + 89] | edges[80 * WIDTH + 90], 1);
}

/* -------------------------------------------------------------------------------------- sketch -- */

static float rgb[PIXELS * 3], sketch[PIXELS];
static uint8_t hole[PIXELS];

/** Rings in the picture, the right half of which is hole. */
static void draw_rings(void)
{
    for (int i = 0; i < PIXELS; i++) {
        int ring = (int)hypotf((float)(i % WIDTH) - 80, (float)(i / WIDTH) - 50) / 20;
        for (int c = 0; c < 3; c++)
            rgb[3 * i + c] = ring % 2 ? 0.5f : -0.4f;
        hole[i] = i % WIDTH >= 60 ? 7 : 0;
    }
}

static int sketch_of(int number)
{
    DfRandom random = df_random_open(3, DF_RANDOM_EXAMPLE, number, 0);
    int count = 0;

    assert_int_equal(df_edges_sketch(sketch, rgb, hole, WIDTH, HEIGHT, &random, &scratch), 0);
    for (int i = 0; i < PIXELS; i++) {
        assert_true(sketch[i] == 0 || (sketch[i] == 1 && hole[i]));
        count += sketch[i] == 1;
    }
    return count;
}

static void sketches_lie_in_the_hole_and_differ(void **state)
{
    static float first[PIXELS];
    int empty = 0, most = 0, least = PIXELS;

    (void)state;
    draw_rings();
    for (int i = 0; i < 300; i++) {
        int count = sketch_of(i);
        empty += !count;
        most = DF_MAX(most, count);
        least = count ? DF_MIN(least, count) : least;
    }
    /* 1 of 7, and some of which every line was left out. */
    assert_in_range(empty, 25, 75);
    assert_true(least < 200 && most > 700 && most < 2000);
    sketch_of(5);
    memcpy(first, sketch, sizeof first);
    sketch_of(5);
    assert_memory_equal(first, sketch, sizeof first);
}

/** Lines stay near the rings they are of. */
static void lines_are_bent_a_little(void **state)
{
    (void)state;
    draw_rings();
    for (int n = 0; n < 100; n++) {
        sketch_of(n);
        for (int i = 0; i < PIXELS; i++) {
            double radius = hypot(i % WIDTH - 80, i / WIDTH - 50), off = fabs(radius - 20 * floor(radius / 20 + 0.5));
            if (sketch[i] == 1 && radius > 15 && off > 5)
                fail_msg("sketch %d: a line at radius %g", n, radius);
        }
    }
}

static void no_memory_is_told(void **state)
{
    DfRandom random = df_random_open(3, DF_RANDOM_EXAMPLE, 1, 0);
    int ret = -ENOMEM;

    (void)state;
    draw_rings();
    for (int n = 0; ret; n++) {
        DfArena arena = { 0 };
        DfRandom same = random;
        df_fail_after(n);
        ret = df_edges_sketch(sketch, rgb, hole, WIDTH, HEIGHT, &same, &arena);
        df_fail_after(-1);
        df_arena_free(&arena);
        assert_true(ret == 0 || ret == -ENOMEM);
        assert_true(ret || n > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disc_has_its_outline),
        cmocka_unit_test(gradients_are_levels_a_pixel),
        cmocka_unit_test(weak_edges_stay_where_a_strong_one_goes_on),
        cmocka_unit_test(sketches_lie_in_the_hole_and_differ),
        cmocka_unit_test(lines_are_bent_a_little),
        cmocka_unit_test(no_memory_is_told),
    };

    return cmocka_run_group_tests_name("train_edges", tests, NULL, free_scratch);
}
