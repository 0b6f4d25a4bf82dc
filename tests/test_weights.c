/**
 * @file
 * Weights from untrusted bytes: what a good file gives, which sentence a bad one gives, and that no byte of a
 * file can do more harm than that.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "model_file.h"
#include "weights_parse.h"

static const uint8_t data[] = {
    0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, /* float16: 1, -2, 2^-24, 65504 */
    0x80, 0x3f, 0x20, 0xc1,                         /* bfloat16: 1, -10 */
    0x00, 0x00, 0x80, 0xbf,                         /* float32: -1 */
    7,                                              /* uint8 */
};

#define HALVES "\"a.h\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[0,8]}"
#define BRAINS "\"b\":{\"shape\":[2],\"dtype\":\"BF16\",\"data_offsets\":[8,12]}"
#define FLOATS "\"c\":{\"data_offsets\":[12,16],\"dtype\":\"F32\",\"shape\":[]}"
#define BYTES "\"d\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[16,17]}"
#define META "\"__metadata__\":{\"key\":\"value\",\"\\u0061\\ud83d\\ude00\\n\":\"\"}"
#define GOOD "{" META "," HALVES "," BRAINS "," FLOATS "," BYTES "}"

static void test_good(void **state)
{
    float values[4];
    DfWeights *w;
    (void)state;
    ModelFile file = model_file_join(GOOD "  \n", data, sizeof data);
    if (parse(&w, file) < 0)
        fail_msg("%s", df_error_text());
    assert_int_equal(w->tensor_count, 4);
    assert_int_equal(df_tensor_read(w, df_weights_find(w, "a.h"), values), 0);
    assert_true(values[0] == 1 && values[1] == -2 && values[2] == 0x1p-24f && values[3] == 65504);
    assert_int_equal(df_tensor_read(w, df_weights_find(w, "b"), values), 0);
    assert_true(values[0] == 1 && values[1] == -10);
    assert_int_equal(df_weights_find(w, "c")->rank, 0);
    assert_int_equal(df_tensor_read(w, df_weights_find(w, "c"), values), 0);
    assert_true(values[0] == -1);
    assert_int_equal(df_tensor_read(w, df_weights_find(w, "d"), values), -EINVAL);
    assert_null(df_weights_find(w, "e"));
    assert_string_equal(df_weights_meta(w, "key"), "value");
    assert_string_equal(df_weights_meta(w, "a\xf0\x9f\x98\x80\n"), "");
    assert_null(df_weights_meta(w, "none"));
    df_weights_close(&w);
    assert_null(w);
    free(file.bytes);
}

/** Every order of dimensions, sides beyond and below a block, steps between values: as one value at a time. */
static void check_strides(const uint64_t *shape, const int *order, uint64_t spread)
{
    uint64_t stride = spread;
    DfTensor tensor = { .name = "t", .type = DF_F32, .rank = 4, .count = 1 };
    DfWeights weights = { .name = "FILE" };
    for (int i = 0; i < 4; i++) {
        int d = order[i];
        tensor.shape[d] = shape[d];
        tensor.stride[d] = stride;
        tensor.count *= shape[d];
        stride *= shape[d];
    }
    float *file = malloc(stride * sizeof *file), *values = malloc(tensor.count * sizeof *values), *at = values;
    for (uint64_t i = 0; i < stride; i++)
        file[i] = i + 1;
    model_file_little(file, stride);
    tensor.data = (const uint8_t *)file;
    assert_int_equal(df_tensor_read(&weights, &tensor, values), 0);
    for (uint64_t a = 0; a < shape[0]; a++)
        for (uint64_t b = 0; b < shape[1]; b++)
            for (uint64_t c = 0; c < shape[2]; c++)
                for (uint64_t d = 0; d < shape[3]; d++)
                    assert_true(*at++ == a * tensor.stride[0] + b * tensor.stride[1] +
                                         c * tensor.stride[2] + d * tensor.stride[3] + 1);
    free(values);
    free(file);
}

static void test_strides(void **state)
{
    static const uint64_t shapes[][4] = {
        { 40, 5, 3, 3 }, { 3, 17, 5, 5 }, { 1, 1, 1, 1 }, { 33, 1, 3, 3 }, { 2, 16, 1, 7 },
    };
    static const int orders[][4] = {
        { 3, 2, 1, 0 }, { 0, 1, 3, 2 }, { 1, 0, 2, 3 }, { 2, 3, 0, 1 }, { 0, 2, 1, 3 }, { 3, 0, 2, 1 },
    };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(shapes); i++)
        for (size_t j = 0; j < DF_COUNT(orders); j++) {
            check_strides(shapes[i], orders[j], 1);
            check_strides(shapes[i], orders[j], 3);
        }
}

/** All 65536 of them, against the format's definition. */
static void test_halves(void **state)
{
    uint8_t bytes[2];
    float value;
    DfTensor tensor = { .name = "t", .type = DF_F16, .count = 1, .data = bytes };
    DfWeights weights = { .name = "FILE" };
    (void)state;
    for (int half = 0; half < 65536; half++) {
        int exponent = half >> 10 & 31, fraction = half & 1023;
        float truth = ldexpf(exponent ? 1024 + fraction : fraction, DF_MAX(exponent, 1) - 25);
        bytes[0] = half;
        bytes[1] = half >> 8;
        df_error_clear();
        assert_int_equal(df_tensor_read(&weights, &tensor, &value), exponent == 31 ? -EINVAL : 0);
        if (exponent == 31)
            assert_string_equal(df_error_text(),
                                "FILE: tensor 't' holds a value that is not finite: the file is damaged");
        else
            assert_true(value == (half >> 15 ? -truth : truth) && !signbit(value) == !(half >> 15));
    }
}

static void test_without_tensors(void **state)
{
    DfWeights *w;
    (void)state;
    ModelFile file = model_file_join("{}", NULL, 0);
    assert_int_equal(parse(&w, file), 0);
    assert_null(df_weights_find(w, "a"));
    assert_null(df_weights_meta(w, "a"));
    df_weights_close(&w);
    free(file.bytes);
}

/** A header, how many bytes of `data` follow it, and words of the sentence that it gives. */
static const struct {
    const char *header;
    size_t count;
    const char *words;
} bad[] = {
    { "{" HALVES "}", 7, "cut short" },
    { "{" HALVES "}", 9, "tensors end at byte 8" },
    { "{" BRAINS "}", 12, "leave a gap" },
    { "{" HALVES ",\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[4,8]}}", 8, "overlap" },
    { "{" HALVES "," HALVES "}", 8, "overlap" },
    { "{\"a\":{\"dtype\":\"F16\",\"shape\":[0],\"data_offsets\":[0,0]},"
      "\"a\":{\"dtype\":\"F16\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "tensor 'a' twice" },
    { "{\"a\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "shape 3 has 8 bytes" },
    { "{\"a\":{\"dtype\":\"F16\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0,
      "beyond all memory" },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}", 0,
      "not its size" },
    { "{\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[8,0]}}", 8, "before it begins" },
    { "{\"a\":{\"dtype\":\"F16\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,2]}}", 2, "dimensions" },
    { "{\"a\":{\"dtype\":\"Q4\",\"shape\":[4],\"data_offsets\":[0,8]}}", 8, "type 'Q4'" },
    { "{\"a\":{\"shape\":[4],\"data_offsets\":[0,8]}}", 8, "lacks its dtype" },
    { "{\"a\":{\"dtype\":\"F16\",\"data_offsets\":[0,8]}}", 8, "lacks its shape" },
    { "{\"a\":{\"dtype\":\"F16\",\"shape\":[4]}}", 8, "lacks its data_offsets" },
    { "{\"a\":{\"shape\":[4],\"shape\":[4]}}", 8, "'shape' twice" },
    { "{\"a\":{\"dtype\":\"F16\",\"shape\":[-4],\"data_offsets\":[0,8]}}", 8, "not negative" },
    { "{\"a\":{\"dtype\":\"F16\",\"shape\":[4.0],\"data_offsets\":[0,8]}}", 8, "plain form" },
    { "{\"a\":{\"dtype\":\"F16\",\"shape\":[04],\"data_offsets\":[0,8]}}", 8, "plain form" },
    { "{\"a\":{\"dtype\":\"F16\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}", 8, "2^63" },
    { "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "'__metadata__' twice" },
    { "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0, "metadata 'a' twice" },
    { "{\"__metadata__\":{\"a\":1}}", 0, "a string" },
    { "{\"a\":{\"more\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
      "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}", 0, "less nesting" },
    { "{} x", 0, "its end" },
    { "{\"a\"}", 0, "':'" },
    { "{\"a", 0, "closing quote" },
    { "{\"\\u0000\":1}", 0, "zero character" },
    { "{\"\\ud83d\":1}", 0, "surrogate" },
    { "{\"\\ude00\":1}", 0, "surrogate" },
    { "{\"\\x\":1}", 0, "escape" },
    { "{\"\xc3\":1}", 0, "UTF-8" },
    { "{\"\xc0\x80\":1}", 0, "UTF-8" },
    { "{\"\xed\xa0\x80\":1}", 0, "UTF-8" },
    { "{\"\t\":1}", 0, "control" },
    { "{\"a\":{},}", 0, "lacks its dtype" },
    { "{\"__metadata__\":{},}", 0, "a string" },
    { "{", 0, "" },
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(bad); i++) {
        DfWeights *w;
        static const uint8_t zeros[64];
        ModelFile file = model_file_join(bad[i].header, zeros, bad[i].count);
        assert_int_equal(parse(&w, file), -EINVAL);
        assert_null(w);
        if (!strstr(df_error_text(), bad[i].words) || strncmp(df_error_text(), "FILE: ", 6))
            fail_msg("%s gave: %s", bad[i].header, df_error_text());
        free(file.bytes);
    }
}

/** Fields that safetensors does not know are stepped over, whatever they hold. */
static void test_unknown_fields(void **state)
{
    DfWeights *w;
    (void)state;
    ModelFile file = model_file_join("{\"a\":{\"x\":[true,false,null,-1.5e+3,0,{\"y\":\"\\\"\"},[]],"
                                     "\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", data, 1);
    if (parse(&w, file) < 0)
        fail_msg("%s", df_error_text());
    df_weights_close(&w);
    free(file.bytes);
}

static void test_not_finite(void **state)
{
    const uint8_t infinite[] = { 0x00, 0x7c };
    float value;
    DfWeights *w;
    (void)state;
    ModelFile file = model_file_join("{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}",
                                     infinite, 2);
    assert_int_equal(parse(&w, file), 0);
    assert_int_equal(df_tensor_read(w, df_weights_find(w, "a"), &value), -EINVAL);
    assert_non_null(strstr(df_error_text(), "not finite"));
    df_weights_close(&w);
    free(file.bytes);
}

/* ---------------------------------------------------------------------------------- any bytes -- */

static void test_every_truncation(void **state)
{
    (void)state;
    ModelFile file = model_file_join(GOOD, data, sizeof data);
    for (size_t size = 0; size < file.size; size++) {
        DfWeights *w;
        survive(file.bytes, size);
        assert_true(parse(&w, (ModelFile){ file.bytes, size }) < 0);
    }
    free(file.bytes);
}

static void test_every_byte(void **state)
{
    (void)state;
    ModelFile file = model_file_join(GOOD, data, sizeof data);
    for (size_t i = 0; i < file.size; i++) {
        uint8_t before = file.bytes[i];
        for (int value = 0; value < 256; value++) {
            file.bytes[i] = value;
            survive(file.bytes, file.size);
        }
        file.bytes[i] = before;
    }
    free(file.bytes);
}

static void test_every_allocation(void **state)
{
    int ret = -ENOMEM;
    (void)state;
    ModelFile file = model_file_join(GOOD, data, sizeof data);
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

/* -------------------------------------------------------------------------------------- files -- */

static void assert_refused(const char *path, int error, const char *words)
{
    DfWeights *w = NULL;
    df_error_clear();
    assert_int_equal(df_weights_open(&w, path), error);
    assert_null(w);
    if (!strstr(df_error_text(), words) || !strstr(df_error_text(), path))
        fail_msg("%s gave: %s", path, df_error_text());
}

static void assert_contents_refused(const void *bytes, size_t size, const char *words)
{
    char path[64];
    model_file_write(path, bytes, size);
    assert_refused(path, -EINVAL, words);
    unlink(path);
}

static void test_files(void **state)
{
    char path[64];
    DfWeights *w = NULL;
    (void)state;
    ModelFile file = model_file_join(GOOD, data, sizeof data);
    model_file_write(path, file.bytes, file.size);
    assert_int_equal(df_weights_open(&w, path), 0);
    assert_string_equal(w->name, path);
    df_weights_close(&w);
    unlink(path);
    free(file.bytes);

    assert_refused(path, -ENOENT, "No such file");
    assert_refused("/proc/self", -ENOENT, "is a folder");
    assert_refused("/dev/null", -EINVAL, "not a regular file");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused(path, -EINVAL, "not a regular file");
    unlink(path);
    assert_contents_refused("", 0, "is empty");
    assert_contents_refused("\0\1\2\3", 4, "is no checkpoint that is known: expected safetensors, PyTorch "
                                           "(.pth, .pt) or TensorFlow V2 (.index)");
    assert_contents_refused("PK\3\4 and so on", 14, "the file is cut short");
    assert_contents_refused("\x80\2cargo", 7, "the file is damaged or cut short");
    assert_contents_refused("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10,
                            "claims a header of 9223372036854775807 bytes");
}

/** Sparse: sizes are looked at before memory is asked for. */
static void test_huge_file(void **state)
{
    char path[64];
    (void)state;
    model_file_write(path, "x", 1);
    assert_int_equal(truncate(path, (off_t)1 << 40), 0);
    assert_refused(path, -EFBIG, "expected at most");
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),           cmocka_unit_test(test_without_tensors),
        cmocka_unit_test(test_strides),        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_bad),            cmocka_unit_test(test_unknown_fields),
        cmocka_unit_test(test_not_finite),     cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_every_byte),     cmocka_unit_test(test_every_allocation),
        cmocka_unit_test(test_files),          cmocka_unit_test(test_huge_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
