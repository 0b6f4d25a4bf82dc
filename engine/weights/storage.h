/**
 * @file
 * The storages of a PyTorch checkpoint: rows of values that lie outside its pickle, under a key, and which
 * tensors are views of.
 */
#ifndef DF_STORAGE_H
#define DF_STORAGE_H

#include "weights/pickle.h"
#include "weights/weights.h"
#include "weights/zip.h"

/** Ids of the globals that are no storages' types. */
enum { DF_TORCH_TENSOR = 1, DF_TORCH_STORAGES };

/** What of torch and Python a checkpoint may refer to. */
extern const DfPickleGlobal df_torch_globals[];
extern const size_t df_torch_global_count;

typedef struct DfStorage {
    DfBytes key;
    int id;                /**< its type's global */
    enum DfType type;      /**< of a value */
    unsigned value_bytes;
    uint64_t count;        /**< values */
    const uint8_t *data;   /**< NULL until it is bound */
} DfStorage;

typedef struct DfStorages {
    DfStorage *list; /**< sorted by key, no key twice */
    size_t count;
} DfStorages;

/**
 * Gather the storages that a pickle refers to.
 * @param storages  zeroed; to be freed after an error, too   @param name  of the file, for messages
 * @return 0, -EINVAL, -ENOMEM
 */
int df_storages_collect(DfStorages *storages, const char *name, const DfPickle *pickle);

/** Find all storages' values among the entries of an archive whose folder is `stem`. @return 0, -EINVAL */
int df_storages_bind_zip(DfStorages *storages, const char *name, const DfZip *zip, DfBytes stem);

/** Find them in a row, each behind its count, in the order of a list of keys. @return 0, -EINVAL */
int df_storages_bind_legacy(DfStorages *storages, const char *name, const DfPickle *keys, DfBytes *bytes);

/** @return the storage that a value of the pickle stands for, NULL where it is none. */
const DfStorage *df_storages_find(const DfStorages *storages, const DfPickle *pickle, uint32_t value);

/** Free the list. */
void df_storages_free(DfStorages *storages);

#endif
