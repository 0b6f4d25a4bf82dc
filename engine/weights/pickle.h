/**
 * @file
 * Python pickles, read as data: the stack machine of protocols 2 to 5, which here builds nothing but numbers,
 * texts, containers and notes of what would have been called. Nothing is ever called or imported.
 *
 * A pickle names classes and functions of Python. Those of an allow-list get a number; calling them gives an
 * object that remembers number and arguments. All others are opaque, and so is what comes of calling them.
 *
 * Each value is made by at least one byte of the file, is kept once and referred to by its index. Values may
 * contain one another in circles, and one value may lie in many: who walks them must bound his steps.
 */
#ifndef DF_PICKLE_H
#define DF_PICKLE_H

#include "weights/bytes.h"

/** Most steps of the machine, hence values, items and memos: 25 MB at worst. A checkpoint has thousands. */
#define DF_PICKLE_MOST (1 << 19)

enum DfPickleKind {
    DF_PICKLE_OPAQUE, /**< None, floats, sets, unknown classes: value 0 is the only one */
    DF_PICKLE_INT,    /**< number; booleans, too */
    DF_PICKLE_LONG,   /**< an integer beyond 64 bits: text holds its bytes, little-endian */
    DF_PICKLE_TEXT,   /**< text or bytes */
    DF_PICKLE_TUPLE,
    DF_PICKLE_LIST,
    DF_PICKLE_DICT,       /**< items are key, value, key, value ...: an even number */
    DF_PICKLE_GLOBAL,     /**< id: a class or function of the allow-list */
    DF_PICKLE_OBJECT,     /**< id: what was called or DF_PICKLE_UNKNOWN; arguments; state */
    DF_PICKLE_PERSISTENT, /**< arguments: what the pickle calls something that lies outside it */
};

/** Ids of globals; the caller's own begin at 1. */
enum {
    DF_PICKLE_UNKNOWN = 0,
    DF_PICKLE_MAPPING = -1, /**< called, it gives a dict; of the pairs in its argument, if it is a list */
    DF_PICKLE_FIRST = -2,   /**< called, it gives its first argument */
    DF_PICKLE_RECALL = -3,  /**< called, it calls its first argument with the arguments in its third */
};

/** A class or function that may be referred to. */
typedef struct DfPickleGlobal {
    const char *module, *name;
    int id;
} DfPickleGlobal;

typedef struct DfPickleValue {
    uint16_t kind;  /**< enum DfPickleKind */
    int16_t id;
    uint32_t count; /**< bytes of a text, items of a container */
    union {
        int64_t number;
        const uint8_t *text;
        struct { uint32_t first, last; };      /**< items, 0 for none */
        struct { uint32_t arguments, state; }; /**< values; state: what BUILD gave, 0 for none */
    };
} DfPickleValue;

/** An element of a container. Item 0 is none. */
typedef struct DfPickleItem {
    uint32_t value, next;
} DfPickleItem;

/** A pickle that was read. Texts lie in the file's bytes. */
typedef struct DfPickle {
    DfPickleValue *values;
    size_t value_count;
    DfPickleItem *items;
    size_t item_count;
    uint32_t result; /**< the value that it stands for */
} DfPickle;

/**
 * Read one pickle.
 * @param pickle  zeroed; to be freed after an error, too   @param name  of the file, for messages
 * @param bytes   afterwards behind the pickle's end        @param globals  the allow-list
 * @return 0, -EINVAL, -ENOMEM
 */
int df_pickle_read(DfPickle *pickle, const char *name, DfBytes *bytes, const DfPickleGlobal *globals,
                   size_t global_count);

/** Free what was read. */
void df_pickle_free(DfPickle *pickle);

/** @return a value; the opaque one for 0. */
static inline const DfPickleValue *df_pickle_value(const DfPickle *pickle, uint32_t value)
{
    return &pickle->values[value];
}

/** @return the n-th item of a tuple or list; 0, which is opaque, where there is none or it is neither. */
uint32_t df_pickle_nth(const DfPickle *pickle, uint32_t container, uint32_t n);

/** @return the value of a text key in a dict; 0 where there is none or it is no dict. */
uint32_t df_pickle_get(const DfPickle *pickle, uint32_t dict, const char *key);

/** @return a text's bytes, none for other values. */
DfBytes df_pickle_text(const DfPickle *pickle, uint32_t value);

#endif
