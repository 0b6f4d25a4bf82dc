/**
 * @file
 * Storages: what a pickle says about them, and where their values lie.
 *
 * A pickle refers to one by ('storage', class, key, device, count). The legacy form has a sixth element for
 * views between storages: None ever since tensors have offsets.
 */
#include "weights/storage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/** Each tensor refers to its storage anew. */
enum { MOST_REFERENCES = 2 * DF_MOST_TENSORS, MOST_KEY = 64 };

/* ------------------------------------------------------------------------------------- classes -- */

enum {
    FLOAT = DF_TORCH_STORAGES, HALF, BFLOAT16,
    BYTES_1, BYTES_2, BYTES_4, BYTES_8, BYTES_16, /* of no interest but for their size */
    STORAGES_END
};

static const struct {
    enum DfType type;
    unsigned bytes;
} types[STORAGES_END] = {
    [FLOAT] = { DF_F32, 4 },
    [HALF] = { DF_F16, 2 },
    [BFLOAT16] = { DF_BF16, 2 },
    [BYTES_1] = { DF_OTHER_TYPE, 1 },
    [BYTES_2] = { DF_OTHER_TYPE, 2 },
    [BYTES_4] = { DF_OTHER_TYPE, 4 },
    [BYTES_8] = { DF_OTHER_TYPE, 8 },
    [BYTES_16] = { DF_OTHER_TYPE, 16 },
};

const DfPickleGlobal df_torch_globals[] = {
    { "torch._utils", "_rebuild_tensor_v2", DF_TORCH_TENSOR },
    { "torch._utils", "_rebuild_tensor", DF_TORCH_TENSOR },
    { "torch", "FloatStorage", FLOAT },
    { "torch", "HalfStorage", HALF },
    { "torch", "BFloat16Storage", BFLOAT16 },
    { "torch", "DoubleStorage", BYTES_8 },
    { "torch", "LongStorage", BYTES_8 },
    { "torch", "IntStorage", BYTES_4 },
    { "torch", "ShortStorage", BYTES_2 },
    { "torch", "CharStorage", BYTES_1 },
    { "torch", "ByteStorage", BYTES_1 },
    { "torch", "BoolStorage", BYTES_1 },
    { "torch", "ComplexFloatStorage", BYTES_8 },
    { "torch", "ComplexDoubleStorage", BYTES_16 },
    { "torch", "QInt8Storage", BYTES_1 },
    { "torch", "QUInt8Storage", BYTES_1 },
    { "torch", "QInt32Storage", BYTES_4 },
    { "torch.storage", "UntypedStorage", BYTES_1 },
    { "torch.storage", "_UntypedStorage", BYTES_1 },
    { "collections", "OrderedDict", DF_PICKLE_MAPPING },
    { "collections", "defaultdict", DF_PICKLE_MAPPING },
    { "builtins", "dict", DF_PICKLE_MAPPING },
    { "__builtin__", "dict", DF_PICKLE_MAPPING },
    { "torch", "Size", DF_PICKLE_FIRST },
    { "torch._utils", "_rebuild_parameter", DF_PICKLE_FIRST },
    { "torch._utils", "_rebuild_parameter_with_state", DF_PICKLE_FIRST },
    { "torch.nn.parameter", "Parameter", DF_PICKLE_FIRST },
    { "torch.autograd.variable", "Variable", DF_PICKLE_FIRST },
    { "torch._tensor", "_rebuild_from_type_v2", DF_PICKLE_RECALL },
};
const size_t df_torch_global_count = DF_COUNT(df_torch_globals);

/* ---------------------------------------------------------------------------- by what they are called -- */

static int by_key(const void *a, const void *b)
{
    return df_bytes_compare(&((const DfStorage *)a)->key, &((const DfStorage *)b)->key);
}

static int key_of_storage(const void *key, const void *storage)
{
    return df_bytes_compare(key, &((const DfStorage *)storage)->key);
}

static DfStorage *find(const DfStorages *storages, const DfBytes *key)
{
    if (!storages->count)
        return NULL;
    return bsearch(key, storages->list, storages->count, sizeof *storages->list, key_of_storage);
}

static int storage_error(const char *name, const DfBytes *key, const char *what)
{
    char text[41];
    return df_error(-EINVAL, "%s: storage '%s' %s: the file is damaged", name,
                    df_bytes_print(text, sizeof text, key), what);
}

/** Keys are numbers; those that are compared often may not be as long as the file. */
static int is_key(const DfPickleValue *key)
{
    return key->kind == DF_PICKLE_TEXT && key->count <= MOST_KEY;
}

/** A storage as the pickle describes it; returns whether it is one. */
static int describe(const DfPickle *pickle, uint32_t value, DfStorage *storage)
{
    const DfPickleValue *reference = df_pickle_value(pickle, value);
    if (reference->kind != DF_PICKLE_PERSISTENT)
        return 0;
    uint32_t id = reference->arguments, key = df_pickle_nth(pickle, id, 2);
    DfBytes what = df_pickle_text(pickle, df_pickle_nth(pickle, id, 0));
    const DfPickleValue *class = df_pickle_value(pickle, df_pickle_nth(pickle, id, 1));
    const DfPickleValue *count = df_pickle_value(pickle, df_pickle_nth(pickle, id, 4));
    if (!df_bytes_equal(&what, "storage") || class->kind != DF_PICKLE_GLOBAL ||
        class->id < DF_TORCH_STORAGES || !is_key(df_pickle_value(pickle, key)) ||
        count->kind != DF_PICKLE_INT || count->number < 0 || df_pickle_nth(pickle, id, 5))
        return 0;
    *storage = (DfStorage){ .key = df_pickle_text(pickle, key), .id = class->id, .count = count->number,
                            .type = types[class->id].type, .value_bytes = types[class->id].bytes };
    return 1;
}

/** Sort, and leave one of those that are the same. */
static int unite(DfStorages *storages, const char *name)
{
    DfStorage *list = storages->list;
    size_t kept = 1;
    if (!storages->count)
        return 0;
    qsort(list, storages->count, sizeof *list, by_key);
    for (size_t i = 1; i < storages->count; i++) {
        const DfStorage *last = &list[kept - 1];
        if (by_key(last, &list[i]))
            list[kept++] = list[i];
        else if (last->id != list[i].id || last->count != list[i].count)
            return storage_error(name, &list[i].key, "is of two types or sizes");
    }
    storages->count = kept;
    return 0;
}

int df_storages_collect(DfStorages *storages, const char *name, const DfPickle *pickle)
{
    for (size_t i = 0; i < pickle->value_count; i++) {
        DfStorage storage;
        if (!describe(pickle, i, &storage))
            continue;
        if (storages->count == MOST_REFERENCES)
            return df_error(-EINVAL, "%s: refers to its storages more than %d times, which no checkpoint "
                            "does", name, MOST_REFERENCES);
        if (df_list_grow((void **)&storages->list, storages->count, sizeof *storages->list) < 0)
            return -ENOMEM;
        storages->list[storages->count++] = storage;
    }
    return unite(storages, name);
}

const DfStorage *df_storages_find(const DfStorages *storages, const DfPickle *pickle, uint32_t value)
{
    DfStorage storage;
    return describe(pickle, value, &storage) ? find(storages, &storage.key) : NULL;
}

void df_storages_free(DfStorages *storages)
{
    df_free(storages->list);
    *storages = (DfStorages){ 0 };
}

/* ------------------------------------------------------------------------------ where their values lie -- */

static int bind_entry(DfStorage *storage, const char *name, const DfBytes *data)
{
    uint64_t bytes;
    char text[41];
    df_bytes_print(text, sizeof text, &storage->key);
    if (__builtin_mul_overflow(storage->count, storage->value_bytes, &bytes) || bytes != df_bytes_left(data))
        return df_error(-EINVAL, "%s: storage '%s' has %zu bytes, expected %" PRIu64 " values of %u: the "
                        "file is damaged", name, text, df_bytes_left(data), storage->count,
                        storage->value_bytes);
    storage->data = data->at;
    return 0;
}

int df_storages_bind_zip(DfStorages *storages, const char *name, const DfZip *zip, DfBytes stem)
{
    static const char folder[] = "/data/";
    for (size_t i = 0; i < storages->count; i++) {
        DfStorage *storage = &storages->list[i];
        DfBytes parts[] = { stem, df_bytes((const uint8_t *)folder, sizeof folder - 1), storage->key };
        const DfZipEntry *entry = df_zip_find(zip, parts, DF_COUNT(parts));
        if (!entry)
            return storage_error(name, &storage->key, "is not in the zip archive");
        if (bind_entry(storage, name, &entry->data) < 0)
            return -EINVAL;
    }
    return 0;
}

/** The next of the row. */
static int bind_next(DfStorage *storage, const char *name, DfBytes *bytes)
{
    uint64_t count, size;
    DfBytes data;
    char text[41];
    df_bytes_print(text, sizeof text, &storage->key);
    if (storage->data)
        return storage_error(name, &storage->key, "is there twice");
    if (df_bytes_u64(bytes, &count) < 0)
        return df_error(-EINVAL, "%s: ends before storage '%s': the file is cut short", name, text);
    if (count != storage->count)
        return df_error(-EINVAL, "%s: storage '%s' has %" PRIu64 " values, expected %" PRIu64 ": the file is "
                        "damaged", name, text, count, storage->count);
    if (__builtin_mul_overflow(count, storage->value_bytes, &size) || df_bytes_take(bytes, size, &data) < 0)
        return df_error(-EINVAL, "%s: ends within storage '%s' of %" PRIu64 " values of %u bytes: the file "
                        "is cut short", name, text, count, storage->value_bytes);
    storage->data = data.at;
    return 0;
}

int df_storages_bind_legacy(DfStorages *storages, const char *name, const DfPickle *keys, DfBytes *bytes)
{
    const DfPickleValue *list = df_pickle_value(keys, keys->result);
    if (list->kind != DF_PICKLE_LIST)
        return df_error(-EINVAL, "%s: has no list of its storages: the file is damaged", name);
    for (uint32_t item = list->first; item; item = keys->items[item].next) {
        DfBytes key = df_pickle_text(keys, keys->items[item].value);
        DfStorage *storage = find(storages, &key);
        if (!storage)
            return storage_error(name, &key, "has a type that is not known, or belongs to no tensor");
        if (bind_next(storage, name, bytes) < 0)
            return -EINVAL;
    }
    for (size_t i = 0; i < storages->count; i++)
        if (!storages->list[i].data)
            return storage_error(name, &storages->list[i].key, "is missing from the list of storages");
    return 0;
}
