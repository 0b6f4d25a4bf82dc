/**
 * @file
 * What TensorFlow's index stands on: checksums, numbers of seven bits, and LevelDB's tables, good and bad.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bundle_check.h"
#include "cpu.h"
#include "kernels/crc32c.h"

/* ----------------------------------------------------------------------------------- checksums -- */

/** Those of RFC 3720, appendix B.4, and the usual one. */
static void test_crc_vectors(void **state)
{
    uint8_t bytes[32];
    (void)state;
    assert_int_equal(df_crc32c(0, (const uint8_t *)"123456789", 9), 0xe3069283);
    memset(bytes, 0, 32);
    assert_int_equal(df_crc32c(0, bytes, 32), 0x8a9136aa);
    memset(bytes, 0xff, 32);
    assert_int_equal(df_crc32c(0, bytes, 32), 0x62a8ab43);
    for (int i = 0; i < 32; i++)
        bytes[i] = i;
    assert_int_equal(df_crc32c(0, bytes, 32), 0x46dd794e);
    for (int i = 0; i < 32; i++)
        bytes[i] = 31 - i;
    assert_int_equal(df_crc32c(0, bytes, 32), 0x113fdb5c);
    assert_int_equal(df_crc32c(0, bytes, 0), 0);
    /* Of a published checkpoint: masked as stored, and the sum itself. */
    assert_int_equal(df_crc32c_unmask(0x3a117ba6), 0x48674bc7);
}

/** Every length and alignment, at once and in two parts, at every CPU level. */
static void test_crc_lengths(void **state)
{
    uint8_t bytes[256];
    uint32_t random = 1;
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (random = random * 1664525 + 1013904223) >> 24;
    for (int level = 0; level < DF_CPU_LEVELS; level++) {
        df_cpu_force(level);
        for (size_t at = 0; at < 16; at++)
            for (size_t size = 0; size < 200; size++) {
                uint32_t crc = bundle_crc(bytes + at, size);
                assert_int_equal(df_crc32c(0, bytes + at, size), crc);
                assert_int_equal(df_crc32c(df_crc32c(0, bytes + at, size / 3), bytes + at + size / 3,
                                           size - size / 3), crc);
            }
    }
    df_cpu_force(DF_CPU_LEVELS);
}

static void test_varint(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        int ret;
        uint64_t value;
    } cases[] = {
        { "\0", 1, 0, 0 },
        { "\x7f", 1, 0, 127 },
        { "\xac\2", 2, 0, 300 },
        { "\x80\0", 2, 0, 0 },
        { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 10, 0, UINT64_MAX },
        { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\2", 10, -EINVAL, 0 },
        { "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\0", 11, -EINVAL, 0 },
        { "\x80", 1, -EINVAL, 0 },
        { "", 0, -EINVAL, 0 },
    };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        uint64_t value;
        DfBytes bytes = df_bytes((const uint8_t *)cases[i].bytes, cases[i].size);
        assert_int_equal(df_bytes_varint(&bytes, &value), cases[i].ret);
        if (!cases[i].ret) {
            assert_true(value == cases[i].value);
            assert_int_equal(df_bytes_left(&bytes), 0);
        }
    }
}

/* ---------------------------------------------------------------------------------- bad tables -- */

/** The entries of a data block as raw bytes, with so many restarts behind them, and the index's key. */
static BundleBytes raw_table(const BundleBytes *block, int compression, const char *key, size_t key_size)
{
    BundleTable table = bundle_table(16, 4096);
    BundleBytes copy = bundle_bytes((char *)block->bytes, block->size), handle = { 0 };
    bundle_block(&table, &copy, compression, &handle);
    bundle_entry(&table.index, 0, key, key_size, &handle);
    free(handle.bytes);
    return bundle_table_end(&table);
}

#define BLOCK "FILE.index: the block at byte 0 "
#define DAMAGED ": the file is damaged"
#define HEADER "\0\0\6\x08\1\x1a\2\x08\1" /* 9 bytes: key "" and a header */
#define ONE "\0\0\0\0\1\0\0\0"            /* one restart, 0 */

static const struct {
    const char *bytes;
    size_t size;
    const char *sentence;
} bad_blocks[] = {
#define RAW(bytes) bytes, sizeof bytes - 1
    { RAW("abc"), BLOCK "has no restarts" DAMAGED },
    { RAW(HEADER "\0\0\0\0\4\0\0\0"), BLOCK "has more restarts than bytes" DAMAGED },
    { RAW(HEADER "\0\0\0\0"), BLOCK "does not begin with a restart" DAMAGED },
    { RAW(HEADER "\1\0\0\0\1\0\0\0"), BLOCK "does not begin with a restart" DAMAGED },
    { RAW(HEADER "\0\1\2b\x08\7" "\0\0\0\0\12\0\0\0\2\0\0\0"), BLOCK "has a restart at its end" DAMAGED },
    { RAW(HEADER "\0\1\2b\x08\7" "\0\1\2c\x08\7" "\0\0\0\0\12\0\0\0\2\0\0\0"),
      BLOCK "has a restart where no entry begins" DAMAGED },
    { RAW("\1\1\0b" ONE), BLOCK "has a restart whose key is not whole" DAMAGED },
    { RAW(HEADER "\1\1\0b" ONE), BLOCK "has a key that shares more than there is" DAMAGED },
    { RAW(HEADER "\0\x7f\0b" ONE), BLOCK "has an entry that leaves it" DAMAGED },
    { RAW(HEADER "\0\1\x7f" "b" ONE), BLOCK "has an entry that leaves it" DAMAGED },
    { RAW(HEADER "\0\0\0" ONE), BLOCK "has keys that are not in order" DAMAGED },
    { RAW(ONE), BLOCK "is empty" DAMAGED },
    { RAW("\0\1\0b" ONE), "FILE.index: lacks the header that a TensorFlow checkpoint begins with" },
};

static void test_bad_blocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(bad_blocks); i++) {
        BundleBytes block = { (uint8_t *)bad_blocks[i].bytes, bad_blocks[i].size };
        BundleBytes index = raw_table(&block, 0, "z", 1);
        bundle_assert_refused(&index, 1, -EINVAL, bad_blocks[i].sentence);
        free(index.bytes);
    }
}

static void test_bad_tables(void **state)
{
    BundleBytes block = { (uint8_t *)HEADER "\0\1\4b\x08\7\x28\1" ONE, 9 + 8 + 8 };
    BundleBytes index = raw_table(&block, 1, "z", 1);
    (void)state;
    bundle_assert_refused(&index, 1, -EINVAL, "FILE.index: is compressed with snappy, as TensorFlow's V1 "
                          "checkpoints are: save it as a V2 checkpoint");
    free(index.bytes);
    index = raw_table(&block, 2, "z", 1);
    bundle_assert_refused(&index, 1, -EINVAL, BLOCK "has a compression that is not known" DAMAGED);
    free(index.bytes);
    index = raw_table(&block, 0, "a", 1);
    bundle_assert_refused(&index, 1, -EINVAL,
                          "FILE.index: the block at byte 43 has a key below those of its block" DAMAGED);
    index.bytes[3] ^= 1;
    bundle_assert_refused(&index, 1, -EINVAL, BLOCK "does not have its checksum" DAMAGED);
    index.bytes[index.size - 47] = 99; /* after the filters' place comes their size */
    bundle_assert_refused(&index, 1, -EINVAL,
                          "FILE.index: a block of 99 bytes at byte 30 lies beyond its end" DAMAGED);
    memset(index.bytes + index.size - 48, 0xff, 40);
    bundle_assert_refused(&index, 1, -EINVAL, "FILE.index: its last 48 bytes name no blocks" DAMAGED);
    index.size--;
    bundle_assert_refused(&index, 1, -EINVAL, "FILE.index: does not end as an index of a TensorFlow "
                          "checkpoint does: the file is cut short");
    free(index.bytes);
}

/** Two entries of the index for the same block, which would be read twice; and one that is no handle. */
static void test_bad_index(void **state)
{
    BundleBytes value = { (uint8_t *)"\x80", 1 };
    (void)state;
    for (int twice = 0; twice < 2; twice++) {
        BundleTable table = bundle_table(16, 4096);
        BundleBytes block = BUNDLE_BYTES(HEADER "\0\1\4b\x08\7\x28\1" ONE), handle = { 0 };
        bundle_block(&table, &block, 0, &handle);
        bundle_entry(&table.index, 0, "c", 1, &handle);
        bundle_entry(&table.index, 0, "d", 1, twice ? &handle : &value);
        BundleBytes index = bundle_table_end(&table);
        bundle_assert_refused(&index, 1, -EINVAL, twice
            ? "FILE.index: the block at byte 43 names blocks that are not in order" DAMAGED
            : "FILE.index: the block at byte 43 has an entry that is no block's place" DAMAGED);
        free(handle.bytes);
        free(index.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc_vectors),       cmocka_unit_test(test_crc_lengths),
        cmocka_unit_test(test_varint),            cmocka_unit_test(test_bad_blocks),
        cmocka_unit_test(test_bad_tables),        cmocka_unit_test(test_bad_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
