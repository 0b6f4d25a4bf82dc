/**
 * @file
 * Loops over rows that are partly known, at every CPU level and length, against their definitions.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/smooth.h"
#include "levels.h"

#define MOST 70
#define ROOM (2 * MOST + 8)

static float rows[4][ROOM], known[2][ROOM];

static void draw(void)
{
    for (int r = 0; r < 4; r++)
        for (int i = 0; i < ROOM; i++)
            rows[r][i] = rand() % 2000 / 10.0f - 100;
    for (int r = 0; r < 2; r++)
        for (int i = 0; i < ROOM; i++)
            known[r][i] = rand() % 3 == 0;
}

static void each_level(void (*test)(const DfSmoothKernels *kernels, int n))
{
    FOR_EACH_LEVEL(level) {
        srand(1);
        for (int n = 0; n <= MOST; n++) {
            draw();
            test(df_smooth_kernels(), n);
        }
    }
}

static void assert_near(float found, double expected)
{
    assert_true(fabs(found - expected) < 1e-4);
}

static void check_halve(const DfSmoothKernels *kernels, int n)
{
    float out[MOST + 1], seen[MOST + 1];
    const float *const values[2] = { rows[0], rows[1] }, *const are_known[2] = { known[0], known[1] };

    out[n] = seen[n] = 42;
    kernels->halve(out, seen, values, are_known, n);
    for (int i = 0; i < n; i++) {
        double sum = 0, count = 0;
        for (int j = 0; j < 4; j++)
            if (known[j / 2][2 * i + j % 2] > 0) {
                sum += rows[j / 2][2 * i + j % 2];
                count++;
            }
        assert_near(out[i], count > 0 ? sum / count : 0);
        assert_true(seen[i] == (count > 0));
    }
    assert_true(out[n] == 42 && seen[n] == 42);
}

static void test_halve(void **state) { (void)state; each_level(check_halve); }

/** Both ways that sizes lie on one another: centres of 2x2, and every second sample. */
static void check_widen(const DfSmoothKernels *kernels, int n)
{
    static const float shifts[2][2] = { { 0.25f, 0.25f }, { 0, 0.5f } };
    const float *near = rows[0] + 1, *far = rows[1] + 1;

    for (int j = 0; j < 2; j++) {
        float out[MOST + 1], before[MOST + 1];
        memcpy(out, rows[2], sizeof out);
        memcpy(before, out, sizeof out);
        kernels->widen(out, known[0], near, far, 0.25f, shifts[j], n);
        for (int i = 0; i < n; i++) {
            int at = i / 2, next = i % 2 ? at + 1 : at - 1;
            double here = 0.75 * near[at] + 0.25 * far[at], there = 0.75 * near[next] + 0.25 * far[next];
            double share = shifts[j][i % 2];
            assert_near(out[i], known[0][i] > 0 ? before[i] : (1 - share) * here + share * there);
        }
        assert_true(out[n] == before[n]);
    }
}

static void test_widen(void **state) { (void)state; each_level(check_widen); }

static void check_sweep(const DfSmoothKernels *kernels, int n)
{
    for (int odd = 0; odd < 2; odd++) {
        float row[MOST + 2], before[MOST + 2];
        memcpy(row, rows[2], sizeof row);
        memcpy(before, row, sizeof row);
        kernels->sweep(row + 1, rows[0] + 1, rows[1] + 1, known[0] + 1, odd, n);
        for (int i = 1; i <= n; i++) {
            int due = known[0][i] == 0 && (i - 1) % 2 == odd;
            double mean = (before[i - 1] + before[i + 1] + rows[0][i] + rows[1][i]) / 4.0;
            assert_near(row[i], due ? mean : before[i]);
        }
        assert_true(row[0] == before[0] && row[n + 1] == before[n + 1]);
    }
}

static void test_sweep(void **state) { (void)state; each_level(check_sweep); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_halve),
        cmocka_unit_test(test_widen),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
