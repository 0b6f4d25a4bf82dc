/**
 * @file
 * Every CPU level's kernels against the C versions, on random and on extreme values; the C versions against
 * loops as plain as the definitions, in double precision. With --bench: how long each takes.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base.h"
#include "cpu.h"
#include "guard.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "levels.h"

#define ROOM 4096
/* kernels.h promises this much, relative to the larger of 1 and the value. */
#define LIMIT 1e-6

/** Inputs, which end where memory ends. */
static float *a[3];

/** Let an input have n values. */
static void take(int input, int n)
{
    static float *ends[3];
    if (!ends[input])
        ends[input] = guarded_end(ROOM);
    a[input] = ends[input] - n;
}

static uint32_t state_of_random;

/** Reproducible on every machine. */
static float uniform(float low, float high)
{
    state_of_random = state_of_random * 1664525 + 1013904223;
    return low + (high - low) * (state_of_random >> 8) / (1 << 24);
}

static void fill(float *values, int n, float range)
{
    for (int i = 0; i < n; i++)
        values[i] = uniform(-range, range);
}

static void fill_usual(float *values, int n)
{
    fill(values, n, 6);
}

/** Random values with zeros, denormals, values at the edge of exp() and very large ones among them. */
static void fill_extreme(float *values, int n)
{
    static const float extremes[] = {
        0, -0.0f, FLT_MIN / 3, -FLT_MIN / 3, FLT_MIN, 1e-20f, -1e-20f, 87, -87, 88.5f, -88.5f, 104, -104,
        1e10f, -1e10f, 1e30f, -1e30f, 1, -1,
    };
    fill(values, n, 8);
    for (int i = 0; i < n; i += 2)
        values[i] = extremes[(int)uniform(0, DF_COUNT(extremes))];
}

static void assert_near(const float *found, const float *expected, int n, double limit)
{
    for (int i = 0; i < n; i++) {
        double error = fabs((double)found[i] - expected[i]);
        if (!(error <= limit * fmax(1, fabs(expected[i]))))
            fail_msg("value %d of %d: %.9g, expected %.9g", i, n, found[i], expected[i]);
    }
}

static void each_level(void (*test)(const DfKernels *kernels))
{
    FOR_EACH_LEVEL(level) {
        state_of_random = 1;
        test(df_kernels());
    }
}

/* ------------------------------------------------------------------------------------- gate -- */

static void plain_gate(float *out, const float *in, const float *bias, int pixels, int half, int relu)
{
    for (int i = 0; i < pixels * half; i++) {
        int p = i / half, c = i % half;
        double f = in[2 * half * p + c] + bias[c], g = in[2 * half * p + half + c] + bias[half + c];
        double feature = f > 0 ? f : relu ? 0 : exp(f) - 1;
        out[i] = feature / (1 + exp(-g));
    }
}

static void check_gate(const DfKernels *kernels)
{
    static float found[ROOM], expected[ROOM];
    for (int half = 1; half <= 33; half++)
        for (int extreme = 0; extreme < 2; extreme++)
            for (int relu = 0; relu < 2; relu++) {
                int pixels = 7, n = pixels * half;
                take(0, 2 * n);
                take(1, 2 * half);
                (extreme ? fill_extreme(a[0], 2 * n) : fill(a[0], 2 * n, 6));
                fill(a[1], 2 * half, extreme ? 0 : 1);
                found[n] = 42;
                kernels->gate(found, a[0], a[1], pixels, half, relu);
                plain_gate(expected, a[0], a[1], pixels, half, relu);
                assert_near(found, expected, n, LIMIT);
                df_gate_c(expected, a[0], a[1], pixels, half, relu);
                assert_near(found, expected, n, LIMIT);
                assert_true(found[n] == 42);
            }
}

static void test_gate(void **state) { (void)state; each_level(check_gate); }

/* -------------------------------------------------------------------------------------- rgb -- */

static void check_rgb(const DfKernels *kernels)
{
    static float found[64], expected[64], sums[64];
    for (int k = 1; k <= 144; k += 5)
        for (int extreme = 0; extreme < 2; extreme++) {
            int pixels = 5;
            take(0, pixels * k);
            take(1, 3 * k);
            take(2, 3);
            fill(a[0], pixels * k, 1);
            if (extreme)
                fill_extreme(a[0], DF_MIN(pixels, k)); /* the first row's first values */
            fill(a[1], 3 * k, 0.5);
            fill(a[2], 3, 1);
            for (int i = 0; i < 3 * pixels; i++) {
                double sum = a[2][i % 3];
                for (int j = 0; j < k; j++)
                    sum += (double)a[0][i / 3 * k + j] * a[1][i % 3 * k + j];
                expected[i] = tanh(sum);
                sums[i] = sum;
            }
            found[3 * pixels] = 42;
            kernels->dots(found, a[0], a[1], a[2], pixels, k);
            if (!extreme)
                assert_near(found, sums, 3 * pixels, 4 * LIMIT);
            assert_true(found[3 * pixels] == 42);
            kernels->rgb(found, a[0], a[1], a[2], pixels, k);
            /* A sum of k products rounds k times. */
            if (!extreme)
                assert_near(found, expected, 3 * pixels, 4 * LIMIT);
            for (int i = 0; i < 3 * pixels; i++)
                assert_true(found[i] >= -1 && found[i] <= 1);
            assert_true(found[3 * pixels] == 42);
        }
}

static void test_rgb(void **state) { (void)state; each_level(check_rgb); }

static void check_gate_tanh(const DfKernels *kernels)
{
    static float found[256], expected[256], c[256];
    for (int n = 0; n <= 100; n++)
        for (int extreme = 0; extreme < 2; extreme++) {
            take(0, n);
            take(1, n);
            (extreme ? fill_extreme : fill_usual)(a[0], n);
            (extreme ? fill_extreme : fill_usual)(a[1], n);
            for (int i = 0; i < n; i++)
                expected[i] = tanh(a[0][i] / (1 + exp(-(double)a[1][i])));
            memcpy(found, a[0], n * sizeof *found);
            memcpy(c, a[0], n * sizeof *c);
            found[n] = 42;
            kernels->gate_tanh(found, a[1], n);
            df_gate_tanh_c(c, a[1], n);
            assert_near(found, expected, n, LIMIT);
            assert_near(found, c, n, LIMIT);
            assert_true(found[n] == 42);
        }
}

static void test_gate_tanh(void **state) { (void)state; each_level(check_gate_tanh); }

/* -------------------------------------------------------------------------------- attention -- */

static void check_sum3(const DfKernels *kernels)
{
    static float found[256];
    for (int n = -2; n <= 100; n++) {
        for (int i = 0; i < 3; i++) {
            take(i, DF_MAX(n, 0));
            fill_extreme(a[i], DF_MAX(n, 0));
        }
        found[DF_MAX(n, 0)] = 42;
        kernels->sum3(found, a[0], a[1], a[2], n);
        for (int i = 0; i < n; i++)
            assert_true(found[i] == a[0][i] + a[1][i] + a[2][i]);
        assert_true(found[DF_MAX(n, 0)] == 42);
    }
}

static void test_sum3(void **state) { (void)state; each_level(check_sum3); }

static void plain_softmax(float *out, const float *row, const float *known, double unknown, double scale,
                          int n)
{
    double logits[ROOM], max = -DBL_MAX, sum = 0;
    for (int i = 0; i < n; i++) {
        logits[i] = known[i] ? scale * row[i] : unknown;
        max = fmax(max, logits[i]);
    }
    for (int i = 0; i < n; i++)
        sum += exp(logits[i] - max);
    for (int i = 0; i < n; i++)
        out[i] = exp(logits[i] - max) / sum * known[i];
}

static void check_softmax(const DfKernels *kernels)
{
    static float found[ROOM], expected[ROOM];
    for (int n = 1; n <= 100; n++)
        for (int kind = 0; kind < 8; kind++) { /* soft, sharp, flat, nothing known; then excluded */
            int excluded = kind >= 4, shape = kind % 4;
            float unknown = excluded ? -1e30f : 0;
            take(0, n);
            take(1, n);
            fill(a[0], n, shape == 0 ? 0.3 : shape == 1 ? 1000 : 0);
            for (int i = 0; i < n; i++)
                a[1][i] = shape < 3 && uniform(0, 1) > 0.3;
            plain_softmax(expected, a[0], a[1], unknown, 10, n);
            memcpy(found, a[0], n * sizeof *found);
            found[n] = 42;
            kernels->softmax(found, a[1], unknown, 10, n);
            /* Rounding of a logit of thousands is what counts where two of them are close. */
            assert_near(found, expected, n, shape == 1 ? 1e-3 : LIMIT);
            df_softmax_c(a[0], a[1], unknown, 10, n);
            assert_near(found, a[0], n, LIMIT);
            assert_true(found[n] == 42);
        }
}

static void test_softmax(void **state) { (void)state; each_level(check_softmax); }

/* ---------------------------------------------------------------------------------- im2col -- */

/** Step by step back into 0..n-1 from wherever a mirror leads. */
static int mirrored(int i, int n)
{
    while (n > 1 && (i < 0 || i >= n))
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return n > 1 ? i : 0;
}

/** The value that a window sees at (y, x), c. */
static float seen(const DfWindow *w, int y, int x, int c)
{
    if (w->reflect) {
        y = mirrored(y, w->height << w->up);
        x = mirrored(x, w->width << w->up);
    }
    if (y < 0 || x < 0 || y >= w->height << w->up || x >= w->width << w->up)
        return 0;
    return a[0][((y >> w->up) * w->width + (x >> w->up)) * w->channels + c];
}

static void check_window(const DfWindow *w, int first, int count)
{
    int length = w->kernel * w->kernel * w->channels;
    static float rows[200000];
    df_im2col(rows, w, a[0], first, count);
    for (int i = 0; i < count * length; i++) {
        int p = first + i / length, k = i % length / w->channels;
        int y = p / w->out_width * w->stride - w->top + k / w->kernel * w->rate;
        int x = p % w->out_width * w->stride - w->left + k % w->kernel * w->rate;
        assert_true(rows[i] == seen(w, y, x, i % w->channels));
    }
}

static void check_windows(DfWindow w)
{
    int all = w.out_width * (w.height << w.up) / w.stride;
    check_window(&w, 0, all);
    check_window(&w, DF_MIN(5, all - 1), DF_MIN(17, all - DF_MIN(5, all - 1)));
    check_window(&w, all - 1, 1);
}

static void test_im2col(void **state)
{
    static const int windows[][4] = { /* kernel, stride, rate, up */
        { 3, 1, 1, 0 }, { 5, 1, 1, 0 }, { 3, 2, 1, 0 }, { 4, 2, 1, 0 }, { 3, 1, 2, 0 }, { 3, 1, 8, 0 },
        { 3, 1, 1, 1 },
    };
    (void)state;
    take(0, ROOM);
    fill(a[0], ROOM, 1);
    for (size_t i = 0; i < DF_COUNT(windows); i++)
        for (int channels = 1; channels <= 7; channels += 2)
            for (int reflect = 0; reflect < 2; reflect++) {
                const int *k = windows[i];
                DfWindow w = { .height = 6, .width = 9, .channels = channels, .up = k[3], .kernel = k[0],
                               .stride = k[1], .rate = k[2], .top = k[2] * (k[0] - 1) / 2, .left = k[2],
                               .reflect = reflect, .out_width = (9 << k[3]) / k[1] };
                check_windows(w);
                w.width = w.out_width = k[1]; /* a column, or two: mirrored there and back */
                check_windows(w);
            }
}

/* ------------------------------------------------------------------------------------ gemm -- */

static void check_product(int m, int n, int k)
{
    static float out[ROOM], turned[ROOM];
    for (int i = 0; i < 3; i++)
        take(i, ROOM);
    fill(a[0], m * k, 1);
    fill(a[1], k * n, 1);
    for (int i = 0; i < k * n; i++)
        a[2][i % n * k + i / n] = a[1][i];
    df_gemm(m, n, k, a[0], k, a[1], n, out, n);
    df_gemm_bt(m, n, k, a[0], k, a[2], k, turned, n);
    for (int i = 0; i < m * n; i++) {
        double sum = 0;
        for (int j = 0; j < k; j++)
            sum += (double)a[0][i / n * k + j] * a[1][j * n + i % n];
        assert_true(fabs(sum - out[i]) < 1e-5 && fabs(sum - turned[i]) < 1e-5);
    }
}

static void test_gemm(void **state)
{
    (void)state;
    df_gemm_open();
    check_product(1, 1, 1);
    check_product(17, 3, 29);
    check_product(64, 48, 63);
    check_product(5, 64, 64);
    df_gemm_close();
    assert_non_null(strstr(df_gemm_description(), "OpenBLAS"));
}

/* ------------------------------------------------------------------------------------ bench -- */

static float out[ROOM];

static void bench_gate(const DfKernels *k) { k->gate(out, a[0], a[1], ROOM / 96, 48, 0); }
static void bench_rgb(const DfKernels *k) { k->rgb(out, a[0], a[1], a[2], ROOM / 108, 108); }
static void bench_gate_tanh(const DfKernels *k) { k->gate_tanh(out, a[1], ROOM); }
static void bench_sum3(const DfKernels *k) { k->sum3(out, a[0], a[1], a[2], ROOM); }
static void bench_softmax(const DfKernels *k) { k->softmax(out, a[1], 0, 1, ROOM); }

static const struct {
    const char *name;
    void (*run)(const DfKernels *kernels);
    int values; /* that one run reads */
} benches[] = {
    { "gate", bench_gate, ROOM / 96 * 96 },
    { "rgb", bench_rgb, ROOM / 108 * 108 },
    { "gate_tanh", bench_gate_tanh, ROOM },
    { "sum3", bench_sum3, ROOM },
    { "softmax", bench_softmax, ROOM },
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

/** Nanoseconds a value, the best of some rounds. */
static void bench_level(const DfKernels *kernels)
{
    printf("%s:", df_cpu_name(df_cpu_level()));
    for (size_t i = 0; i < DF_COUNT(benches); i++) {
        double best = INFINITY;
        for (int j = 0; j < 3; j++) {
            take(j, ROOM);
            fill(a[j], ROOM, 1);
        }
        for (int round = 0; round < 200; round++) {
            double start = seconds();
            benches[i].run(kernels);
            best = fmin(best, seconds() - start);
        }
        printf("  %s %.2f ns", benches[i].name, 1e9 * best / benches[i].values);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--bench")) {
        each_level(bench_level);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate),    cmocka_unit_test(test_rgb),    cmocka_unit_test(test_sum3),
        cmocka_unit_test(test_gate_tanh),
        cmocka_unit_test(test_softmax), cmocka_unit_test(test_im2col), cmocka_unit_test(test_gemm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
