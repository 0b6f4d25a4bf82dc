/**
 * @file
 * The index of a TensorFlow checkpoint ("tensor bundle"): which tensors there are, and where.
 */
#ifndef DF_BUNDLE_H
#define DF_BUNDLE_H

#include "weights/weights.h"

/** Where a tensor's bytes lie; offset + size does not overflow. */
typedef struct DfBundleEntry {
    uint64_t shard; /**< below the bundle's shard_count */
    uint64_t offset, size;
} DfBundleEntry;

/** An index that was read. */
typedef struct DfBundle {
    DfWeights *weights;
    DfBundleEntry *entries; /**< one for each of the weights' tensors, from df_alloc() */
    int shard_count;
} DfBundle;

/**
 * Read an index into the bundle's weights, which have a name and no tensors yet: all but the tensors' data. A
 * tensor's size is that of its type and shape.
 * @return 0, -EINVAL, -ENOMEM; the caller frees `entries`, whatever happens
 */
int df_bundle_read(DfBundle *bundle, const uint8_t *bytes, size_t size);

#endif
