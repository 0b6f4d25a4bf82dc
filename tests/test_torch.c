/**
 * @file
 * PyTorch checkpoints: what good ones give in either form, and that no byte of a file can do more harm than
 * being refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "small.h"
#include "torch_file.h"
#include "weights_parse.h"

/* {'G': OrderedDict(...) with _metadata, 'n_iter': 5, 'more': [tensor]} */
#define GOOD T_PROTO "}q\0(" T_TEXT("\1", "G") T_ORDERED "q\1(" \
    T_TEXT("\1", "w") TWO_BY_THREE T_TEXT("\1", "t") TRANSPOSED T_TEXT("\1", "m") MIDDLE \
    T_TEXT("\1", "p") PARAMETER T_TEXT("\1", "h") HALF_PAIR T_TEXT("\1", "b") BRAIN_PAIR \
    T_TEXT("\1", "n") COUNTER T_TEXT("\1", "e") EMPTY \
    "u}" T_TEXT("\x9", "_metadata") "h\1sb" T_TEXT("\6", "n_iter") "K\5" \
    T_TEXT("\4", "more") "]" PAIR "au."

/* ----------------------------------------------------------------------------------- good files -- */

static void assert_tensor(const DfWeights *w, const char *name, const char *shape, const float *values)
{
    const DfTensor *t = df_weights_find(w, name);
    float read[8];
    char text[64];
    assert_non_null(t);
    df_tensor_shape_text(text, sizeof text, t->shape, t->rank);
    assert_string_equal(text, shape);
    if (!values) {
        assert_int_equal(t->type, DF_OTHER_TYPE);
        return;
    }
    assert_true(t->count <= DF_COUNT(read));
    if (df_tensor_read(w, t, read) < 0)
        fail_msg("%s", df_error_text());
    assert_memory_equal(read, values, t->count * sizeof *read);
}

static void assert_good(ModelFile file, const char *container)
{
    DfWeights *w;
    if (parse(&w, file) < 0)
        fail_msg("%s", df_error_text());
    assert_string_equal(w->container, container);
    assert_int_equal(w->tensor_count, 9);
    assert_tensor(w, "G.w", "2x3", (float[]){ 1, 2, 3, 4, 5, 6 });
    assert_tensor(w, "G.t", "3x2", (float[]){ 1, 4, 2, 5, 3, 6 });
    assert_tensor(w, "G.m", "2", (float[]){ 3, 5 });
    assert_tensor(w, "G.p", "2", (float[]){ 1, 2 });
    assert_tensor(w, "G.h", "2", (float[]){ 1, -2 });
    assert_tensor(w, "G.b", "2", (float[]){ 1, -10 });
    assert_tensor(w, "G.n", "a single value", NULL);
    assert_tensor(w, "G.e", "0x3", (float[]){ 0 });
    assert_null(df_weights_find(w, "G.e")->data);
    assert_tensor(w, "more.0", "2", (float[]){ 1, 2 });
    df_weights_close(&w);
    free(file.bytes);
}

static void test_good(void **state)
{
    (void)state;
    assert_good(torch_zip_file(PICKLE(GOOD), storages, 4), "PyTorch zip");
    assert_good(torch_legacy_file(PICKLE(GOOD), storages, 4), "PyTorch legacy");
}

#define OBJECT(module, name) T_GLOBAL(module, name) ")\x81"

/** Pickles that have the tensor PAIR under a name. */
static const struct {
    const char *pickle;
    size_t size;
    const char *name;
} ways[] = {
    { PICKLE(T_PROTO PAIR "."), "" },
    { PICKLE(T_PROTO "}" T_TEXT("\1", "a") PAIR "s."), "a" },
    { PICKLE(T_PROTO "}K\7}M\1\2" PAIR "ss."), "7.513" },
    { PICKLE(T_PROTO "}J\xff\xff\xff\xff}\x8a\2\xff\x7f" PAIR "ss."), "-1.32767" },
    { PICKLE(T_PROTO "}\x8a\1\xff}\x8b\1\0\0\0\5" PAIR "ss."), "-1.5" },
    { PICKLE(T_PROTO "}\x89}\x88" PAIR "ss."), "0.1" },
    { PICKLE(T_PROTO "](NN(K\1" PAIR "te."), "2.1" },
    { PICKLE(T_PROTO "(NN(K\1" PAIR "lt."), "2.1" },
    { PICKLE(T_PROTO "}(NNK\1" PAIR "u."), "1" },
    { PICKLE(T_PROTO "(" T_TEXT("\1", "a") PAIR "d."), "a" },
    { PICKLE(T_PROTO "}U\1a}T\1\0\0\0b" PAIR "ss."), "a.b" },
    { PICKLE(T_PROTO "}" T_TEXT("\4", "a\n\xc3\xa4") PAIR "s."), "a???" },
    /* Values that are of no interest. */
    { PICKLE(T_PROTO "G\1\2\3\4\5\6\7\x8" "0\x8f(K\1K\2\x90" "0(1(K\1\x91" "0}2" "0C\1x0"
                     "B\1\0\0\0x0\x8e\1\0\0\0\0\0\0\0x0"
                     "\x96\1\0\0\0\0\0\0\0x0" T_TEXT("\1", "a") PAIR "s."), "a" },
    /* Protocol 4: a frame, short texts, globals from the stack, memos in a row. */
    { PICKLE("\x80\4\x95\0\0\0\0\0\0\0\0}\x94\x8c\1a\x94\x8d\1\0\0\0\0\0\0\0b\x94" "00h\1" PAIR "s."), "a" },
    { PICKLE("\x80\4}\x8c\1a\x8c\x0ctorch._utils\x8c\x12_rebuild_parameter\x93" PAIR "\x85Rs."), "a" },
    /* Python 2 gives an OrderedDict its pairs at once. */
    { PICKLE(T_PROTO T_GLOBAL("collections", "OrderedDict") "](](U\1a" PAIR "e(U\1bNte\x85R."), "a" },
    /* A tensor of a class of somebody's own. */
    { PICKLE(T_PROTO "}" T_TEXT("\1", "a") T_GLOBAL("torch._tensor", "_rebuild_from_type_v2") "("
             T_GLOBAL("torch._utils", "_rebuild_tensor_v2") T_GLOBAL("my", "Tensor")
             "(" FLOATS "K\0K\2\x85K\1\x85\x89" T_ORDERED "t}tRs."), "a" },
    /* Shape and strides as torch.Size. */
    { PICKLE(T_PROTO "}" T_TEXT("\1", "a") T_GLOBAL("torch._utils", "_rebuild_tensor") "(" FLOATS "K\0"
             T_GLOBAL("torch", "Size") "K\2\x85\x85RK\1\x85tRs."), "a" },
    /* A whole module, within one that knows its parent. */
    { PICKLE(T_PROTO OBJECT("my.net", "Net") "q\1}(" T_TEXT("\x8", "training") "\x88"
             T_TEXT("\x8", "_modules") T_ORDERED T_TEXT("\4", "conv") T_GLOBAL("my.net",
      "Conv") ")}\x92}(" T_TEXT("\6", "parent") "h\1"
             T_TEXT("\xb", "_parameters") T_ORDERED T_TEXT("\6", "weight") PARAMETER "subsub."),
      "conv.weight" },
    /* What no allow-list has is not called, but what is set on it is seen. */
    { PICKLE(T_PROTO "}" T_TEXT("\1", "a") T_GLOBAL("os", "system") T_TEXT("\x9", "sleep 600") "\x85R}"
             T_TEXT("\1", "b") PAIR "sbs."), "a.b" },
    { PICKLE(T_PROTO "}(" T_TEXT("\1", "a") T_GLOBAL("builtins", "eval") T_TEXT("\4", "1/0)") "\x85R"
             T_TEXT("\1", "b") PAIR "u."), "b" },
    { PICKLE(T_PROTO "}(" T_TEXT("\1", "a") T_GLOBAL("numpy", "ndarray") "NR(K\1K\2e}b" T_TEXT("\1", "b") PAIR
             "u."), "b" },
    /* A list and a dict that hold themselves. */
    { PICKLE(T_PROTO "]q\1(h\1}q\2(" T_TEXT("\1", "a") "h\2" T_TEXT("\1", "b") PAIR "ue."), "1.b" },
};

static void test_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(ways); i++) {
        ModelFile file = torch_zip_file(ways[i].pickle, ways[i].size, storages, 1);
        DfWeights *w;
        if (parse(&w, file) < 0)
            fail_msg("%s: %s", ways[i].name, df_error_text());
        assert_int_equal(w->tensor_count, 1);
        assert_string_equal(w->tensors[0].name, ways[i].name);
        assert_tensor(w, ways[i].name, "2", (float[]){ 1, 2 });
        df_weights_close(&w);
        free(file.bytes);
    }
}

/* ---------------------------------------------------------------------------------- any bytes -- */

static ModelFile good_file(int form)
{
    return form ? torch_legacy_file(PICKLE(GOOD), storages, 4) : torch_zip_file(PICKLE(GOOD), storages, 4);
}

static void test_every_truncation(void **state)
{
    (void)state;
    for (int form = 0; form < 2; form++) {
        ModelFile file = good_file(form);
        for (size_t size = 0; size < file.size; size++) {
            assert_true(survive(file.bytes, size) < 0);
            if (size >= 4 && !strstr(df_error_text(), "cut short"))
                fail_msg("%zu bytes gave: %s", size, df_error_text());
        }
        free(file.bytes);
    }
}

static void test_every_bit(void **state)
{
    (void)state;
    for (int form = 0; form < 2; form++) {
        ModelFile file = good_file(form);
        for (size_t bit = 0; bit < 8 * file.size; bit += small_tests() ? 7 : 1) {
            file.bytes[bit / 8] ^= 1 << bit % 8;
            survive(file.bytes, file.size);
            file.bytes[bit / 8] ^= 1 << bit % 8;
        }
        free(file.bytes);
    }
}

/** Every opcode in every place of the pickle, too. */
static void test_every_opcode(void **state)
{
    (void)state;
    ModelFile file = good_file(1);
    for (size_t i = 0; i < file.size; i += small_tests() ? 5 : 1) {
        static const char codes[] = "(.012NGKMJUTXCB)]}tldaesuqrhjcRbQ\x80\x81\x85\x87\x8a\x8d\x90\x93\x95";
        uint8_t before = file.bytes[i];
        for (size_t k = 0; k < sizeof codes - 1; k++) {
            file.bytes[i] = codes[k];
            survive(file.bytes, file.size);
        }
        file.bytes[i] = before;
    }
    free(file.bytes);
}

static void test_every_allocation(void **state)
{
    (void)state;
    for (int form = 0; form < 2; form++) {
        ModelFile file = good_file(form);
        int ret = -ENOMEM;
        for (long successes = 0; ret < 0; successes++) {
            DfWeights *w;
            df_fail_after(successes);
            ret = parse(&w, file);
            df_fail_after(-1);
            assert_true(ret == 0 || ret == -ENOMEM);
            df_weights_close(&w);
        }
        free(file.bytes);
    }
}

/* ----------------------------------------------------------------------------- files of PyTorch -- */

/**
 * Checkpoints that PyTorch itself wrote, and what Python reads in them; they lie beside the project or
 * not.
 */
static const struct {
    const char *path, *container;
    size_t tensors;
    const char *name, *shape;
    float first, last, sum;
} real[] = {
    { "csqiangwen/ckpt.pth", "PyTorch zip", 184, "refine_conv.9.mask_conv2d.weight", "16x16x3x3",
      -1.783224e-01, 2.436225e-01, -6.024281 },
    { "csqiangwen/ckpt_latent2_legacy.pth", "PyTorch legacy", 184, "refine_conv.9.mask_conv2d.weight",
      "8x8x3x3",
      2.284450e-01, 1.465316e-02, 1.906322e+01 },
    { "mmagic_deepfillv2/ckpt_mmedit0_small_legacy.pth", "PyTorch legacy", 109,
      "state_dict.generator.stage2.encoder_conv.enc6.conv.conv.weight", "16x8x3x3", 3.233154e-01,
      5.117607e-01,
      7.050012e+01 },
    { "mmagic_deepfillv2/ckpt_mmengine.pth", "PyTorch zip", 109,
      "state_dict.generator.stage2.encoder_conv.enc6.conv.conv.weight", "32x16x3x3", -2.118504e-01,
      1.278718e-01,
      2.426661e+01 },
    { "nipponjo_pt/ckpt_cnum4_legacy.pth", "PyTorch legacy", 85, "G.stage2.up_block2.conv2.conv.weight",
      "2x2x3x3", 1.478001e-01, 4.690924e-01, -4.677398e+01 },
    { "nipponjo_pt/ckpt_cnum8.pth", "PyTorch zip", 85, "G.stage2.up_block2.conv2.conv.weight", "4x4x3x3",
      1.466863e-01, -3.093465e-01, 2.239986e+01 },
    { "nipponjo_tf/ckpt_cnum48_fp16.pth", "PyTorch zip", 84, "G.xconv9_atrous.conv.weight", "192x96x3x3",
      1.425781e-01, 1.181030e-01, -2.189089e+01 },
    { "nipponjo_tf/ckpt_cnum4_strided.pth", "PyTorch zip", 84, "G.xconv9_atrous.conv.weight", "16x8x3x3",
      3.043014e-01, 3.336685e-01, 2.609279e+01 },
    { "nipponjo_tf/ckpt_cnum4_strided.pth", "PyTorch zip", 84, "G.conv7_atrous.conv.bias", "16",
      -3.281847e-02,
      2.752344e-01, 1.646935 },
    { "nipponjo_tf/ckpt_cnum8.pth", "PyTorch zip", 84, "G.xconv9_atrous.conv.weight", "32x16x3x3",
      -2.539672e-01,
      1.174009e-01, -6.529796e+01 },
    { "nipponjo_tf/train_snapshot_cnum4_legacy.pth", "PyTorch legacy", 390, "G_optim.state.26.exp_avg",
      "8x4x3x3", -4.531051e-03, 4.033305e-04, 1.783994e-01 },
    { "pconv_mmagic/ckpt.pth", "PyTorch zip", 90, "state_dict.generator.decoder.dec1.conv.bias", "3",
      4.891615e-02, -7.689843e-02, -1.042431e-02 },
    { "pconv_naoto0804/ckpt.pth", "PyTorch zip", 89, "model.dec_1.conv.input_conv.bias", "3", 1.270595e-02,
      1.332070e-01, 6.127765e-01 },
};

static int is_near(double a, double b)
{
    return fabs(a - b) <= 1e-5 * fmax(1, fabs(b));
}

/** Values count 1 to 7 times in the sum, so that their order tells. */
static void assert_values(const DfWeights *w, const DfTensor *t, const float *expected)
{
    float *values = malloc(t->count * sizeof *values);
    double sum = 0;
    if (df_tensor_read(w, t, values) < 0)
        fail_msg("%s", df_error_text());
    for (uint64_t i = 0; i < t->count; i++)
        sum += values[i] * (i % 7 + 1.0);
    assert_true(is_near(values[0], expected[0]) && is_near(values[t->count - 1], expected[1]));
    assert_true(is_near(sum, expected[2]));
    free(values);
}

static void test_real_files(void **state)
{
    (void)state;
    if (access("../shared/fixtures", R_OK) < 0) {
        print_message("no checkpoints of PyTorch beside the project\n");
        skip();
    }
    for (size_t i = 0; i < DF_COUNT(real); i++) {
        char path[256], shape[64];
        DfWeights *w = NULL;
        snprintf(path, sizeof path, "../shared/fixtures/%s", real[i].path);
        df_error_clear();
        if (df_weights_open(&w, path) < 0)
            fail_msg("%s", df_error_text());
        assert_string_equal(w->container, real[i].container);
        assert_int_equal(w->tensor_count, real[i].tensors);
        const DfTensor *t = df_weights_find(w, real[i].name);
        assert_non_null(t);
        df_tensor_shape_text(shape, sizeof shape, t->shape, t->rank);
        assert_string_equal(shape, real[i].shape);
        assert_values(w, t, (float[]){ real[i].first, real[i].last, real[i].sum });
        df_weights_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_every_opcode),
        cmocka_unit_test(test_every_allocation),
        cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
