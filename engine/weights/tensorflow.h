/**
 * @file
 * TensorFlow's V2 checkpoints: an index, and shards beside it that hold the values.
 */
#ifndef DF_TENSORFLOW_H
#define DF_TENSORFLOW_H

#include "weights/bytes.h"
#include "weights/weights.h"

/**
 * Read an index into weights whose one file it is; the shards beside that file become theirs, too.
 * @return 0; -EINVAL, -ENOENT, -EFBIG, ... with the cause recorded, -ENOMEM
 */
int df_tensorflow_parse(DfWeights *weights, const uint8_t *bytes, size_t size);

/**
 * The same of bytes in memory, which must outlive the weights, shard by shard: for bytes that never were
 * files. The weights' name is the index's and ends in .index.
 */
int df_tensorflow_parse_parts(DfWeights *weights, const DfBytes *index, const DfBytes *shards, size_t count);

#endif
