/**
 * @file
 * Structs of the public header that come with the size that the caller knows.
 */
#ifndef DF_SIZED_H
#define DF_SIZED_H

#include <stddef.h>

/**
 * Take a caller's struct over one of ours that holds the defaults: as many bytes as both have.
 *
 * @param size  bytes of the caller's; those beyond ours have to be 0
 * @param what  what errors call it
 * @return 0; -EINVAL: a field is set that this library does not know
 */
int df_sized_take(void *own, size_t own_size, const void *given, size_t size, const char *what);

/** Hand a struct of ours to a caller: as many bytes as both have, and zeros beyond. */
void df_sized_give(void *to, size_t size, const void *own, size_t own_size);

#endif
