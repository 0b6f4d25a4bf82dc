/**
 * @file
 * Files whose few bytes would cost much time or memory: each is refused, at once. Without the limits that
 * refuse them these tests would run for hours.
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

#include "base.h"
#include "weights/weights.h"

/* ------------------------------------------------------------------------------- bytes that grow -- */

typedef struct File {
    char *bytes;
    size_t size, room;
} File;

static void add(File *file, const char *bytes, size_t size)
{
    if (file->size + size > file->room) {
        file->room = 2 * (file->size + size);
        file->bytes = realloc(file->bytes, file->room);
    }
    memcpy(file->bytes + file->size, bytes, size);
    file->size += size;
}

#define ADD(file, text) add(file, text, sizeof text - 1)

static void repeat(File *file, const char *bytes, size_t size, int times)
{
    while (times--)
        add(file, bytes, size);
}

#define REPEAT(file, text, times) repeat(file, text, sizeof text - 1, times)

static void assert_refused(const File *file, const char *sentence)
{
    DfWeights *w = NULL;
    df_error_clear();
    assert_int_equal(df_weights_parse(&w, "FILE", (const uint8_t *)file->bytes, file->size), -EINVAL);
    assert_null(w);
    assert_string_equal(df_error_text(), sentence);
    free(file->bytes);
}

/* --------------------------------------------------------------------------------------- pickles -- */

/** What a legacy checkpoint of PyTorch begins with; behind it come its object and the list of storages. */
static File legacy(void)
{
    File file = { 0 };
    ADD(&file, "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.");
    ADD(&file, "\x80\2M\xe9\3." "\x80\2}." "\x80\2");
    return file;
}

#define MANY 100000

/** A dict of keys that name nothing, held a hundred thousand times by a list. */
static void test_items_without_names(void **state)
{
    File file = legacy();
    (void)state;
    ADD(&file, "}q\0(");
    REPEAT(&file, "NN", MANY);
    ADD(&file, "u0](");
    REPEAT(&file, "h\0", MANY);
    ADD(&file, "e.\x80\2].");
    assert_refused(&file, "FILE: its parts refer to one another too often: the file is damaged");
}

/** The same of lists whose items are nothing. */
static void test_items_of_no_interest(void **state)
{
    File file = legacy();
    (void)state;
    ADD(&file, "]q\0(");
    REPEAT(&file, "N", MANY);
    ADD(&file, "e0](");
    REPEAT(&file, "h\0", MANY);
    ADD(&file, "e.\x80\2].");
    assert_refused(&file, "FILE: its parts refer to one another too often: the file is damaged");
}

/** ('storage', torch.FloatStorage, a key of 'k's, 'cpu', 0), memo 0. */
static void add_storage(File *file, int key_length)
{
    char length[4] = { key_length, key_length >> 8, key_length >> 16, key_length >> 24 };
    ADD(file, "(X\7\0\0\0storagectorch\nFloatStorage\nX");
    add(file, length, 4);
    REPEAT(file, "k", key_length);
    ADD(file, "X\3\0\0\0cpuK\0tq\0Q0");
}

/** Sorting a hundred thousand keys of four megabytes each, which are one: only what has no key is left. */
static void test_long_keys(void **state)
{
    File file = legacy();
    (void)state;
    add_storage(&file, 4 << 20);
    ADD(&file, "](");
    REPEAT(&file, "h\0Q", MANY);
    ADD(&file, "e.\x80\2].");
    assert_refused(&file, "FILE: has no tensors: save the network's state_dict() with torch.save()");
}

static void test_references(void **state)
{
    File file = legacy();
    (void)state;
    add_storage(&file, 64);
    ADD(&file, "](");
    REPEAT(&file, "h\0Q", MANY);
    ADD(&file, "e.\x80\2].");
    assert_refused(&file, "FILE: refers to its storages more than 65536 times, which no checkpoint does");
}

/* ----------------------------------------------------------------------------------- safetensors -- */

/** A header of so many entries, each a format for its number. */
static File safetensors(const char *before, const char *entry, int count, const char *after)
{
    char text[512];
    File file = { 0 };
    ADD(&file, "\0\0\0\0\0\0\0\0");
    add(&file, before, strlen(before));
    for (int i = 0; i < count; i++) {
        int length = snprintf(text, sizeof text, entry, i);
        add(&file, ",", i > 0);
        add(&file, text, length);
    }
    add(&file, after, strlen(after));
    for (int i = 0; i < 8; i++)
        file.bytes[i] = (uint64_t)(file.size - 8) >> 8 * i;
    return file;
}

#define EMPTY ":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}"

static void test_many_tensors(void **state)
{
    DfWeights *w = NULL;
    (void)state;
    File file = safetensors("{", "\"%d\"" EMPTY, 32768, "}");
    assert_int_equal(df_weights_parse(&w, "FILE", (const uint8_t *)file.bytes, file.size), 0);
    assert_int_equal(w->tensor_count, 32768);
    df_weights_close(&w);
    free(file.bytes);
    file = safetensors("{", "\"%d\"" EMPTY, 32769, "}");
    assert_refused(&file, "FILE: has more than 32768 tensors");
}

static void test_long_name(void **state)
{
    DfWeights *w = NULL;
    (void)state;
    File file = safetensors("{", "\"%0255d\"" EMPTY, 1, "}");
    assert_int_equal(df_weights_parse(&w, "FILE", (const uint8_t *)file.bytes, file.size), 0);
    df_weights_close(&w);
    free(file.bytes);
    file = safetensors("{", "\"%0256d\"" EMPTY, 1, "}");
    assert_refused(&file, "FILE: has a tensor whose name is longer than 255 characters");
}

static void test_much_metadata(void **state)
{
    DfWeights *w = NULL;
    (void)state;
    File file = safetensors("{\"__metadata__\":{", "\"%d\":\"\"", 4096, "}}");
    assert_int_equal(df_weights_parse(&w, "FILE", (const uint8_t *)file.bytes, file.size), 0);
    df_weights_close(&w);
    free(file.bytes);
    file = safetensors("{\"__metadata__\":{", "\"%d\":\"\"", 4097, "}}");
    assert_refused(&file, "FILE: has more than 4096 entries of metadata");
}

/** Names are read from the file: in a message they may not move the cursor. */
static void test_names_in_messages(void **state)
{
    (void)state;
    File file = safetensors("{", "\"\\u001b[2J\\u009b%d\":{}", 1, "}");
    assert_refused(&file, "FILE: tensor '?[2J??0' lacks its dtype");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_without_names), cmocka_unit_test(test_items_of_no_interest),
        cmocka_unit_test(test_long_keys),           cmocka_unit_test(test_references),
        cmocka_unit_test(test_many_tensors),        cmocka_unit_test(test_long_name),
        cmocka_unit_test(test_much_metadata),       cmocka_unit_test(test_names_in_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
