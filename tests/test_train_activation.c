/**
 * @file
 * Activations in training against their definitions in double precision, at each CPU level: the forward pass against
 * values, the backward pass against central differences.
 */
#include <string.h>

#include "base.h"
#include "cpu.h"
#include "levels.h"
#include "train/activation_backward.h"
#include "values.h"

enum { PIXELS = 701, MOST_CHANNELS = 38, ACTIVATIONS = DF_LEAKY + 1 };

static double sigmoid(double g)
{
    return 1 / (1 + exp(-g));
}

static double activated(enum DfActivation activation, double f, double g)
{
    switch (activation) {
    case DF_GATE_ELU: return (f > 0 ? f : expm1(f)) * sigmoid(g);
    case DF_GATE_RELU: return (f > 0 ? f : 0) * sigmoid(g);
    case DF_GATE_TANH: return tanh(f * sigmoid(g));
    case DF_TANH: return tanh(f);
    case DF_RELU: return f > 0 ? f : 0;
    case DF_LEAKY: return f > 0 ? f : 0.2 * f;
    default: return f;
    }
}

/** Central difference in f, or in g. A step this small does not leave the side of a kink that a float lies on. */
static double difference(enum DfActivation activation, double f, double g, int of_gate)
{
    double h = fmin(1e-5, of_gate ? 1 : fabs(f) / 2), df = of_gate ? 0 : h, dg = of_gate ? h : 0;
    return (activated(activation, f + df, g + dg) - activated(activation, f - df, g - dg)) / (2 * h);
}

/** `scale`: of what the result is a small part. */
static void assert_close(const char *what, enum DfActivation activation, float found, double expected, double scale)
{
    if (!(fabs(found - expected) <= 2e-6 * fmax(1, scale)))
        fail_msg("%s of activation %d at %s: %.9g, expected %.9g", what, activation, df_cpu_name(df_cpu_level()),
                 found, expected);
}

static void check(enum DfActivation activation, int channels, float range)
{
    int gated = activation < DF_TANH, outs = gated ? channels / 2 : channels;
    float *product = random_floats((size_t)PIXELS * channels, range), *d_out = random_floats(PIXELS * outs, 1);
    float *out = malloc(PIXELS * outs * sizeof *out + 4), *d_product = malloc(PIXELS * channels * sizeof *out + 4);
    out[PIXELS * outs] = d_product[PIXELS * channels] = 7;
    float *kept = malloc(PIXELS * channels * sizeof *kept);
    memcpy(kept, product, PIXELS * channels * sizeof *kept);
    df_activation_forward(activation, PIXELS, channels, kept, NULL, out);
    df_activation_backward(activation, PIXELS, channels, kept, d_out, NULL, d_product);
    assert_true(out[PIXELS * outs] == 7 && d_product[PIXELS * channels] == 7);
    if (activation == DF_GATE_ELU || activation == DF_GATE_RELU) {
        float *again = malloc(PIXELS * outs * sizeof *again);
        df_activation_recompute(PIXELS, channels, kept, NULL, again);
        assert_memory_equal(again, out, PIXELS * outs * sizeof *again);
        free(again);
    }
    for (int i = 0; i < PIXELS * outs; i++) {
        int p = i / outs * channels + i % outs;
        double f = product[p], g = gated ? product[p + outs] : 0;
        assert_close("value", activation, out[i], activated(activation, f, g), fabs(f));
        assert_close("slope", activation, d_product[p], d_out[i] * difference(activation, f, g, 0), 1);
        if (gated)
            assert_close("gate's slope", activation, d_product[p + outs],
                         d_out[i] * difference(activation, f, g, 1), fabs(f));
    }
    free(kept);
    free(d_product);
    free(out);
    free(d_out);
    free(product);
}

static void test_slopes(void **state)
{
    static const int channels[] = { 2, 6, 8, 16, 24, 40, MOST_CHANNELS };
    (void)state;
    FOR_EACH_LEVEL(level) {
        for (int activation = 0; activation < ACTIVATIONS; activation++)
            for (size_t i = 0; i < DF_COUNT(channels); i++) {
                check(activation, channels[i], 3);
                check(activation, channels[i], 30);
            }
    }
}

/** Values that saturate every gate leave numbers. */
static void test_extremes(void **state)
{
    static const float values[] = { -1e30f, -200, 200, 1e30f };
    (void)state;
    for (int activation = 0; activation < ACTIVATIONS; activation++)
        for (int i = 0; i < 16; i++) {
            float product[32], d_out[32], out[32], d_product[32];
            for (int c = 0; c < 32; c++) {
                product[c] = c < 16 ? values[i / 4] : values[i % 4];
                d_out[c] = 1;
            }
            df_activation_forward(activation, 1, 32, product, NULL, out);
            df_activation_backward(activation, 1, 32, product, d_out, NULL, d_product);
            for (int c = 0; c < 32; c++)
                assert_true(isfinite(d_product[c]) && (c >= 16 || isfinite(out[c])));
        }
}

static void test_threads(void **state)
{
    DfThreadPool *pool;
    enum { COUNT = PIXELS * MOST_CHANNELS };
    float *product = random_floats(COUNT, 2), *d_out = random_floats(COUNT, 1);
    float *alone = calloc(COUNT, sizeof *alone), *shared = calloc(COUNT, sizeof *shared);
    (void)state;
    assert_int_equal(df_thread_pool_open(&pool, 2), 0);
    DfParallel parallel = { pool, 3 };
    float *kept = malloc(COUNT * sizeof *kept);
    memcpy(kept, product, COUNT * sizeof *kept);
    df_activation_forward(DF_GATE_ELU, PIXELS, MOST_CHANNELS, kept, NULL, alone);
    df_activation_forward(DF_GATE_ELU, PIXELS, MOST_CHANNELS, product, &parallel, shared);
    assert_memory_equal(alone, shared, COUNT * sizeof *alone);
    assert_memory_equal(kept, product, COUNT * sizeof *alone);
    df_activation_backward(DF_GATE_ELU, PIXELS, MOST_CHANNELS, product, d_out, NULL, alone);
    df_activation_backward(DF_GATE_ELU, PIXELS, MOST_CHANNELS, product, d_out, &parallel, shared);
    assert_memory_equal(alone, shared, COUNT * sizeof *alone);
    free(kept);
    df_thread_pool_close(&pool);
    free(shared);
    free(alone);
    free(d_out);
    free(product);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slopes), cmocka_unit_test(test_extremes), cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
