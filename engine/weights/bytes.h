/**
 * @file
 * A cursor over untrusted bytes that cannot leave them, with a growing list beside it. The cursor records no
 * causes: its caller knows what it was about to read.
 */
#ifndef DF_BYTES_H
#define DF_BYTES_H

#include "base.h"

/** Bytes between `at` and `end` are still to be read. */
typedef struct DfBytes {
    const uint8_t *begin, *at, *end;
} DfBytes;

/** @return a cursor at the first of `size` bytes. */
DfBytes df_bytes(const uint8_t *data, size_t size);

/** @return bytes left. */
size_t df_bytes_left(const DfBytes *bytes);

/** @return how far the cursor has come, in bytes. */
size_t df_bytes_offset(const DfBytes *bytes);

/** @return the next byte, left where it is, or -1 at the end. */
int df_bytes_peek(const DfBytes *bytes);

/** @return the next byte, or -1 at the end. */
int df_bytes_next(DfBytes *bytes);

/** Cut off the next `size` bytes as a cursor of their own. @return 0, -EINVAL where fewer are left. */
int df_bytes_take(DfBytes *bytes, uint64_t size, DfBytes *piece);

/** Read an unsigned little-endian number of 0 to 8 bytes, `width`. @return 0, -EINVAL where fewer are left */
int df_bytes_little(DfBytes *bytes, int width, uint64_t *value);

/** Read an unsigned big-endian number of 0 to 8 bytes, `width`. @return 0, -EINVAL where fewer are left */
int df_bytes_big(DfBytes *bytes, int width, uint64_t *value);

/** A little-endian number of 8, 4 or 2 bytes. */
int df_bytes_u64(DfBytes *bytes, uint64_t *value);
int df_bytes_u32(DfBytes *bytes, uint32_t *value);
int df_bytes_u16(DfBytes *bytes, uint16_t *value);

/** Read a number of seven bits a byte, the lowest first. @return 0, -EINVAL where it does not end or fit. */
int df_bytes_varint(DfBytes *bytes, uint64_t *value);

/** Compare the bytes left, the shorter before the longer. @return less than 0, 0, greater than 0 */
int df_bytes_compare(const DfBytes *a, const DfBytes *b);

/** @return whether the bytes left are exactly that text. */
int df_bytes_equal(const DfBytes *bytes, const char *text);

/**
 * Copy the bytes left as a string of printable ASCII, for names and messages: whatever else a file holds
 * becomes '?'. What does not fit is cut off.
 * @param text  room for `size` bytes, at least 1   @return text
 */
char *df_bytes_print(char *text, size_t size, const DfBytes *bytes);

/**
 * Make room for one more element in a list from df_alloc(): doubled when it is full.
 * @param list  the list, NULL at first   @param count elements in use   @param size bytes of an element
 * @return 0, -ENOMEM (the list is then as it was)
 */
int df_list_grow(void **list, size_t count, size_t size);

#endif
