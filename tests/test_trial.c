/**
 * @file
 * What opening a checkpoint asks of its network: sound ones of every project pass, those whose weights are
 * too large or too small by powers of ten are refused with the cause.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "deepfill.h"
#include "model/internal.h"
#include "model_file.h"
#include "products.h"

#define GOLDEN "tests/golden/"
#define CHECKPOINTS GOLDEN "checkpoints/"
#define WRONG ": its weights are damaged or wrongly scaled"
#define FLAT ": gives no picture: what its network makes of a test picture is "

/** Networks of every kind: 4, 5 and 6 planes, gated and partial. */
static const char *const sound[] = {
    GOLDEN "c8-official.safetensors", GOLDEN "c16-official.safetensors", GOLDEN "c8-stride.safetensors",
    CHECKPOINTS "official", CHECKPOINTS "guided", CHECKPOINTS "nipponjo_tf.pth", CHECKPOINTS "nipponjo.pth",
    CHECKPOINTS "mmagic.pth", CHECKPOINTS "yangyu12.pth", CHECKPOINTS "csqiangwen.pth",
    CHECKPOINTS "naoto0804.pth", CHECKPOINTS "pconv_mmagic.pth",
};

static DeepfillModel *load(const char *path)
{
    DeepfillModel *model = NULL;
    df_error_clear();
    if (df_model_load(&model, path, NULL) < 0)
        fail_msg("%s", df_error_text());
    return model;
}

/** Prepared weights are sums of raw ones, and scale as they do. */
static void scale_row(DfConv *conv, float factor)
{
    size_t count = df_conv_prepared(conv);
    for (size_t i = 0; i < count; i++)
        ((float *)conv->weight)[i] *= factor;
    for (int i = 0; i < conv->out; i++)
        ((float *)conv->bias)[i] *= factor;
}

static void scale(DeepfillModel *model, float factor)
{
    const DfNet *net = model->semantics->net;
    for (int row = 0; row < net->count; row++)
        if (df_row_is_conv(&net->rows[row]))
            scale_row(&model->convs[row], factor);
}

static void sound_models_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(sound); i++) {
        DeepfillModel *model = NULL;
        if (deepfill_model_open(&model, sound[i], NULL) < 0)
            fail_msg("%s", deepfill_error());
        deepfill_model_close(&model);
    }
    DeepfillModel *model = load("small");
    assert_int_equal(df_model_try(model), 0);
    deepfill_model_close(&model);
}

static void wrong_scales_are_refused(void **state)
{
    static const float factors[] = { 1e4f, 1e30f, 100, 1e-6f, 0 };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(sound) * DF_COUNT(factors); i++) {
        const char *path = sound[i / DF_COUNT(factors)];
        float factor = factors[i % DF_COUNT(factors)];
        DeepfillModel *model = load(path);
        scale(model, factor);
        if (df_model_try(model) != -EDOM)
            fail_msg("%s is taken, its weights times %g", path, factor);
        deepfill_model_close(&model);
    }
}

/** The last layer's biases alone make the picture, or so large an end of its range. */
static void flat_fills_are_named(void **state)
{
    static const struct {
        float weight, bias[3];
        const char *words;
    } cases[] = {
        { 0, { 20, 20, 20 }, "flat white" },
        { 0, { -20, -20, -20 }, "flat black" },
        { 0, { 0.5f, 0.1f, 0 }, "one flat colour" },
        { 0, { 20, -20, 20 }, "one flat colour" },
        { 1e6f, { 0, 0, 0 }, "black and white alone" },
        { 1, { 0, 0, 0 }, NULL },
    };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        DeepfillModel *model = load(GOLDEN "c8-official.safetensors");
        DfConv *last = &model->convs[model->semantics->net->count - 1];
        char text[300];
        scale_row(last, cases[i].weight);
        memcpy((float *)last->bias, cases[i].bias, sizeof cases[i].bias);
        assert_int_equal(df_model_try(model), cases[i].words ? -EDOM : 0);
        snprintf(text, sizeof text, "%s" FLAT "%s" WRONG, model->name, cases[i].words ? cases[i].words : "");
        assert_string_equal(df_error_text(), cases[i].words ? text : "");
        deepfill_model_close(&model);
    }
}

static void loud_layers_are_named(void **state)
{
    static const float factors[] = { 1e10f, 1e38f };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(factors); i++) {
        DeepfillModel *model = load(CHECKPOINTS "pconv_mmagic.pth");
        scale_row(&model->convs[df_row_find(model->semantics->net, "enc3")], factors[i]);
        assert_int_equal(df_model_try(model), -EDOM);
        assert_string_equal(df_error_text(), CHECKPOINTS "pconv_mmagic.pth: gives no picture: layer 'enc3' "
                            "of its network makes values beyond 1e+09 of a test picture" WRONG);
        deepfill_model_close(&model);
    }
}

/** As users meet it: a file, and nothing opened. */
static void files_are_refused(void **state)
{
    DeepfillModel *model = (DeepfillModel *)1;
    ModelFile file = model_file_random(8, 5, "");
    char path[64], text[300];
    (void)state;
    model_file_amplify(&file, 0);
    model_file_write(path, file.bytes, file.size);
    assert_int_equal(deepfill_model_open(&model, path, NULL), -EDOM);
    assert_ptr_equal(model, (DeepfillModel *)1);
    snprintf(text, sizeof text, "%s" FLAT "one flat colour" WRONG, path);
    assert_string_equal(deepfill_error(), text);
    unlink(path);
    free(file.bytes);
}

static void memory_runs_out(void **state)
{
    int ret = -ENOMEM;
    (void)state;
    for (long successes = 0; ret < 0; successes++) {
        DeepfillModel *model = NULL;
        df_fail_after(successes);
        ret = deepfill_model_open(&model, CHECKPOINTS "mmagic.pth", NULL);
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM);
        assert_true((ret == 0) == (model != NULL));
        deepfill_model_close(&model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_models_pass),     cmocka_unit_test(wrong_scales_are_refused),
        cmocka_unit_test(flat_fills_are_named),  cmocka_unit_test(loud_layers_are_named),
        cmocka_unit_test(files_are_refused),     cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, claim_products, release_products);
}
