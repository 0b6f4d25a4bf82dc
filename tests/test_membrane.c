/**
 * @file
 * Values continued into holes, against what is harmonic there, and where there is little to go by.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "plane/membrane.h"

#define SIDE 48

typedef struct Bench {
    DfArena memory, scratch;
    DfPlane plane, before;
    uint8_t hole[SIDE * SIDE];
} Bench;

/** A plane whose every sample is a * x + b * y + noise. */
static void bench_open(Bench *b, int width, int height, float dx, float dy, float noise)
{
    *b = (Bench){ 0 };
    b->plane = df_plane_take(&b->memory, width, height);
    b->before = df_plane_take(&b->memory, width, height);
    assert_true(b->plane.data && b->before.data);
    srand(1);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            df_plane_row(b->plane, y)[x] = dx * x + dy * y + noise * (rand() % 1000) / 1000;
}

static void bench_close(Bench *b)
{
    df_arena_free(&b->memory);
    df_arena_free(&b->scratch);
}

/** Cut a hole; what lies in it must have no say, so it is not even a number. */
static void cut(Bench *b, int x0, int y0, int x1, int y1)
{
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            b->hole[y * b->plane.width + x] = 255;
            df_plane_row(b->plane, y)[x] = NAN;
        }
}

static void run(Bench *b)
{
    for (int y = 0; y < b->plane.height; y++)
        memcpy(df_plane_row(b->before, y), df_plane_row(b->plane, y), b->plane.width * sizeof(float));
    assert_int_equal(df_membrane(&b->plane, 1, b->hole, &b->scratch), 0);
    for (int y = 0; y < b->plane.height; y++)
        for (int x = 0; x < b->plane.width; x++)
            assert_true(b->hole[y * b->plane.width + x] ? isfinite(df_plane_row(b->plane, y)[x])
                        : df_plane_row(b->plane, y)[x] == df_plane_row(b->before, y)[x]);
}

static int in_hole(const Bench *b, int x, int y)
{
    return b->hole[y * b->plane.width + x] != 0;
}

/** Relax until nothing moves: the harmonic continuation, no flow through the plane's edges. */
static void solve(const Bench *b, double u[SIDE][SIDE])
{
    int w = b->plane.width, h = b->plane.height;

    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            u[y][x] = df_plane_row(b->plane, y)[x];
    for (double change = 1; change > 1e-7;) {
        change = 0;
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++) {
                if (!in_hole(b, x, y))
                    continue;
                double mean = (u[y][DF_MAX(x - 1, 0)] + u[y][DF_MIN(x + 1, w - 1)] + u[DF_MAX(y - 1, 0)][x] +
                               u[DF_MIN(y + 1, h - 1)][x]) / 4;
                change = fmax(change, fabs(mean - u[y][x]));
                u[y][x] = mean;
            }
    }
}

/** Assert that the continuation stays between the fixed values next to the hole's rectangle, and is harmonic
 * but for `limit` on average. */
static void assert_harmonic(const Bench *b, double limit)
{
    static double u[SIDE][SIDE];
    double sum = 0, low = INFINITY, high = -INFINITY;
    int count = 0;

    solve(b, u);
    for (int y = 0; y < b->plane.height; y++)
        for (int x = 0; x < b->plane.width; x++)
            if (!in_hole(b, x, y)) {
                low = fmin(low, u[y][x]);
                high = fmax(high, u[y][x]);
            }
    for (int y = 0; y < b->plane.height; y++)
        for (int x = 0; x < b->plane.width; x++)
            if (in_hole(b, x, y)) {
                float found = df_plane_row(b->plane, y)[x];
                assert_true(found >= low - 1e-4 * fabs(low) && found <= high + 1e-4 * fabs(high));
                sum += fabs(found - u[y][x]);
                count++;
            }
    if (sum > limit * count)
        fail_msg("mean distance from the harmonic values %g, allowed %g", sum / count, limit);
}

static void is_nearly_harmonic(void **state)
{
    static const int holes[][4] = { { 10, 10, 40, 30 }, { 20, 2, 23, 46 }, { 5, 30, 44, 32 },
                                    { 8, 8, 41, 41 } };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(holes); i++) {
        Bench b;
        bench_open(&b, SIDE, SIDE, 2, -1, 20);
        cut(&b, holes[i][0], holes[i][1], holes[i][2], holes[i][3]);
        run(&b);
        assert_harmonic(&b, 2); /* of a range of 164 */
        bench_close(&b);
    }
}

static void ramps_go_on(void **state)
{
    Bench b;
    (void)state;
    bench_open(&b, SIDE, SIDE, 3, 2, 0);
    cut(&b, 12, 14, 36, 34);
    run(&b);
    for (int y = 14; y < 34; y++)
        for (int x = 12; x < 36; x++)
            assert_true(fabs(df_plane_row(b.plane, y)[x] - (3 * x + 2 * y)) < 0.04 * (3 * 24 + 2 * 20));
    bench_close(&b);
}

static void holes_touch_the_border(void **state)
{
    static const int holes[][4] = { { 0, 10, 12, 30 }, { 0, 0, 20, 9 }, { 30, 31, 45, 43 }, { 0, 0, 45, 20 },
                                    { 0, 0, 44, 43 } };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(holes); i++) {
        Bench b;
        bench_open(&b, 45, 43, 1, 1, 10);
        cut(&b, holes[i][0], holes[i][1], holes[i][2], holes[i][3]);
        run(&b);
        assert_harmonic(&b, 3); /* of a range of 98 */
        bench_close(&b);
    }
}

/** Scattered samples, most of them in the hole. */
static void little_is_known(void **state)
{
    Bench b;
    (void)state;
    bench_open(&b, 37, 29, 1, 0, 0);
    for (int i = 0; i < 37 * 29; i++)
        if (rand() % 40)
            cut(&b, i % 37, i / 37, i % 37 + 1, i / 37 + 1);
    run(&b);
    assert_harmonic(&b, 2);
    bench_close(&b);
}

static void one_sample_is_known(void **state)
{
    Bench b;
    (void)state;
    bench_open(&b, 13, 7, 0, 0, 0);
    cut(&b, 0, 0, 13, 7);
    b.hole[3 * 13 + 9] = 0;
    df_plane_row(b.plane, 3)[9] = -5;
    run(&b);
    for (int i = 0; i < 13 * 7; i++)
        assert_true(fabsf(df_plane_row(b.plane, i / 13)[i % 13] + 5) < 1e-5);
    bench_close(&b);
}

static void everything_is_hole(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 7, 3 }, { 1, 20 }, { 48, 48 } };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(sizes); i++) {
        Bench b;
        int w = sizes[i][0], h = sizes[i][1];
        bench_open(&b, w, h, 1, 1, 1);
        cut(&b, 0, 0, w, h);
        run(&b);
        for (int k = 0; k < w * h; k++)
            assert_true(df_plane_row(b.plane, k / w)[k % w] == 0);
        bench_close(&b);
    }
}

static void nothing_is_hole(void **state)
{
    Bench b;
    (void)state;
    bench_open(&b, 48, 47, 1, 1, 100);
    run(&b);
    assert_int_equal(df_arena_bytes(&b.scratch), 0);
    bench_close(&b);
}

/** Several planes are continued as each would be alone, and the same way each time. */
static void planes_are_alike(void **state)
{
    Bench one, two;
    (void)state;
    bench_open(&one, SIDE, 40, 1, 2, 9);
    bench_open(&two, SIDE, 40, 1, 2, 9);
    cut(&one, 5, 6, 37, 38);
    cut(&two, 5, 6, 37, 38);
    run(&one);
    DfPlane planes[2] = { df_plane_take(&two.memory, SIDE, 40), two.plane };
    memset(planes[0].data, 0, planes[0].row_floats * 40 * sizeof(float));
    assert_int_equal(df_membrane(planes, 2, two.hole, &two.scratch), 0);
    for (int y = 0; y < 40; y++)
        for (int x = 0; x < SIDE; x++) {
            assert_true(df_plane_row(two.plane, y)[x] == df_plane_row(one.plane, y)[x]);
            assert_true(df_plane_row(planes[0], y)[x] == 0);
        }
    bench_close(&one);
    bench_close(&two);
}

static void survives_lack_of_memory(void **state)
{
    (void)state;
    for (int successes = 0;; successes++) {
        Bench b;
        bench_open(&b, SIDE, SIDE, 1, 1, 1);
        cut(&b, 4, 4, 40, 40);
        df_fail_after(successes);
        int ret = df_membrane(&b.plane, 1, b.hole, &b.scratch);
        df_fail_after(-1);
        bench_close(&b);
        df_error_clear();
        if (!ret) {
            assert_true(successes > 0);
            break;
        }
        assert_int_equal(ret, -ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_nearly_harmonic),  cmocka_unit_test(ramps_go_on),
        cmocka_unit_test(holes_touch_the_border), cmocka_unit_test(little_is_known),
        cmocka_unit_test(one_sample_is_known), cmocka_unit_test(everything_is_hole),
        cmocka_unit_test(nothing_is_hole),     cmocka_unit_test(planes_are_alike),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
