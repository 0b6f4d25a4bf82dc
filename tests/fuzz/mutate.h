/**
 * @file
 * How the search changes inputs so that what guards their inside (lengths, offsets, checksums) fits again:
 * what does not fit is refused at once, and nothing behind it would ever be tried.
 */
#ifndef MUTATE_H
#define MUTATE_H

#include "weights/bytes.h"

/** Bytes while they are written; what no longer fits is left out. */
typedef struct Out {
    uint8_t *bytes;
    size_t size, room;
} Out;

void out_bytes(Out *out, const void *bytes, size_t size);
void out_little(Out *out, uint64_t value, int width);

/** A piece of the input as libFuzzer changes it, in a buffer of its own for the time of one change. */
typedef struct Changed {
    uint8_t *bytes;
    size_t size;
} Changed;

/** @return a changed copy of a piece, at most `more` bytes longer. */
Changed change(const DfBytes *piece, size_t more);
void change_free(Changed *changed);

/**
 * Change one part of a container and write all anew.
 * @return 0 where the bytes are no such container, which are then changed blindly
 */
typedef int Mutator(Out *out, const DfBytes *input, unsigned seed);
Mutator mutate_header, mutate_zip, mutate_table;

/** libFuzzer's own. */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed);

#endif
