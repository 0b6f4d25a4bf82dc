/**
 * @file
 * Tables in the format of LevelDB, as TensorFlow writes a checkpoint's index: keys in order, with values.
 */
#ifndef DF_LEVELDB_H
#define DF_LEVELDB_H

#include "weights/bytes.h"

/** Longest key that is read, in bytes. */
#define DF_LEVELDB_KEY 1024

/** A block, its entries being read one after the other. */
typedef struct DfLeveldbBlock {
    uint64_t place;   /**< in the file, for messages */
    DfBytes entries;
    DfBytes restarts; /**< where entries stand whose keys share nothing with the one before; those to come */
    uint8_t key[DF_LEVELDB_KEY]; /**< the last entry's, of the block before at first */
    size_t key_size;
    int begun;        /**< 1: there is a last entry */
} DfLeveldbBlock;

/** A table that is read from its first entry to its last. */
typedef struct DfLeveldb {
    const char *name; /**< for messages */
    DfBytes file;     /**< the blocks, without the footer */
    uint64_t end;     /**< of the data blocks read so far */
    DfLeveldbBlock index, data;
} DfLeveldb;

/** @return whether the bytes end as a table does. */
int df_leveldb_is(const uint8_t *bytes, size_t size);

/** Begin with a table; name and bytes must outlive it. @return 0, -EINVAL */
int df_leveldb_open(DfLeveldb *table, const char *name, const uint8_t *bytes, size_t size);

/**
 * Read the next entry; checksums and the keys' order are verified on the way.
 * @param key  valid until the next call   @return 1; 0 after the last; -EINVAL
 */
int df_leveldb_next(DfLeveldb *table, DfBytes *key, DfBytes *value);

#endif
