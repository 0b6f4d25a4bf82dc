/**
 * @file
 * A safetensors writer.
 */
#ifndef DF_WRITE_H
#define DF_WRITE_H

#include "weights/weights.h"

/** A tensor to be written: its values in row order. */
typedef struct DfOutTensor {
    const char *name;
    int rank;
    uint64_t shape[DF_MAX_RANK];
    const float *values;
} DfOutTensor;

/** What is to be written. */
typedef struct DfOutFile {
    const DfOutTensor *tensors; /**< in the order in which the file will have them */
    size_t tensor_count;
    const DfMeta *meta;
    size_t meta_count;
    int f16; /**< 1: as float16, rounded to nearest, ties to even; 0: as float32 */
} DfOutFile;

/**
 * Write a safetensors file, as df_output_write() does: after an error the place is as it was before.
 *
 * @return 0; -EINVAL where the place is no regular file's, -ERANGE where a value does not fit a float16,
 *         -ENOMEM, or the error of the system's call that failed
 */
int df_safetensors_write(const char *path, const DfOutFile *file);

/** @return float16 of a float32, to nearest, ties to even; -1 where it is beyond the greatest. */
int df_half(float value);

#endif
