/**
 * @file
 * The tracking loops of every CPU level beside loops as plain as their definitions, in double precision, at
 * all lengths that take other paths; nothing beyond what is promised is read or written.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "kernels/track.h"
#include "levels.h"

enum { MOST = 70 };

static uint32_t state_of_random;

static float uniform(float low, float high)
{
    state_of_random = state_of_random * 1664525 + 1013904223;
    return low + (high - low) * (state_of_random >> 8) / (1 << 24);
}

/** n values from malloc(), so that the sanitizer sees what is read beyond them: levels, or only 0 and 255. */
static float *levels(int n, int extreme)
{
    float *values = malloc(n * sizeof *values);

    assert_non_null(values);
    for (int i = 0; i < n; i++)
        values[i] = extreme ? 255 * (uniform(0, 1) > 0.5f) : uniform(0, 255);
    return values;
}

static void assert_close(double found, double expected, double scale)
{
    if (!(fabs(found - expected) <= 2e-6 * scale))
        fail_msg("%.9g, expected %.9g", found, expected);
}

static void each_level(void (*test)(const DfTrackKernels *kernels, int extreme))
{
    FOR_EACH_LEVEL(level) {
        state_of_random = 1;
        test(df_track_kernels(), 0);
        test(df_track_kernels(), 1);
    }
}

/* ----------------------------------------------------------------------------------- pyramid -- */

static void check_halving(const DfTrackKernels *kernels, int extreme)
{
    static const int weights[5] = { 1, 4, 6, 4, 1 };

    for (int n = 1; n < MOST; n++) {
        float *rows[5], *in = levels(2 * n + 3, extreme), *out = levels(n, 0);
        for (int i = 0; i < 5; i++)
            rows[i] = levels(n, extreme);
        kernels->binomial(out, (const float *const *)rows, n);
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int k = 0; k < 5; k++)
                sum += weights[k] / 16.0 * rows[k][i];
            assert_close(out[i], sum, 255);
        }
        kernels->halve(out, in, n);
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int k = 0; k < 5; k++)
                sum += weights[k] / 16.0 * in[2 * i + k];
            assert_close(out[i], sum, 255);
        }
        for (int i = 0; i < 5; i++)
            free(rows[i]);
        free(in);
        free(out);
    }
}

static void test_halving(void **state) { (void)state; each_level(check_halving); }

/* ----------------------------------------------------------------------------------- corners -- */

static void check_products(const DfTrackKernels *kernels, int extreme)
{
    for (int n = 1; n < MOST; n++) {
        float *above = levels(n + 2, extreme), *row = levels(n + 2, extreme), *below = levels(n + 2, extreme);
        float *xx = levels(n, 0), *xy = levels(n, 0), *yy = levels(n, 0);
        kernels->products(xx, xy, yy, above + 1, row + 1, below + 1, n);
        for (int i = 0; i < n; i++) {
            const float *a = above + i, *b = row + i, *c = below + i;
            double dx = (double)a[2] + 2.0 * b[2] + c[2] - a[0] - 2.0 * b[0] - c[0];
            double dy = (double)c[0] + 2.0 * c[1] + c[2] - a[0] - 2.0 * a[1] - a[2];
            assert_close(xx[i], dx * dx, 1e6);
            assert_close(xy[i], dx * dy, 1e6);
            assert_close(yy[i], dy * dy, 1e6);
        }
        free(above), free(row), free(below);
        free(xx), free(xy), free(yy);
    }
}

static void test_products(void **state) { (void)state; each_level(check_products); }

static double sum9(float *const rows[3], int i)
{
    double sum = 0;
    for (int k = 0; k < 9; k++)
        sum += rows[k / 3][i + k % 3];
    return sum;
}

static void check_corners(const DfTrackKernels *kernels, int extreme)
{
    for (int n = 1; n < MOST; n++) {
        float *rows[9], *out = levels(n, 0);
        const float *middle[9];
        for (int i = 0; i < 9; i++)
            middle[i] = (rows[i] = levels(n + 2, extreme)) + 1;
        kernels->corners(out, middle, middle + 3, middle + 6, n);
        for (int i = 0; i < n; i++) {
            double a = sum9(rows, i), b = sum9(rows + 3, i), c = sum9(rows + 6, i);
            assert_close(out[i], (a + c - sqrt((a - c) * (a - c) + 4 * b * b)) / 4, 9 * 255);
        }
        for (int i = 0; i < 9; i++)
            free(rows[i]);
        free(out);
    }
}

static void test_corners(void **state) { (void)state; each_level(check_corners); }

static void check_peaks(const DfTrackKernels *kernels, int extreme)
{
    for (int n = 1; n < MOST; n++) {
        float *rows[3];
        int *at = malloc(n * sizeof *at), expected = 0;
        assert_non_null(at);
        for (int i = 0; i < 3; i++)
            rows[i] = levels(n + 2, extreme);
        int count = kernels->peaks(at, rows[0] + 1, rows[1] + 1, rows[2] + 1, 40, n);
        for (int i = 0; i < n; i++) {
            float most = 40;
            for (int k = 0; k < 9; k++)
                most = fmaxf(most, rows[k / 3][i + k % 3]);
            if (rows[1][i + 1] < most)
                continue;
            assert_true(expected < count && at[expected] == i);
            expected++;
        }
        assert_int_equal(count, expected);
        for (int i = 0; i < 3; i++)
            free(rows[i]);
        free(at);
    }
}

static void test_peaks(void **state) { (void)state; each_level(check_peaks); }

/* ---------------------------------------------------------------------------------- tracking -- */

static double between(const float *from, int row_floats, int x, int y, double fx, double fy)
{
    const float *a = from + y * row_floats + x, *b = a + row_floats;
    return (1 - fy) * ((1 - fx) * a[0] + fx * a[1]) + fy * ((1 - fx) * b[0] + fx * b[1]);
}

/** A gradient as Scharr's kernel has it at the window's pixel (x, y), `from` being the pixel before it. */
static double slope(const float *from, int row_floats, int x, int y, double fx, double fy, int down)
{
    double sum = 0;
    for (int k = -1; k <= 1; k++) {
        int ax = down ? x + 1 + k : x, ay = down ? y : y + 1 + k;
        int bx = down ? ax : x + 2, by = down ? y + 2 : ay;
        sum += (k ? 3 : 10) / 32.0 *
               (between(from, row_floats, bx, by, fx, fy) - between(from, row_floats, ax, ay, fx, fy));
    }
    return sum;
}

static void check_template(const DfTemplate *window, const float *from, int row_floats, double fx, double fy)
{
    double sums[5] = { 0 };

    for (int y = 0; y < DF_WINDOW; y++) {
        for (int x = 0; x < DF_WINDOW; x++) {
            double dx = slope(from, row_floats, x, y, fx, fy, 0), dy = slope(from, row_floats, x, y, fx, fy, 1);
            assert_close(window->value[y][x], between(from, row_floats, x + 1, y + 1, fx, fy), 255);
            assert_close(window->dx[y][x], dx, 255);
            assert_close(window->dy[y][x], dy, 255);
            sums[0] += dx;
            sums[1] += dy;
            sums[2] += dx * dx;
            sums[3] += dx * dy;
            sums[4] += dy * dy;
        }
        assert_true(window->value[y][15] == 0 && window->dx[y][15] == 0 && window->dy[y][15] == 0);
    }
    assert_close(window->x, sums[0], 225 * 255);
    assert_close(window->y, sums[1], 225 * 255);
    assert_close(window->xx, sums[2], 225 * 255 * 255);
    assert_close(window->xy, sums[3], 225 * 255 * 255);
    assert_close(window->yy, sums[4], 225 * 255 * 255);
}

static void check_tracking(const DfTrackKernels *kernels, int extreme)
{
    enum { ROW_FLOATS = 40 };
    DfTemplate window;

    for (int round = 0; round < 30; round++) {
        float fx = round < 4 ? round % 2 : uniform(0, 1), fy = round < 4 ? round / 2 : uniform(0, 1);
        float *a = levels(17 * ROW_FLOATS + DF_TAKE_COLUMNS, extreme), found[3];
        float *b = levels(15 * ROW_FLOATS + DF_MATCH_COLUMNS, extreme);
        double sums[3] = { 0 };
        kernels->take(&window, a, ROW_FLOATS, fx, fy);
        check_template(&window, a, ROW_FLOATS, fx, fy);
        kernels->match(found, &window, b, ROW_FLOATS, fy, fx);
        for (int i = 0; i < DF_WINDOW * DF_WINDOW; i++) {
            int x = i % DF_WINDOW, y = i / DF_WINDOW;
            double difference = between(b, ROW_FLOATS, x, y, fy, fx) - window.value[y][x];
            sums[0] += difference * window.dx[y][x];
            sums[1] += difference * window.dy[y][x];
            sums[2] += difference;
        }
        assert_close(found[0], sums[0], 225 * 255 * 255);
        assert_close(found[1], sums[1], 225 * 255 * 255);
        assert_close(found[2], sums[2], 225 * 255);
        free(a);
        free(b);
    }
}

static void test_tracking(void **state) { (void)state; each_level(check_tracking); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_halving), cmocka_unit_test(test_products), cmocka_unit_test(test_corners),
        cmocka_unit_test(test_peaks),   cmocka_unit_test(test_tracking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
