/**
 * @file
 * Contents that are no supported checkpoint, recognised by their first bytes or by the file's name.
 */
#ifndef DF_UNSUPPORTED_H
#define DF_UNSUPPORTED_H

#include <stddef.h>
#include <stdint.h>

/**
 * Recognise the contents of a file that is no supported checkpoint.
 * @param name  the file's, whose ending tells where the first bytes do not
 * @return what they are, to be put behind "FILE: "; NULL where that is not known
 */
const char *df_unsupported_find(const char *name, const uint8_t *bytes, size_t size);

#endif
