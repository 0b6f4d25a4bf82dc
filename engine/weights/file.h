/**
 * @file
 * Local regular files, read whole. Whatever else a name may lead to (pipes, devices, folders) is refused.
 */
#ifndef DF_FILE_H
#define DF_FILE_H

#include "weights/weights.h"

/** Most bytes of a checkpoint, all its files together: published ones with their optimiser have 120 MB. */
#define DF_FILE_LIMIT ((uint64_t)1 << 30)

/** Measure a file as df_file_read() would find it. @return 0; a negative errno with the cause recorded */
int df_file_measure(const char *path, uint64_t *size);

/**
 * Read a file whole.
 * @param limit  most bytes that it may have   @return 0; a negative errno with the cause recorded
 */
int df_file_read(DfFile *file, const char *path, uint64_t limit);

/** Free what a file holds. */
void df_file_free(DfFile *file);

/** Read one more file of a checkpoint, weights->files[weights->file_count - 1] from then on. */
int df_weights_load(DfWeights *weights, const char *path);

#endif
