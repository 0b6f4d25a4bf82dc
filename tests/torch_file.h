/**
 * @file
 * For tests: PyTorch checkpoints in memory, of both forms, around pickles that are written by hand.
 */
#ifndef DF_TESTS_TORCH_FILE_H
#define DF_TESTS_TORCH_FILE_H

#include "model_file.h"

/* Pieces of pickles. Numbers are strings of one byte: K("\2"). A text's length is its first argument. */
#define T_PROTO "\x80\2"
#define T_K(number) "K" number
#define T_TEXT(length, text) "X" length "\0\0\0" text
#define T_GLOBAL(module, name) "c" module "\n" name "\n"
#define T_ORDERED T_GLOBAL("collections", "OrderedDict") ")R"

/* What stands for a storage: key and count of one byte; legacy ones have a sixth element. */
#define T_STORAGE_OF(class, key, count, rest) \
    "(" T_TEXT("\7", "storage") class T_TEXT("\1", key) T_TEXT("\3", "cpu") T_K(count) rest "tQ"
#define T_STORAGE(type, key, count) T_STORAGE_OF(T_GLOBAL("torch", type "Storage"), key, count, "")

/* A tensor: a storage, an offset's K, shape and strides as MARK ... TUPLE. */
#define T_REBUILD(storage, offset, shape, strides) \
    T_GLOBAL("torch._utils", "_rebuild_tensor_v2") "(" storage offset shape strides "\x89" T_ORDERED "tR"
#define T_TENSOR(storage, offset, shape, strides) \
    T_REBUILD(storage, T_K(offset), "(" shape "t", "(" strides "t")

/** Values of a storage, by its key; count: for legacy files. */
typedef struct TorchStorage {
    const char *key;
    const void *data;
    size_t size;
    uint64_t count;
} TorchStorage;

static inline void torch_file_add(ModelFile *file, const void *data, size_t size)
{
    file->bytes = realloc(file->bytes, file->size + size + 1);
    if (size)
        memcpy(file->bytes + file->size, data, size);
    file->size += size;
}

static inline void torch_file_little(ModelFile *file, uint64_t value, int width)
{
    uint8_t bytes[8];
    for (int i = 0; i < width; i++)
        bytes[i] = value >> 8 * i;
    torch_file_add(file, bytes, width);
}

/** An archive while it is written. */
typedef struct TorchZip {
    ModelFile file, directory;
    int count;
} TorchZip;

/** Append an entry: sizes behind the data, which begin at a multiple of 64, as torch.save() has it. */
static inline void torch_zip_add(TorchZip *zip, const char *name, const void *data, size_t size)
{
    static const uint8_t zeros[64];
    size_t offset = zip->file.size, length = strlen(name), begin = offset + 30 + length + 4;
    size_t padding = (64 - begin % 64) % 64;
    torch_file_add(&zip->file, "PK\3\4\0\0\x08\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 26);
    torch_file_little(&zip->file, length, 2);
    torch_file_little(&zip->file, 4 + padding, 2);
    torch_file_add(&zip->file, name, length);
    torch_file_add(&zip->file, "FB", 2);
    torch_file_little(&zip->file, padding, 2);
    torch_file_add(&zip->file, zeros, padding);
    torch_file_add(&zip->file, data, size);
    torch_file_add(&zip->file, "PK\7\x08\0\0\0", 8);
    torch_file_little(&zip->file, size, 4);
    torch_file_little(&zip->file, size, 4);
    torch_file_add(&zip->directory, "PK\1\2\0\0\0\0\x08\x08\0\0\0\0\0\0\0\0\0", 20);
    torch_file_little(&zip->directory, size, 4);
    torch_file_little(&zip->directory, size, 4);
    torch_file_little(&zip->directory, length, 2);
    torch_file_add(&zip->directory, zeros, 12); /* extra, comment, disk, attributes */
    torch_file_little(&zip->directory, offset, 4);
    torch_file_add(&zip->directory, name, length);
    zip->count++;
}

/** The archive with its directory. */
static inline ModelFile torch_zip_end(TorchZip *zip)
{
    size_t offset = zip->file.size;
    torch_file_add(&zip->file, zip->directory.bytes, zip->directory.size);
    torch_file_add(&zip->file, "PK\5\6\0\0\0", 8);
    torch_file_little(&zip->file, zip->count, 2);
    torch_file_little(&zip->file, zip->count, 2);
    torch_file_little(&zip->file, zip->directory.size, 4);
    torch_file_little(&zip->file, offset, 4);
    torch_file_little(&zip->file, 0, 2);
    free(zip->directory.bytes);
    return zip->file;
}

/** A checkpoint as PyTorch 1.6 and newer write it, in the folder "model". */
static inline ModelFile torch_zip_file(const void *pickle, size_t size, const TorchStorage *storages,
                                       int count)
{
    TorchZip zip = { { 0 }, { 0 }, 0 };
    torch_zip_add(&zip, "model/data.pkl", pickle, size);
    torch_zip_add(&zip, "model/byteorder", "little", 6);
    for (int i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof name, "model/data/%s", storages[i].key);
        torch_zip_add(&zip, name, storages[i].data, storages[i].size);
    }
    torch_zip_add(&zip, "model/version", "3\n", 2);
    return torch_zip_end(&zip);
}

#define T_MAGIC T_PROTO "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
#define T_VERSION T_PROTO "M\xe9\3."
#define T_SYSTEM(little) T_PROTO "}(" T_TEXT("\20", "protocol_version") "M\xe9\3" \
    T_TEXT("\15", "little_endian") little "u."

/** A checkpoint of the older form. */
static inline ModelFile torch_legacy_file(const void *pickle, size_t size, const TorchStorage *storages,
                                          int count)
{
    static const char head[] = T_MAGIC T_VERSION T_SYSTEM("\x88");
    ModelFile file = { NULL, 0 };
    torch_file_add(&file, head, sizeof head - 1);
    torch_file_add(&file, pickle, size);
    torch_file_add(&file, T_PROTO "](", 4);
    for (int i = 0; i < count; i++) {
        torch_file_add(&file, "X", 1);
        torch_file_little(&file, strlen(storages[i].key), 4);
        torch_file_add(&file, storages[i].key, strlen(storages[i].key));
    }
    torch_file_add(&file, "e.", 2);
    for (int i = 0; i < count; i++) {
        torch_file_little(&file, storages[i].count, 8);
        torch_file_add(&file, storages[i].data, storages[i].size);
    }
    return file;
}

/* ---------------------------------------------------------------------- a few storages and tensors -- */

/** Keys: f float32, h float16, b bfloat16, l int64. */
static const uint8_t floats[] = {
    0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40, 0, 0, 0xa0, 0x40, 0, 0, 0xc0, 0x40,
}; /* 1 2 3 4 5 6 */
static const uint8_t halves[] = { 0x00, 0x3c, 0x00, 0xc0 };  /* 1, -2 */
static const uint8_t brains[] = { 0x80, 0x3f, 0x20, 0xc1 };  /* 1, -10 */
static const uint8_t longs[] = { 7, 0, 0, 0, 0, 0, 0, 0 };
static const TorchStorage storages[] = {
    { "f", floats, sizeof floats, 6 }, { "h", halves, sizeof halves, 2 },
    { "b", brains, sizeof brains, 2 }, { "l", longs, sizeof longs, 1 },
};

#define FLOATS T_STORAGE("Float", "f", "\6")
#define HALVES T_STORAGE("Half", "h", "\2")
#define BRAINS T_STORAGE("BFloat16", "b", "\2")
#define LONGS T_STORAGE("Long", "l", "\1")
#define TWO_BY_THREE T_TENSOR(FLOATS, "\0", T_K("\2") T_K("\3"), T_K("\3") T_K("\1"))
#define TRANSPOSED T_TENSOR(FLOATS, "\0", T_K("\3") T_K("\2"), T_K("\1") T_K("\3"))
#define MIDDLE T_TENSOR(FLOATS, "\2", T_K("\2"), T_K("\2"))
#define PAIR T_TENSOR(FLOATS, "\0", T_K("\2"), T_K("\1"))
#define PARAMETER T_GLOBAL("torch._utils", "_rebuild_parameter") PAIR "\x88" T_ORDERED "\x87R"
#define HALF_PAIR T_TENSOR(HALVES, "\0", T_K("\2"), T_K("\1"))
#define BRAIN_PAIR T_TENSOR(BRAINS, "\0", T_K("\2"), T_K("\1"))
#define COUNTER T_REBUILD(LONGS, T_K("\0"), ")", ")")
#define EMPTY T_TENSOR(FLOATS, "\0", T_K("\0") T_K("\3"), T_K("\3") T_K("\1"))
#define PAIR_ALONE T_PROTO PAIR "."

/** A pickle and its size, as arguments. */
#define PICKLE(text) text, sizeof text - 1

#endif
