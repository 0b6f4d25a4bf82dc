/**
 * @file
 * Loops of inverse search: the portable ones against plain sums in double precision, others against them.
 * With --bench: how long each takes.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "cpu.h"
#include "kernels/patch.h"
#include "levels.h"

#define ROW_FLOATS 19
#define ROOM (12 * ROW_FLOATS)

static float a[ROOM], b[ROOM];
static const float between[][2] = { { 0, 0 }, { 1, 1 }, { 0.125f, 0.875f }, { 0.5f, 0.3f } };

/** Textures, noise, flat pictures, steps as high as values go; and a change of exposure. */
static void draw(int kind)
{
    for (int i = 0; i < ROOM; i++) {
        float noise = rand() % 1000 / 500.0f;
        int x = i % ROW_FLOATS, y = i / ROW_FLOATS;
        a[i] = kind == 0 ? 128 + 50 * sinf(0.5f * x + 0.3f * y) : kind == 1 ? 0 : 255 * (x + y > 12);
        b[i] = kind == 1 ? 255 : a[i] * 0.9f + 30;
        a[i] += kind == 1 ? 0 : noise;
        b[i] += kind == 1 ? 0 : 2 - noise;
    }
}

static void each_level(void (*test)(const DfPatchKernels *kernels))
{
    FOR_EACH_LEVEL(level) {
        srand(1);
        test(df_patch_kernels());
    }
}

static void assert_near(double found, double expected, double limit)
{
    if (!(fabs(found - expected) <= limit))
        fail_msg("%.9g, expected %.9g, allowed %.3g", found, expected, limit);
}

static double mean(const double v[DF_PATCH_AREA])
{
    double sum = 0;

    for (int i = 0; i < DF_PATCH_AREA; i++)
        sum += v[i] / DF_PATCH_AREA;
    return sum;
}

static const float *first(const float *picture)
{
    return picture + ROW_FLOATS + 1;
}

static void check_take(const DfPatchKernels *kernels)
{
    for (int kind = 0; kind < 3; kind++) {
        DfPatchTemplate patch;
        double dx[DF_PATCH_AREA], dy[DF_PATCH_AREA], xx = 0, xy = 0, yy = 0;
        draw(kind);
        kernels->take(&patch, first(a), ROW_FLOATS);
        for (int i = 0; i < DF_PATCH_AREA; i++) {
            const float *at = first(a) + i / DF_PATCH * ROW_FLOATS + i % DF_PATCH;
            assert_true(patch.value[i] == *at);
            dx[i] = (at[1] - at[-1]) / 2.0;
            dy[i] = (at[ROW_FLOATS] - at[-ROW_FLOATS]) / 2.0;
        }
        double mean_x = mean(dx), mean_y = mean(dy);
        for (int i = 0; i < DF_PATCH_AREA; i++) {
            assert_near(patch.dx[i], dx[i] - mean_x, 1e-4);
            assert_near(patch.dy[i], dy[i] - mean_y, 1e-4);
            xx += (dx[i] - mean_x) * (dx[i] - mean_x);
            xy += (dx[i] - mean_x) * (dy[i] - mean_y);
            yy += (dy[i] - mean_y) * (dy[i] - mean_y);
        }
        assert_near(patch.xx, xx, 1e-5 * xx + 1e-4);
        assert_near(patch.xy, xy, 1e-5 * (xx + yy) + 1e-4);
        assert_near(patch.yy, yy, 1e-5 * yy + 1e-4);
    }
}

static void test_take(void **state) { (void)state; each_level(check_take); }

/** d, and the sum of its squares, which rounding is measured by. */
static double differences(double d[DF_PATCH_AREA], const DfPatchTemplate *patch, const DfPatchView *view)
{
    double sum = 0;

    for (int i = 0; i < DF_PATCH_AREA; i++) {
        const float *at = view->from + i / DF_PATCH * ROW_FLOATS + i % DF_PATCH;
        double top = at[0] * (1.0 - view->fx) + at[1] * (double)view->fx;
        double bottom = at[ROW_FLOATS] * (1.0 - view->fx) + at[ROW_FLOATS + 1] * (double)view->fx;
        d[i] = top * (1.0 - view->fy) + bottom * (double)view->fy - patch->value[i];
        sum += d[i] * d[i];
    }
    return sum;
}

static void check_compare(const DfPatchKernels *kernels)
{
    for (int kind = 0; kind < 3; kind++)
        for (size_t j = 0; j < sizeof between / sizeof *between; j++) {
            DfPatchTemplate patch;
            DfPatchMatch match;
            DfPatchView view = { first(b), ROW_FLOATS, between[j][0], between[j][1] };
            double d[DF_PATCH_AREA], x = 0, y = 0, error = 0;
            draw(kind);
            df_patch_c.take(&patch, first(a), ROW_FLOATS);
            kernels->compare(&match, &patch, &view);
            double squares = differences(d, &patch, &view), middle = mean(d);
            double limit = 1e-5 * (sqrt(squares * (patch.xx + patch.yy)) + 1);
            for (int i = 0; i < DF_PATCH_AREA; i++) {
                x += (d[i] - middle) * patch.dx[i];
                y += (d[i] - middle) * patch.dy[i];
                error += (d[i] - middle) * (d[i] - middle);
            }
            assert_near(match.x, x, limit);
            assert_near(match.y, y, limit);
            assert_near(match.error, error, 1e-5 * squares);
            assert_true(match.error >= 0);
        }
}

static void test_compare(void **state) { (void)state; each_level(check_compare); }

enum { WIDE = 11, CELLS = WIDE * (DF_PATCH + 1) };

/** Sums grow by weights, and by weights times the flow, under the patch and nowhere else. */
static void assert_spread(float (*const found)[CELLS], double d[DF_PATCH_AREA], const float flow[2])
{
    double middle = mean(d);

    for (int i = 0; i < CELLS; i++) {
        int inside = i % WIDE < DF_PATCH && i / WIDE < DF_PATCH;
        double off = inside ? d[DF_PATCH * (i / WIDE) + i % WIDE] - middle : 0;
        double weight = inside ? 1 / fmax(1, fabs(off)) : 0;
        assert_near(found[0][i], i % 7 + weight, 1e-4);
        assert_near(found[1][i], i % 7 + weight * flow[0], 1e-4);
        assert_near(found[2][i], i % 7 + weight * flow[1], 1e-4);
    }
}

static void check_spread(const DfPatchKernels *kernels)
{
    const float flow[2] = { -3.5f, 12 };

    for (int kind = 0; kind < 3; kind++)
        for (size_t j = 0; j < sizeof between / sizeof *between; j++) {
            float found[3][CELLS], *sums[3] = { found[0], found[1], found[2] };
            DfPatchView view = { first(b), ROW_FLOATS, between[j][0], between[j][1] };
            double d[DF_PATCH_AREA];
            DfPatchTemplate patch;
            draw(kind);
            for (int i = 0; i < 3 * CELLS; i++)
                found[i / CELLS][i % CELLS] = i % CELLS % 7;
            df_patch_c.take(&patch, first(a), ROW_FLOATS);
            kernels->spread(sums, WIDE, &patch, &view, flow);
            differences(d, &patch, &view);
            assert_spread(found, d, flow);
        }
}

static void test_spread(void **state) { (void)state; each_level(check_spread); }

static void check_quotient(const DfPatchKernels *kernels)
{
    float out[40], sum[40], weight[40];
    for (int n = 0; n < 39; n++) {
        for (int i = 0; i < 40; i++) {
            sum[i] = rand() % 100 - 50.0f;
            weight[i] = 0.01f + rand() % 100;
        }
        out[n] = 42;
        kernels->quotient(out, sum, weight, n);
        for (int i = 0; i < n; i++)
            assert_true(out[i] == sum[i] / weight[i]);
        assert_true(out[n] == 42);
    }
}

static void test_quotient(void **state) { (void)state; each_level(check_quotient); }

/* ------------------------------------------------------------------------------------ bench -- */

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static void bench_level(const DfPatchKernels *kernels)
{
    enum { CALLS = 100000 };
    static float sums[3][DF_PATCH * ROW_FLOATS];
    float *planes[3] = { sums[0], sums[1], sums[2] }, flow[2] = { 1, 2 };
    DfPatchView view = { first(b), ROW_FLOATS, 0.25f, 0.5f };
    DfPatchTemplate patch;
    DfPatchMatch match;
    double at[4];

    draw(0);
    at[0] = seconds();
    for (int i = 0; i < CALLS; i++)
        kernels->take(&patch, first(a), ROW_FLOATS);
    at[1] = seconds();
    for (int i = 0; i < CALLS; i++)
        kernels->compare(&match, &patch, &view);
    at[2] = seconds();
    for (int i = 0; i < CALLS; i++)
        kernels->spread(planes, ROW_FLOATS, &patch, &view, flow);
    at[3] = seconds();
    printf("%s:  take %.0f ns  compare %.0f ns  spread %.0f ns a patch\n", df_cpu_name(df_cpu_level()),
           1e9 / CALLS * (at[1] - at[0]), 1e9 / CALLS * (at[2] - at[1]), 1e9 / CALLS * (at[3] - at[2]));
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--bench")) {
        each_level(bench_level);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_spread),
        cmocka_unit_test(test_quotient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
