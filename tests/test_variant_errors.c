/**
 * @file
 * Each sentence that a checkpoint gives that is none, not whole, or damaged.
 */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "foreign_file.h"
#include "model/variant.h"

static void assert_refused(const DfWeights *weights, const char *words)
{
    DfBinding *binding = NULL;
    df_error_clear();
    assert_int_equal(df_binding_create(&binding, weights, NULL), -EINVAL);
    assert_string_equal(df_error_text(), words);
    assert_null(binding);
}

/** Change the header's text wherever it is; it keeps its length. */
static void assert_change_refused(Foreign f, const char *from, const char *to, const char *words)
{
    ModelFile file = foreign_file(&f);
    char *at = memmem(file.bytes, file.size, from, strlen(from));
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    for (; at; at = memmem(file.bytes, file.size, from, strlen(from)))
        memcpy(at, to, strlen(to));
    DfWeights *weights = foreign_weights(file);
    assert_refused(weights, words);
    df_weights_close(&weights);
    free(file.bytes);
}

static Foreign foreign(const char *variant)
{
    return foreign_of(foreign_names(variant, &df_deepfillv2));
}

static void test_lacking(void **state)
{
    Foreign inside = foreign("mmagic");
    (void)state;
    inside.prefix = "state_dict.generator.";
    assert_change_refused(foreign("deepfill"), "\"allconv16.bias", "\"allconv16.base",
                          "FILE: lacks tensor 'allconv16.bias' (4): no whole DeepFillv2 model");
    assert_change_refused(foreign("deepfill"), "\"xconv1.weight", "\"yconv1.weight",
                          "FILE: lacks tensor 'xconv1.weight' (Nx3x5x5): no whole DeepFillv2 model");
    assert_change_refused(foreign("deepfill"), "\"conv17.weight", "\"conv18.weight",
                          "FILE: lacks tensor 'conv17.weight' (3x2x3x3): no whole DeepFillv2 model");
    assert_change_refused(foreign("official"), "net/conv1/kernel", "net/conv0/kernel",
                          "FILE: lacks tensor 'inpaint_net/conv1/kernel' (5x5x5xN): no whole DeepFillv2 "
                          "model");
    assert_change_refused(foreign("deepfill"), "\"allconv", "\"nonconv",
                          "FILE: lacks tensor 'allconv11.weight' (Nx32x3x3) and the weights of 6 layers "
                          "more: no whole DeepFillv2 model");
    assert_change_refused(inside, "enc6.conv.conv.bias", "enc6.conv.conv.BIAS",
                          "FILE: lacks tensor 'state_dict.generator.stage1.encoder.enc6.conv.conv.bias' "
                          "(32): no whole DeepFillv2 model");
    assert_change_refused(foreign("csqiangwen"), "coarse.3.mask_conv2d.weight", "coarse.3.task_conv2d.weight",
                          "FILE: lacks tensor 'coarse.3.mask_conv2d.weight' (16x8x3x3): no whole DeepFillv2 "
                          "model");
    assert_change_refused(foreign("csqiangwen"), "coarse.12.gated_conv2d.conv2d.module.weight_u",
                          "coarse.12.gated_conv2d.conv2d.module.weight_U",
                          "FILE: lacks tensor 'coarse.12.gated_conv2d.conv2d.module.weight_u' (8): no whole "
                          "DeepFillv2 model");
}

/** However long a name is, its file's and what is wrong are told. */
static void test_long_names(void **state)
{
    char prefix[202], expected[400];
    Foreign deep = foreign("nipponjo_tf");
    (void)state;
    memset(prefix, 'p', sizeof prefix);
    strcpy(prefix + sizeof prefix - 4, ".G.");
    deep.prefix = prefix;
    snprintf(expected, sizeof expected, "FILE: lacks tensor '%.200s' (4): no whole DeepFillv2 model",
             prefix);
    assert_change_refused(deep, "allconv16.conv.bias", "allconv16.conv.BIAS", expected);
    snprintf(expected, sizeof expected, "FILE: tensor '%.200s' is 4x16x3x3, expected Nx4x3x3", prefix);
    assert_change_refused(deep, "[16,4,3,3]", "[4,16,3,3]", expected);
}

/** A normalisation is there as a whole; a bias may lack but in the last layer. */
static void test_lacking_partial(void **state)
{
    Foreign naoto = foreign_of(foreign_names("naoto0804", &df_partialconv));
    Foreign own = foreign_of(foreign_names("deepfill", &df_partialconv));
    (void)state;
    assert_change_refused(naoto, "enc_2.bn.running_mean", "enc_2.bn.running_MEAN",
                          "FILE: lacks tensor 'enc_2.bn.running_mean' (16): no whole partial-convolution "
                          "model");
    assert_change_refused(naoto, "dec_4.bn.weight", "dec_4.BN.weight",
                          "FILE: lacks tensor 'dec_4.bn.weight' (32): no whole partial-convolution model");
    assert_change_refused(own, "dec5.shift", "dec5.SHIFT",
                          "FILE: lacks tensor 'dec5.shift' (64): no whole partial-convolution model");
    assert_change_refused(own, "dec1.weight", "dec0.weight",
                          "FILE: lacks tensor 'dec1.weight' (3x11x3x3): no whole partial-convolution model");
    assert_change_refused(naoto, "dec_1.conv.input_conv.bias", "dec_1.conv.input_conv.BIAS",
                          "FILE: lacks tensor 'dec_1.conv.input_conv.bias' (3): no whole partial-convolution "
                          "model");
    assert_change_refused(naoto, "[16,8,5,5]", "[8,16,5,5]",
                          "FILE: tensor 'enc_2.conv.input_conv.weight' is 8x16x5x5, expected Nx8x5x5");
}

static void test_shapes(void **state)
{
    (void)state;
    assert_change_refused(foreign("deepfill"), "[16,4,3,3]", "[4,16,3,3]",
                          "FILE: tensor 'conv2_downsample.weight' is 4x16x3x3, expected Nx4x3x3");
    assert_change_refused(foreign("deepfill"), "[8,5,5,5]", "[8,5,25 ]",
                          "FILE: tensor 'conv1.weight' is 8x5x25, expected Nx5x5x5, or Nx6x5x5 with a "
                          "sketch");
    assert_change_refused(foreign("official"), "[5,5,5,8]", "[5,5,8,5]",
                          "FILE: tensor 'inpaint_net/conv1/kernel' is 5x5x8x5, expected 5x5x5xN, or 5x5x6xN "
                          "with a sketch");
    assert_change_refused(foreign("nipponjo"), "[16,8,3,3]", "[8,16,3,3]",
                          "FILE: tensor 'stage1.down_block1.conv2.conv.weight' is 8x16x3x3, expected "
                          "Nx8x3x3");
}

static void test_bias(void **state)
{
    Foreign f = foreign("deepfill");
    ModelFile file = foreign_file(&f);
    DfWeights *weights = foreign_weights(file);
    DfTensor *bias = (DfTensor *)df_weights_find(weights, "conv1.bias");
    (void)state;
    bias->shape[0] = 7;
    assert_refused(weights, "FILE: tensor 'conv1.bias' is 7, expected 8");
    bias->rank = 0;
    assert_refused(weights, "FILE: tensor 'conv1.bias' is a single value, expected 8");
    df_weights_close(&weights);
    free(file.bytes);
}

/** Widths that no layer can have. */
static void test_widths(void **state)
{
    DfWeights weights = { .name = "FILE", .tensor_count = 2 };
    DfTensor tensors[] = {
        { .name = "conv1.weight", .rank = 4, .shape = { 9, 5, 5, 5 } },
        { .name = "xconv1.weight", .rank = 4, .shape = { 8, 3, 5, 5 } },
    };
    (void)state;
    weights.tensors = tensors;
    for (int width = 0; width <= 2048; width += width == 0 ? 9 : 2039) {
        char words[160];
        tensors[0].shape[0] = width;
        snprintf(words, sizeof words, "FILE: tensor 'conv1.weight' is %dx5x5x5, expected Nx5x5x5 with an "
                 "even N up to 1024", width);
        assert_refused(&weights, words);
    }
}

#define UNKNOWN \
    "as no model that is known: neither a DeepFillv2 (deepfill, official, nipponjo_tf, nipponjo, mmagic, " \
    "yangyu12, csqiangwen) nor a partial convolution (deepfill, naoto0804, pconv_mmagic)"

/** Files of one tensor of that name. */
static const struct {
    const char *tensor, *words;
} strangers[] = {
    { "weight", "FILE: names its tensors ('weight', ...) " UNKNOWN },
    { "Gxconv1.conv.weight", "FILE: names its tensors ('Gxconv1.conv.weight', ...) " UNKNOWN },
    { "module.refinement.0.conv2d.weight",
      "FILE: is of zhaoyuzhi/deepfillv2, whose layers are normalised: another network, not supported" },
    { "down1.conv2d.weight",
      "FILE: is of zhaoyuzhi/deepfillv2, whose layers are normalised: another network, not supported" },
    { "discriminator/sn_patch_gan/conv1/kernel",
      "FILE: holds a discriminator and no generator: name the checkpoint that has it" },
    { "state_dict.disc.conv1.conv.weight_orig",
      "FILE: holds a discriminator and no generator: name the checkpoint that has it" },
    { "D.conv1.conv_sn.weight",
      "FILE: holds a discriminator and no generator: name the checkpoint that has it" },
    { "state.0.exp_avg",
      "FILE: holds the state of an optimiser and no generator: name the checkpoint that has it" },
};

static void test_strangers(void **state)
{
    DfWeights nothing = { .name = "FILE" };
    (void)state;
    assert_refused(&nothing, "FILE: holds no tensors");
    for (size_t i = 0; i < DF_COUNT(strangers); i++) {
        DfTensor tensor = { .name = (char *)strangers[i].tensor };
        DfWeights weights = { .name = "FILE", .tensors = &tensor, .tensor_count = 1 };
        assert_refused(&weights, strangers[i].words);
    }
}

/** The predecessor of the same name: its layers hand on what they make. */
static void test_ungated(void **state)
{
    float values[5 * 5 * 5 * 32] = { 0 };
    DfTensor tensors[] = {
        { .name = "inpaint_net/conv1/bias", .rank = 1, .shape = { 32 }, .count = 32 },
        { .name = "inpaint_net/conv1/kernel", .rank = 4, .shape = { 5, 5, 5, 32 }, .count = 4000 },
        { .name = "inpaint_net/conv2_downsample/kernel", .rank = 4, .shape = { 3, 3, 32, 64 },
          .count = 18432 },
        { .name = "inpaint_net/xconv1/kernel", .rank = 4, .shape = { 5, 5, 5, 32 }, .count = 4000 },
    };
    DfWeights weights = { .name = "FILE", .tensors = tensors, .tensor_count = DF_COUNT(tensors) };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(tensors); i++) {
        df_tensor_pack(&tensors[i]);
        tensors[i].data = (uint8_t *)values;
    }
    assert_refused(&weights, "FILE: its layers have no gates (tensor 'inpaint_net/conv2_downsample/kernel'): "
                             "is it the first DeepFill? That is another network");
}

/** A few bytes that are said to be many values. */
static void test_overlap(void **state)
{
    Foreign f = foreign("deepfill");
    ModelFile file = foreign_file(&f);
    DfWeights *weights = foreign_weights(file);
    DfTensor *tensor = (DfTensor *)df_weights_find(weights, "conv3.weight");
    DfFile small = { .path = "FILE", .size = 1000 };
    (void)state;
    uint64_t stride = tensor->stride[1];
    tensor->stride[1] = 8;
    assert_refused(weights, "FILE: values of tensor 'conv3.weight' lie at the same place in the file: it is "
                            "damaged");
    tensor->stride[1] = stride;
    weights->files = &small;
    weights->file_count = 1;
    assert_refused(weights, "FILE: its tensors lie at the same places in the file: it is damaged");
    weights->files = NULL;
    weights->file_count = 0;
    df_weights_close(&weights);
    free(file.bytes);
}

/** Set all values of a tensor, then read its row. */
static void assert_read_refused(const DfNames *names, const char *name, float value, const char *row,
                                const char *words)
{
    Foreign f = foreign_of(names);
    ModelFile file = foreign_file(&f);
    DfWeights *weights = foreign_weights(file);
    const DfTensor *tensor = df_weights_find(weights, name);
    DfBinding *binding = NULL;
    assert_int_equal(df_binding_create(&binding, weights, NULL), 0);
    DfConv conv = df_binding_conv(binding, df_row_find(names->net, row));
    float *weight = malloc(df_conv_weights(&conv) * sizeof *weight);
    float *scale = malloc(conv.out * sizeof *scale);
    for (uint64_t i = 0; i < tensor->count; i++)
        memcpy((uint8_t *)tensor->data + 4 * i, &value, 4);
    DfRowValues values = { .weight = weight, .scale = scale };
    assert_int_equal(df_binding_read(binding, df_row_find(names->net, row), &values), -EINVAL);
    assert_string_equal(df_error_text(), words);
    free(weight);
    free(scale);
    df_binding_close(&binding);
    df_weights_close(&weights);
    free(file.bytes);
}

static void test_values(void **state)
{
    const DfNames *split = foreign_names("csqiangwen", &df_deepfillv2);
    const DfNames *partial = foreign_names("naoto0804", &df_partialconv);
    (void)state;
    assert_read_refused(split, "coarse.14.gated_conv2d.mask_conv2d.module.weight_bar", 0, "conv15_upsample",
                        "FILE: tensor 'coarse.14.gated_conv2d.mask_conv2d.module.weight_bar' has a spectral "
                        "norm of 0: the file is damaged");
    assert_read_refused(split, "coarse.14.gated_conv2d.conv2d.module.weight_bar", 3e38f, "conv15_upsample",
                        "FILE: tensor 'coarse.14.gated_conv2d.conv2d.module.weight_bar' has a spectral norm "
                        "of inf: the file is damaged");
    assert_read_refused(split, "coarse.14.gated_conv2d.conv2d.module.weight_u", INFINITY, "conv15_upsample",
                        "FILE: tensor 'coarse.14.gated_conv2d.conv2d.module.weight_u' holds a value that is "
                        "not finite: the file is damaged");
    assert_read_refused(partial, "enc_3.bn.running_var", -1, "enc3",
                        "FILE: tensor 'enc_3.bn.running_var' holds a variance of -1: the file is damaged");
    assert_read_refused(partial, "enc_3.bn.weight", 3e38f, "enc3",
                        "FILE: tensor 'enc_3.bn.weight' makes values beyond all numbers: the file is "
                        "damaged");
}

static void test_every_allocation(void **state)
{
    static const char *const variants[] = { "official", "csqiangwen" };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(variants); i++) {
        Foreign f = foreign(variants[i]);
        ModelFile file = foreign_file(&f);
        DfWeights *weights = foreign_weights(file);
        float *weight = malloc(1 << 20);
        DfRowValues values = { .weight = weight };
        int ret = -ENOMEM;
        for (long successes = 0; ret < 0; successes++) {
            DfBinding *binding = NULL;
            df_fail_after(successes);
            ret = df_binding_create(&binding, weights, NULL);
            if (!ret)
                ret = df_binding_read(binding, df_row_find(&df_deepfillv2, "conv15_upsample"), &values);
            df_fail_after(-1);
            assert_true(ret == 0 || ret == -ENOMEM);
            df_binding_close(&binding);
        }
        free(weight);
        df_weights_close(&weights);
        free(file.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lacking),     cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_lacking_partial), cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_bias),        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_strangers),   cmocka_unit_test(test_ungated),
        cmocka_unit_test(test_overlap),     cmocka_unit_test(test_values),
        cmocka_unit_test(test_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
