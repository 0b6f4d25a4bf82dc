/**
 * @file
 * Layers against loops that follow their definitions, in double precision, on shapes with every kind of edge.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "layers/layers.h"

static uint32_t state_of_random = 1;

static float *random_floats(size_t count, float range)
{
    float *values = malloc(count * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        state_of_random = state_of_random * 1664525 + 1013904223;
        values[i] = range * ((float)(state_of_random >> 8) / (1 << 23) - 1);
    }
    return values;
}

static void assert_near(const float *found, const double *wanted, size_t count, double limit)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabs(found[i] - wanted[i]) <= limit))
            fail_msg("value %zu of %zu: %.9g, expected %.9g", i, count, found[i], wanted[i]);
}

/* ------------------------------------------------------------------------------- convolution -- */

/* Sum of one output channel at (y, x), TensorFlow's SAME by its definition. */
static double convolved(const DfConv *conv, DfShape in, const float *source, const float *raw, int y, int x,
                        int o)
{
    int h = in.height << conv->up, w = in.width << conv->up, k = conv->kernel;
    int rows = (h + conv->stride - 1) / conv->stride, columns = (w + conv->stride - 1) / conv->stride;
    int total_y = DF_MAX((rows - 1) * conv->stride + (k - 1) * conv->rate + 1 - h, 0);
    int total_x = DF_MAX((columns - 1) * conv->stride + (k - 1) * conv->rate + 1 - w, 0);
    double sum = conv->bias[o];
    for (int c = 0; c < in.channels; c++)
        for (int ky = 0; ky < k; ky++)
            for (int kx = 0; kx < k; kx++) {
                int sy = y * conv->stride - total_y / 2 + ky * conv->rate;
                int sx = x * conv->stride - total_x / 2 + kx * conv->rate;
                if (sy < 0 || sx < 0 || sy >= h || sx >= w)
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
    double a = feature > 0 ? feature : conv->activation == DF_GATE_RELU ? 0 : exp(feature) - 1;
    return a / (1 + exp(-gate));
}

static double *plain_conv(const DfConv *conv, DfShape in, const float *source, const float *raw)
{
    DfShape out = df_conv_shape(conv, in);
    double *wanted = malloc(df_shape_count(out) * sizeof *wanted), *at = wanted;
    for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++)
            for (int o = 0; o < out.channels; o++) {
                double gate = conv->activation == DF_TANH ? 0
                              : convolved(conv, in, source, raw, y, x, out.channels + o);
                *at++ = activated(conv, convolved(conv, in, source, raw, y, x, o), gate);
            }
    return wanted;
}

static void check_conv(DfConv conv, int height, int width)
{
    DfShape in = { height, width, conv.in }, out = df_conv_shape(&conv, in);
    size_t weights = df_conv_weights(&conv);
    float *source = random_floats(df_shape_count(in), 1), *raw = random_floats(weights, 0.3f);
    float *bias = random_floats(conv.out, 0.5f), *prepared = malloc(weights * sizeof *prepared);
    float *found = malloc(df_shape_count(out) * sizeof *found);
    void *scratch = df_alloc(df_conv_scratch(&conv, in));
    df_conv_prepare(&conv, prepared, raw);
    conv.weight = prepared;
    conv.bias = bias;
    df_conv_forward(&conv, in, source, found, scratch);
    double *wanted = plain_conv(&conv, in, source, raw);
    assert_near(found, wanted, df_shape_count(out), 1e-4);
    df_free(scratch);
    free(wanted);
    free(found);
    free(prepared);
    free(bias);
    free(raw);
    free(source);
}

static void test_conv(void **state)
{
    static const DfConv convs[] = {
        { .kernel = 5, .stride = 1, .rate = 1, .in = 5, .out = 8 },
        { .kernel = 3, .stride = 1, .rate = 1, .in = 4, .out = 12 },
        { .kernel = 3, .stride = 2, .rate = 1, .in = 4, .out = 8 },
        { .kernel = 3, .stride = 1, .rate = 2, .in = 8, .out = 4 },
        { .kernel = 3, .stride = 1, .rate = 16, .in = 3, .out = 4 },
        { .kernel = 3, .stride = 1, .rate = 1, .up = 1, .in = 6, .out = 4 },
        { .kernel = 3, .stride = 1, .rate = 1, .in = 6, .out = 8, .activation = DF_GATE_RELU },
        { .kernel = 3, .stride = 1, .rate = 1, .in = 3, .out = 3, .activation = DF_TANH },
    };
    static const int sides[][2] = { { 1, 1 }, { 2, 3 }, { 7, 8 }, { 16, 13 } };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(convs); i++)
        for (size_t j = 0; j < DF_COUNT(sides); j++)
            check_conv(convs[i], sides[j][0], sides[j][1]);
}

/* More pixels than a strip holds. */
static void test_conv_in_strips(void **state)
{
    (void)state;
    check_conv((DfConv){ .kernel = 3, .stride = 1, .rate = 1, .in = 96, .out = 8 }, 19, 23);
}

/* -------------------------------------------------------------------------------- attention -- */

/* A whole L x L attention, step by step as attention.c's head describes it. */
typedef struct Plain {
    DfShape shape;
    int h, w, count;
    double *map, *scores, *fused;
    int *known;
} Plain;

static int every_second(int i, int n_in, int n_out)
{
    return i * (n_in / n_out);
}

/* The reduced map with zeros around it. */
static double small(const Plain *a, int y, int x, int c)
{
    if (y < 0 || x < 0 || y >= a->h || x >= a->w)
        return 0;
    return a->map[((y * 2) * a->shape.width + x * 2) * a->shape.channels + c];
}

static double window_product(const Plain *a, int q, int p)
{
    double sum = 0;
    for (int j = -1; j <= 1; j++)
        for (int i = -1; i <= 1; i++)
            for (int c = 0; c < a->shape.channels; c++)
                sum += small(a, q / a->w + j, q % a->w + i, c) * small(a, p / a->w + j, p % a->w + i, c);
    return sum;
}

/* Position p, counted row by row, `by` places further on when counted column by column; -1 outside. */
static int along_columns(const Plain *a, int p, int by)
{
    int at = p % a->w * a->h + p / a->w + by;
    return at < 0 || at >= a->count ? -1 : at % a->h * a->w + at / a->h;
}

static double sum_by_rows(const Plain *a, int q, int p)
{
    double sum = 0;
    for (int d = -1; d <= 1; d++)
        if (q + d >= 0 && q + d < a->count && p + d >= 0 && p + d < a->count)
            sum += a->scores[(q + d) * a->count + p + d];
    return sum;
}

static double sum_both_ways(const Plain *a, int q, int p)
{
    double sum = 0;
    for (int d = -1; d <= 1; d++) {
        int qd = along_columns(a, q, d), pd = along_columns(a, p, d);
        if (qd >= 0 && pd >= 0)
            sum += sum_by_rows(a, qd, pd);
    }
    return sum;
}

static void plain_softmax(const Plain *a, double *row)
{
    double max = -1e300, sum = 0;
    for (int p = 0; p < a->count; p++)
        max = fmax(max, 10 * row[p] * a->known[p]);
    for (int p = 0; p < a->count; p++)
        sum += exp(10 * row[p] * a->known[p] - max);
    for (int p = 0; p < a->count; p++)
        row[p] = exp(10 * row[p] * a->known[p] - max) / sum * a->known[p];
}

static void plain_known(Plain *a, const uint8_t *hole, int hole_width, int step)
{
    for (int p = 0; p < a->count; p++) {
        a->known[p] = 1;
        for (int j = -1; j <= 1; j++)
            for (int i = -1; i <= 1; i++) {
                int y = p / a->w + j, x = p % a->w + i;
                if (y >= 0 && x >= 0 && y < a->h && x < a->w && hole[y * step * hole_width + x * step])
                    a->known[p] = 0;
            }
    }
}

/* Pixel (y, x) of the output lies under the 4x4 patches whose first row is one of two, and so for columns. */
static double rebuilt(const Plain *a, int y, int x, int c)
{
    double sum = 0;
    for (int qy = (y + 1) / 2 - 1; qy <= (y + 1) / 2; qy++)
        for (int qx = (x + 1) / 2 - 1; qx <= (x + 1) / 2; qx++) {
            if (qy < 0 || qx < 0 || qy >= a->h || qx >= a->w)
                continue;
            for (int p = 0; p < a->count; p++) {
                int sy = 2 * (p / a->w) + y - 2 * qy, sx = 2 * (p % a->w) + x - 2 * qx;
                if (sy >= 0 && sx >= 0 && sy < a->shape.height && sx < a->shape.width)
                    sum += a->fused[(qy * a->w + qx) * a->count + p] *
                           a->map[(sy * a->shape.width + sx) * a->shape.channels + c];
            }
        }
    return sum / 4;
}

static void plain_scores(Plain *a)
{
    for (int q = 0; q < a->count; q++)
        for (int p = 0; p < a->count; p++)
            a->scores[q * a->count + p] = window_product(a, q, p) / fmax(sqrt(window_product(a, p, p)), 1e-4);
    for (int q = 0; q < a->count; q++) {
        for (int p = 0; p < a->count; p++)
            a->fused[q * a->count + p] = sum_both_ways(a, q, p);
        plain_softmax(a, a->fused + q * a->count);
    }
}

static double *plain_attention(DfShape shape, const float *source, const uint8_t *hole)
{
    Plain a = { .shape = shape, .h = shape.height / 2, .w = shape.width / 2 };
    a.count = a.h * a.w;
    a.map = malloc(df_shape_count(shape) * sizeof *a.map);
    a.scores = malloc((size_t)a.count * a.count * sizeof *a.scores);
    a.fused = malloc((size_t)a.count * a.count * sizeof *a.fused);
    a.known = malloc(a.count * sizeof *a.known);
    for (size_t i = 0; i < df_shape_count(shape); i++)
        a.map[i] = source[i];
    plain_known(&a, hole, 4 * shape.width, 8);
    plain_scores(&a);
    double *wanted = malloc(df_shape_count(shape) * sizeof *wanted), *at = wanted;
    for (int y = 0; y < shape.height; y++)
        for (int x = 0; x < shape.width; x++)
            for (int c = 0; c < shape.channels; c++)
                *at++ = rebuilt(&a, y, x, c);
    free(a.map);
    free(a.scores);
    free(a.fused);
    free(a.known);
    return wanted;
}

/* The first rows of the picture are a hole; negative values become zero, as behind a ReLU. */
static void check_attention(int height, int width, int channels, int hole_rows)
{
    DfShape shape = { height, width, channels };
    size_t pixels = 16 * (size_t)height * width;
    float *source = random_floats(df_shape_count(shape), 0.3f);
    float *found = malloc(df_shape_count(shape) * sizeof *found);
    uint8_t *hole = calloc(pixels, 1);
    void *scratch = df_alloc(df_attention_scratch(shape));
    for (size_t i = 0; i < df_shape_count(shape); i++)
        source[i] = DF_MAX(source[i], 0);
    memset(hole, 1, (size_t)hole_rows * 4 * width);
    DfAttentionRules rules = { .features = every_second, .hole = every_second, .fuse = 1 };
    df_attention_forward(shape, &rules, source, hole, 4 * height, 4 * width, found, scratch);
    double *wanted = plain_attention(shape, source, hole);
    assert_near(found, wanted, df_shape_count(shape), 1e-5);
    df_free(scratch);
    free(wanted);
    free(hole);
    free(found);
    free(source);
}

static void test_attention(void **state)
{
    (void)state;
    check_attention(16, 16, 8, 0);
    check_attention(16, 16, 8, 20);
    check_attention(18, 26, 5, 30);
    check_attention(22, 10, 3, 50);
    check_attention(40, 16, 2, 60); /* more queries than a block holds */
    check_attention(10, 30, 4, 40); /* nothing known */
    check_attention(2, 20, 3, 0);   /* a single row, a single column: every neighbour wraps */
    check_attention(20, 2, 3, 0);
    check_attention(2, 2, 3, 0);
}

/* ------------------------------------------------------------------------------ small ones -- */

static void test_join(void **state)
{
    const float a[] = { 1, 2, 3, 4 }, b[] = { 5, 6 }, wanted[] = { 1, 2, 5, 3, 4, 6 };
    float found[6];
    (void)state;
    df_join_forward(2, a, 2, b, 1, found);
    assert_memory_equal(found, wanted, sizeof wanted);
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
        cmocka_unit_test(test_conv), cmocka_unit_test(test_conv_in_strips), cmocka_unit_test(test_attention),
        cmocka_unit_test(test_join), cmocka_unit_test(test_compose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
