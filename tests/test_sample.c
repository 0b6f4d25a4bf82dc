/**
 * @file
 * Bicubic sampling against a version as plain as Keys' formula, in double precision, at each CPU level.
 * Pictures lie in memory of exactly their size, so that the address sanitizer sees any read beyond.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "levels.h"
#include "plane/sample.h"

#define MOST 64

static uint32_t state_of_random = 1;

static double uniform(double low, double high)
{
    state_of_random = state_of_random * 1664525 + 1013904223;
    return low + (high - low) * (state_of_random >> 8) / (1 << 24);
}

/** Random samples; rows `slack` bytes longer than needed but for the last one. */
static DfTexture make(int width, int height, int bytes, int slack)
{
    DfTexture t = { .stride = width * bytes + slack, .width = width, .height = height, .bytes = bytes };
    size_t size = (height - 1) * t.stride + width * bytes;
    uint8_t *data = malloc(size);

    for (size_t i = 0; i < size; i++)
        data[i] = uniform(0, 256);
    t.data = data;
    return t;
}

static double at(const DfTexture *t, int x, int y)
{
    const uint8_t *row = t->data + DF_CLAMP(y, 0, t->height - 1) * t->stride;

    x = DF_CLAMP(x, 0, t->width - 1);
    return t->bytes == 1 ? row[x] : ((const uint16_t *)row)[x];
}

/** Keys 1981, equation 15, for any slope. */
static double keys(double distance)
{
    const double a = DF_CUBIC_SLOPE, d = fabs(distance);

    if (d < 1)
        return (a + 2) * d * d * d - (a + 3) * d * d + 1;
    return d < 2 ? a * (d * d * d - 5 * d * d + 8 * d - 4) : 0;
}

static double plain(const DfTexture *t, double x, double y)
{
    double sum = 0;

    x = DF_CLAMP(x, -4, t->width + 4.);
    y = DF_CLAMP(y, -4, t->height + 4.);
    for (int j = floor(y) - 1; j <= floor(y) + 2; j++)
        for (int i = floor(x) - 1; i <= floor(x) + 2; i++)
            sum += keys(x - i) * keys(y - j) * at(t, i, j);
    return sum;
}

static void compare(const DfTexture *t, const float *x, const float *y, int n)
{
    double range = t->bytes == 1 ? 256 : 65536;
    float found[MOST + 1];

    found[n] = 42;
    df_sample_cubic(found, t, x, y, n);
    for (int i = 0; i < n; i++) {
        double expected = plain(t, x[i], y[i]);
        if (!(fabs(found[i] - expected) <= 2e-6 * range))
            fail_msg("%dx%d, %d bytes, (%g, %g): %g, expected %g", t->width, t->height, t->bytes, x[i], y[i],
                     found[i], expected);
    }
    assert_true(found[n] == 42);
}

/** Random positions, up to `beyond` outside the picture. */
static void scatter(const DfTexture *t, float *x, float *y, int n, double beyond)
{
    for (int i = 0; i < n; i++) {
        x[i] = uniform(-beyond, t->width - 1 + beyond);
        y[i] = uniform(-beyond, t->height - 1 + beyond);
    }
}

static void each_level(void (*check)(int bytes))
{
    FOR_EACH_LEVEL(level) {
        check(1);
        check(2);
    }
}

static void check_counts(int bytes)
{
    DfTexture t = make(40, 30, bytes, 6);
    float x[MOST], y[MOST];

    for (int n = 0; n <= 20; n++)
        for (int i = 0; i < 20; i++) {
            scatter(&t, x, y, n, i % 2 ? 5 : -3);
            compare(&t, x, y, n);
        }
    free((void *)t.data);
}

static void test_counts(void **state) { (void)state; each_level(check_counts); }

/** All sizes around that of a kernel's taps, positions on every side. */
static void check_edges(int bytes)
{
    float x[MOST], y[MOST];

    for (int height = 1; height <= 9; height++)
        for (int width = 1; width <= 12; width++) {
            DfTexture t = make(width, height, bytes, 0);

            scatter(&t, x, y, MOST, 3);
            compare(&t, x, y, MOST);
            scatter(&t, x, y, MOST, 0); /* most of them so near an edge that taps are replicated */
            compare(&t, x, y, MOST);
            free((void *)t.data);
        }
}

static void test_edges(void **state) { (void)state; each_level(check_edges); }

static void check_far(int bytes)
{
    static const float far[] = { -1e30f, -3e9f, -1000, -2.5f, -2, 30, 41.5f, 1e4f, 3e9f, 1e30f };
    DfTexture t = make(33, 21, bytes, 2);

    for (size_t i = 0; i < DF_COUNT(far); i++)
        for (size_t j = 0; j < DF_COUNT(far); j++)
            compare(&t, &far[i], &far[j], 1);
    free((void *)t.data);
}

static void test_far(void **state) { (void)state; each_level(check_far); }

/** In eights along the rows, so that the last taps of kernels are the last bytes of the memory. */
static void check_integers(int bytes)
{
    DfTexture t = make(37, 11, bytes, 0);
    float x[MOST], y[MOST], found[MOST];

    for (int row = 0; row < t.height; row++) {
        for (int i = 0; i < t.width; i++) {
            x[i] = i;
            y[i] = row;
        }
        for (int first = 0; first < 8; first++) {
            df_sample_cubic(found, &t, x + first, y + first, t.width - first);
            for (int i = first; i < t.width; i++)
                assert_true(found[i - first] == at(&t, i, row));
        }
    }
    free((void *)t.data);
}

static void test_integers(void **state) { (void)state; each_level(check_integers); }

/** The last positions that the kernels may take, in memory that ends with their last tap. */
static void check_last_taps(int bytes)
{
    DfTexture t = make(16, 16, bytes, 0);
    float x[8], y[8];

    for (int i = 0; i < 8; i++) {
        x[i] = 13 + i / 8.f;
        y[i] = 13.999f - i / 8.f;
    }
    compare(&t, x, y, 8);
    for (int i = 0; i < 8; i++)
        x[i] = y[i] = 1 + i / 9.f;
    compare(&t, x, y, 8);
    free((void *)t.data);
}

static void test_last_taps(void **state) { (void)state; each_level(check_last_taps); }

static void check_upside_down(int bytes)
{
    DfTexture t = make(24, 18, bytes, 4), turned = t;
    float x[MOST], y[MOST], flipped[MOST], found[MOST], expected[MOST];

    turned.data += (t.height - 1) * t.stride;
    turned.stride = -t.stride;
    for (int i = 0; i < MOST; i++) {
        x[i] = uniform(-3, 26);
        y[i] = (int)uniform(-12, 84) / 4.f;
        flipped[i] = t.height - 1 - y[i];
    }
    df_sample_cubic(found, &turned, x, flipped, MOST);
    df_sample_cubic(expected, &t, x, y, MOST);
    for (int i = 0; i < MOST; i++)
        assert_true(fabs(found[i] - expected[i]) <= 2e-6 * (bytes == 1 ? 256 : 65536));
    free((void *)t.data);
}

static void test_upside_down(void **state) { (void)state; each_level(check_upside_down); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),   cmocka_unit_test(test_edges),     cmocka_unit_test(test_far),
        cmocka_unit_test(test_integers), cmocka_unit_test(test_last_taps), cmocka_unit_test(test_upside_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
