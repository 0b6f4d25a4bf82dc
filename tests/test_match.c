/**
 * @file
 * Distance of patches: each level's version against plain sums, to the bit. With --bench: how long each takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "cpu.h"
#include "kernels/match.h"
#include "levels.h"

#define WIDTH 37
#define HEIGHT 19
#define AREA (WIDTH * HEIGHT)
#define VALUES (AREA * DF_MATCH_CHANNELS)

static int16_t *picture, *guide; /* memory of their own, so that a sanitiser sees what is read beyond */

/** Noise over the whole range, extremes alone, flat. The fourth channel is 0. */
static void fill(int kind)
{
    for (int i = 0; i < VALUES; i++) {
        int noise = rand() % 1021, extreme = rand() % 2 * 1020;
        picture[i] = (int16_t)(i % 4 == 3 ? 0 : kind == 0 ? noise : kind == 1 ? extreme : 77);
        guide[i] = (int16_t)(i % 4 == 3 ? 0 : kind == 0 ? rand() % 8161 : kind == 1 ? rand() % 2 * 8160 : 1000);
    }
}

static int64_t square(const int16_t *values, int a, int b)
{
    int64_t sum = 0;
    for (int c = 0; c < 4; c++)
        sum += (int64_t)(values[4 * a + c] - values[4 * b + c]) * (values[4 * a + c] - values[4 * b + c]);
    return sum;
}

static int64_t guide_part(int a, int b)
{
    return square(guide, a + WIDTH + 1, b + WIDTH + 1) + square(guide, a + WIDTH + 6, b + WIDTH + 6) +
           square(guide, a + 6 * WIDTH + 1, b + 6 * WIDTH + 1) + square(guide, a + 6 * WIDTH + 6, b + 6 * WIDTH + 6);
}

static int64_t rows_part(int a, int b, int rows)
{
    int64_t sum = 0;
    for (int i = 0; i < rows * 8; i++)
        sum += square(picture, a + i / 8 * WIDTH + i % 8, b + i / 8 * WIDTH + i % 8);
    return sum;
}

static int any_patch(void)
{
    return rand() % (HEIGHT - 7) * WIDTH + rand() % (WIDTH - 7);
}

static void check(const DfMatchKernels *kernels)
{
    DfMatchPlanes planes = { picture, guide, WIDTH };

    for (int i = 0; i < 3000; i++) {
        if (i % 100 == 0)
            fill(i / 100 % 3);
        int a = i % 50 ? any_patch() : AREA - 7 * WIDTH - 8, b = any_patch();
        int64_t first = guide_part(a, b), half = first + rows_part(a, b, 4), all = first + rows_part(a, b, 8);
        assert_true(all < INT32_MAX);
        assert_int_equal(kernels->distance(&planes, a, b, INT32_MAX), all);
        assert_int_equal(kernels->distance(&planes, a, b, (int32_t)first), first);
        assert_int_equal(kernels->distance(&planes, a, b, (int32_t)half), first == half ? first : half);
        assert_int_equal(kernels->distance(&planes, a, b, (int32_t)half + 1), all);
    }
}

static void each_level(void (*test)(const DfMatchKernels *kernels))
{
    FOR_EACH_LEVEL(level) {
        srand(1);
        test(df_match_kernels());
    }
}

static void test_distance(void **state)
{
    (void)state;
    each_level(check);
}

static void bench(const DfMatchKernels *kernels)
{
    DfMatchPlanes planes = { picture, guide, WIDTH };
    clock_t start = clock();
    int64_t sum = 0;

    for (int i = 0; i < 2000000; i++)
        sum += kernels->distance(&planes, i % 29, i % 300, INT32_MAX);
    printf("%-8s distance %6.1f ns (%lld)\n", df_cpu_name(df_cpu_level()),
           (double)(clock() - start) / CLOCKS_PER_SEC * 1e9 / 2000000, (long long)sum);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_distance) };
    int failed = 0;

    picture = malloc(VALUES * sizeof *picture);
    guide = malloc(VALUES * sizeof *guide);
    if (!picture || !guide)
        return 1;
    fill(0);
    if (argc > 1 && !strcmp(argv[1], "--bench"))
        each_level(bench);
    else
        failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(picture);
    free(guide);
    return failed;
}
