/**
 * @file
 * What fuzz targets share. A target is a file of this folder with fuzz_target(); run.c watches over what it
 * does. Linked with clang's libFuzzer it searches (make fuzz); linked with replay.c it goes through
 * seeds/TARGET and found/TARGET, what the search began with and what it found (make check, make sanitize).
 *
 * A run must end within a second, hold at most twice the bytes it got and 64 MiB at any time, and give all of
 * it back; what it refuses, it refuses in one printable sentence.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "weights/bytes.h"
#include "weights/weights.h"

/** What a target does with some bytes. */
void fuzz_target(const uint8_t *bytes, size_t size);

/** Of the cuts and flips of a file every n-th is tried. */
extern const int fuzz_every;

/** The whole run, as libFuzzer calls it. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/** End the process unless a failed call's error and cause are fit to be told, and forget the cause. */
void fuzz_refused(int error);

/** What a reader of a container made of the bytes: all tensors are checked and read. Closes the weights. */
void fuzz_weights(DfWeights *weights, int error);

/** End the process unless a condition holds that no input may break. */
#define FUZZ_CHECK(condition) \
    do { \
        if (!(condition)) \
            fuzz_fail(__FILE__, __LINE__, #condition); \
    } while (0)
void fuzz_fail(const char *file, int line, const char *condition);

/** Weights named "FILE" (here: any name) without tensors, for a reader to fill. */
DfWeights *fuzz_create(const char *name);

/** Make a file of that name in the process's own folder, in place of an earlier one. @return its path */
const char *fuzz_file(const char *name, const uint8_t *bytes, size_t size);

/** @return that folder. */
const char *fuzz_folder(void);

/**
 * The same of a whole checkpoint: index and shards of TensorFlow's, if the bytes have them (fuzz_parts()),
 * else the one file. @return the name by which it is opened
 */
const char *fuzz_checkpoint(const uint8_t *bytes, size_t size);

/** Free what the C library allocated: free() counts as the engine's. */
void fuzz_free(void *memory);

/** Several files in one input: 32-bit little-endian length and bytes of each; the last may be cut short. */
enum { FUZZ_PARTS = 4 };
int fuzz_parts(const uint8_t *bytes, size_t size, DfBytes parts[FUZZ_PARTS]);

#endif
