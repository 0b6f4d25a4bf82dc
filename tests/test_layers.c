/**
 * @file
 * Layers against loops that follow their definitions, in double precision, on shapes with every kind of edge.
 */
#include <string.h>

#include "layers/layers.h"
#include "values.h"

/* ------------------------------------------------------------------------------- convolution -- */

/** Rows or columns before the first: TensorFlow's SAME by its definition, or half a kernel. */
static int before(const DfConv *conv, int side)
{
    int outputs = (side + conv->stride - 1) / conv->stride;
    int total = (outputs - 1) * conv->stride + (conv->kernel - 1) * conv->rate + 1 - side;
    return conv->padding == DF_PAD_SAME ? DF_MAX(total, 0) / 2 : conv->kernel / 2 * conv->rate;
}

static int inside(int i, int side)
{
    return i >= 0 && i < side;
}

/** Step by step back from wherever a mirror leads. */
static int mirrored(int i, int side)
{
    while (side > 1 && !inside(i, side))
        i = i < 0 ? -i : 2 * (side - 1) - i;
    return side > 1 ? i : 0;
}

/** Sum of one output channel at (y, x). */
static double convolved(const DfConv *conv, DfShape in, const float *source, const float *raw, int y, int x,
                        int o)
{
    int h = in.height << conv->up, w = in.width << conv->up, k = conv->kernel;
    double sum = conv->bias[o];
    for (int c = 0; c < in.channels; c++)
        for (int ky = 0; ky < k; ky++)
            for (int kx = 0; kx < k; kx++) {
                int sy = y * conv->stride - before(conv, h) + ky * conv->rate;
                int sx = x * conv->stride - before(conv, w) + kx * conv->rate;
                if (conv->padding == DF_PAD_REFLECT) {
                    sy = mirrored(sy, h);
                    sx = mirrored(sx, w);
                }
                if (!inside(sy, h) || !inside(sx, w))
                    continue;
                int from = ((sy >> conv->up) * in.width + (sx >> conv->up)) * in.channels + c;
                sum += (double)source[from] * raw[((o * in.channels + c) * k + ky) * k + kx];
            }
    return sum;
}

static double activated(const DfConv *conv, double feature, double gate)
{
    if (conv->activation == DF_TANH)
        return tanh(feature);
    if (conv->activation == DF_GATE_TANH)
        return tanh(feature / (1 + exp(-gate)));
    double a = feature > 0 ? feature : conv->activation == DF_GATE_RELU ? 0 : exp(feature) - 1;
    return a / (1 + exp(-gate));
}

static double *plain_conv(const DfConv *conv, DfShape in, const float *source, const float *raw)
{
    DfShape out = df_conv_shape(conv, in);
    double *expected = malloc(df_shape_count(out) * sizeof *expected), *at = expected;
    for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++)
            for (int o = 0; o < out.channels; o++) {
                double gate = conv->activation == DF_TANH ? 0
                              : convolved(conv, in, source, raw, y, x, out.channels + o);
                *at++ = activated(conv, convolved(conv, in, source, raw, y, x, o), gate);
            }
    return expected;
}

/** By the method that it has. */
static void check_method(DfConv conv, int height, int width)
{
    DfShape in = { height, width, conv.in }, out = df_conv_shape(&conv, in);
    size_t weights = df_conv_weights(&conv);
    float *source = random_floats(df_shape_count(in), 1), *raw = random_floats(weights, 0.3f);
    float *bias = random_floats(conv.out, 0.5f), *prepared = malloc(df_conv_prepared(&conv) * sizeof *prepared);
    float *found = malloc(df_shape_count(out) * sizeof *found);
    void *scratch = df_alloc(df_conv_scratch(&conv, in, 1));
    df_conv_prepare(&conv, prepared, raw);
    conv.weight = prepared;
    conv.bias = bias;
    df_conv_forward(&conv, in, source, NULL, NULL, found, scratch);
    double *expected = plain_conv(&conv, in, source, raw);
    assert_near(found, expected, df_shape_count(out), 1e-4);
    df_free(scratch);
    free(expected);
    free(found);
    free(prepared);
    free(bias);
    free(raw);
    free(source);
}

static void check_conv(DfConv conv, int height, int width)
{
    check_method(conv, height, width);
    conv.method = df_conv_choose(&conv);
    assert_true(conv.method != DF_METHOD_DIRECT);
    check_method(conv, height, width);
}

static void test_conv(void **state)
{
    static const DfConv convs[] = {
        { .kernel = 5, .stride = 1, .rate = 1, .in = 5, .out = 8 },
        { .kernel = 3, .stride = 1, .rate = 1, .in = 4, .out = 12 },
        { .kernel = 3, .stride = 2, .rate = 1, .in = 4, .out = 8 },
        { .kernel = 5, .stride = 2, .rate = 1, .in = 5, .out = 8 },
        { .kernel = 3, .stride = 1, .rate = 2, .in = 8, .out = 4 },
        { .kernel = 3, .stride = 1, .rate = 16, .in = 3, .out = 4 },
        { .kernel = 3, .stride = 1, .rate = 1, .up = 1, .in = 6, .out = 4 },
        { .kernel = 3, .stride = 1, .rate = 1, .in = 6, .out = 8, .activation = DF_GATE_RELU },
        { .kernel = 3, .stride = 1, .rate = 1, .in = 3, .out = 3, .activation = DF_TANH },
        { .kernel = 3, .stride = 1, .rate = 1, .in = 7, .out = 6, .activation = DF_GATE_TANH },
        /* Narrow networks of other projects: halves of 1, 3, 6 and 12. */
        { .kernel = 5, .stride = 1, .rate = 1, .in = 4, .out = 2 },
        { .kernel = 3, .stride = 2, .rate = 1, .in = 1, .out = 6 },
        { .kernel = 3, .stride = 1, .rate = 1, .up = 1, .in = 3, .out = 12 },
        { .kernel = 3, .stride = 1, .rate = 4, .in = 12, .out = 24, .activation = DF_GATE_RELU },
    };
    static const int sides[][2] = { { 1, 1 }, { 2, 3 }, { 7, 8 }, { 16, 13 } };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(convs); i++)
        for (size_t j = 0; j < DF_COUNT(sides); j++)
            for (int padding = DF_PAD_SAME; padding <= DF_PAD_REFLECT; padding++) {
                DfConv conv = convs[i];
                conv.padding = padding;
                check_conv(conv, sides[j][0], sides[j][1]);
            }
}

static void check_choice(DfConv conv, enum DfMethod method)
{
    assert_int_equal(df_conv_choose(&conv), method);
}

/** What no faster method is for is done directly. */
static void test_choice(void **state)
{
    (void)state;
    check_choice((DfConv){ .kernel = 5, .stride = 1, .rate = 1, .in = 8, .out = 8 }, DF_METHOD_WINOGRAD_5);
    check_choice((DfConv){ .kernel = 5, .stride = 1, .rate = 1, .in = 9, .out = 8 }, DF_METHOD_DIRECT);
    check_choice((DfConv){ .kernel = 5, .stride = 1, .rate = 1, .in = 3, .out = 3, .activation = DF_TANH },
                 DF_METHOD_DIRECT);
    check_choice((DfConv){ .kernel = 3, .stride = 2, .rate = 2, .in = 3, .out = 8 }, DF_METHOD_DIRECT);
    check_choice((DfConv){ .kernel = 3, .stride = 1, .rate = 1, .in = 3, .out = 8, .activation = DF_RELU },
                 DF_METHOD_DIRECT);
    df_force_direct(1);
    check_choice((DfConv){ .kernel = 3, .stride = 1, .rate = 1, .in = 3, .out = 8 }, DF_METHOD_DIRECT);
    df_force_direct(0);
}

/** More pixels than a strip holds. */
static void test_conv_in_strips(void **state)
{
    (void)state;
    check_conv((DfConv){ .kernel = 3, .stride = 1, .rate = 1, .in = 96, .out = 8 }, 19, 23);
    check_conv((DfConv){ .kernel = 3, .stride = 1, .rate = 1, .padding = DF_PAD_REFLECT, .in = 96, .out = 6,
                         .activation = DF_GATE_TANH }, 19, 23);
}

/* ------------------------------------------------------------------------------ small ones -- */

static void test_join(void **state)
{
    const float a[] = { 1, 2, 3, 4 }, b[] = { 5, 6 }, expected[] = { 1, 2, 5, 3, 4, 6 };
    float found[6];
    (void)state;
    df_join_forward(2, a, 2, b, 1, found);
    assert_memory_equal(found, expected, sizeof expected);
}

static void test_compose(void **state)
{
    const float image[] = { 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f }, sketch[] = { 1, 1 };
    const uint8_t hole[] = { 0, 7 };
    const float rgb[] = { 0.1f, 0.2f, 0.3f, 1, 0, 0, 0, 0, 1, 1 };
    const float bgr[] = { 0.3f, 0.2f, 0.1f, 0, 1, 0, 0, 0, 0, 1, 1, 1 };
    const float coarse[] = { 9, 9, 9, 1, 2, 3 }, mixed[] = { 0.3f, 0.2f, 0.1f, 1, 2, 3 };
    float found[12];
    (void)state;
    const DfPicture picture = { image, hole, NULL }, drawn = { image, hole, sketch };
    const DfRange plain = { .order = DF_RGB, .scale = { 1, 1, 1 } };
    const DfRange reversed = { .order = DF_BGR, .scale = { 1, 1, 1 } };
    const DfInputs three = { { DF_INPUT_COLOURS }, 1, 3 };
    const DfInputs five = { { DF_INPUT_COLOURS, DF_INPUT_ONES, DF_INPUT_MASK }, 3, 5 };
    const DfInputs six = { { DF_INPUT_COLOURS, DF_INPUT_SKETCH, DF_INPUT_ONES, DF_INPUT_MASK }, 4, 6 };
    df_compose_input(2, &five, &plain, &picture, NULL, found);
    assert_memory_equal(found, rgb, sizeof rgb);
    df_compose_input(2, &six, &reversed, &drawn, NULL, found);
    assert_memory_equal(found, bgr, sizeof bgr);
    df_compose_input(2, &three, &reversed, &picture, coarse, found);
    assert_memory_equal(found, mixed, sizeof mixed);
    df_compose_rgb(1, &reversed, image, found);
    assert_memory_equal(found, mixed, 3 * sizeof *found);
    df_compose_rgb(1, &plain, (float[]){ NAN, -INFINITY, 1 }, found);
    assert_true(found[0] == 0 && found[1] == -1 && found[2] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv), cmocka_unit_test(test_choice),
        cmocka_unit_test(test_conv_in_strips), cmocka_unit_test(test_join),
        cmocka_unit_test(test_compose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
