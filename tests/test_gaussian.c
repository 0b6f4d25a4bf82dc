/**
 * @file
 * Gaussian means beside a plain double loop: edges, unknown samples, in place, the widest sigma, no memory.
 */
#include <errno.h>
#include <math.h>

#include "picture.h"
#include "scratch.h"
#include "plane/gaussian.h"

static int radius_of(float sigma)
{
    return (int)ceilf(3 * sigma);
}

/** The definition at (x, y): the sum of known in over the sum of known. */
static double plain_mean(DfPlane in, DfPlane known, double sigma, int x, int y)
{
    int radius = radius_of((float)sigma);
    double sum = 0, weights = 0;

    for (int v = DF_MAX(y - radius, 0); v <= DF_MIN(y + radius, in.height - 1); v++)
        for (int u = DF_MAX(x - radius, 0); u <= DF_MIN(x + radius, in.width - 1); u++) {
            double g = exp(-0.5 * ((u - x) * (u - x) + (v - y) * (v - y)) / (sigma * sigma));
            double weight = g * (double)df_plane_row(known, v)[u];
            sum += weight * (double)df_plane_row(in, v)[u];
            weights += weight;
        }
    return weights > 0 ? sum / weights : 0;
}

/** What is known of a plane. */
enum Known { EVERY, ALL, HALF, SHARES, FEW, ONE, NONE }; /* EVERY: no weights are given */

static void draw_planes(DfPlane in, DfPlane known, enum Known kind, unsigned seed)
{
    for (int y = 0; y < in.height; y++)
        for (int x = 0; x < in.width; x++) {
            float *k = &df_plane_row(known, y)[x];
            df_plane_row(in, y)[x] = (float)draw(&seed, 2560) / 10;
            *k = kind <= ALL ? 1 : kind == HALF ? draw(&seed, 2) : kind == SHARES ? (float)draw(&seed, 256) / 255 :
                 kind == FEW ? !draw(&seed, 200) : 0;
        }
    if (kind == ONE)
        df_plane_row(known, in.height - 1)[in.width - 1] = 1;
}

static void check_plane(int width, int height, float sigma, enum Known kind, int in_place)
{
    DfArenaMark mark = df_arena_mark(&scratch);
    DfPlane in = df_plane_take(&scratch, width, height), known = df_plane_take(&scratch, width, height);
    DfPlane copy = df_plane_take(&scratch, width, height), out = in_place ? in : df_plane_take(&scratch, width, height);

    draw_planes(in, known, kind, 3 * width + height);
    draw_planes(copy, known, kind, 3 * width + height);
    assert_int_equal(df_gaussian_mean(out, in, kind == EVERY ? NULL : &known, sigma, &scratch), 0);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double wanted = plain_mean(copy, known, (double)sigma, x, y), got = (double)df_plane_row(out, y)[x];
            if (!(fabs(got - wanted) < 2e-3))
                fail_msg("%dx%d, sigma %g, known %d: (%d, %d) is %f, not %f", width, height, (double)sigma, (int)kind,
                         x, y, got, wanted);
        }
    df_arena_reset(&scratch, mark);
}

static void is_the_mean_of_known_samples(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 37, 23 }, { 5, 60 }, { 64, 3 }, { 33, 1 } };
    static const float sigmas[] = { 0.4f, 1, 3, 4 };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(sizes); i++)
        for (size_t k = 0; k < DF_COUNT(sigmas); k++)
            for (enum Known kind = EVERY; kind <= NONE; kind++)
                check_plane(sizes[i][0], sizes[i][1], sigmas[k], kind, kind & 1);
}

/** At 3 sigma along both axes the one known sample still counts, one sample farther it does not. */
static void widest_sigma_reaches_three(void **state)
{
    int radius = radius_of(DF_GAUSSIAN_MOST), side = radius + 2;

    (void)state;
    for (enum Known kind = EVERY; kind <= ONE; kind++)
        check_plane(side, side, DF_GAUSSIAN_MOST, kind, 0);
    DfPlane in = df_plane_take(&scratch, side, side), known = df_plane_take(&scratch, side, side);
    draw_planes(in, known, ONE, 1);
    float only = df_plane_row(in, side - 1)[side - 1];
    assert_int_equal(df_gaussian_mean(in, in, &known, DF_GAUSSIAN_MOST, &scratch), 0);
    assert_float_equal(df_plane_row(in, 1)[1], only, 1e-3f);
    for (int i = 0; i < side; i++) {
        assert_true(df_plane_row(in, 0)[i] == 0);
        assert_true(df_plane_row(in, i)[0] == 0);
    }
}

/** Each allocation that fails is told, and the scratch memory is given back. */
static void memory_that_fails_is_told(void **state)
{
    int ret = -ENOMEM;

    (void)state;
    for (int n = 0; ret == -ENOMEM; n++) {
        DfArena own = { 0 };
        DfPlane in = df_plane_take(&scratch, 300, 200), known = df_plane_take(&scratch, 300, 200);
        draw_planes(in, known, ALL, 1);
        df_fail_after(n);
        ret = df_gaussian_mean(in, in, &known, 2, &own);
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM);
        assert_true(n || ret == -ENOMEM);
        assert_true(df_arena_mark(&own).used == 0);
        df_arena_free(&own);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_mean_of_known_samples),
        cmocka_unit_test(widest_sigma_reaches_three),
        cmocka_unit_test(memory_that_fails_is_told),
    };
    return cmocka_run_group_tests_name("gaussian", tests, NULL, free_scratch);
}
