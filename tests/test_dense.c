/**
 * @file
 * Dense motion: against motions that are known, against exhaustive search, in parts of a picture, and in
 * pictures with hardly anything in them.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "motion/dense.h"

/** Two pictures, what is expected, and the flow from the first to the second. */
typedef struct Bench {
    DfArena memory, scratch;
    DfPlane a, b;
    DfPyramid pyramid_a, pyramid_b;
    DfFlow flow;
    uint8_t *expected;
} Bench;

/** A texture at any place, from waves of 5 px to 100 px, the longer the stronger, as in real pictures. */
static float texture(double x, double y, int kind)
{
    double phase = 1.7 * kind, turn = 0.5 * kind;
    double u = x * cos(turn) + y * sin(turn), v = y * cos(turn) - x * sin(turn);

    return 128 + 40 * sin(0.061 * u + 0.03 * v + phase) + 35 * sin(0.097 * v - 0.05 * u + 3 * phase) +
           20 * sin(0.31 * u + 0.17 * v + phase) + 15 * sin(0.51 * v - 0.23 * u + 2 * phase) +
           8 * sin(1.15 * u + 0.4 * sin(0.37 * v)) + 8 * sin(0.83 * (u + v) + sin(0.19 * u));
}

static Bench bench_open(int width, int height)
{
    Bench b = { 0 };

    b.a = df_plane_take(&b.memory, width, height);
    b.b = df_plane_take(&b.memory, width, height);
    b.flow = (DfFlow){ df_plane_take(&b.memory, width, height), df_plane_take(&b.memory, width, height) };
    b.expected = df_arena_take(&b.memory, (size_t)width * height);
    assert_true(b.a.data && b.b.data && b.flow.x.data && b.flow.y.data && b.expected);
    memset(b.expected, 1, (size_t)width * height);
    return b;
}

static void bench_close(Bench *b)
{
    df_arena_free(&b->memory);
    df_arena_free(&b->scratch);
}

/** The texture, moved by (dx, dy) from the first picture to the second. */
static void draw_shifted(Bench *b, double dx, double dy)
{
    for (int y = 0; y < b->a.height; y++)
        for (int x = 0; x < b->a.width; x++) {
            df_plane_row(b->a, y)[x] = texture(x, y, 1);
            df_plane_row(b->b, y)[x] = texture(x - dx, y - dy, 1);
        }
}

static int search(Bench *b, const DfAffine *start)
{
    return df_dense_flow(b->flow, &b->pyramid_a, &b->pyramid_b, start, b->expected, &b->scratch);
}

static void run(Bench *b, const DfAffine *start)
{
    assert_int_equal(df_pyramid_build(&b->pyramid_a, &b->memory, b->a, 5, 8), 0);
    assert_int_equal(df_pyramid_build(&b->pyramid_b, &b->memory, b->b, 5, 8), 0);
    assert_int_equal(search(b, start), 0);
    for (int y = 0; y < b->a.height; y++)
        for (int x = 0; x < b->a.width; x++)
            assert_true(isfinite(df_plane_row(b->flow.x, y)[x]) && isfinite(df_plane_row(b->flow.y, y)[x]));
}

static double error_at(const Bench *b, int x, int y, double dx, double dy)
{
    return hypot(df_plane_row(b->flow.x, y)[x] - dx, df_plane_row(b->flow.y, y)[x] - dy);
}

/** Mean end-point error, `rim` samples away from the picture's edges. */
static double mean_error(const Bench *b, int rim, double dx, double dy)
{
    double sum = 0;
    int count = 0;

    for (int y = rim; y < b->a.height - rim; y++)
        for (int x = rim; x < b->a.width - rim; x++, count++)
            sum += error_at(b, x, y, dx, dy);
    return sum / count;
}

/* ------------------------------------------------------------------------------------- shifts -- */

static void shifts_are_found(void **state)
{
    static const struct {
        double dx, dy, limit;
        int rim;
    } shifts[] = {
        { 0, 0, 1e-4, 0 },      { 0.125, 0, 0.02, 4 },    { -0.125, 0.375, 0.03, 4 },
        { 0.5, -0.625, 0.03, 4 }, { 12, 0, 0.02, 16 },      { -7.25, 11.5, 0.05, 16 },
    };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(shifts); i++) {
        Bench b = bench_open(150, 130);
        draw_shifted(&b, shifts[i].dx, shifts[i].dy);
        run(&b, NULL);
        double error = mean_error(&b, shifts[i].rim, shifts[i].dx, shifts[i].dy);
        if (error > shifts[i].limit)
            fail_msg("(%g, %g): mean error %g px", shifts[i].dx, shifts[i].dy, error);
        bench_close(&b);
    }
}

/** What changes a patch as a whole (exposure) does not move it. */
static void exposure_does_not_matter(void **state)
{
    Bench b = bench_open(96, 96);
    (void)state;
    draw_shifted(&b, 1.25, -0.5);
    for (int i = 0; i < 96 * 96; i++)
        df_plane_row(b.b, i / 96)[i % 96] += 40;
    run(&b, NULL);
    assert_true(mean_error(&b, 6, 1.25, -0.5) < 0.04);
    bench_close(&b);
}

/** A motion that no pyramid finds is found from a start close to it. */
static void the_start_is_used(void **state)
{
    const DfAffine start = { { 39.5, 0, 0 }, { -20.5, 0, 0 } };
    Bench b = bench_open(160, 128);
    (void)state;
    draw_shifted(&b, 40, -20);
    run(&b, &start);
    double sum = 0;
    int count = 0;
    for (int y = 40; y < 120; y++)
        for (int x = 8; x < 110; x++, count++)
            sum += error_at(&b, x, y, 40, -20);
    assert_true(sum < 0.05 * count);
    bench_close(&b);
}

/* ----------------------------------------------------------------------------------- two layers -- */

#define SIDE 96
#define REACH 6
#define HALF 4

static int in_front(double x, double y)
{
    return x >= 30 && x < 66 && y >= 26 && y < 70;
}

/** Something in front of a background; both move. */
static void draw_layers(Bench *b, const double front[2], const double back[2])
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            double fx = x - front[0], fy = y - front[1];
            df_plane_row(b->a, y)[x] = in_front(x, y) ? texture(x, y, 3) : texture(x, y, 1);
            df_plane_row(b->b, y)[x] = in_front(fx, fy) ? texture(fx, fy, 3)
                                                        : texture(x - back[0], y - back[1], 1);
        }
}

static double patch_error(const Bench *b, int x, int y, int dx, int dy)
{
    double sum = 0;

    for (int i = -HALF; i < HALF; i++)
        for (int j = -HALF; j < HALF; j++) {
            double d = df_plane_row(b->b, y + dy + i)[x + dx + j] - df_plane_row(b->a, y + i)[x + j];
            sum += d * d;
        }
    return sum;
}

/** Where between -1 and 1 a parabola through three values is least. */
static double vertex(double before, double at, double after)
{
    double bend = before + after - 2 * at;
    return bend > 0 ? DF_CLAMP((before - after) / (2 * bend), -0.5, 0.5) : 0;
}

/** The motion by which a patch around a sample fits best, of all within reach, to parts of a pixel. */
static void exhaustive(const Bench *b, int x, int y, double motion[2])
{
    double least = INFINITY;
    int u = 0, v = 0;

    for (int dy = -REACH; dy <= REACH; dy++)
        for (int dx = -REACH; dx <= REACH; dx++) {
            double error = patch_error(b, x, y, dx, dy);
            if (error < least) {
                least = error;
                u = dx;
                v = dy;
            }
        }
    motion[0] = u + vertex(patch_error(b, x, y, u - 1, v), least, patch_error(b, x, y, u + 1, v));
    motion[1] = v + vertex(patch_error(b, x, y, u, v - 1), least, patch_error(b, x, y, u, v + 1));
}

/** Whether all around a sample belongs to one layer in both pictures. */
static int clear_of_edges(int x, int y, const double front[2])
{
    int inside = 0, all = 0;

    for (int i = -8; i <= 8; i += 4)
        for (int j = -8; j <= 8; j += 4) {
            inside += in_front(x + j, y + i) + in_front(x + j - front[0], y + i - front[1]);
            all += 2;
        }
    return inside == 0 || inside == all;
}

static void agrees_with_exhaustive_search(void **state)
{
    static const double front[2] = { 2.5, -1.25 }, back[2] = { -1.25, 0.75 };
    double from_truth = 0, from_search = 0;
    int count = 0, rim = REACH + HALF + 6;
    Bench b = bench_open(SIDE, SIDE);
    (void)state;
    draw_layers(&b, front, back);
    run(&b, NULL);
    for (int y = rim; y < SIDE - rim; y++)
        for (int x = rim; x < SIDE - rim; x++) {
            const double *truth = in_front(x, y) ? front : back;
            double best[2];
            if (!clear_of_edges(x, y, front))
                continue;
            exhaustive(&b, x, y, best);
            from_truth += error_at(&b, x, y, truth[0], truth[1]);
            from_search += error_at(&b, x, y, best[0], best[1]);
            count++;
        }
    assert_true(count > 1000);
    if (from_truth > 0.05 * count || from_search > 0.15 * count)
        fail_msg("mean error %g px, %g px from exhaustive search", from_truth / count, from_search / count);
    bench_close(&b);
}

/* -------------------------------------------------------------------------------- what is expected -- */

static void parts_are_as_the_whole(void **state)
{
    static const double front[2] = { 2.5, -1.25 }, back[2] = { -1.25, 0.75 };
    Bench whole = bench_open(SIDE, SIDE), part = bench_open(SIDE, SIDE);
    double sum = 0;
    int count = 0;
    (void)state;
    draw_layers(&whole, front, back);
    draw_layers(&part, front, back);
    for (int i = 0; i < SIDE * SIDE; i++) /* a frame, as around a hole, across both layers */
        part.expected[i] = DF_MAX(abs(i % SIDE - 40), abs(i / SIDE - 40)) / 8 == 3;
    run(&whole, NULL);
    run(&part, NULL);
    for (int i = 0; i < SIDE * SIDE; i++)
        if (part.expected[i]) {
            int x = i % SIDE, y = i / SIDE;
            sum += error_at(&part, x, y, df_plane_row(whole.flow.x, y)[x], df_plane_row(whole.flow.y, y)[x]);
            count++;
        }
    if (sum > 0.05 * count)
        fail_msg("mean difference %g px", sum / count);
    bench_close(&whole);
    bench_close(&part);
}

/** Where nothing is expected, the coarse motion still is told. */
static void nothing_is_wanted(void **state)
{
    Bench b = bench_open(128, 128);
    (void)state;
    draw_shifted(&b, 3, 2);
    memset(b.expected, 0, 128 * 128);
    run(&b, NULL);
    assert_true(mean_error(&b, 16, 3, 2) < 0.5);
    bench_close(&b);
}

/* ------------------------------------------------------------------------------------ extremes -- */

static void tiny_pictures(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 7, 3 }, { 3, 7 }, { 8, 8 }, { 9, 1 }, { 17, 9 } };
    const DfAffine start = { { 0.5, 0.1, 0 }, { 1e6, 0, 0 } };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(sizes); i++)
        for (int started = 0; started < 2; started++) {
            Bench b = bench_open(sizes[i][0], sizes[i][1]);
            draw_shifted(&b, 0.25, 0.25);
            run(&b, started ? &start : NULL);
            bench_close(&b);
        }
}

/** No texture: the motion stays what it began with. */
static void flat_pictures_stay(void **state)
{
    const DfAffine start = { { 2, 0, 0 }, { -1, 0, 0 } };
    Bench b = bench_open(64, 48);
    (void)state;
    for (int i = 0; i < 64 * 48; i++)
        df_plane_row(b.a, i / 64)[i % 64] = df_plane_row(b.b, i / 64)[i % 64] = 77;
    run(&b, &start);
    assert_true(mean_error(&b, 0, 2, -1) < 1e-4);
    bench_close(&b);
}

/** The same pictures give the same bits, whatever the scratch memory held. */
static void is_deterministic(void **state)
{
    static float first[2][SIDE][SIDE];
    static const double front[2] = { 4, 1 }, back[2] = { -2, -3.5 };
    Bench b = bench_open(SIDE, SIDE);
    (void)state;
    draw_layers(&b, front, back);
    run(&b, NULL);
    for (int y = 0; y < SIDE; y++) {
        memcpy(first[0][y], df_plane_row(b.flow.x, y), sizeof first[0][y]);
        memcpy(first[1][y], df_plane_row(b.flow.y, y), sizeof first[1][y]);
    }
    DfArenaMark mark = df_arena_mark(&b.scratch);
    memset(df_arena_take(&b.scratch, 400000), 0xff, 400000);
    df_arena_reset(&b.scratch, mark);
    assert_int_equal(search(&b, NULL), 0);
    for (int y = 0; y < SIDE; y++) {
        assert_memory_equal(first[0][y], df_plane_row(b.flow.x, y), sizeof first[0][y]);
        assert_memory_equal(first[1][y], df_plane_row(b.flow.y, y), sizeof first[1][y]);
    }
    bench_close(&b);
}

static void survives_lack_of_memory(void **state)
{
    Bench b = bench_open(SIDE, SIDE);
    int successes = 0, ret = 0;
    (void)state;
    draw_shifted(&b, 1, 1);
    run(&b, NULL);
    do {
        df_arena_free(&b.scratch);
        df_fail_after(successes);
        ret = search(&b, NULL);
        df_fail_after(-1);
        df_error_clear();
        assert_true(!ret || ret == -ENOMEM);
    } while (ret && ++successes < 100);
    assert_true(!ret && successes > 0);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shifts_are_found),
        cmocka_unit_test(exposure_does_not_matter),
        cmocka_unit_test(the_start_is_used),
        cmocka_unit_test(agrees_with_exhaustive_search),
        cmocka_unit_test(parts_are_as_the_whole),
        cmocka_unit_test(nothing_is_wanted),
        cmocka_unit_test(tiny_pictures),
        cmocka_unit_test(flat_pictures_stay),
        cmocka_unit_test(is_deterministic),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
