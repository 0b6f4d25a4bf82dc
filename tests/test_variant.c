/**
 * @file
 * Checkpoints of every project: recognised under any prefix, read to the same values, taken as the network
 * that metadata, shapes and words say.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "foreign_file.h"
#include "model/variant.h"

static DfBinding *bind(const DfWeights *weights, const char *semantics)
{
    DfBinding *binding = NULL;
    df_error_clear();
    if (df_binding_create(&binding, weights, semantics) < 0)
        fail_msg("%s", df_error_text());
    return binding;
}

/* ------------------------------------------------------------------------------------- recognition -- */

static void check_recognised(const DfNames *names, const char *prefix)
{
    Foreign f = foreign_of(names);
    f.prefix = prefix;
    ModelFile file = foreign_file(&f);
    DfWeights *weights = foreign_weights(file);
    DfBinding *binding = bind(weights, NULL);
    const DfBindingInfo *info = df_binding_info(binding);
    assert_string_equal(info->variant, names->variant);
    assert_string_equal(info->prefix, prefix);
    assert_ptr_equal(info->semantics, f.semantics);
    assert_int_equal(info->order, df_semantics_order(f.semantics));
    assert_int_equal(info->sketch, 0);
    assert_int_equal(info->size, 512);
    assert_int_equal(info->input_channels, df_semantics_inputs(f.semantics->input, 0).channels);
    assert_int_equal(info->cnum, df_semantics_conv_of(f.semantics, 1, f.cnum, 0).out);
    for (size_t i = 0; i < weights->tensor_count; i++)
        assert_true(df_binding_uses(binding, i));
    df_binding_close(&binding);
    assert_null(binding);
    df_binding_close(&binding);
    df_weights_close(&weights);
    free(file.bytes);
}

static void test_recognised(void **state)
{
    static const char *const prefixes[] = { "", "module.", "G.", "state_dict.generator.", "a.b.c.d.e." };
    (void)state;
    for (int i = 0; df_names_at(i); i++)
        for (size_t j = 0; j < DF_COUNT(prefixes); j++)
            check_recognised(df_names_at(i), prefixes[j]);
}

/** Every row's names differ, and none comes close to the room for them. */
static void test_names(void **state)
{
    char name[DF_NAME_ROOM], other[DF_NAME_ROOM];
    (void)state;
    for (int i = 0; df_names_at(i); i++) {
        const DfNames *names = df_names_at(i);
        assert_non_null(df_semantics_find(names->semantics));
        assert_ptr_equal(df_semantics_find(names->semantics)->net, names->net);
        for (int row = 0; row < names->net->count; row++) {
            if (!df_row_is_conv(&names->net->rows[row]))
                continue;
            assert_true(df_names_tensor(names, row, DF_WEIGHT, name));
            assert_true(strlen(name) < DF_NAME_ROOM - 32);
            for (int before = 0; before < row; before++)
                if (df_row_is_conv(&names->net->rows[before])) {
                    df_names_tensor(names, before, DF_WEIGHT, other);
                    assert_string_not_equal(name, other);
                }
        }
    }
    assert_null(df_names_at(-1));
    assert_null(df_stranger_at(-1));
}

/** Names word for word, where projects are least regular. */
static void test_odd_names(void **state)
{
    static const struct {
        const char *variant, *row, *name;
        enum DfRole role;
    } odd[] = {
        { "deepfill", "conv13_upsample", "conv13_upsample.weight", DF_WEIGHT },
        { "official", "conv13_upsample", "inpaint_net/conv13_upsample/conv13_upsample_conv/kernel",
          DF_WEIGHT },
        { "official", "conv17", "inpaint_net/conv17/bias", DF_BIAS },
        { "nipponjo_tf", "allconv15_upsample", "allconv15_upsample.conv.conv.bias", DF_BIAS },
        { "nipponjo", "conv4_downsample", "stage1.down_block2.conv1_downsample.conv.weight", DF_WEIGHT },
        { "nipponjo", "conv12", "stage1.conv_bn7.conv.weight", DF_WEIGHT },
        { "nipponjo", "conv15_upsample", "stage1.up_block2.conv1_upsample.conv.conv.weight", DF_WEIGHT },
        { "nipponjo", "xconv10_atrous", "stage2.conv_conv_bn5.conv.weight", DF_WEIGHT },
        { "nipponjo", "pmconv6", "stage2.ca_conv_bn1.conv.weight", DF_WEIGHT },
        { "nipponjo", "pmconv9", "stage2.ca_conv_bn4.conv.weight", DF_WEIGHT },
        { "nipponjo", "allconv12", "stage2.conv_bn7.conv.weight", DF_WEIGHT },
        { "nipponjo", "allconv17", "stage2.conv_to_rgb.conv.bias", DF_BIAS },
        { "mmagic", "conv6", "stage1.encoder.enc6.conv.conv.weight", DF_WEIGHT },
        { "mmagic", "conv10_atrous", "stage1.dilation_neck.dilation_convs.3.conv.conv.weight", DF_WEIGHT },
        { "mmagic", "conv13_upsample", "stage1.decoder.dec3.conv.conv.weight", DF_WEIGHT },
        { "mmagic", "pmconv10", "stage2.contextual_attention_neck.conv2.conv.conv.bias", DF_BIAS },
        { "yangyu12", "pmconv9", "refinement_ctx_branch_2.0.weight", DF_WEIGHT },
        { "yangyu12", "allconv17", "refinement_decoder.6.weight", DF_WEIGHT },
        { "csqiangwen", "conv1", "coarse.0.mask_conv2d.weight", DF_GATE_WEIGHT },
        { "csqiangwen", "allconv13_upsample", "refine_combine.2.gated_conv2d.mask_conv2d.module.weight_u",
          DF_GATE_U },
    };
    char name[DF_NAME_ROOM];
    (void)state;
    for (size_t i = 0; i < DF_COUNT(odd); i++) {
        int row = df_row_find(&df_deepfillv2, odd[i].row);
        assert_true(df_names_tensor(foreign_names(odd[i].variant, &df_deepfillv2), row, odd[i].role, name));
        assert_string_equal(name, odd[i].name);
    }
    assert_false(df_names_tensor(foreign_names("official", &df_deepfillv2), 1, DF_U, name));
    assert_false(df_names_tensor(foreign_names("csqiangwen", &df_deepfillv2), 1, DF_U, name));
}

/** A copy that hangs deeper is left alone, and what only ends alike is none. */
static void test_prefixes(void **state)
{
    Foreign f = foreign_of(foreign_names("nipponjo_tf", &df_deepfillv2));
    (void)state;
    f.prefix = "module.G.";
    f.more = "A.very.deep.xconv1.conv.weight";
    ModelFile file = foreign_file(&f);
    DfWeights *weights = foreign_weights(file);
    DfBinding *binding = bind(weights, "auto");
    assert_string_equal(df_binding_info(binding)->prefix, "module.G.");
    for (size_t i = 0; i < weights->tensor_count; i++)
        assert_int_equal(df_binding_uses(binding, i), !strncmp(weights->tensors[i].name, "module", 6));
    df_binding_close(&binding);
    df_weights_close(&weights);
    free(file.bytes);
}

/* ------------------------------------------------------------------------------------------ values -- */

/** One step of power iteration, as plain as it is written in the project, over rows of the whole weight. */
static double norm_of(int row, int first, int out, int length, int area)
{
    double *v = calloc(length, sizeof *v), *mv = calloc(out, sizeof *mv), square = 0, sum = 0, norm = 0;
    for (int j = 0; j < length; j++)
        for (int o = 0; o < out; o++)
            v[j] += foreign_value(row, DF_WEIGHT, first + o, j / area, j % area) *
                    (double)foreign_value(row, DF_U, first + o, 0, 0);
    for (int j = 0; j < length; j++)
        square += v[j] * v[j];
    for (int o = 0; o < out; o++) {
        for (int j = 0; j < length; j++)
            mv[o] += foreign_value(row, DF_WEIGHT, first + o, j / area, j % area) * v[j] /
                     (sqrt(square) + 1e-12);
        sum += mv[o] * mv[o];
    }
    for (int o = 0; o < out; o++)
        norm += mv[o] / (sqrt(sum) + 1e-12) * mv[o];
    free(v);
    free(mv);
    return norm;
}

static void check_weight(const Foreign *f, int row, const DfConv *conv, const float *weight)
{
    int area = conv->kernel * conv->kernel, length = conv->in * area;
    int halves = foreign_has(f, row, DF_U) ? 2 : 1, out = conv->out / halves;
    for (int half = 0; half < halves; half++) {
        double norm = halves == 1 ? 1 : norm_of(row, half * out, out, length, area);
        for (int i = 0; i < out * length; i++, weight++) {
            float raw = foreign_value(row, DF_WEIGHT, half * out + i / length, i % length / area, i % area);
            if (halves == 1)
                assert_true(*weight == raw);
            else
                assert_true(fabs(*weight - raw / norm) <= 2e-7 * fabs(raw / norm));
        }
    }
}

static void check_norm(const Foreign *f, int row, int o, float scale, float shift)
{
    float weight = foreign_value(row, DF_NORM_WEIGHT, o, 0, 0);
    float mean = foreign_value(row, DF_NORM_MEAN, o, 0, 0);
    float bias = foreign_value(row, DF_NORM_BIAS, o, 0, 0);
    double spread = sqrt(foreign_value(row, DF_NORM_VARIANCE, o, 0, 0) + 1e-5);
    if (foreign_has(f, row, DF_SCALE)) {
        assert_true(scale == foreign_value(row, DF_SCALE, o, 0, 0));
        assert_true(shift == foreign_value(row, DF_SHIFT, o, 0, 0));
    } else if (foreign_has(f, row, DF_NORM_WEIGHT)) {
        assert_true(fabs(scale - weight / spread) <= 1e-7);
        assert_true(fabs(shift - (bias - mean * weight / spread)) <= 1e-7);
    } else {
        assert_true(scale == 1 && shift == 0);
    }
}

static void check_row(const Foreign *f, const DfBinding *binding, int row)
{
    DfConv conv = df_binding_conv(binding, row);
    DfConv expected = df_semantics_conv_of(f->semantics, row, f->cnum, f->sketch);
    assert_memory_equal(&conv, &expected, sizeof conv);
    float *weight = malloc(df_conv_weights(&conv) * sizeof *weight);
    float *bias = malloc(3 * conv.out * sizeof *bias), *scale = bias + conv.out, *shift = scale + conv.out;
    DfRowValues values = { weight, bias, scale, shift }, none = { NULL, NULL, NULL, NULL };
    assert_int_equal(df_binding_read(binding, row, &values), 0);
    assert_int_equal(df_binding_read(binding, row, &none), 0);
    check_weight(f, row, &conv, weight);
    for (int o = 0; o < conv.out; o++) {
        float wanted_bias = foreign_has(f, row, DF_BIAS) ? foreign_value(row, DF_BIAS, o, 0, 0) : 0;
        assert_true(bias[o] == wanted_bias);
        check_norm(f, row, o, scale[o], shift[o]);
    }
    assert_int_equal(df_binding_has_norm(binding, row),
                     foreign_has(f, row, DF_SCALE) || foreign_has(f, row, DF_NORM_WEIGHT));
    free(weight);
    free(bias);
}

static void test_values(void **state)
{
    (void)state;
    for (int i = 0; df_names_at(i); i++) {
        Foreign f = foreign_of(df_names_at(i));
        f.cnum = 8 + 4 * i;
        ModelFile file = foreign_file(&f);
        DfWeights *weights = foreign_weights(file);
        DfBinding *binding = bind(weights, NULL);
        for (int row = 0; row < f.names->net->count; row++)
            if (df_row_is_conv(&f.names->net->rows[row]))
                check_row(&f, binding, row);
        df_binding_close(&binding);
        df_weights_close(&weights);
        free(file.bytes);
    }
}

/* --------------------------------------------------------------------------------------- semantics -- */

#define SAYS(semantics) "{\"semantics\":\"" semantics "\"}"
#define SAYS_RGB(semantics) "{\"semantics\":\"" semantics "\",\"input\":\"rgb,ones,mask\"}"
#define TAKES ": this model takes official, stride, nipponjo_tf, nipponjo, with +rgb or +bgr behind it"
#define ITS_ALONE(semantics) ": this model takes " semantics ", with +rgb or +bgr behind it"

/** What metadata and words make of a file; NULL: nothing is said. */
static const struct {
    const char *variant, *metadata, *words, *semantics;
    enum DfOrder order;
} choices[] = {
    { "deepfill", NULL, NULL, "official", DF_BGR },
    { "deepfill", NULL, "rgb", "official", DF_RGB },
    { "deepfill", NULL, "auto+rgb", "official", DF_RGB },
    { "deepfill", NULL, "", "official", DF_BGR },
    { "deepfill", NULL, "stride", "stride", DF_RGB },
    { "deepfill", NULL, "bgr+stride", "stride", DF_BGR },
    { "deepfill", "{\"downsample\":\"stride\"}", NULL, "stride", DF_RGB },
    { "deepfill", "{\"downsample\":\"stride\",\"input\":\"bgr,ones,mask\"}", NULL, "stride", DF_BGR },
    { "deepfill", SAYS_RGB("official"), NULL, "official", DF_RGB },
    { "deepfill", SAYS_RGB("official"), "official", "official", DF_RGB },
    { "deepfill", SAYS_RGB("nipponjo_tf"), "official", "official", DF_BGR },
    { "deepfill", SAYS("nipponjo"), NULL, "nipponjo", DF_RGB },
    { "deepfill", "{\"semantics\":\"nipponjo\",\"padding\":\"zero\",\"fuse\":\"1\"}", NULL, "nipponjo",
      DF_RGB },
    { "nipponjo_tf", NULL, NULL, "nipponjo_tf", DF_RGB },
    { "nipponjo_tf", NULL, "official", "official", DF_BGR },
    { "nipponjo_tf", NULL, "official+rgb", "official", DF_RGB },
    { "official", NULL, "nipponjo_tf+bgr", "nipponjo_tf", DF_BGR },
    { "yangyu12", NULL, NULL, "official", DF_BGR },
    { "mmagic", NULL, "rgb", "mmagic", DF_RGB },
};

/** Which are refused, and how. */
static const struct {
    const char *variant, *metadata, *words, *refusal;
} mistakes[] = {
    { "deepfill", NULL, "lama", "FILE: semantics 'lama' is unknown" TAKES },
    { "deepfill", NULL, "offic", "FILE: semantics 'offic' is unknown" TAKES },
    { "deepfill", NULL, "official++rgb", "FILE: semantics '' is unknown" TAKES },
    { "mmagic", NULL, "official", "FILE: semantics 'official' is of another network" ITS_ALONE("mmagic") },
    { "csqiangwen", NULL, "naoto0804",
      "FILE: semantics 'naoto0804' is of another network" ITS_ALONE("csqiangwen") },
    { "official", NULL, "stride+official", "FILE: semantics 'official' is a second name" TAKES },
    { "official", NULL, "rgb+bgr", "FILE: semantics 'bgr' is a second order of the colours" TAKES },
    { "deepfill", SAYS("lama"), NULL,
      "FILE: its metadata say 'semantics' is 'lama', expected official, stride, nipponjo_tf, nipponjo" },
    { "deepfill", SAYS("naoto0804"), NULL,
      "FILE: its metadata say 'semantics' is 'naoto0804', expected official, stride, nipponjo_tf, nipponjo" },
    { "deepfill", "{\"semantics\":\"nipponjo\",\"padding\":\"same\"}", NULL,
      "FILE: its metadata say 'padding' is 'same', expected zero" },
    { "deepfill", SAYS("mmagic"), NULL, "FILE: tensor 'conv17.weight' is 3x2x3x3, expected 6x2x3x3" },
};

static int bind_chosen(const char *variant, const char *metadata, const char *words, DfBinding **binding,
                       DfWeights **weights, ModelFile *file)
{
    Foreign f = foreign_of(foreign_names(variant, &df_deepfillv2));
    f.metadata = metadata;
    *file = foreign_file(&f);
    *weights = foreign_weights(*file);
    *binding = NULL;
    return df_binding_create(binding, *weights, words);
}

static void test_choices(void **state)
{
    DfBinding *binding;
    DfWeights *weights;
    ModelFile file;
    (void)state;
    for (size_t i = 0; i < DF_COUNT(choices); i++) {
        if (bind_chosen(choices[i].variant, choices[i].metadata, choices[i].words, &binding, &weights, &file))
            fail_msg("%s", df_error_text());
        assert_string_equal(df_binding_info(binding)->semantics->name, choices[i].semantics);
        assert_int_equal(df_binding_info(binding)->order, choices[i].order);
        df_binding_close(&binding);
        df_weights_close(&weights);
        free(file.bytes);
    }
    for (size_t i = 0; i < DF_COUNT(mistakes); i++) {
        assert_int_equal(bind_chosen(mistakes[i].variant, mistakes[i].metadata, mistakes[i].words, &binding,
                                     &weights, &file), -EINVAL);
        assert_string_equal(df_error_text(), mistakes[i].refusal);
        assert_null(binding);
        df_weights_close(&weights);
        free(file.bytes);
    }
}

/**
 * Kernels, all zeros but for the first value and the last, that have the checksums of the published ones;
 * their first and third channels as published or exchanged.
 */
static void test_published(void **state)
{
    static const struct {
        float first;
        uint32_t last;
        int turned;
        const char *words;
        enum DfOrder order;
    } kernels[] = {
        { 1, 0x17b32f8d, 0, "official", DF_BGR },     { 1, 0x17b32f8d, 1, "official", DF_RGB },
        { 2, 0x9db4fb24, 0, "official", DF_BGR },     { 2, 0x9db4fb24, 1, "official", DF_RGB },
        { 2, 0x9db4fb24, 1, "official+bgr", DF_BGR }, { 3, 0x9db4fb24, 1, "official", DF_BGR },
        { 1, 0x17b32f8d, 0, NULL, DF_RGB },
    };
    Foreign f = foreign_of(foreign_names("nipponjo_tf", &df_deepfillv2));
    (void)state;
    f.cnum = 48;
    ModelFile file = foreign_file(&f);
    DfWeights *weights = foreign_weights(file);
    const DfTensor *kernel = df_weights_find(weights, "conv1.conv.weight");
    uint8_t *bytes = (uint8_t *)kernel->data; /* [out][in][ky][kx], little-endian */
    for (size_t i = 0; i < DF_COUNT(kernels); i++) {
        memset(bytes, 0, 4 * kernel->count);
        memcpy(bytes + (kernels[i].turned ? 4 * 2 * 25 : 0), &kernels[i].first, 4);
        memcpy(bytes + 4 * (kernel->count - 1), &kernels[i].last, 4);
        DfBinding *binding = bind(weights, kernels[i].words);
        assert_int_equal(df_binding_info(binding)->order, kernels[i].order);
        df_binding_close(&binding);
    }
    df_weights_close(&weights);
    free(file.bytes);
}

/** Our names and another project's network: told by the shapes alone. */
static void test_shapes_tell(void **state)
{
    static const char *const networks[] = { "official", "mmagic", "csqiangwen" };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(networks); i++) {
        Foreign f = foreign_of(foreign_names("deepfill", &df_deepfillv2));
        f.semantics = df_semantics_find(networks[i]);
        ModelFile file = foreign_file(&f);
        DfWeights *weights = foreign_weights(file);
        DfBinding *binding = bind(weights, NULL);
        assert_ptr_equal(df_binding_info(binding)->semantics, f.semantics);
        df_binding_close(&binding);
        df_weights_close(&weights);
        free(file.bytes);
    }
}

static void test_sketch(void **state)
{
    static const char *const variants[] = { "deepfill", "official" };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(variants); i++) {
        Foreign f = foreign_of(foreign_names(variants[i], &df_deepfillv2));
        f.sketch = 1;
        ModelFile file = foreign_file(&f);
        DfWeights *weights = foreign_weights(file);
        DfBinding *binding = bind(weights, "rgb");
        assert_true(df_binding_info(binding)->sketch);
        assert_int_equal(df_binding_info(binding)->input_channels, 6);
        df_binding_close(&binding);
        df_weights_close(&weights);
        free(file.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recognised),  cmocka_unit_test(test_names),
        cmocka_unit_test(test_odd_names),   cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_values),      cmocka_unit_test(test_choices),
        cmocka_unit_test(test_shapes_tell), cmocka_unit_test(test_sketch),
        cmocka_unit_test(test_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
