/**
 * @file
 * LevelDB's table format, uncompressed:
 *
 *     data blocks, in order; a block of filters (empty); the index block; the footer of 48 bytes
 *     footer: handle of the filters', handle of the index block; zeros; 8 bytes of magic
 *     handle: varint offset, varint size
 *     block:  `size` bytes; 1 byte compression; 4 bytes checksum of both, masked
 *             the bytes: entries; offset of each restart, 4 bytes; their number, 4 bytes
 *     entry:  varint bytes shared with the key before, varint bytes of its own, varint bytes of the value;
 *             its own bytes of the key; the value
 *
 * An entry of the index block has a key not below the last of a data block, and the block's handle.
 */
#include "weights/leveldb.h"
#include "kernels/crc32c.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define FOOTER 48
#define MAGIC "\x57\xfb\x80\x8b\x24\x75\x47\xdb"

int df_leveldb_is(const uint8_t *bytes, size_t size)
{
    return size >= FOOTER && !memcmp(bytes + size - 8, MAGIC, 8);
}

/* ------------------------------------------------------------------------------------- blocks -- */

/** What no writer does, though the checksum fits. */
static int refuse(const DfLeveldb *table, const DfLeveldbBlock *block, const char *what)
{
    return df_error(-EINVAL, "%s: the block at byte %" PRIu64 " %s: the file is damaged", table->name,
                    block->place, what);
}

/** The bytes of a block, and the compression and checksum behind them. */
static int find_block(const DfLeveldb *table, uint64_t place, uint64_t size, DfBytes *contents,
                      DfBytes *trailer)
{
    DfBytes file = table->file, before;
    if (df_bytes_take(&file, place, &before) < 0 || df_bytes_take(&file, size, contents) < 0 ||
        df_bytes_take(&file, 5, trailer) < 0)
        return df_error(-EINVAL, "%s: a block of %" PRIu64 " bytes at byte %" PRIu64 " lies beyond its end: "
                        "the file is damaged", table->name, size, place);
    return 0;
}

static int check_block(const DfLeveldb *table, const DfLeveldbBlock *block, DfBytes contents, DfBytes trailer)
{
    uint32_t masked;
    uint32_t crc = df_crc32c(0, contents.at, df_bytes_left(&contents) + 1);
    int compression = df_bytes_next(&trailer);
    df_bytes_u32(&trailer, &masked);
    if (crc != df_crc32c_unmask(masked))
        return refuse(table, block, "does not have its checksum");
    if (compression == 1)
        return df_error(-EINVAL, "%s: is compressed with snappy, as TensorFlow's V1 checkpoints are: save "
                        "it as a V2 checkpoint", table->name);
    return compression ? refuse(table, block, "has a compression that is not known") : 0;
}

/** The last key stays: the next block's keys come behind it. */
static int read_block(const DfLeveldb *table, DfLeveldbBlock *block, uint64_t place, uint64_t size)
{
    DfBytes contents, trailer, tail;
    uint32_t restarts;
    block->place = place;
    if (find_block(table, place, size, &contents, &trailer) < 0 ||
        check_block(table, block, contents, trailer) < 0)
        return -EINVAL;
    if (size < 4)
        return refuse(table, block, "has no restarts");
    tail = df_bytes(contents.at + size - 4, 4);
    df_bytes_u32(&tail, &restarts);
    if (restarts > (size - 4) / 4)
        return refuse(table, block, "has more restarts than bytes");
    df_bytes_take(&contents, size - 4 - 4 * (uint64_t)restarts, &block->entries);
    df_bytes_take(&contents, 4 * (uint64_t)restarts, &block->restarts);
    return 0;
}

static int read_handle(DfBytes *bytes, uint64_t *place, uint64_t *size)
{
    return df_bytes_varint(bytes, place) < 0 ? -EINVAL : df_bytes_varint(bytes, size);
}

/* ------------------------------------------------------------------------------------ entries -- */

/** Whether the next entry is a restart. They stand in the entries' order, each where one begins. */
static int take_restart(const DfLeveldb *table, DfLeveldbBlock *block)
{
    uint32_t restart;
    DfBytes rest = block->restarts;
    size_t at = df_bytes_offset(&block->entries);
    if (df_bytes_u32(&rest, &restart) < 0 || restart > at)
        return at ? 0 : refuse(table, block, "does not begin with a restart");
    if (restart < at)
        return refuse(table, block, "has a restart where no entry begins");
    block->restarts = rest;
    return 1;
}

/** The key before keeps its first `shared` bytes; what is new must be greater than what was there. */
static int join_key(const DfLeveldb *table, DfLeveldbBlock *block, uint64_t shared, const DfBytes *own)
{
    size_t size = df_bytes_left(own);
    if (shared > block->key_size)
        return refuse(table, block, "has a key that shares more than there is");
    if (size > DF_LEVELDB_KEY - shared)
        return df_error(-EINVAL, "%s: a name of %" PRIu64 " bytes is too long, expected at most %d",
                        table->name, shared + size, DF_LEVELDB_KEY);
    DfBytes before = df_bytes(block->key + shared, block->key_size - shared);
    if (block->begun && df_bytes_compare(own, &before) <= 0)
        return refuse(table, block, "has keys that are not in order");
    memcpy(block->key + shared, own->at, size);
    block->key_size = shared + size;
    block->begun = 1;
    return 0;
}

/** @return 1, 0 at the block's end, -EINVAL */
static int next_entry(const DfLeveldb *table, DfLeveldbBlock *block, DfBytes *value)
{
    uint64_t shared, own_size, value_size;
    DfBytes own;
    if (!df_bytes_left(&block->entries))
        return df_bytes_left(&block->restarts) ? refuse(table, block, "has a restart at its end") : 0;
    int restart = take_restart(table, block);
    if (restart < 0)
        return restart;
    if (df_bytes_varint(&block->entries, &shared) < 0 || df_bytes_varint(&block->entries, &own_size) < 0 ||
        df_bytes_varint(&block->entries, &value_size) < 0 ||
        df_bytes_take(&block->entries, own_size, &own) < 0 ||
        df_bytes_take(&block->entries, value_size, value) < 0)
        return refuse(table, block, "has an entry that leaves it");
    if (restart && shared)
        return refuse(table, block, "has a restart whose key is not whole");
    return join_key(table, block, shared, &own) < 0 ? -EINVAL : 1;
}

/* -------------------------------------------------------------------------------------- table -- */

int df_leveldb_open(DfLeveldb *table, const char *name, const uint8_t *bytes, size_t size)
{
    uint64_t place, length;
    DfBytes contents, trailer;
    *table = (DfLeveldb){ .name = name };
    if (!df_leveldb_is(bytes, size))
        return df_error(-EINVAL, "%s: does not end as an index of a TensorFlow checkpoint does: the file "
                        "is cut short", name);
    DfBytes footer = df_bytes(bytes + size - FOOTER, FOOTER - 8);
    table->file = df_bytes(bytes, size - FOOTER);
    if (read_handle(&footer, &place, &length) < 0)
        goto fail;
    table->data.place = place;
    if (find_block(table, place, length, &contents, &trailer) < 0 ||
        check_block(table, &table->data, contents, trailer) < 0)
        return -EINVAL;
    if (read_handle(&footer, &place, &length) < 0)
        goto fail;
    return read_block(table, &table->index, place, length);
fail:
    return df_error(-EINVAL, "%s: its last 48 bytes name no blocks: the file is damaged", name);
}

/** Blocks come one behind the other, so that no file makes us read a block more than once. */
static int next_block(DfLeveldb *table, const DfBytes *handle)
{
    DfBytes bytes = *handle;
    uint64_t place, size;
    if (read_handle(&bytes, &place, &size) < 0)
        return refuse(table, &table->index, "has an entry that is no block's place");
    if (place < table->end)
        return refuse(table, &table->index, "names blocks that are not in order");
    if (read_block(table, &table->data, place, size) < 0)
        return -EINVAL;
    table->end = place + size;
    return df_bytes_left(&table->data.entries) ? 0 : refuse(table, &table->data, "is empty");
}

/** Whether a block that has come to its end kept below the key that the index has for it. */
static int check_last(const DfLeveldb *table)
{
    DfBytes last = df_bytes(table->data.key, table->data.key_size);
    DfBytes bound = df_bytes(table->index.key, table->index.key_size);
    return df_bytes_compare(&last, &bound) <= 0 ? 0 : refuse(table, &table->index,
                                                             "has a key below those of its block");
}

int df_leveldb_next(DfLeveldb *table, DfBytes *key, DfBytes *value)
{
    int more = next_entry(table, &table->data, value);
    if (!more) {
        DfBytes handle;
        if (check_last(table) < 0)
            return -EINVAL;
        more = next_entry(table, &table->index, &handle);
        if (more <= 0)
            return more;
        if (next_block(table, &handle) < 0)
            return -EINVAL;
        more = next_entry(table, &table->data, value);
    }
    *key = df_bytes(table->data.key, table->data.key_size);
    return more;
}
