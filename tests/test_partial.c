/**
 * @file
 * Partial convolutions against loops that follow their paper (Liu et al., ECCV 2018, equations 1 and 2), in
 * double precision, and, where the folder with them lies beside the project, against outputs of NVIDIA's
 * layer.
 */
#include <string.h>

#include "layers/layers.h"
#include "npy.h"
#include "products.h"
#include "values.h"

/** A layer and what it is given, from malloc(). */
typedef struct Layer {
    DfConv conv;
    DfPartialRules rules;
    DfShape in;
    DfKnown known;
    float *raw, *bias, *source;
    uint8_t *masks;
} Layer;

/* ---------------------------------------------------------------------------------- definition -- */

/** The mask of a value: of channel c, at (y, x). */
static int is_known(const Layer *layer, int c, int y, int x)
{
    int i = 0;
    while (c >= layer->known.channels[i])
        c -= layer->known.channels[i++];
    return layer->masks[(i * layer->in.height + y) * layer->in.width + x];
}

/** W(X*M) of output channel o at (y, x); *sum: sum(M) over all channels. */
static double windowed(const Layer *layer, int o, int y, int x, int *sum)
{
    const DfConv *conv = &layer->conv;
    int k = conv->kernel;
    double product = 0;
    *sum = 0;
    for (int c = 0; c < conv->in; c++)
        for (int j = 0; j < k; j++)
            for (int i = 0; i < k; i++) {
                int sy = y * conv->stride + j - k / 2, sx = x * conv->stride + i - k / 2;
                if (sy < 0 || sx < 0 || sy >= layer->in.height || sx >= layer->in.width ||
                    !is_known(layer, c, sy, sx))
                    continue;
                product += (double)layer->raw[((o * conv->in + c) * k + j) * k + i] *
                           layer->source[(sy * layer->in.width + sx) * conv->in + c];
                ++*sum;
            }
    return product;
}

static double activated(enum DfActivation activation, double value)
{
    if (value > 0 || activation == DF_LINEAR)
        return value;
    return activation == DF_LEAKY ? 0.2 * value : 0;
}

/** scale, shift: of what follows the convolution; NULL: nothing does. */
static double defined(const Layer *layer, int o, int y, int x, const float *scale, const float *shift)
{
    const DfConv *conv = &layer->conv;
    int sum;
    double value = windowed(layer, o, y, x, &sum), ones = conv->kernel * conv->kernel * conv->in;
    if (!sum)
        return 0;
    value = value * (layer->rules.mean ? ones : 1) / sum + layer->bias[o];
    if (scale)
        value = value * scale[o] + shift[o];
    return activated(conv->activation, value);
}

/* -------------------------------------------------------------------------------------- layers -- */

/** Blocks of unknown pixels, others in each plane; between them everything is known. */
static void draw_masks(Layer *layer, int share)
{
    int pixels = layer->in.height * layer->in.width;
    layer->masks = malloc(layer->known.count * pixels);
    for (int i = 0; i < layer->known.count * pixels; i++) {
        int block = i / pixels * 31 + i % pixels / layer->in.width / 5 * 7 + i % layer->in.width / 4;
        layer->masks[i] = (block * 2654435761u >> 8) % 100 >= (unsigned)share;
    }
    layer->known.masks = layer->masks;
}

/** What is not known is 0: activations of such networks are their own X * M. */
static void clear_unknown(Layer *layer)
{
    for (int y = 0; y < layer->in.height; y++)
        for (int x = 0; x < layer->in.width; x++)
            for (int c = 0; c < layer->in.channels; c++)
                layer->source[(y * layer->in.width + x) * layer->in.channels + c] *= is_known(layer, c, y, x);
}

static Layer layer_new(DfConv conv, int mean, int height, int width, DfKnown known, int share)
{
    Layer layer = { .conv = conv, .rules = { mean }, .in = { height, width, conv.in }, .known = known };
    layer.conv.padding = DF_PAD_ZERO;
    layer.conv.rate = 1;
    layer.raw = random_floats(df_conv_weights(&layer.conv), 0.3f);
    layer.bias = random_floats(conv.out, 0.5f);
    layer.source = random_floats(df_shape_count(layer.in), 1);
    draw_masks(&layer, share);
    clear_unknown(&layer);
    return layer;
}

static void layer_free(Layer *layer)
{
    free(layer->raw);
    free(layer->bias);
    free(layer->source);
    free(layer->masks);
}

/** With these weights and biases; the new mask goes to `mask`. @return the output, from malloc() */
static float *layer_run(const Layer *layer, const float *raw, const float *bias, uint8_t *mask)
{
    DfConv conv = layer->conv;
    float *prepared = malloc(df_conv_weights(&conv) * sizeof *prepared);
    float *out = malloc(df_shape_count(df_conv_shape(&conv, layer->in)) * sizeof *out);
    void *scratch = df_alloc(df_partial_scratch(&conv, layer->in));
    assert_non_null(scratch);
    df_conv_prepare(&conv, prepared, raw);
    conv.weight = prepared;
    conv.bias = bias;
    df_partial_forward(&conv, &layer->rules, layer->in, layer->source, &layer->known, out, mask, scratch);
    df_free(scratch);
    free(prepared);
    return out;
}

static void check_mask(const Layer *layer, const uint8_t *mask)
{
    DfShape out = df_conv_shape(&layer->conv, layer->in);
    for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++) {
            int sum;
            windowed(layer, 0, y, x, &sum);
            assert_int_equal(*mask++, sum > 0);
        }
}

/** scale, shift: made part of weights and biases. */
static void check_layer(const Layer *layer, const float *scale, const float *shift)
{
    DfShape shape = df_conv_shape(&layer->conv, layer->in);
    size_t count = df_shape_count(shape), weights = df_conv_weights(&layer->conv);
    float *raw = malloc(weights * sizeof *raw), *bias = malloc(shape.channels * sizeof *bias);
    uint8_t *mask = malloc(count);
    double *expected = malloc(count * sizeof *expected), *at = expected;
    memcpy(raw, layer->raw, weights * sizeof *raw);
    memcpy(bias, layer->bias, shape.channels * sizeof *bias);
    if (scale)
        df_partial_fold(&layer->conv, raw, bias, scale, shift);
    float *found = layer_run(layer, raw, bias, mask);
    for (int y = 0; y < shape.height; y++)
        for (int x = 0; x < shape.width; x++)
            for (int o = 0; o < shape.channels; o++)
                *at++ = defined(layer, o, y, x, scale, shift);
    assert_near(found, expected, count, 1e-4);
    check_mask(layer, mask);
    free(found);
    free(expected);
    free(mask);
    free(bias);
    free(raw);
}

/* --------------------------------------------------------------------------------------- tests -- */

static const DfConv convs[] = {
    { .kernel = 7, .stride = 2, .in = 3, .out = 4, .activation = DF_RELU },
    { .kernel = 5, .stride = 2, .in = 4, .out = 8, .activation = DF_RELU },
    { .kernel = 3, .stride = 2, .in = 5, .out = 7, .activation = DF_RELU },
    { .kernel = 3, .stride = 1, .in = 9, .out = 6, .activation = DF_LEAKY },
    { .kernel = 3, .stride = 1, .in = 6, .out = 3, .activation = DF_LINEAR },
    { .kernel = 5, .stride = 1, .in = 3, .out = 4, .activation = DF_LINEAR },
};

/** One source, two joined, a mask for almost each channel. */
static DfKnown planes(int count, int channels)
{
    DfKnown known = { .count = count };
    for (int i = 0; i < count - 1; i++)
        known.channels[i] = 1;
    known.channels[count - 1] = channels - count + 1;
    return known;
}

/** Everything known, some of it, next to nothing, nothing. */
static void test_definition(void **state)
{
    static const int sizes[][2] = { { 16, 16 }, { 13, 22 }, { 2, 2 }, { 1, 1 }, { 1, 9 }, { 40, 31 } };
    static const int shares[] = { 0, 50, 95, 100 };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(convs) * DF_COUNT(sizes) * DF_COUNT(shares); i++) {
        const int *size = sizes[i / DF_COUNT(convs) % DF_COUNT(sizes)];
        int share = shares[i / DF_COUNT(convs) / DF_COUNT(sizes)];
        const DfConv *conv = &convs[i % DF_COUNT(convs)];
        for (int count = 1; count <= 3; count++) {
            Layer layer = layer_new(*conv, count % 2, size[0], size[1], planes(count, conv->in), share);
            check_layer(&layer, NULL, NULL);
            layer_free(&layer);
        }
    }
}

/** A batch normalisation behind it. */
static void test_fold(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(convs); i++) {
        Layer layer = layer_new(convs[i], i % 2, 14, 19, planes(2, convs[i].in), 60);
        float *scale = random_floats(convs[i].out, 2), *shift = random_floats(convs[i].out, 1);
        check_layer(&layer, scale, shift);
        free(scale);
        free(shift);
        layer_free(&layer);
    }
}

/** Wide enough for several strips, the last of them not whole. */
static void test_wide(void **state)
{
    DfConv conv = { .kernel = 3, .stride = 1, .in = 160, .out = 16, .activation = DF_LEAKY };
    (void)state;
    Layer layer = layer_new(conv, 1, 12, 15, planes(2, 160), 70);
    check_layer(&layer, NULL, NULL);
    layer_free(&layer);
}

/** Weights beyond reason make infinite products; a window without anything known is 0 all the same. */
static void test_overflow(void **state)
{
    uint8_t mask[64];
    (void)state;
    Layer layer = layer_new(convs[3], 1, 8, 8, planes(1, 9), 0);
    for (int i = 0; i < 64; i++)
        layer.masks[i] = i % 8 < 3;
    clear_unknown(&layer);
    for (size_t i = 0; i < df_conv_weights(&layer.conv); i++)
        layer.raw[i] = INFINITY;
    float *out = layer_run(&layer, layer.raw, layer.bias, mask);
    for (int i = 0; i < 64; i++) {
        assert_int_equal(mask[i], i % 8 < 4);
        for (int o = 0; o < 6; o++)
            assert_true(mask[i] || out[6 * i + o] == 0);
    }
    free(out);
    layer_free(&layer);
}

static void test_scratch(void **state)
{
    DfShape vast = { 1 << 15, 1 << 15, 3 };
    (void)state;
    size_t small = df_partial_scratch(&convs[0], (DfShape){ 128, 128, 3 });
    assert_true(small > df_conv_scratch(&convs[0], (DfShape){ 128, 128, 3 }, 1));
    /* Strips, not the whole picture's windows. */
    assert_true(df_partial_scratch(&convs[0], vast) < (size_t)2 << 30);
}

static void test_up_join(void **state)
{
    enum { H = 6, W = 10, A = 3, B = 2 };
    DfShape shape = { H, W, B };
    float *a = random_floats(H / 2 * W / 2 * A, 1), *b = random_floats(H * W * B, 1);
    float out[H * W * (A + B)], *at = out;
    uint8_t a_mask[H / 2 * W / 2], b_mask[H * W], masks[2 * H * W];
    (void)state;
    for (int i = 0; i < H * W; i++) {
        a_mask[i / 4] = i / 4 % 3 == 0;
        b_mask[i] = i % 5 == 0;
    }
    df_up_join_forward(shape, a, a_mask, A, b, b_mask, out, masks);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int below = y / 2 * (W / 2) + x / 2, here = y * W + x;
            for (int c = 0; c < A; c++)
                assert_true(*at++ == a[below * A + c]);
            for (int c = 0; c < B; c++)
                assert_true(*at++ == b[here * B + c]);
            assert_int_equal(masks[here], a_mask[below]);
            assert_int_equal(masks[H * W + here], b_mask[here]);
        }
    free(a);
    free(b);
}

/* ------------------------------------------------------------------------------ NVIDIA's layer -- */

#define FOLDER "../shared/fixtures/pconv_nvidia_layer/layer/"
enum { SIDE_Y = 20, SIDE_X = 18, IN = 3, OUT = 4, OUT_PIXELS = 10 * 9 };

/** The values of that name, from malloc(). */
static float *stored(const char *name, size_t count)
{
    char path[200];
    float *values = malloc(count * sizeof *values);
    snprintf(path, sizeof path, FOLDER "%s.npy", name);
    Npy npy = npy_read(path);
    assert_true(npy.floats && npy.count == count);
    memcpy(values, npy.floats, count * sizeof *values);
    npy_free(&npy);
    return values;
}

/** [channel][pixel] to [pixel][channel]. */
static float *innermost(float *values, int channels, int pixels)
{
    float *turned = malloc((size_t)channels * pixels * sizeof *turned);
    for (int i = 0; i < channels * pixels; i++)
        turned[i % pixels * channels + i / pixels] = values[i];
    free(values);
    return turned;
}

/** One mask for all channels, or one for each. */
static Layer stored_layer(int multi, int bias)
{
    int count = multi ? IN : 1;
    char name[40];
    DfConv conv = { .kernel = 5, .stride = 2, .in = IN, .out = OUT, .activation = DF_LINEAR };
    Layer layer = layer_new(conv, 1, SIDE_Y, SIDE_X, planes(count, IN), 0);
    float *masks = stored(multi ? "mask3" : "mask1", count * SIDE_Y * SIDE_X);
    for (int i = 0; i < count * SIDE_Y * SIDE_X; i++)
        layer.masks[i] = masks[i] > 0;
    free(masks);
    free(layer.source);
    layer.source = innermost(stored("x", IN * SIDE_Y * SIDE_X), IN, SIDE_Y * SIDE_X);
    clear_unknown(&layer);
    snprintf(name, sizeof name, "multi%d_bias%d_weight", multi, bias);
    free(layer.raw);
    layer.raw = stored(name, OUT * IN * 5 * 5);
    free(layer.bias);
    layer.bias = bias ? stored(multi ? "multi1_bias1_b" : "multi0_bias1_b", OUT) : calloc(OUT, sizeof(float));
    return layer;
}

static void check_stored(int multi, int bias)
{
    char name[40];
    uint8_t mask[OUT_PIXELS];
    int masks = multi ? OUT : 1;
    Layer layer = stored_layer(multi, bias);
    float *found = layer_run(&layer, layer.raw, layer.bias, mask);
    snprintf(name, sizeof name, "multi%d_bias%d_out", multi, bias);
    float *expected = innermost(stored(name, OUT * OUT_PIXELS), OUT, OUT_PIXELS);
    snprintf(name, sizeof name, "multi%d_bias%d_newmask", multi, bias);
    float *fresh = innermost(stored(name, masks * OUT_PIXELS), masks, OUT_PIXELS);
    for (int i = 0; i < OUT * OUT_PIXELS; i++)
        assert_true(fabsf(found[i] - expected[i]) <= 1e-5f);
    for (int i = 0; i < masks * OUT_PIXELS; i++)
        assert_true(fresh[i] == mask[i / masks]);
    free(fresh);
    free(expected);
    free(found);
    layer_free(&layer);
}

static void test_stored(void **state)
{
    (void)state;
    Npy npy = npy_read(FOLDER "x.npy");
    if (!npy.memory) {
        print_message("no outputs of NVIDIA's layer beside the project\n");
        skip();
    }
    npy_free(&npy);
    for (int i = 0; i < 4; i++)
        check_stored(i / 2, i % 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition), cmocka_unit_test(test_fold),     cmocka_unit_test(test_wide),
        cmocka_unit_test(test_overflow),   cmocka_unit_test(test_scratch),  cmocka_unit_test(test_up_join),
        cmocka_unit_test(test_stored),
    };
    return cmocka_run_group_tests(tests, claim_products, release_products);
}
