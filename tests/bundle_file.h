/**
 * @file
 * For tests: TensorFlow V2 checkpoints in memory and on disk, written field by field, so that a test may
 * write any of them wrong.
 */
#ifndef TESTS_BUNDLE_FILE_H
#define TESTS_BUNDLE_FILE_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "weights/tensorflow.h"

/** Bytes that grow, from malloc(). */
typedef struct BundleBytes {
    uint8_t *bytes;
    size_t size;
} BundleBytes;

static inline void bundle_put(BundleBytes *b, const void *bytes, size_t size)
{
    b->bytes = realloc(b->bytes, b->size + size + 1);
    if (size)
        memcpy(b->bytes + b->size, bytes, size);
    b->size += size;
}

static inline void bundle_put_varint(BundleBytes *b, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        bundle_put(b, &(uint8_t){ value | 0x80 }, 1);
    bundle_put(b, &(uint8_t){ value }, 1);
}

static inline void bundle_put_u32(BundleBytes *b, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bundle_put(b, &(uint8_t){ value >> 8 * i }, 1);
}

/** A copy. */
static inline BundleBytes bundle_bytes(const char *bytes, size_t size)
{
    BundleBytes copy = { 0 };
    bundle_put(&copy, bytes, size);
    return copy;
}

/** The bytes of a text, but its last zero. */
#define BUNDLE_BYTES(text) bundle_bytes(text, sizeof text - 1)
/* ----------------------------------------------------------------------------------- checksums -- */

/** CRC-32C as it is defined, bit by bit. */
static inline uint32_t bundle_crc(const uint8_t *bytes, size_t size)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
    }
    return ~crc;
}

static inline uint32_t bundle_masked_crc(const uint8_t *bytes, size_t size)
{
    uint32_t crc = bundle_crc(bytes, size);
    return (crc >> 15 | crc << 17) + 0xa282ead8;
}

/* ------------------------------------------------------------------------------------ messages -- */

static inline void bundle_field(BundleBytes *message, int number, uint64_t value)
{
    bundle_put_varint(message, number << 3);
    bundle_put_varint(message, value);
}

static inline void bundle_field_u32(BundleBytes *message, int number, uint32_t value)
{
    bundle_put_varint(message, number << 3 | 5);
    bundle_put_u32(message, value);
}

/** A message within a message, which is freed. */
static inline void bundle_field_message(BundleBytes *message, int number, BundleBytes *piece)
{
    bundle_put_varint(message, number << 3 | 2);
    bundle_put_varint(message, piece->size);
    bundle_put(message, piece->bytes, piece->size);
    free(piece->bytes);
    *piece = (BundleBytes){ 0 };
}

/* --------------------------------------------------------------------------------------- table -- */

/** A table while it is written. Set `restart_every` and `block_limit` before the first entry. */
typedef struct BundleTable {
    BundleBytes file, block, index, restarts;
    size_t restart_every;  /**< entries */
    size_t block_limit;    /**< bytes at which a block ends */
    size_t entries;        /**< of the block */
    BundleBytes last;      /**< key */
    size_t places[64], sizes[64], block_count; /**< the data blocks', then the filters', then the index's */
} BundleTable;

static inline BundleTable bundle_table(size_t restart_every, size_t block_limit)
{
    return (BundleTable){ .restart_every = restart_every, .block_limit = block_limit };
}

/** Append a block and its trailer; `contents` are freed. Its handle goes to `handle`. */
static inline void bundle_block(BundleTable *table, BundleBytes *contents, int compression,
                                BundleBytes *handle)
{
    size_t place = table->file.size;
    table->places[table->block_count] = place;
    table->sizes[table->block_count++] = contents->size;
    bundle_put_varint(handle, place);
    bundle_put_varint(handle, contents->size);
    bundle_put(&table->file, contents->bytes, contents->size);
    bundle_put(&table->file, &(uint8_t){ compression }, 1);
    bundle_put_u32(&table->file, bundle_masked_crc(table->file.bytes + place, contents->size + 1));
    free(contents->bytes);
    *contents = (BundleBytes){ 0 };
}

static inline void bundle_entry(BundleBytes *block, size_t shared, const void *own, size_t own_size,
                                const BundleBytes *value)
{
    bundle_put_varint(block, shared);
    bundle_put_varint(block, own_size);
    bundle_put_varint(block, value->size);
    bundle_put(block, own, own_size);
    bundle_put(block, value->bytes, value->size);
}

/** End the data block, if there is one, and put it into the index. */
static inline void bundle_table_cut(BundleTable *table)
{
    BundleBytes handle = { 0 };
    if (!table->entries)
        return;
    bundle_put(&table->block, table->restarts.bytes, table->restarts.size);
    bundle_put_u32(&table->block, table->restarts.size / 4);
    bundle_block(table, &table->block, 0, &handle);
    bundle_entry(&table->index, 0, table->last.bytes, table->last.size, &handle);
    free(handle.bytes);
    free(table->restarts.bytes);
    table->restarts = (BundleBytes){ 0 };
    table->entries = 0;
}

/** Append an entry, in order; `value` is freed. */
static inline void bundle_table_add(BundleTable *table, const void *key, size_t size, BundleBytes *value)
{
    size_t shared = 0, most = DF_MIN(size, table->last.size);
    if (table->entries % table->restart_every)
        while (shared < most && ((uint8_t *)key)[shared] == table->last.bytes[shared])
            shared++;
    else
        bundle_put_u32(&table->restarts, table->block.size);
    bundle_entry(&table->block, shared, (uint8_t *)key + shared, size - shared, value);
    table->entries++;
    table->last.size = 0;
    bundle_put(&table->last, key, size);
    free(value->bytes);
    *value = (BundleBytes){ 0 };
    if (table->block.size >= table->block_limit)
        bundle_table_cut(table);
}

/** Write what comes after the data blocks: filters, index (each of whose entries is a restart), footer. */
static inline BundleBytes bundle_table_end(BundleTable *table)
{
    BundleBytes footer = { 0 }, filters = { 0 }, restarts = { 0 };
    bundle_table_cut(table);
    bundle_put(&filters, "\0\0\0\0\1\0\0\0", 8);
    bundle_block(table, &filters, 0, &footer);
    for (DfBytes at = df_bytes(table->index.bytes, table->index.size); df_bytes_left(&at);) {
        uint64_t shared, own, value;
        DfBytes rest;
        bundle_put_u32(&restarts, df_bytes_offset(&at));
        df_bytes_varint(&at, &shared);
        df_bytes_varint(&at, &own);
        df_bytes_varint(&at, &value);
        df_bytes_take(&at, own + value, &rest);
    }
    bundle_put(&table->index, restarts.bytes, restarts.size);
    bundle_put_u32(&table->index, restarts.size / 4);
    bundle_block(table, &table->index, 0, &footer);
    while (footer.size < 40)
        bundle_put(&footer, "", 1);
    bundle_put(&table->file, footer.bytes, 40);
    bundle_put(&table->file, "\x57\xfb\x80\x8b\x24\x75\x47\xdb", 8);
    free(footer.bytes);
    free(restarts.bytes);
    free(table->last.bytes);
    return table->file;
}

/** Give block `i` of a written file the checksum that it has to have. */
static inline void bundle_block_sign(const BundleTable *table, uint8_t *file, size_t i)
{
    uint8_t *block = file + table->places[i];
    uint32_t crc = bundle_masked_crc(block, table->sizes[i] + 1);
    for (int byte = 0; byte < 4; byte++)
        block[table->sizes[i] + 1 + byte] = crc >> 8 * byte;
}

/* --------------------------------------------------------------------------------- checkpoints -- */

/** TensorFlow's numbers of types. */
enum { BUNDLE_F32 = 1, BUNDLE_I32 = 3, BUNDLE_TEXT = 7, BUNDLE_I64 = 9, BUNDLE_BF16 = 14, BUNDLE_F16 = 19 };

/** A tensor to be written. Tensors come in the order of their names. */
typedef struct BundleTensor {
    const char *name;
    int type, rank;
    uint64_t shape[9];
    int shard;
    const void *data;
    size_t size; /**< bytes */
} BundleTensor;

#define BUNDLE_SHARDS 3

/** A checkpoint in memory. */
typedef struct Bundle {
    BundleTable table;
    BundleBytes index, shards[BUNDLE_SHARDS];
    int shard_count;
} Bundle;

/** A header's message; zero fields are left out. */
static inline BundleBytes bundle_header(uint64_t shard_count, int endianness, int least_consumer)
{
    BundleBytes header = { 0 }, version = { 0 };
    if (shard_count)
        bundle_field(&header, 1, shard_count);
    if (endianness)
        bundle_field(&header, 2, endianness);
    bundle_field(&version, 1, 1);
    if (least_consumer)
        bundle_field(&version, 2, least_consumer);
    bundle_field_message(&header, 3, &version);
    return header;
}

/** A tensor's message; its bytes lie at `offset` of its shard. */
static inline BundleBytes bundle_tensor(const BundleTensor *tensor, uint64_t offset)
{
    BundleBytes message = { 0 }, shape = { 0 };
    if (tensor->type)
        bundle_field(&message, 1, tensor->type);
    for (int i = 0; i < tensor->rank; i++) {
        BundleBytes dimension = { 0 };
        if (tensor->shape[i])
            bundle_field(&dimension, 1, tensor->shape[i]);
        bundle_field_message(&shape, 2, &dimension);
    }
    bundle_field_message(&message, 2, &shape);
    if (tensor->shard)
        bundle_field(&message, 3, tensor->shard);
    if (offset)
        bundle_field(&message, 4, offset);
    if (tensor->size)
        bundle_field(&message, 5, tensor->size);
    if (tensor->data)
        bundle_field_u32(&message, 6, bundle_masked_crc(tensor->data, tensor->size));
    return message;
}

/** Write a checkpoint; bundle_free() it. */
static inline Bundle bundle_make(const BundleTensor *tensors, size_t count, int shard_count,
                                 size_t restart_every, size_t block_limit)
{
    Bundle bundle = { .table = bundle_table(restart_every, block_limit), .shard_count = shard_count };
    BundleBytes message = bundle_header(shard_count, 0, 0);
    bundle_table_add(&bundle.table, "", 0, &message);
    for (size_t i = 0; i < count; i++) {
        BundleBytes *shard = &bundle.shards[tensors[i].shard % BUNDLE_SHARDS];
        message = bundle_tensor(&tensors[i], shard->size);
        bundle_table_add(&bundle.table, tensors[i].name, strlen(tensors[i].name), &message);
        if (tensors[i].data)
            bundle_put(shard, tensors[i].data, tensors[i].size);
    }
    bundle.index = bundle_table_end(&bundle.table);
    return bundle;
}

static inline void bundle_free(Bundle *bundle)
{
    free(bundle->index.bytes);
    for (int i = 0; i < BUNDLE_SHARDS; i++)
        free(bundle->shards[i].bytes);
}

/** Read a checkpoint from memory, as df_weights_open() does from files. */
static inline int bundle_parse(DfWeights **weights, const BundleBytes *index, const BundleBytes *shards,
                               size_t shard_count)
{
    DfBytes parts[BUNDLE_SHARDS], bytes = df_bytes(index->bytes, index->size);
    DfWeights *w = NULL;
    for (size_t i = 0; i < shard_count; i++)
        parts[i] = df_bytes(shards[i].bytes, shards[i].size);
    df_error_clear();
    int ret = df_weights_create(&w, "FILE.index");
    if (!ret)
        ret = df_tensorflow_parse_parts(w, &bytes, parts, shard_count);
    if (ret < 0)
        df_weights_close(&w);
    *weights = w;
    return ret;
}

/** Write bytes as FOLDER/NAME. */
static inline void bundle_write_file(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || (size && write(fd, bytes, size) != (ssize_t)size))
        abort();
    close(fd);
}

/** Write a checkpoint as FOLDER/PREFIX.index and its shards. */
static inline void bundle_write(const Bundle *bundle, const char *folder, const char *prefix)
{
    char name[128];
    snprintf(name, sizeof name, "%s.index", prefix);
    bundle_write_file(folder, name, bundle->index.bytes, bundle->index.size);
    for (int i = 0; i < bundle->shard_count; i++) {
        snprintf(name, sizeof name, "%s.data-%05d-of-%05d", prefix, i, bundle->shard_count);
        bundle_write_file(folder, name, bundle->shards[i].bytes, bundle->shards[i].size);
    }
}

#endif
