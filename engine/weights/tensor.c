/**
 * @file
 * Tensors once they have been found in a file: looked up by name, turned into float32.
 */
#include "weights/weights.h"

#include <errno.h>
#include <math.h>
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

/* An empty list may be NULL, which qsort() does not take. */
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

/* ------------------------------------------------------------------------------------- values -- */

static uint32_t little(const uint8_t *bytes, int count)
{
    uint32_t value = 0;
    for (int i = 0; i < count; i++)
        value |= (uint32_t)bytes[i] << 8 * i;
    return value;
}

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
static float from_half(uint32_t half)
{
    uint32_t sign = (half & 0x8000) << 16, exponent = half >> 10 & 0x1F, fraction = half & 0x3FF;
    if (exponent == 0x1F)
        return from_bits(sign | 0x7F800000 | fraction << 13);
    if (exponent)
        return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
    float value = ldexpf(fraction, -24); /* subnormal */
    return sign ? -value : value;
}

static float value_at(const uint8_t *bytes, enum DfType type, uint64_t i)
{
    switch (type) {
    case DF_F16: return from_half(little(bytes + 2 * i, 2));
    case DF_BF16: return from_bits(little(bytes + 2 * i, 2) << 16);
    default: return from_bits(little(bytes + 4 * i, 4));
    }
}

void df_tensor_pack(DfTensor *tensor)
{
    uint64_t stride = 1;
    for (int i = tensor->rank; i-- > 0;) {
        tensor->stride[i] = stride;
        stride *= tensor->shape[i];
    }
}

/* Values of dimensions `dimension` and on, the first of them `at` values after the tensor's; returns out's end. */
static float *read_from(const DfTensor *tensor, int dimension, uint64_t at, float *out)
{
    if (dimension == tensor->rank) {
        *out = value_at(tensor->data, tensor->type, at);
        return out + 1;
    }
    for (uint64_t i = 0; i < tensor->shape[dimension]; i++)
        out = read_from(tensor, dimension + 1, at + i * tensor->stride[dimension], out);
    return out;
}

int df_tensor_read(const DfWeights *weights, const DfTensor *tensor, float *out)
{
    if (tensor->type == DF_OTHER_TYPE)
        return df_error(-EINVAL, "%s: tensor '%.80s' is not of float32, float16 or bfloat16", weights->name,
                        tensor->name);
    if (tensor->count)
        read_from(tensor, 0, 0, out);
    for (uint64_t i = 0; i < tensor->count; i++)
        if (!isfinite(out[i]))
            return df_error(-EINVAL, "%s: tensor '%.80s' holds a value that is not finite: the file is "
                            "damaged", weights->name, tensor->name);
    return 0;
}
