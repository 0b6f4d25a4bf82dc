/**
 * @file
 * Tensors once they have been found in a file: sorted and looked up by name, their shapes checked and told.
 */
#include "weights/weights.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int name_of_tensor(const void *name, const void *tensor)
{
    return strcmp(name, ((const DfTensor *)tensor)->name);
}

static int key_of_meta(const void *key, const void *meta)
{
    return strcmp(key, ((const DfMeta *)meta)->key);
}

const DfTensor *df_weights_find(const DfWeights *weights, const char *name)
{
    if (!weights->tensor_count)
        return NULL;
    return bsearch(name, weights->tensors, weights->tensor_count, sizeof *weights->tensors, name_of_tensor);
}

const char *df_weights_meta(const DfWeights *weights, const char *key)
{
    if (!weights->meta_count)
        return NULL;
    const DfMeta *meta = bsearch(key, weights->meta, weights->meta_count, sizeof *weights->meta, key_of_meta);
    return meta ? meta->value : NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const DfTensor *)a)->name, ((const DfTensor *)b)->name);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const DfMeta *)a)->key, ((const DfMeta *)b)->key);
}

/** An empty list may be NULL, which qsort() does not take. */
static void sort(void *list, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    if (count)
        qsort(list, count, size, compare);
}

int df_weights_sort(DfWeights *weights)
{
    sort(weights->tensors, weights->tensor_count, sizeof *weights->tensors, by_name);
    for (size_t i = 1; i < weights->tensor_count; i++)
        if (!by_name(&weights->tensors[i - 1], &weights->tensors[i]))
            return df_error(-EINVAL, "%s: has tensor '%.80s' twice", weights->name, weights->tensors[i].name);
    sort(weights->meta, weights->meta_count, sizeof *weights->meta, by_key);
    for (size_t i = 1; i < weights->meta_count; i++)
        if (!by_key(&weights->meta[i - 1], &weights->meta[i]))
            return df_error(-EINVAL, "%s: has metadata '%.80s' twice", weights->name, weights->meta[i].key);
    return 0;
}

void df_tensor_shape_text(char *text, size_t size, const uint64_t *shape, int rank)
{
    size_t at = snprintf(text, size, "%s", rank ? "" : "a single value");
    for (int i = 0; i < rank && at < size; i++)
        at += snprintf(text + at, size - at, "%s%llu", i ? "x" : "", (unsigned long long)shape[i]);
}

int df_tensor_add_side(const char *file, DfTensor *tensor, uint64_t side)
{
    if (tensor->rank == DF_MAX_RANK)
        return df_error(-EINVAL, "%s: tensor '%.80s' has more than %d dimensions", file, tensor->name,
                        DF_MAX_RANK);
    tensor->shape[tensor->rank++] = side;
    if (side > INT64_MAX || __builtin_mul_overflow(tensor->count, side, &tensor->count))
        return df_error(-EINVAL, "%s: tensor '%.80s' has a shape beyond all memory", file, tensor->name);
    return 0;
}

int df_tensor_check_size(const char *file, const DfTensor *tensor, unsigned value_bytes, uint64_t bytes)
{
    uint64_t expected;
    char shape[160];
    if (!__builtin_mul_overflow(tensor->count, value_bytes, &expected) && bytes == expected)
        return 0;
    df_tensor_shape_text(shape, sizeof shape, tensor->shape, tensor->rank);
    return df_error(-EINVAL, "%s: tensor '%.80s' of shape %s has %" PRIu64 " bytes, which is not its size",
                    file, tensor->name, shape, bytes);
}
