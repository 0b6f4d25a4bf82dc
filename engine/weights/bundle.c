/**
 * @file
 * The index of a TensorFlow checkpoint: a table from "" to a BundleHeaderProto and from tensors' names to
 * BundleEntryProtos.
 *
 *     BundleHeaderProto   1 number of shards, 2 endianness (0 little),
 *                         3 version { 1 producer, 2 least consumer }
 *     BundleEntryProto    1 type, 2 shape { 2 dimension { 1 size } }, 3 shard, 4 offset, 5 size in bytes,
 *                         6 masked CRC-32C of the bytes, 7 slices (of a variable that is stored in parts)
 *
 * Fields of value zero are left out.
 */
#include "weights/bundle.h"
#include "kernels/crc32c.h"
#include "weights/leveldb.h"
#include "weights/protobuf.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Published checkpoints have 298 tensors in one shard. */
#define TENSOR_LIMIT 20000
#define SHARD_LIMIT 1000

/* -------------------------------------------------------------------------------------- header -- */

static int damaged(const DfBundle *bundle, const char *what)
{
    return df_error(-EINVAL, "%s: its %s is no message of TensorFlow's: the file is damaged",
                    bundle->weights->name, what);
}

/** A newer TensorFlow may ask for readers that know more than version 1. */
static int read_version(const DfBundle *bundle, DfBytes message)
{
    DfField field;
    int more;
    while ((more = df_field_next(&message, &field)) > 0)
        if (field.tag == DF_FIELD(2, DF_WIRE_VARINT) && field.value > 1)
            return df_error(-EINVAL, "%s: asks for a reader of version %" PRIu64 " of TensorFlow's "
                            "checkpoints, which is not known", bundle->weights->name, field.value);
    return more < 0 ? damaged(bundle, "header") : 0;
}

static int read_shard_count(DfBundle *bundle, uint64_t count)
{
    if (count < 1 || count > SHARD_LIMIT)
        return df_error(-EINVAL, "%s: claims to have %" PRIu64 " shards, expected 1 to %d",
                        bundle->weights->name, count, SHARD_LIMIT);
    bundle->shard_count = count;
    return 0;
}

static int read_header_field(DfBundle *bundle, const DfField *field)
{
    const char *name = bundle->weights->name;
    switch (field->tag) {
    case DF_FIELD(1, DF_WIRE_PIECE):
        return df_error(-EINVAL, "%s: is a V1 checkpoint of TensorFlow, which cannot be read: save it as a "
                        "V2 checkpoint", name);
    case DF_FIELD(1, DF_WIRE_VARINT):
        return read_shard_count(bundle, field->value);
    case DF_FIELD(2, DF_WIRE_VARINT):
        if (field->value)
            return df_error(-EINVAL, "%s: holds big-endian values, which cannot be read: save it on a "
                            "little-endian machine", name);
        return 0;
    case DF_FIELD(3, DF_WIRE_PIECE):
        return read_version(bundle, field->piece);
    default:
        return 0;
    }
}

static int read_header(DfBundle *bundle, DfLeveldb *table)
{
    DfBytes key, message;
    DfField field;
    int more = df_leveldb_next(table, &key, &message);
    if (more < 0)
        return more;
    if (!more || df_bytes_left(&key))
        return df_error(-EINVAL, "%s: lacks the header that a TensorFlow checkpoint begins with",
                        bundle->weights->name);
    while ((more = df_field_next(&message, &field)) > 0)
        if (read_header_field(bundle, &field) < 0)
            return -EINVAL;
    if (more < 0)
        return damaged(bundle, "header");
    return bundle->shard_count ? 0 : read_shard_count(bundle, 0);
}

/* ------------------------------------------------------------------------------------- entries -- */

/** By TensorFlow's DataType; no bytes: not of one size (texts, handles). */
static const struct {
    enum DfType type;
    unsigned bytes;
} types[] = {
    [1] = { DF_F32, 4 },         [2] = { DF_OTHER_TYPE, 8 },  [3] = { DF_OTHER_TYPE, 4 },
    [4] = { DF_OTHER_TYPE, 1 },  [5] = { DF_OTHER_TYPE, 2 },  [6] = { DF_OTHER_TYPE, 1 },
    [7] = { DF_OTHER_TYPE, 0 },  [8] = { DF_OTHER_TYPE, 8 },  [9] = { DF_OTHER_TYPE, 8 },
    [10] = { DF_OTHER_TYPE, 1 }, [11] = { DF_OTHER_TYPE, 1 }, [12] = { DF_OTHER_TYPE, 1 },
    [13] = { DF_OTHER_TYPE, 4 }, [14] = { DF_BF16, 2 },       [15] = { DF_OTHER_TYPE, 2 },
    [16] = { DF_OTHER_TYPE, 2 }, [17] = { DF_OTHER_TYPE, 2 }, [18] = { DF_OTHER_TYPE, 16 },
    [19] = { DF_F16, 2 },        [20] = { DF_OTHER_TYPE, 0 }, [21] = { DF_OTHER_TYPE, 0 },
    [22] = { DF_OTHER_TYPE, 4 }, [23] = { DF_OTHER_TYPE, 8 },
};

static int spoilt(const DfBundle *bundle, const DfTensor *tensor)
{
    return df_error(-EINVAL, "%s: tensor '%.80s' has an entry that is no message of TensorFlow's: the "
                    "file is damaged", bundle->weights->name, tensor->name);
}

/** A dimension; its size is left out where it is zero, and negative (that is, huge) where it is unknown. */
static int read_dimension(const DfBundle *bundle, DfTensor *tensor, DfBytes message)
{
    uint64_t side = 0;
    DfField field;
    int more;
    while ((more = df_field_next(&message, &field)) > 0)
        if (field.tag == DF_FIELD(1, DF_WIRE_VARINT))
            side = field.value;
    return more < 0 ? spoilt(bundle, tensor) : df_tensor_add_side(bundle->weights->name, tensor, side);
}

static int read_shape(const DfBundle *bundle, DfTensor *tensor, DfBytes message)
{
    DfField field;
    int more;
    while ((more = df_field_next(&message, &field)) > 0)
        if (field.tag == DF_FIELD(2, DF_WIRE_PIECE) && read_dimension(bundle, tensor, field.piece) < 0)
            return -EINVAL;
    return more < 0 ? spoilt(bundle, tensor) : 0;
}

static int read_entry_field(const DfBundle *bundle, DfTensor *tensor, DfBundleEntry *entry, uint64_t *type,
                            const DfField *field)
{
    switch (field->tag) {
    case DF_FIELD(1, DF_WIRE_VARINT):
        *type = field->value;
        return 0;
    case DF_FIELD(2, DF_WIRE_PIECE):
        return read_shape(bundle, tensor, field->piece);
    case DF_FIELD(3, DF_WIRE_VARINT):
        entry->shard = field->value;
        return 0;
    case DF_FIELD(4, DF_WIRE_VARINT):
        entry->offset = field->value;
        return 0;
    case DF_FIELD(5, DF_WIRE_VARINT):
        entry->size = field->value;
        return 0;
    case DF_FIELD(6, DF_WIRE_32):
        tensor->crc = df_crc32c_unmask(field->value);
        tensor->has_crc = 1;
        return 0;
    case DF_FIELD(7, DF_WIRE_PIECE):
        return df_error(-EINVAL, "%s: tensor '%.80s' is stored in slices, which cannot be read: save it "
                        "unpartitioned", bundle->weights->name, tensor->name);
    default:
        return 0;
    }
}

/** Whether a tensor's type, shape, size and shard go together. */
static int check_entry(const DfBundle *bundle, DfTensor *tensor, const DfBundleEntry *entry, uint64_t type)
{
    const char *name = bundle->weights->name;
    uint64_t end;
    if (!type)
        return df_error(-EINVAL, "%s: tensor '%.80s' lacks its type", name, tensor->name);
    tensor->type = type < DF_COUNT(types) ? types[type].type : DF_OTHER_TYPE;
    unsigned each = type < DF_COUNT(types) ? types[type].bytes : 0;
    if (each && df_tensor_check_size(name, tensor, each, entry->size) < 0)
        return -EINVAL;
    if (entry->shard >= (uint64_t)bundle->shard_count)
        return df_error(-EINVAL, "%s: tensor '%.80s' lies in shard %" PRIu64 ", but there are only %d", name,
                        tensor->name, entry->shard, bundle->shard_count);
    if (__builtin_add_overflow(entry->offset, entry->size, &end))
        return df_error(-EINVAL, "%s: tensor '%.80s' ends beyond all files", name, tensor->name);
    return 0;
}

static int read_entry(const DfBundle *bundle, DfTensor *tensor, DfBundleEntry *entry, DfBytes message)
{
    uint64_t type = 0;
    DfField field;
    int more;
    tensor->count = 1;
    while ((more = df_field_next(&message, &field)) > 0)
        if (read_entry_field(bundle, tensor, entry, &type, &field) < 0)
            return -EINVAL;
    if (more < 0)
        return spoilt(bundle, tensor);
    df_tensor_pack(tensor);
    return check_entry(bundle, tensor, entry, type);
}

/** Names are printed; slices of variables have keys of bytes, the first of them zero. */
static int check_name(const DfBundle *bundle, DfBytes key)
{
    const char *name = bundle->weights->name;
    if (!df_bytes_peek(&key))
        return df_error(-EINVAL, "%s: holds slices of variables, which cannot be read: save them "
                        "unpartitioned", name);
    while (df_bytes_left(&key)) {
        int byte = df_bytes_next(&key);
        if (byte < ' ' || byte > '~')
            return df_error(-EINVAL, "%s: has a tensor whose name holds the byte 0x%02x, which no name of "
                            "TensorFlow's does", name, byte);
    }
    return 0;
}

static int add_tensor(DfBundle *bundle, const DfBytes *key, const DfBytes *message)
{
    DfWeights *weights = bundle->weights;
    size_t count = weights->tensor_count, length = df_bytes_left(key);
    if (check_name(bundle, *key) < 0)
        return -EINVAL;
    if (count == TENSOR_LIMIT)
        return df_error(-EINVAL, "%s: has more than %d tensors", weights->name, TENSOR_LIMIT);
    if (df_list_grow((void **)&weights->tensors, count, sizeof *weights->tensors) < 0 ||
        df_list_grow((void **)&bundle->entries, count, sizeof *bundle->entries) < 0)
        return -ENOMEM;
    DfTensor *tensor = &weights->tensors[count];
    *tensor = (DfTensor){ .name = df_alloc(length + 1) };
    bundle->entries[count] = (DfBundleEntry){ 0 };
    weights->tensor_count++;
    if (!tensor->name)
        return -ENOMEM;
    memcpy(tensor->name, key->at, length);
    return read_entry(bundle, tensor, &bundle->entries[count], *message);
}

int df_bundle_read(DfBundle *bundle, const uint8_t *bytes, size_t size)
{
    DfLeveldb table;
    DfBytes key, message;
    int more, ret = df_leveldb_open(&table, bundle->weights->name, bytes, size);
    if (!ret)
        ret = read_header(bundle, &table);
    if (ret < 0)
        return ret;
    while ((more = df_leveldb_next(&table, &key, &message)) > 0) {
        ret = add_tensor(bundle, &key, &message);
        if (ret < 0)
            return ret;
    }
    return more;
}
