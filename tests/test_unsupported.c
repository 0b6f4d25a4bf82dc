/**
 * @file
 * Contents that are no supported checkpoint, and the sentence for each.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "weights/weights.h"

#define OTHER "of another kind than this program reads: save its weights as safetensors"
#define PAGE "is a web page, not a checkpoint: the download gave no file"
#define UNKNOWN \
    "is no checkpoint that is known: expected safetensors, PyTorch (.pth, .pt) or TensorFlow V2 (.index)"
#define RAW(bytes) bytes, sizeof bytes - 1

static const struct {
    const char *name, *bytes;
    size_t size;
    const char *what;
} contents[] = {
    { "a.safetensors", RAW("version https://git-lfs.github.com/spec/v1\noid sha256:"),
      "is a Git LFS pointer, not the file itself: get that by `git lfs pull`" },
    { "a.pth", RAW("\n <!DOCTYPE HTML PUBLIC"), PAGE },
    { "a.pth", RAW("<html lang"), PAGE },
    { "a.pth", RAW("<?xml version='1.0'?><Error>"), PAGE },
    { "a.h5", RAW("\x89HDF\r\n\x1a\n...."), "is an HDF5 file (Keras), " OTHER },
    { "a.h5", RAW("...."), "is a Keras file, " OTHER },
    { "a.keras", RAW("...."), "is a Keras file, " OTHER },
    { "a", RAW("\x93NUMPY\1\0"), "is an array of NumPy, no checkpoint" },
    { "a", RAW("GGUF\3\0\0\0"), "is a GGUF file, " OTHER },
    { "a", RAW("\x1c\0\0\0TFL3"), "is a TensorFlow Lite model, " OTHER },
    { "a.tgz", RAW("\x1f\x8b\x08"), "is a packed archive: unpack it first" },
    { "a.7z", RAW("7z\xbc\xaf\x27\x1c"), "is a packed archive: unpack it first" },
    { "a.rar", RAW("Rar!\x1a\7"), "is a packed archive: unpack it first" },
    { "a.xz", RAW("\xfd" "7zXZ\0"), "is a packed archive: unpack it first" },
    { "a.png", RAW("\x89PNG\r\n"), "is a picture or film, not a checkpoint" },
    { "a.jpg", RAW("\xff\xd8\xff\xe0"), "is a picture or film, not a checkpoint" },
    { "a.gif", RAW("GIF89a"), "is a picture or film, not a checkpoint" },
    { "a.avi", RAW("RIFF\0\0\0\0AVI "), "is a picture or film, not a checkpoint" },
    { "a.mp4", RAW("\0\0\0\x20" "ftypisom"), "is a picture or film, not a checkpoint" },
    { "a.mkv", RAW("\x1a\x45\xdf\xa3\1"), "is a picture or film, not a checkpoint" },
    { "a.onnx", RAW("\x08\7\x12\7pytorch"), "is an ONNX model, " OTHER },
    { "a.PB", RAW("\n\5"), "is a TensorFlow graph, " OTHER },
    { "a.ckpt", RAW("...."),
      "is neither a PyTorch file nor a TensorFlow V2 checkpoint: if of V1, save it as V2" },
    { "a.index", RAW("...."),
      "does not end as the index of a TensorFlow checkpoint does: it is cut short, or none" },
    { ".index", RAW("...."), UNKNOWN },
    { "a", RAW(""), "is empty" },
    { "a", RAW("    "), UNKNOWN },
};

static void test_unsupported(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(contents); i++) {
        char sentence[512];
        DfWeights *w = NULL;
        snprintf(sentence, sizeof sentence, "%s: %s", contents[i].name, contents[i].what);
        df_error_clear();
        uint8_t *copy = malloc(contents[i].size + !contents[i].size);
        memcpy(copy, contents[i].bytes, contents[i].size);
        assert_int_equal(df_weights_parse(&w, contents[i].name, copy, contents[i].size), -EINVAL);
        assert_string_equal(df_error_text(), sentence);
        free(copy);
    }
}

static void test_tar(void **state)
{
    char bytes[512] = "model.pth";
    DfWeights *w = NULL;
    (void)state;
    strcpy(bytes + 257, "ustar");
    df_error_clear();
    assert_int_equal(df_weights_parse(&w, "a.tar", (uint8_t *)bytes, sizeof bytes), -EINVAL);
    assert_string_equal(df_error_text(), "a.tar: is a packed archive: unpack it first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unsupported), cmocka_unit_test(test_tar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
