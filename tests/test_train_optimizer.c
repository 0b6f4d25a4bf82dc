/**
 * @file
 * Adam beside hand-computed values and a plain loop in double; averages, clipping, the learning rate's course, threads,
 * no memory; the random numbers of training.
 */
#include <errno.h>
#include <math.h>

#include "picture.h"
#include "train/optimizer.h"
#include "train/random.h"

/* --------------------------------------------------------------------------------------- random -- */

static void numbers_follow_from_their_stream_alone(void **state)
{
    DfRandom a = df_random_open(7, DF_RANDOM_EXAMPLE, 3, 1), b = a;
    DfRandom others[] = { df_random_open(8, DF_RANDOM_EXAMPLE, 3, 1), df_random_open(7, DF_RANDOM_TILES, 3, 1),
                          df_random_open(7, DF_RANDOM_EXAMPLE, 4, 1), df_random_open(7, DF_RANDOM_EXAMPLE, 3, 2) };

    (void)state;
    for (int i = 0; i < 100; i++) {
        uint64_t bits = df_random_bits(&a);
        assert_true(bits == df_random_bits(&b));
        for (int k = 0; k < 4; k++)
            assert_true(bits != df_random_bits(&others[k]));
    }
}

static void numbers_are_distributed_as_told(void **state)
{
    DfRandom random = df_random_open(1, DF_RANDOM_WEIGHTS, 0, 0);
    int counts[7] = { 0 }, n = 70000;
    double mean = 0, variance = 0, uniform = 0, least = 1, most = 0;

    (void)state;
    for (int i = 0; i < n; i++) {
        int integer = df_random_integer(&random, -3, 3);
        double normal = df_random_normal(&random), u = df_random_uniform(&random, 2, 4);
        assert_in_range(integer + 3, 0, 6);
        counts[integer + 3]++;
        mean += normal / n;
        variance += normal * normal / n;
        uniform += u / n;
        least = fmin(least, u - 2);
        most = fmax(most, u - 2);
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(counts[i], 9600, 10400);
    assert_true(fabs(mean) < 0.02 && fabs(variance - 1) < 0.03 && fabs(uniform - 3) < 0.01);
    assert_true(least >= 0 && least < 1e-3 && most > 1.999 && most < 2);
    assert_int_equal(df_random_integer(&random, 5, 5), 5);
    for (int i = 0, signs = 0; i < 100 || signs != 3; i++)
        signs |= df_random_integer(&random, INT32_MIN, INT32_MAX) < 0 ? 1 : 2;
}

/* ------------------------------------------------------------------------------------ optimizer -- */

static int near(double value, double wanted, double by)
{
    return fabs(value - wanted) <= by * (1 + fabs(wanted));
}

/** One weight, gradients .1 and -.2, rate .01: by hand. */
static void a_weight_goes_where_the_paper_says(void **state)
{
    float weight = 1, gradient = 0.1f;
    DfOptimizer optimizer;
    DfParameter p = { .name = "a", .count = 1, .weight = &weight, .gradient = &gradient };

    (void)state;
    assert_int_equal(df_optimizer_open(&optimizer, &p, 1, 1), 0);
    /* first .05, second 1e-4; both corrected: .1 and .01, so a step of rate. */
    assert_true(near(df_optimizer_step(&optimizer, 0.01, INFINITY, NULL), 0.1, 1e-7));
    assert_true(near((double)weight, 0.99, 1e-7));
    /* k = .1: average 1 + .9 (.99 - 1) */
    assert_true(near((double)optimizer.parameters[0].average[0], 0.991, 1e-7));
    gradient = -0.2f;
    df_optimizer_step(&optimizer, 0.01, INFINITY, NULL);
    /* first -.075 / .75 = -.1; second 4.99e-4 / .0199 = .02507538, root .15835207 */
    assert_true(near((double)optimizer.parameters[0].first[0], -0.075, 1e-6));
    assert_true(near((double)optimizer.parameters[0].second[0], 4.99e-4, 1e-6));
    assert_true(near((double)weight, 0.99 + 0.01 * 0.1 / 0.15835207, 1e-7));
    assert_int_equal(optimizer.steps, 2);
    df_optimizer_close(&optimizer);
    df_optimizer_close(&optimizer);
}

enum { TENSORS = 4, MOST = 30000, STEPS = 30 };
static const int sizes[TENSORS] = { 1, MOST, 8192, 777 };

/** Tensors with their plain counterparts in double. */
typedef struct Rig {
    float weight[TENSORS][MOST], gradient[TENSORS][MOST];
    double w[TENSORS][MOST], m[TENSORS][MOST], v[TENSORS][MOST], a[TENSORS][MOST];
    DfOptimizer optimizer;
} Rig;

static Rig rig;

static void open_rig(void)
{
    DfParameter parameters[TENSORS];
    DfRandom random = df_random_open(5, DF_RANDOM_WEIGHTS, 0, 0);

    memset(&rig, 0, sizeof rig);
    for (int p = 0; p < TENSORS; p++) {
        for (int i = 0; i < sizes[p]; i++)
            rig.a[p][i] = rig.w[p][i] = (double)(rig.weight[p][i] = (float)df_random_normal(&random));
        parameters[p] = (DfParameter){ .count = sizes[p], .weight = rig.weight[p], .gradient = rig.gradient[p] };
    }
    assert_int_equal(df_optimizer_open(&rig.optimizer, parameters, TENSORS, 1), 0);
}

/** Gradients of a step: of some weights always 0, of others of any size. @return their norm */
static double draw_gradients(int step)
{
    double sum = 0;

    for (int p = 0; p < TENSORS; p++)
        for (int i = 0; i < sizes[p]; i++) {
            DfRandom random = df_random_open(9, DF_RANDOM_WEIGHTS, step, p * MOST + i);
            double g = i % 50 ? df_random_normal(&random) * pow(10, i % 7 - 5) : 0;
            rig.gradient[p][i] = (float)g;
            sum += (double)rig.gradient[p][i] * (double)rig.gradient[p][i];
        }
    return sqrt(sum);
}

static void step_plainly(int t, double rate, double scale)
{
    for (int p = 0; p < TENSORS; p++)
        for (int i = 0; i < sizes[p]; i++) {
            double g = scale * (double)rig.gradient[p][i], k = fmin(0.999, (double)t / (9 + t));
            rig.m[p][i] = 0.5 * rig.m[p][i] + 0.5 * g;
            rig.v[p][i] = 0.99 * rig.v[p][i] + 0.01 * g * g;
            rig.w[p][i] -= rate * rig.m[p][i] / (1 - pow(0.5, t)) /
                           (sqrt(rig.v[p][i] / (1 - pow(0.99, t))) + 1e-8);
            rig.a[p][i] = k * rig.a[p][i] + (1 - k) * rig.w[p][i];
        }
}

static void steps_are_those_of_a_plain_loop(void **state)
{
    (void)state;
    open_rig();
    for (int t = 1; t <= STEPS; t++) {
        double norm = draw_gradients(t), rate = 1e-3 * t, clip = t % 3 ? 10 : 1e9;
        assert_true(norm > 100);
        assert_true(near(df_optimizer_step(&rig.optimizer, rate, clip, NULL), norm, 1e-12));
        step_plainly(t, rate, fmin(1, clip / (norm + 1e-6)));
    }
    for (int p = 0; p < TENSORS; p++) {
        const DfParameter *got = &rig.optimizer.parameters[p];
        for (int i = 0; i < sizes[p]; i++) {
            assert_true(near((double)got->weight[i], rig.w[p][i], 1e-5));
            assert_true(near((double)got->average[i], rig.a[p][i], 1e-5));
            assert_true(fabs((double)got->second[i] - rig.v[p][i]) <= 1e-5 * rig.v[p][i]);
        }
    }
    df_optimizer_close(&rig.optimizer);
}

static void threads_change_no_bit(void **state)
{
    static float weight[TENSORS][MOST], average[TENSORS][MOST];
    DfParallel parallel = { .threads = 4 };

    (void)state;
    assert_int_equal(df_thread_pool_open(&parallel.pool, 3), 0);
    for (int threaded = 0; threaded < 2; threaded++) {
        open_rig();
        for (int t = 1; t <= 5; t++) {
            draw_gradients(t);
            df_optimizer_step(&rig.optimizer, 1e-3, DF_CLIP_NORM, threaded ? &parallel : NULL);
        }
        for (int p = 0; p < TENSORS; p++) {
            if (threaded) {
                assert_memory_equal(weight[p], rig.weight[p], sizes[p] * sizeof(float));
                assert_memory_equal(average[p], rig.optimizer.parameters[p].average, sizes[p] * sizeof(float));
            }
            memcpy(weight[p], rig.weight[p], sizeof weight[p]);
            memcpy(average[p], rig.optimizer.parameters[p].average, sizes[p] * sizeof(float));
        }
        df_optimizer_close(&rig.optimizer);
    }
    df_thread_pool_close(&parallel.pool);
}

static void a_gradient_without_a_norm_changes_nothing(void **state)
{
    static const float bad[] = { NAN, INFINITY };
    static float before[MOST];

    (void)state;
    open_rig();
    draw_gradients(1);
    memcpy(before, rig.weight[1], sizeof before);
    for (int i = 0; i < 2; i++) {
        rig.gradient[3][5] = bad[i];
        assert_false(isfinite(df_optimizer_step(&rig.optimizer, 1, DF_CLIP_NORM, NULL)));
    }
    assert_memory_equal(before, rig.weight[1], sizeof before);
    assert_int_equal(rig.optimizer.steps, 0);
    df_optimizer_close(&rig.optimizer);
}

static void no_memory_is_told(void **state)
{
    float weight = 0, gradient = 0;
    DfParameter p = { .count = 1, .weight = &weight, .gradient = &gradient };
    DfOptimizer optimizer;

    (void)state;
    for (int n = 0; n < 4; n++) {
        df_fail_after(n);
        assert_int_equal(df_optimizer_open(&optimizer, &p, 1, 0), -ENOMEM);
        assert_null(optimizer.memory);
    }
    df_fail_after(-1);
    assert_int_equal(df_optimizer_open(&optimizer, &p, 1, 0), 0);
    assert_null(optimizer.parameters[0].average);
    df_optimizer_close(&optimizer);
}

/* ------------------------------------------------------------------------------------- the rate -- */

static void the_rate_rises_and_falls(void **state)
{
    DfSchedule s = { .rate = 2, .warm_up = 4, .steps = 104, .last = 0.1 }, open = df_schedule(0, 0);

    (void)state;
    assert_true(near(df_learning_rate(&s, 0), 0.5, 1e-12));
    assert_true(near(df_learning_rate(&s, 3), 2, 1e-12));
    assert_true(near(df_learning_rate(&s, 4), 2, 1e-12));
    assert_true(near(df_learning_rate(&s, 54), 1.1, 1e-12));
    assert_true(near(df_learning_rate(&s, 29), 0.2 + 0.9 * (1 + sqrt(0.5)), 1e-12));
    assert_true(near(df_learning_rate(&s, 104), 0.2, 1e-12));
    assert_true(near(df_learning_rate(&s, 1000), 0.2, 1e-12));
    assert_true(near(df_learning_rate(&open, 1000000), 1e-3, 1e-12));
    assert_int_equal(df_schedule(0, 100).warm_up, 10);
    assert_int_equal(df_schedule(0, 1000000).warm_up, 500);
    assert_true(near(df_schedule(3, 1).rate, 3, 0) && near(df_learning_rate(&(DfSchedule){ .rate = 3 }, 0), 3, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_follow_from_their_stream_alone),
        cmocka_unit_test(numbers_are_distributed_as_told),
        cmocka_unit_test(a_weight_goes_where_the_paper_says),
        cmocka_unit_test(steps_are_those_of_a_plain_loop),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(a_gradient_without_a_norm_changes_nothing),
        cmocka_unit_test(no_memory_is_told),
        cmocka_unit_test(the_rate_rises_and_falls),
    };

    return cmocka_run_group_tests_name("train_optimizer", tests, NULL, NULL);
}
