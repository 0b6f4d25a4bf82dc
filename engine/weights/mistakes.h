/**
 * @file
 * What people name by mistake where a checkpoint is wanted.
 */
#ifndef DF_MISTAKES_H
#define DF_MISTAKES_H

#include <stddef.h>
#include <stdint.h>

/**
 * Recognise bytes that are no checkpoint.
 * @param name  the file's, whose ending tells where the first bytes do not
 * @return what they are, to be put behind "FILE: "; NULL where that is not known
 */
const char *df_mistake_find(const char *name, const uint8_t *bytes, size_t size);

#endif
