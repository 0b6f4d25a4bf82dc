/**
 * @file
 * Checkpoints of every project turned into files of ours: the same network, value by value.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "foreign_file.h"
#include "model/convert.h"

/** A checkpoint with what it was understood as. */
typedef struct Opened {
    ModelFile file;
    DfWeights *weights;
    DfBinding *binding;
} Opened;

static Opened open_foreign(const Foreign *f, const char *words)
{
    Opened o = { .file = foreign_file(f) };
    o.weights = foreign_weights(o.file);
    if (df_binding_create(&o.binding, o.weights, words) < 0)
        fail_msg("%s", df_error_text());
    return o;
}

static void release(Opened *o)
{
    df_binding_close(&o->binding);
    df_weights_close(&o->weights);
    free(o->file.bytes);
}

/** Convert and open what came of it. */
static Opened convert(const Opened *from, int f16)
{
    Opened o = { .file.bytes = NULL };
    char path[64];
    model_file_write(path, "", 0);
    if (df_convert(from->binding, path, f16) < 0 || df_weights_open(&o.weights, path) < 0 ||
        df_binding_create(&o.binding, o.weights, NULL) < 0)
        fail_msg("%s", df_error_text());
    unlink(path);
    return o;
}

static void assert_alike(const DfBinding *a, const DfBinding *b)
{
    const DfBindingInfo *s = df_binding_info(a), *t = df_binding_info(b);
    assert_string_equal(t->variant, "deepfill");
    assert_string_equal(t->prefix, "");
    assert_ptr_equal(s->semantics, t->semantics);
    assert_int_equal(s->order, t->order);
    assert_int_equal(s->sketch, t->sketch);
    assert_int_equal(s->cnum, t->cnum);
    assert_int_equal(s->input_channels, t->input_channels);
    assert_int_equal(s->size, t->size);
}

/** Half of the distance from one float16 to the next. */
static float half_step(float value)
{
    int exponent;
    frexpf(value, &exponent);
    return ldexpf(1, DF_MAX(exponent - 1, -14) - 11);
}

static void assert_values(const float *a, const float *b, size_t count, int f16)
{
    for (size_t i = 0; i < count; i++)
        assert_true(f16 ? fabsf(a[i] - b[i]) <= half_step(a[i]) : a[i] == b[i]);
}

static void assert_same_row(const DfBinding *a, const DfBinding *b, int row, int f16)
{
    DfConv conv = df_binding_conv(a, row), other = df_binding_conv(b, row);
    size_t weights = df_conv_weights(&conv), count = weights + 3 * conv.out;
    float *values[2] = { calloc(count, sizeof(float)), calloc(count, sizeof(float)) };
    assert_memory_equal(&conv, &other, sizeof conv);
    assert_int_equal(df_binding_has_norm(a, row), df_binding_has_norm(b, row));
    for (int i = 0; i < 2; i++) {
        float *rest = values[i] + weights;
        DfRowValues parts = { values[i], rest, rest + conv.out, rest + 2 * conv.out };
        assert_int_equal(df_binding_read(i ? b : a, row, &parts), 0);
    }
    assert_values(values[0], values[1], count, f16);
    free(values[0]);
    free(values[1]);
}

static void check(const Foreign *f, const char *words)
{
    for (int f16 = 0; f16 < 2; f16++) {
        Opened from = open_foreign(f, words), to = convert(&from, f16);
        assert_alike(from.binding, to.binding);
        assert_int_equal(to.weights->tensors[0].type, f16 ? DF_F16 : DF_F32);
        for (int row = 0; row < f->names->net->count; row++)
            if (df_row_is_conv(&f->names->net->rows[row]))
                assert_same_row(from.binding, to.binding, row, f16);
        for (size_t i = 0; i < to.weights->tensor_count; i++)
            assert_true(df_binding_uses(to.binding, i));
        release(&from);
        release(&to);
    }
}

static void test_every_project(void **state)
{
    (void)state;
    for (int i = 0; df_names_at(i); i++) {
        Foreign f = foreign_of(df_names_at(i));
        check(&f, NULL);
    }
}

/* Files that projects' own code wrote, beside this project where somebody has put them. */
#define FIXTURES "../shared/fixtures/"
static const struct {
    const char *path, *container, *variant, *prefix;
} fixtures[] = {
    { "official_tf_shim", "TensorFlow", "official", "" },
    { "official_tf_shim/guided", "TensorFlow", "official", "" },
    { "official_tf_shim/train/snap-1", "TensorFlow", "official", "" },
    { "nipponjo_tf/ckpt_cnum8.pth", "PyTorch zip", "nipponjo_tf", "G." },
    { "nipponjo_tf/ckpt_cnum4_strided.pth", "PyTorch zip", "nipponjo_tf", "G." },
    { "nipponjo_tf/ckpt_cnum48_fp16.pth", "PyTorch zip", "nipponjo_tf", "G." },
    { "nipponjo_tf/train_snapshot_cnum4_legacy.pth", "PyTorch legacy", "nipponjo_tf", "G." },
    { "nipponjo_pt/ckpt_cnum8.pth", "PyTorch zip", "nipponjo", "G." },
    { "nipponjo_pt/ckpt_cnum4_legacy.pth", "PyTorch legacy", "nipponjo", "G." },
    { "mmagic_deepfillv2/ckpt_mmengine.pth", "PyTorch zip", "mmagic", "state_dict.generator." },
    { "mmagic_deepfillv2/ckpt_mmedit0_small_legacy.pth", "PyTorch legacy", "mmagic",
      "state_dict.generator." },
    { "csqiangwen/ckpt.pth", "PyTorch zip", "csqiangwen", "" },
    { "csqiangwen/ckpt_latent2_legacy.pth", "PyTorch legacy", "csqiangwen", "" },
    { "pconv_naoto0804/ckpt.pth", "PyTorch zip", "naoto0804", "model." },
    { "pconv_mmagic/ckpt.pth", "PyTorch zip", "pconv_mmagic", "state_dict.generator." },
};

static void check_fixture(int i)
{
    char path[200];
    Opened from = { .file.bytes = NULL };
    snprintf(path, sizeof path, FIXTURES "%s", fixtures[i].path);
    if (df_weights_open(&from.weights, path) < 0 || df_binding_create(&from.binding, from.weights, NULL) < 0)
        fail_msg("%s", df_error_text());
    const DfBindingInfo *info = df_binding_info(from.binding);
    assert_string_equal(from.weights->container, fixtures[i].container);
    assert_string_equal(info->variant, fixtures[i].variant);
    assert_string_equal(info->prefix, fixtures[i].prefix);
    assert_int_equal(info->sketch, strstr(path, "guided") != NULL);
    for (int f16 = 0; f16 < 2; f16++) {
        Opened to = convert(&from, f16);
        assert_alike(from.binding, to.binding);
        for (int row = 0; row < info->semantics->net->count; row++)
            if (df_row_is_conv(&info->semantics->net->rows[row]))
                assert_same_row(from.binding, to.binding, row, f16);
        release(&to);
    }
    release(&from);
}

static void test_fixtures(void **state)
{
    (void)state;
    if (access(FIXTURES "NOTES.md", R_OK) < 0) {
        print_message("no " FIXTURES "\n");
        skip();
    }
    for (size_t i = 0; i < DF_COUNT(fixtures); i++)
        check_fixture(i);
}

/** What was chosen for a file stays with it. */
static void test_choices(void **state)
{
    Foreign f = foreign_of(foreign_names("nipponjo_tf", &df_deepfillv2));
    (void)state;
    check(&f, "official+rgb");
    check(&f, "bgr");
    f = foreign_of(foreign_names("official", &df_deepfillv2));
    f.sketch = 1;
    check(&f, NULL);
    f = foreign_of(foreign_names("deepfill", &df_deepfillv2));
    f.metadata = "{\"size\":\"256\",\"downsample\":\"stride\"}";
    check(&f, NULL);
}

/** What the header says, word for word. */
static void test_metadata(void **state)
{
    Foreign f = foreign_of(foreign_names("official", &df_deepfillv2));
    f.sketch = 1;
    Opened from = open_foreign(&f, NULL), to = convert(&from, 0);
    (void)state;
    assert_int_equal(to.weights->meta_count, 4);
    assert_string_equal(df_weights_meta(to.weights, "architecture"), "deepfillv2");
    assert_string_equal(df_weights_meta(to.weights, "input"), "bgr,sketch,ones,mask");
    assert_string_equal(df_weights_meta(to.weights, "semantics"), "official");
    assert_string_equal(df_weights_meta(to.weights, "size"), "512");
    assert_non_null(df_weights_find(to.weights, "conv13_upsample.weight"));
    assert_int_equal(to.weights->tensor_count, 84);
    release(&from);
    release(&to);
}

/** A value that float16 has not: said, and nothing written. */
static void test_too_large(void **state)
{
    Foreign f = foreign_of(foreign_names("official", &df_deepfillv2));
    Opened from = open_foreign(&f, NULL);
    float large = 1e6f;
    char path[64], expected[200];
    (void)state;
    model_file_little(&large, 1);
    memcpy((uint8_t *)df_weights_find(from.weights, "inpaint_net/conv17/bias")->data, &large, 4);
    model_file_write(path, "as it was", 9);
    snprintf(expected, sizeof expected, "%s: tensor 'conv17.bias' has the value 1e+06, too large for "
             "float16: write float32", path);
    assert_int_equal(df_convert(from.binding, path, 1), -ERANGE);
    assert_string_equal(df_error_text(), expected);
    FILE *file = fopen(path, "r");
    assert_int_equal(fread(expected, 1, sizeof expected, file), 9);
    fclose(file);
    unlink(path);
    release(&from);
}

static void test_every_allocation(void **state)
{
    Foreign f = foreign_of(foreign_names("csqiangwen", &df_deepfillv2));
    Opened from = open_foreign(&f, NULL);
    char path[64];
    int ret = -ENOMEM;
    (void)state;
    model_file_write(path, "", 0);
    for (long successes = 0; ret < 0; successes++) {
        df_fail_after(successes);
        ret = df_convert(from.binding, path, 0);
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM);
    }
    unlink(path);
    release(&from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_project), cmocka_unit_test(test_choices),
        cmocka_unit_test(test_fixtures),
        cmocka_unit_test(test_metadata),      cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
