/**
 * @file
 * TensorFlow checkpoints from bytes: what a good one gives, which sentence a bad one gives, and that no byte
 * of one does more harm than that.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bundle_check.h"
#include "weights/leveldb.h"

/* ---------------------------------------------------------------------------- good checkpoints -- */

static const uint8_t floats[] = { 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0x20, 0x41 }; /* 1, -2, 10 */
static const uint8_t halves[] = { 0, 0x3c, 0, 0xc0 };                                  /* 1, -2 */
static const uint8_t brains[] = { 0x80, 0x3f, 0x20, 0xc1 };                            /* 1, -10 */

static const BundleTensor good[] = {
    { .name = "net/brains", .type = BUNDLE_BF16, .rank = 2, .shape = { 1, 2 }, .data = brains, .size = 4 },
    { .name = "net/floats", .type = BUNDLE_F32, .rank = 1, .shape = { 3 }, .data = floats, .size = 12 },
    { .name = "net/floats/Adam", .type = BUNDLE_F32, .rank = 1, .shape = { 3 }, .data = floats, .size = 12 },
    { .name = "net/halves", .type = BUNDLE_F16, .rank = 1, .shape = { 2 }, .data = halves, .size = 4 },
    { .name = "none", .type = BUNDLE_F32, .rank = 2, .shape = { 0, 3 } },
    { .name = "one", .type = BUNDLE_F32, .data = floats + 8, .size = 4 },
    { .name = "step", .type = BUNDLE_I64, .data = floats, .size = 8 },
    { .name = "text", .type = BUNDLE_TEXT, .rank = 1, .shape = { 2 }, .data = "\3\2abcde", .size = 7 },
    { .name = "what", .type = 99, .rank = 1, .shape = { 1 }, .data = "?", .size = 1 },
};

static void assert_values(const DfWeights *w, const char *name, int count, float a, float b)
{
    float values[3];
    const DfTensor *tensor = df_weights_find(w, name);
    assert_non_null(tensor);
    assert_int_equal(tensor->count, count);
    if (df_tensor_read(w, tensor, values) < 0)
        fail_msg("%s", df_error_text());
    assert_true(values[0] == a && (count < 2 || values[1] == b));
}

static void check_good(const DfWeights *w)
{
    float value;
    assert_int_equal(w->tensor_count, DF_COUNT(good));
    for (size_t i = 0; i < DF_COUNT(good); i++) {
        assert_string_equal(w->tensors[i].name, good[i].name);
        assert_int_equal(w->tensors[i].rank, good[i].rank);
        assert_memory_equal(w->tensors[i].shape, good[i].shape, good[i].rank * sizeof(uint64_t));
    }
    assert_values(w, "net/brains", 2, 1, -10);
    assert_values(w, "net/floats", 3, 1, -2);
    assert_values(w, "net/floats/Adam", 3, 1, -2);
    assert_values(w, "net/halves", 2, 1, -2);
    assert_values(w, "one", 1, 10, 0);
    assert_int_equal(df_weights_find(w, "none")->count, 0);
    assert_int_equal(df_tensor_read(w, df_weights_find(w, "none"), &value), 0);
    assert_int_equal(df_tensor_read(w, df_weights_find(w, "step"), &value), -EINVAL);
    assert_string_equal(df_error_text(), "FILE.index: tensor 'step' is not of float32, float16 or bfloat16");
    df_error_clear();
}

/** One block or one for each entry, restarts everywhere or once, one shard or three. */
static void test_good(void **state)
{
    (void)state;
    for (int shards = 1; shards <= BUNDLE_SHARDS; shards++)
        for (size_t restart_every = 1; restart_every <= 16; restart_every += 5)
            for (size_t limit = 1; limit <= 256; limit *= 4) {
                DfWeights *w;
                BundleTensor tensors[DF_COUNT(good)];
                memcpy(tensors, good, sizeof good);
                for (size_t i = 0; i < DF_COUNT(good); i++)
                    tensors[i].shard = i % shards;
                Bundle bundle = bundle_make(tensors, DF_COUNT(good), shards, restart_every, limit);
                if (bundle_parse(&w, &bundle.index, bundle.shards, shards) < 0)
                    fail_msg("%s", df_error_text());
                check_good(w);
                df_weights_close(&w);
                bundle_free(&bundle);
            }
}

/** A tensor's bytes are checked when they are read, not before. */
static void test_checksum(void **state)
{
    float values[3];
    DfWeights *w;
    (void)state;
    Bundle bundle = bundle_make(good, DF_COUNT(good), 1, 16, 4096);
    bundle.shards[0].bytes[4] ^= 1;
    assert_int_equal(bundle_parse(&w, &bundle.index, bundle.shards, 1), 0);
    assert_int_equal(df_tensor_read(w, df_weights_find(w, "net/floats/Adam"), values), 0);
    assert_int_equal(df_tensor_read(w, df_weights_find(w, "net/floats"), values), -EINVAL);
    assert_string_equal(df_error_text(),
                        "FILE.index: tensor 'net/floats' does not have its checksum: the file is damaged");
    df_weights_close(&w);
    bundle_free(&bundle);
}

/* ----------------------------------------------------------------------------- bad checkpoints -- */

/** One entry that is wrong, behind a good header of two shards, of which one is there. */
static const struct {
    BundleTensor tensor;
    uint64_t offset;
    int error;
    const char *sentence;
} bad_tensors[] = {
    { { .name = "t", .size = 4 }, 0, -EINVAL, "FILE.index: tensor 't' lacks its type" },
    { { .name = "t", .type = 1, .rank = 9, .shape = { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, .size = 4 }, 0, -EINVAL,
      "FILE.index: tensor 't' has more than 8 dimensions" },
    { { .name = "t", .type = 1, .rank = 2, .shape = { 1ll << 40, 1ll << 40 }, .size = 4 }, 0, -EINVAL,
      "FILE.index: tensor 't' has a shape beyond all memory" },
    { { .name = "t", .type = 1, .rank = 1, .shape = { -1 }, .size = 4 }, 0, -EINVAL,
      "FILE.index: tensor 't' has a shape beyond all memory" },
    { { .name = "t", .type = 1, .rank = 2, .shape = { 2, 3 }, .size = 12 }, 0, -EINVAL,
      "FILE.index: tensor 't' of shape 2x3 has 12 bytes, which is not its size" },
    { { .name = "t", .type = 1, .rank = 1, .shape = { 1ll << 62 }, .size = 0 }, 0, -EINVAL,
      "FILE.index: tensor 't' of shape 4611686018427387904 has 0 bytes, which is not its size" },
    { { .name = "t", .type = 19, .size = 4 }, 0, -EINVAL,
      "FILE.index: tensor 't' of shape a single value has 4 bytes, which is not its size" },
    { { .name = "t", .type = 1, .shard = 2, .size = 4 }, 0, -EINVAL,
      "FILE.index: tensor 't' lies in shard 2, but there are only 2" },
    { { .name = "t", .type = 1, .size = 4 }, -3, -EINVAL, "FILE.index: tensor 't' ends beyond all files" },
    { { .name = "t", .type = 1, .size = 4 }, 61, -EINVAL,
      "FILE.data-00000-of-00002: tensor 't' ends at byte 65 of the file, which has 64: the file is cut "
      "short" },
    { { .name = "t", .type = 7, .size = 65 }, 0, -EINVAL,
      "FILE.data-00000-of-00002: tensor 't' ends at byte 65 of the file, which has 64: the file is cut "
      "short" },
    { { .name = "t", .type = 1, .shard = 1, .size = 4 }, 0, -ENOENT,
      "FILE.data-00001-of-00002: is missing: it holds values of the checkpoint FILE.index" },
    { { .name = "a\tb", .type = 1, .size = 4 }, 0, -EINVAL,
      "FILE.index: has a tensor whose name holds the byte 0x09, which no name of TensorFlow's does" },
};

static void test_bad_tensors(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(bad_tensors); i++) {
        BundleTable table = bundle_table(16, 4096);
        const BundleTensor *tensor = &bad_tensors[i].tensor;
        BundleBytes header = bundle_header(2, 0, 0), message = bundle_tensor(tensor, bad_tensors[i].offset);
        bundle_table_add(&table, "", 0, &header);
        bundle_table_add(&table, tensor->name, strlen(tensor->name), &message);
        BundleBytes index = bundle_table_end(&table);
        bundle_assert_refused(&index, 1, bad_tensors[i].error, bad_tensors[i].sentence);
        free(index.bytes);
    }
}

/** A key and a message behind a good header; NULL: the message is the header. */
static void check_message(const char *key, size_t key_size, BundleBytes message, const char *sentence)
{
    BundleTable table = bundle_table(16, 4096);
    BundleBytes header = key ? bundle_header(1, 0, 0) : message;
    bundle_table_add(&table, "", 0, &header);
    if (key)
        bundle_table_add(&table, key, key_size, &message);
    BundleBytes index = bundle_table_end(&table);
    bundle_assert_refused(&index, 1, -EINVAL, sentence);
    free(index.bytes);
}

#define SPOILT "FILE.index: tensor 't' has an entry that is no message of TensorFlow's: the file is damaged"
#define NO_HEADER "FILE.index: its header is no message of TensorFlow's: the file is damaged"

static void test_bad_messages(void **state)
{
    (void)state;
    check_message(NULL, 0, bundle_header(0, 0, 0), "FILE.index: claims to have 0 shards, expected 1 to 1000");
    check_message(NULL, 0, bundle_header(1001, 0, 0),
                  "FILE.index: claims to have 1001 shards, expected 1 to 1000");
    check_message(NULL, 0, bundle_header(1, 1, 0), "FILE.index: holds big-endian values, which cannot be "
                  "read: save it on a little-endian machine");
    check_message(NULL, 0, bundle_header(1, 0, 2), "FILE.index: asks for a reader of version 2 of "
                  "TensorFlow's checkpoints, which is not known");
    check_message(NULL, 0, BUNDLE_BYTES("\x0a\2\x10\1"), "FILE.index: is a V1 checkpoint of TensorFlow, "
                  "which cannot be read: save it as a V2 checkpoint");
    check_message(NULL, 0, BUNDLE_BYTES("\x08"), NO_HEADER);
    check_message(NULL, 0, BUNDLE_BYTES("\x08\1\x1a\2\x08"), NO_HEADER);
    check_message(NULL, 0, BUNDLE_BYTES("\x08\1\x1a\1\x08"), NO_HEADER);
    check_message("t", 1, BUNDLE_BYTES("\x08\1\x3a\0"), "FILE.index: tensor 't' is stored in slices, which "
                  "cannot be read: save it unpartitioned");
    check_message("\0t", 2, BUNDLE_BYTES("\x08\1"), "FILE.index: holds slices of variables, which cannot be "
                  "read: save them unpartitioned");
    check_message("t", 1, BUNDLE_BYTES("\x08"), SPOILT);         /* a number without its end */
    check_message("t", 1, BUNDLE_BYTES("\x08\1\x12\5"), SPOILT); /* a piece longer than the message */
    check_message("t", 1, BUNDLE_BYTES("\x0b"), SPOILT);         /* a group */
    check_message("t", 1, BUNDLE_BYTES("\x00\0"), SPOILT);       /* field 0 */
    check_message("t", 1, BUNDLE_BYTES("\x08\1\x35\1\2\3"), SPOILT);
    check_message("t", 1, BUNDLE_BYTES("\x08\1\x12\1\x08"), SPOILT);
    check_message("t", 1, BUNDLE_BYTES("\x08\1\x12\3\x12\1\x08"), SPOILT);
}

/** Fields that are not known are stepped over, whatever their kind. */
static void test_unknown_fields(void **state)
{
    uint8_t bytes[4] = { 0 };
    BundleBytes shard = { bytes, 4 };
    BundleTable table = bundle_table(16, 4096);
    BundleBytes header = bundle_header(1, 0, 1);
    BundleBytes message = BUNDLE_BYTES("\x08\1\x78\7\x79" "12345678" "\x7a\3abc\x7d" "1234\x28\4");
    DfWeights *w;
    (void)state;
    bundle_put(&header, "\x78\7", 2);
    bundle_table_add(&table, "", 0, &header);
    bundle_table_add(&table, "t", 1, &message);
    BundleBytes index = bundle_table_end(&table);
    if (bundle_parse(&w, &index, &shard, 1) < 0)
        fail_msg("%s", df_error_text());
    assert_values(w, "t", 1, 0, 0);
    df_weights_close(&w);
    free(index.bytes);
}

/* ------------------------------------------------------------------------------------- limits -- */

static void test_long_names(void **state)
{
    char name[DF_LEVELDB_KEY + 2];
    (void)state;
    memset(name, 'n', sizeof name);
    for (int more = 0; more < 2; more++) {
        BundleTensor tensor = { .name = name, .type = BUNDLE_TEXT };
        uint8_t byte = 0;
        BundleBytes shard = { &byte, 1 };
        DfWeights *w;
        name[DF_LEVELDB_KEY + more] = 0;
        Bundle bundle = bundle_make(&tensor, 1, 1, 16, 4096);
        int ret = bundle_parse(&w, &bundle.index, &shard, 1);
        assert_int_equal(ret, more ? -EINVAL : 0);
        if (more)
            assert_string_equal(df_error_text(),
                                "FILE.index: a name of 1025 bytes is too long, expected at most 1024");
        df_weights_close(&w);
        bundle_free(&bundle);
        name[DF_LEVELDB_KEY + more] = 'n';
    }
}

/** So few bytes claim a tensor that their number is limited, lest a small file take much memory. */
static void test_many_tensors(void **state)
{
    BundleTable table = bundle_table(16, 1 << 20);
    BundleBytes header = bundle_header(1, 0, 0);
    (void)state;
    bundle_table_add(&table, "", 0, &header);
    for (int i = 0; i <= 20000; i++) {
        char name[8];
        BundleBytes message = BUNDLE_BYTES("\x08\7");
        snprintf(name, sizeof name, "%05d", i);
        bundle_table_add(&table, name, 5, &message);
    }
    BundleBytes index = bundle_table_end(&table);
    bundle_assert_refused(&index, 1, -EINVAL, "FILE.index: has more than 20000 tensors");
    free(index.bytes);
}

/* ---------------------------------------------------------------------------------- any bytes -- */

static uint8_t *copy_of(const BundleBytes *bytes)
{
    uint8_t *copy = malloc(bytes->size ? bytes->size : 1);
    memcpy(copy, bytes->bytes, bytes->size);
    return copy;
}

/** Parse copies that end where their memory ends, so that a sanitizer sees a step beyond; read all tensors. */
static int survive(const BundleBytes *index, const BundleBytes *shard)
{
    BundleBytes copies[] = { { copy_of(index), index->size }, { copy_of(shard), shard->size } };
    float values[64];
    DfWeights *w;
    int ret = bundle_parse(&w, &copies[0], &copies[1], 1);
    if (ret < 0) {
        assert_null(w);
        assert_int_equal(strncmp(df_error_text(), "FILE.", 5), 0);
    }
    for (size_t i = 0; w && i < w->tensor_count; i++)
        if (w->tensors[i].count <= DF_COUNT(values) && df_tensor_read(w, &w->tensors[i], values) < 0)
            ret = -EINVAL;
    df_weights_close(&w);
    free(copies[0].bytes);
    free(copies[1].bytes);
    return ret;
}

static void test_every_truncation(void **state)
{
    (void)state;
    Bundle bundle = bundle_make(good, DF_COUNT(good), 1, 3, 64);
    for (BundleBytes index = { bundle.index.bytes, 0 }; index.size < bundle.index.size; index.size++)
        assert_true(survive(&index, &bundle.shards[0]) < 0);
    for (BundleBytes shard = { bundle.shards[0].bytes, 0 }; shard.size < bundle.shards[0].size; shard.size++)
        assert_true(survive(&bundle.index, &shard) < 0);
    bundle_free(&bundle);
}

/** A single bit: refused, but where it is the footer's padding. */
static void test_every_bit(void **state)
{
    (void)state;
    Bundle bundle = bundle_make(good, 4, 1, 3, 64); /* those whose values are read */
    for (size_t i = 0; i < 8 * (bundle.index.size - 48); i++) {
        bundle.index.bytes[i / 8] ^= 1 << i % 8;
        assert_true(survive(&bundle.index, &bundle.shards[0]) < 0);
        bundle.index.bytes[i / 8] ^= 1 << i % 8;
    }
    for (size_t i = 8 * (bundle.index.size - 48); i < 8 * bundle.index.size; i++) {
        bundle.index.bytes[i / 8] ^= 1 << i % 8;
        survive(&bundle.index, &bundle.shards[0]);
        bundle.index.bytes[i / 8] ^= 1 << i % 8;
    }
    for (size_t i = 0; i < 8 * bundle.shards[0].size; i++) {
        bundle.shards[0].bytes[i / 8] ^= 1 << i % 8;
        assert_true(survive(&bundle.index, &bundle.shards[0]) < 0);
        bundle.shards[0].bytes[i / 8] ^= 1 << i % 8;
    }
    bundle_free(&bundle);
}

/** Every value of every byte with checksums that fit, so that it is the readers behind them that are asked. */
static void test_every_signed_byte(void **state)
{
    (void)state;
    Bundle bundle = bundle_make(good, DF_COUNT(good), 1, 3, 64);
    for (size_t block = 0; block < bundle.table.block_count; block++)
        for (size_t i = 0; i <= bundle.table.sizes[block]; i++) {
            uint8_t *byte = &bundle.index.bytes[bundle.table.places[block] + i], before = *byte;
            for (int value = 0; value < 256; value++) {
                *byte = value;
                bundle_block_sign(&bundle.table, bundle.index.bytes, block);
                survive(&bundle.index, &bundle.shards[0]);
            }
            *byte = before;
            bundle_block_sign(&bundle.table, bundle.index.bytes, block);
        }
    assert_int_equal(bundle.table.block_count > 4, 1);
    bundle_free(&bundle);
}

static void test_every_allocation(void **state)
{
    int ret = -ENOMEM;
    (void)state;
    Bundle bundle = bundle_make(good, DF_COUNT(good), 1, 16, 4096);
    for (long successes = 0; ret < 0; successes++) {
        DfWeights *w;
        df_fail_after(successes);
        ret = bundle_parse(&w, &bundle.index, bundle.shards, 1);
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM);
        df_weights_close(&w);
    }
    bundle_free(&bundle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),              cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_bad_tensors),       cmocka_unit_test(test_bad_messages),
        cmocka_unit_test(test_unknown_fields),    cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_many_tensors),      cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_every_bit),         cmocka_unit_test(test_every_signed_byte),
        cmocka_unit_test(test_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
