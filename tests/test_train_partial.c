/**
 * @file
 * Partial convolutions' adjoint, against differences of the forward pass: it is linear in the source, in weights and in
 * biases, so a step of 1 is as good as any. And that threads decide no bit.
 */
#include <string.h>

#include "products.h"
#include "train/conv_backward.h"
#include "train/partial_backward.h"
#include "values.h"

/* Of the largest value of a gradient: how far others may be off. */
#define LIMIT 1e-4

/* ------------------------------------------------------------------------------------------ layers -- */

/** A layer and what it is given, from malloc(). */
typedef struct Layer {
    DfConv conv;
    DfPartialRules rules;
    DfShape in, out;
    DfKnown known;
    float *raw, *bias, *source, *d_out;
    uint8_t *masks;
} Layer;

static uint8_t *mask_of(const Layer *layer, size_t value)
{
    int i = 0, c = value % layer->in.channels, pixels = layer->in.height * layer->in.width;
    while (c >= layer->known.channels[i])
        c -= layer->known.channels[i++];
    return layer->masks + i * pixels + value / layer->in.channels;
}

/** Blocks of unknown pixels, others for the first channel; what is not known is 0. */
static Layer layer_new(DfConv conv, int mean, int height, int width, int share)
{
    Layer layer = { .conv = conv, .rules = { mean }, .in = { height, width, conv.in } };
    layer.conv.padding = DF_PAD_ZERO;
    layer.conv.rate = 1;
    layer.conv.activation = DF_LINEAR;
    layer.out = df_conv_shape(&layer.conv, layer.in);
    layer.raw = random_floats(df_conv_weights(&layer.conv), 0.3f);
    layer.bias = random_floats(conv.out, 0.5f);
    layer.source = random_floats(df_shape_count(layer.in), 1);
    layer.d_out = random_floats(df_shape_count(layer.out), 1);
    layer.masks = malloc(2 * (size_t)height * width);
    layer.known = (DfKnown){ .count = 2, .channels = { 1, conv.in - 1 }, .masks = layer.masks };
    for (int i = 0; i < 2 * height * width; i++) {
        int block = i / (height * width) * 31 + i % (height * width) / width / 4 * 7 + i % width / 3;
        layer.masks[i] = (block * 2654435761u >> 8) % 100 >= (unsigned)share;
    }
    for (size_t i = 0; i < df_shape_count(layer.in); i++)
        layer.source[i] *= *mask_of(&layer, i);
    return layer;
}

static void layer_free(Layer *layer)
{
    free(layer->raw);
    free(layer->bias);
    free(layer->source);
    free(layer->d_out);
    free(layer->masks);
}

/** The loss: the output times what is its gradient. */
static double loss(const Layer *layer)
{
    DfConv conv = layer->conv;
    size_t count = df_shape_count(layer->out);
    float *prepared = malloc(df_conv_prepared(&conv) * sizeof *prepared), *out = malloc(count * sizeof *out);
    uint8_t *mask = malloc(count);
    void *scratch = df_alloc(df_partial_scratch(&conv, layer->in));
    double sum = 0;
    df_conv_prepare(&conv, prepared, layer->raw);
    conv.weight = prepared;
    conv.bias = layer->bias;
    df_partial_forward(&conv, &layer->rules, layer->in, layer->source, &layer->known, out, mask, scratch);
    for (size_t i = 0; i < count; i++)
        sum += (double)out[i] * layer->d_out[i];
    df_free(scratch);
    free(mask);
    free(out);
    free(prepared);
    return sum;
}

static double difference(const Layer *layer, float *value)
{
    float kept = *value;
    *value = kept + 1;
    double sum = loss(layer);
    *value = kept - 1;
    sum -= loss(layer);
    *value = kept;
    return sum / 2;
}

/* --------------------------------------------------------------------------------------- gradients -- */

/** All three, from malloc(). */
typedef struct Gradients {
    float *source, *raw, *bias;
} Gradients;

static Gradients differentiate(const Layer *layer, const DfParallel *parallel)
{
    const DfConv *conv = &layer->conv;
    size_t weights = df_conv_weights(conv), room = df_conv_backward_sums(conv);
    size_t bytes = df_partial_backward_scratch(conv, layer->in, parallel ? parallel->threads : 1);
    Gradients found = { random_floats(df_shape_count(layer->in), 1), malloc(weights * sizeof(float)),
                        calloc(conv->out, sizeof(float)) };
    float *prepared = malloc(df_conv_backward_prepared(conv) * sizeof *prepared), *sums = calloc(room, sizeof *sums);
    void *scratch = df_alloc(bytes);
    memset(scratch, 0xff, bytes);
    df_conv_backward_prepare(conv, prepared, layer->raw);
    df_partial_backward(conv, &layer->rules, prepared, layer->in, layer->source, &layer->known, layer->d_out, parallel,
                        found.source, sums, found.bias, scratch);
    df_conv_backward_weights(conv, sums, found.raw);
    df_free(scratch);
    free(sums);
    free(prepared);
    return found;
}

static void gradients_free(Gradients *gradients)
{
    free(gradients->source);
    free(gradients->raw);
    free(gradients->bias);
}

static void check_values(const Layer *layer, float *values, size_t count, const float *found, int masked)
{
    double *expected = malloc(count * sizeof *expected), most = 1;
    for (size_t i = 0; i < count; i++) {
        expected[i] = masked && !*mask_of(layer, i) ? 0 : difference(layer, values + i);
        most = fmax(most, fabs(expected[i]));
    }
    assert_near(found, expected, count, LIMIT * most);
    free(expected);
}

static void check_layer(DfConv conv, int mean, int height, int width, int share)
{
    Layer layer = layer_new(conv, mean, height, width, share);
    Gradients found = differentiate(&layer, NULL);
    check_values(&layer, layer.source, df_shape_count(layer.in), found.source, 1);
    check_values(&layer, layer.raw, df_conv_weights(&layer.conv), found.raw, 0);
    check_values(&layer, layer.bias, layer.out.channels, found.bias, 0);
    gradients_free(&found);
    layer_free(&layer);
}

/* ------------------------------------------------------------------------------------------- tests -- */

static const DfConv convs[] = {
    { .kernel = 7, .stride = 2, .in = 3, .out = 4 },
    { .kernel = 5, .stride = 2, .in = 4, .out = 6 },
    { .kernel = 3, .stride = 2, .in = 5, .out = 7 },
    { .kernel = 3, .stride = 1, .in = 6, .out = 3 },
};

/** Everything known, some of it, next to nothing, nothing. */
static void test_differences(void **state)
{
    static const int shares[] = { 0, 50, 92, 100 };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(convs) * DF_COUNT(shares); i++) {
        const DfConv *conv = &convs[i % DF_COUNT(convs)];
        check_layer(*conv, i / DF_COUNT(convs) % 2 == 0, 10, 12, shares[i / DF_COUNT(convs)]);
        check_layer(*conv, 1, 7, 5, shares[i / DF_COUNT(convs)]);
    }
}

/** What is not wanted changes nothing of what is; weights and biases are added to. */
static void test_parts(void **state)
{
    (void)state;
    Layer layer = layer_new(convs[1], 1, 10, 12, 50);
    Gradients found = differentiate(&layer, NULL);
    const DfConv *conv = &layer.conv;
    size_t bytes = df_shape_count(layer.in) * sizeof(float);
    float *prepared = malloc(df_conv_backward_prepared(conv) * sizeof *prepared);
    float *source = malloc(bytes), bias[6] = { 0 };
    void *scratch = df_alloc(df_partial_backward_scratch(conv, layer.in, 1));
    df_conv_backward_prepare(conv, prepared, layer.raw);
    df_partial_backward(conv, &layer.rules, prepared, layer.in, layer.source, &layer.known, layer.d_out, NULL, source,
                        NULL, NULL, scratch);
    assert_memory_equal(source, found.source, bytes);
    for (int i = 0; i < 2; i++)
        df_partial_backward(conv, &layer.rules, NULL, layer.in, NULL, &layer.known, layer.d_out, NULL, NULL, NULL, bias,
                            scratch);
    for (int i = 0; i < conv->out; i++)
        assert_true(fabsf(bias[i] - 2 * found.bias[i]) <= 1e-5f * fabsf(bias[i]));
    df_free(scratch);
    free(source);
    free(prepared);
    gradients_free(&found);
    layer_free(&layer);
}

static void test_threads(void **state)
{
    DfParallel parallel = { NULL, 3 };
    (void)state;
    assert_int_equal(df_thread_pool_open(&parallel.pool, 2), 0);
    Layer layer = layer_new(convs[1], 1, 40, 36, 50);
    Gradients alone = differentiate(&layer, NULL), together = differentiate(&layer, &parallel);
    assert_memory_equal(together.source, alone.source, df_shape_count(layer.in) * sizeof(float));
    assert_memory_equal(together.raw, alone.raw, df_conv_weights(&layer.conv) * sizeof(float));
    assert_memory_equal(together.bias, alone.bias, layer.out.channels * sizeof(float));
    df_thread_pool_close(&parallel.pool);
    gradients_free(&alone);
    gradients_free(&together);
    layer_free(&layer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, claim_products, release_products);
}
