/**
 * @file
 * The adjoints of convolutions, for every form, padding and kind of edge, at each CPU level.
 *
 * A convolution is linear in its source, in its weights and in its bias: with L = sum of dY times output, a central
 * difference with any step is the exact derivative but for rounding. Each gradient is compared with the definition
 * summed in double precision, and the definition with central differences of df_conv_forward().
 */
#include <string.h>

#include "base.h"
#include "cpu.h"
#include "kernels/gemm.h"
#include "small.h"
#include "train/conv_backward.h"
#include "values.h"

/** A convolution and what goes in and comes out. */
typedef struct Case {
    DfConv conv;
    DfShape in, out;
    size_t inputs, outputs, weights;
    float *source, *raw, *bias, *d_product;
    double *d_source, *d_raw, *d_bias; /* by definition */
} Case;

static int mirrored(int i, int side)
{
    while (side > 1 && (i < 0 || i >= side))
        i = i < 0 ? -i : 2 * (side - 1) - i;
    return side > 1 ? i : 0;
}

/** The source's row or column that tap k of output i sees; -1: none. */
static int seen(const DfConv *conv, int i, int k, int side)
{
    int at = i * conv->stride - df_conv_padding(conv, side) + k * conv->rate, all = side << conv->up;
    if (at >= 0 && at < all)
        return at >> conv->up;
    return conv->padding == DF_PAD_REFLECT ? mirrored(at, all) >> conv->up : -1;
}

/** Every product of the convolution, once, to both gradients. */
static void define_pixel(Case *t, int y, int x)
{
    const DfConv *conv = &t->conv;
    const float *dy = t->d_product + ((size_t)y * t->out.width + x) * conv->out;
    for (int ky = 0; ky < conv->kernel; ky++)
        for (int kx = 0; kx < conv->kernel; kx++) {
            int sy = seen(conv, y, ky, t->in.height), sx = seen(conv, x, kx, t->in.width);
            if (sy < 0 || sx < 0)
                continue;
            size_t pixel = ((size_t)sy * t->in.width + sx) * conv->in;
            for (int o = 0; o < conv->out; o++)
                for (int c = 0; c < conv->in; c++) {
                    size_t w = (((size_t)o * conv->in + c) * conv->kernel + ky) * conv->kernel + kx;
                    t->d_source[pixel + c] += (double)dy[o] * t->raw[w];
                    t->d_raw[w] += (double)dy[o] * t->source[pixel + c];
                }
        }
}

static Case open_case(DfConv conv, int height, int width)
{
    conv.activation = DF_LINEAR;
    Case t = { .conv = conv, .in = { height, width, conv.in } };
    t.out = df_conv_shape(&conv, t.in);
    t.inputs = df_shape_count(t.in);
    t.outputs = df_shape_count(t.out);
    t.weights = df_conv_weights(&conv);
    t.source = random_floats(t.inputs, 1);
    t.raw = random_floats(t.weights, 1);
    t.bias = random_floats(conv.out, 1);
    t.d_product = random_floats(t.outputs, 1);
    t.d_source = calloc(t.inputs, sizeof *t.d_source);
    t.d_raw = calloc(t.weights, sizeof *t.d_raw);
    t.d_bias = calloc(conv.out, sizeof *t.d_bias);
    for (int y = 0; y < t.out.height; y++)
        for (int x = 0; x < t.out.width; x++)
            define_pixel(&t, y, x);
    for (size_t i = 0; i < t.outputs; i++)
        t.d_bias[i % conv.out] += t.d_product[i];
    return t;
}

static void close_case(Case *t)
{
    free(t->source);
    free(t->raw);
    free(t->bias);
    free(t->d_product);
    free(t->d_source);
    free(t->d_raw);
    free(t->d_bias);
}

/** Differences as parts of the largest value. */
static void assert_gradient(const Case *t, const char *what, const float *found, const double *expected, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(expected[i]));
    for (size_t i = 0; i < count; i++)
        if (!(fabs(found[i] - expected[i]) <= 2e-5 * fmax(most, 1)))
            fail_msg("%s, %s, %s, %dx%d of %d to %d, rate %d, padding %d, %s: value %zu: %.9g, expected %.9g", what,
                     df_method_name(t->conv.method), df_cpu_name(df_cpu_level()), t->in.height, t->in.width,
                     t->conv.in, t->conv.out, t->conv.rate, t->conv.padding, t->conv.up ? "up" : "", i, found[i],
                     expected[i]);
}

/** Gradients as the room makes them; each may be left out. */
typedef struct Found {
    float *d_source, *d_raw, *d_bias;
} Found;

static Found find(const Case *t, const DfParallel *parallel, int want_source, int want_weights)
{
    const DfConv *conv = &t->conv;
    int threads = parallel ? parallel->threads : 1;
    float *prepared = df_alloc(df_conv_backward_prepared(conv) * sizeof *prepared);
    float *sums = df_alloc(df_conv_backward_sums(conv) * sizeof *sums);
    void *scratch = df_alloc(df_conv_backward_scratch(conv, t->in, threads));
    Found found = { malloc((t->inputs + 1) * sizeof(float)), malloc(t->weights * sizeof(float)),
                    calloc(conv->out, sizeof(float)) };
    found.d_source[t->inputs] = 7;
    df_conv_backward_prepare(conv, prepared, t->raw);
    df_conv_backward(conv, want_source ? prepared : NULL, t->in, want_weights ? t->source : NULL, t->d_product,
                     parallel, want_source ? found.d_source : NULL, want_weights ? sums : NULL,
                     want_weights ? found.d_bias : NULL, scratch);
    df_conv_backward_weights(conv, sums, found.d_raw);
    assert_true(found.d_source[t->inputs] == 7);
    df_free(scratch);
    df_free(sums);
    df_free(prepared);
    return found;
}

static void free_found(Found *found)
{
    free(found->d_source);
    free(found->d_raw);
    free(found->d_bias);
}

static void check_gradients(const Case *t, const DfParallel *parallel)
{
    Found found = find(t, parallel, 1, 1);
    assert_gradient(t, "source", found.d_source, t->d_source, t->inputs);
    assert_gradient(t, "weights", found.d_raw, t->d_raw, t->weights);
    assert_gradient(t, "bias", found.d_bias, t->d_bias, t->conv.out);
    free_found(&found);
}

static const DfConv convs[] = {
    { .kernel = 5, .stride = 1, .rate = 1, .in = 5, .out = 8 },
    { .kernel = 5, .stride = 1, .rate = 1, .in = 3, .out = 10 },
    { .kernel = 5, .stride = 2, .rate = 1, .in = 4, .out = 9 },
    { .kernel = 7, .stride = 2, .rate = 1, .in = 3, .out = 8 },
    { .kernel = 3, .stride = 1, .rate = 1, .in = 4, .out = 12 },
    { .kernel = 3, .stride = 1, .rate = 1, .in = 24, .out = 18 },
    { .kernel = 3, .stride = 2, .rate = 1, .in = 4, .out = 8 },
    { .kernel = 3, .stride = 2, .rate = 1, .in = 19, .out = 24 },
    { .kernel = 3, .stride = 1, .rate = 2, .in = 8, .out = 4 },
    { .kernel = 3, .stride = 1, .rate = 16, .in = 3, .out = 4 },
    { .kernel = 3, .stride = 1, .rate = 1, .up = 1, .in = 6, .out = 4 },
    { .kernel = 3, .stride = 1, .rate = 1, .up = 1, .in = 24, .out = 24 },
    { .kernel = 3, .stride = 1, .rate = 1, .in = 3, .out = 3 },
    { .kernel = 3, .stride = 2, .rate = 2, .in = 3, .out = 6 },
    { .kernel = 1, .stride = 1, .rate = 1, .in = 7, .out = 5 },
};

static const int sides[][2] = { { 1, 1 }, { 2, 3 }, { 7, 8 }, { 16, 13 }, { 21, 34 } };

static void each_case(void (*check)(Case *t))
{
    for (size_t i = 0; i < DF_COUNT(convs); i++)
        for (size_t j = 0; j < DF_COUNT(sides); j++)
            for (int padding = DF_PAD_SAME; padding <= DF_PAD_REFLECT; padding++) {
                DfConv conv = convs[i];
                conv.padding = padding;
                Case t = open_case(conv, sides[j][0], sides[j][1]);
                check(&t);
                close_case(&t);
            }
}

static void check_methods(Case *t)
{
    t->conv.method = DF_METHOD_DIRECT;
    check_gradients(t, NULL);
    t->conv.method = df_conv_backward_choose(&t->conv);
    if (t->conv.method != DF_METHOD_DIRECT)
        check_gradients(t, NULL);
}

static void test_gradients(void **state)
{
    (void)state;
    df_cpu_force(DF_CPU_LEVELS);
    for (int level = 0, most = df_cpu_level(); level <= most; level++) {
        df_cpu_force(level);
        each_case(check_methods);
    }
    df_cpu_force(DF_CPU_LEVELS);
}

/* -------------------------------------------------------------------------- central differences -- */

/** The sum of dY times output, of a source and weights. */
static double loss(const Case *t, const float *source, const float *raw, const float *bias)
{
    DfConv conv = t->conv;
    float *prepared = df_alloc(df_conv_prepared(&conv) * sizeof *prepared), *out = malloc(t->outputs * sizeof *out);
    void *scratch = df_alloc(df_conv_scratch(&conv, t->in, 1));
    double sum = 0;
    df_conv_prepare(&conv, prepared, raw);
    conv.weight = prepared;
    conv.bias = bias;
    df_conv_forward(&conv, t->in, source, NULL, NULL, out, scratch);
    for (size_t i = 0; i < t->outputs; i++)
        sum += (double)out[i] * t->d_product[i];
    df_free(scratch);
    free(out);
    df_free(prepared);
    return sum;
}

/** In a random direction, so that every value takes part. */
static void check_difference(const Case *t, float *values, const double *gradient, size_t count)
{
    float *direction = random_floats(count, 1), *before = malloc(count * sizeof *before);
    double expected = 0, size = 0, found = 0;
    memcpy(before, values, count * sizeof *before);
    for (int sign = -1; sign <= 1; sign += 2) {
        for (size_t i = 0; i < count; i++)
            values[i] = before[i] + 0.5f * sign * direction[i];
        found += sign * loss(t, t->source, t->raw, t->bias);
    }
    for (size_t i = 0; i < count; i++) {
        expected += gradient[i] * direction[i];
        size += fabs(gradient[i] * direction[i]);
    }
    memcpy(values, before, count * sizeof *before);
    free(before);
    free(direction);
    if (!(fabs(found - expected) <= 1e-5 * (size + 1)))
        fail_msg("%s: central difference %.9g, by definition %.9g", df_method_name(t->conv.method), found, expected);
}

static void check_differences(Case *t)
{
    const enum DfMethod methods[] = { DF_METHOD_DIRECT, df_conv_backward_choose(&t->conv) };
    for (int i = 0; i < 2; i++) {
        t->conv.method = methods[i];
        check_difference(t, t->source, t->d_source, t->inputs);
        check_difference(t, t->raw, t->d_raw, t->weights);
        check_difference(t, t->bias, t->d_bias, t->conv.out);
    }
}

static void test_differences(void **state)
{
    (void)state;
    each_case(check_differences);
}

/* ----------------------------------------------------------------------------- threads, pictures -- */

static void check_same(const Case *t, const DfParallel *parallel)
{
    Found alone = find(t, NULL, 1, 1), shared = find(t, parallel, 1, 1);
    Found source = find(t, parallel, 1, 0), weights = find(t, parallel, 0, 1);
    assert_memory_equal(alone.d_source, shared.d_source, t->inputs * sizeof(float));
    assert_memory_equal(alone.d_raw, shared.d_raw, t->weights * sizeof(float));
    assert_memory_equal(alone.d_bias, shared.d_bias, t->conv.out * sizeof(float));
    assert_memory_equal(alone.d_source, source.d_source, t->inputs * sizeof(float));
    assert_memory_equal(alone.d_raw, weights.d_raw, t->weights * sizeof(float));
    free_found(&alone);
    free_found(&shared);
    free_found(&source);
    free_found(&weights);
}

/** The same bits for any number of threads, and with one of the gradients alone. More pixels than a strip holds. */
static void test_threads(void **state)
{
    DfThreadPool *pool;
    (void)state;
    assert_int_equal(df_thread_pool_open(&pool, 2), 0);
    DfParallel parallel = { pool, 3 };
    for (size_t i = 0; i < DF_COUNT(convs); i += small_tests() ? 5 : 1) {
        Case t = open_case(convs[i], 75, 81);
        for (int direct = 0; direct < 2; direct++) {
            t.conv.method = direct ? DF_METHOD_DIRECT : df_conv_backward_choose(&t.conv);
            check_gradients(&t, &parallel);
            check_same(&t, &parallel);
        }
        close_case(&t);
    }
    df_thread_pool_close(&pool);
}

static int claim(void **state)
{
    (void)state;
    df_gemm_open();
    return 0;
}

static int release(void **state)
{
    (void)state;
    df_gemm_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients), cmocka_unit_test(test_differences), cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, claim, release);
}
