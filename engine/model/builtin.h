/**
 * @file
 * Models that are part of the library.
 */
#ifndef DF_BUILTIN_H
#define DF_BUILTIN_H

#include <stddef.h>
#include <stdint.h>

/** A built-in model: a safetensors file in memory. */
typedef struct DfBuiltin {
    const char *name;
    const uint8_t *begin, *end;
} DfBuiltin;

/** @return the built-in model of that name, or NULL (static). */
const DfBuiltin *df_builtin_find(const char *name);

/** @return the names of all built-in models, "small, sketch", for messages (static). */
const char *df_builtin_names(void);

#endif
