/**
 * @file
 * A tensor's values as float32 in row order, wherever in its file they lie. Files of a hundred megabytes are
 * opened while somebody waits: loops run along what lies side by side.
 */
#include "kernels/crc32c.h"
#include "weights/weights.h"

#include <errno.h>
#include <string.h>

/* Values that a transposing read takes side by side: a cache line of float32. */
#define BLOCK 16

void df_tensor_pack(DfTensor *tensor)
{
    uint64_t stride = 1;
    for (int i = tensor->rank; i-- > 0;) {
        tensor->stride[i] = stride;
        stride *= tensor->shape[i];
    }
}

/* -------------------------------------------------------------------------------------- values -- */

static uint32_t u32(const uint8_t *bytes)
{
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint32_t u16(const uint8_t *bytes)
{
    return bytes[0] | bytes[1] << 8;
}

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
static float from_half(uint32_t half)
{
    uint32_t sign = (half & 0x8000) << 16, rest = half & 0x7FFF;
    if (rest >= 0x7C00) /* infinite or no number */
        return from_bits(sign | 0x7F800000 | (rest & 0x3FF) << 13);
    if (rest >= 0x400)
        return from_bits(sign | ((rest << 13) + (112 << 23)));
    float value = (float)rest * 0x1p-24f; /* subnormal */
    return sign ? -value : value;
}

/** A dimension, or several as one: so many values, so far apart in the file and in the output. */
typedef struct Axis {
    uint64_t count, step, gap;
} Axis;

static void convert(enum DfType type, const uint8_t *from, const Axis *axis, float *out)
{
    uint64_t count = axis->count, step = axis->step, gap = axis->gap;
    switch (type) {
    case DF_F16:
        for (uint64_t i = 0; i < count; i++)
            out[i * gap] = from_half(u16(from + 2 * i * step));
        break;
    case DF_BF16:
        for (uint64_t i = 0; i < count; i++)
            out[i * gap] = from_bits(u16(from + 2 * i * step) << 16);
        break;
    default:
        for (uint64_t i = 0; i < count; i++)
            out[i * gap] = from_bits(u32(from + 4 * i * step));
    }
}

/* ---------------------------------------------------------------------------------------- axes -- */

/** Dimensions of one value left out, those that follow one another in the file made one. At least one axis. */
static int find_axes(const DfTensor *tensor, Axis *axes)
{
    uint64_t gap = 1;
    int count = 0;
    for (int i = tensor->rank; i-- > 0;) {
        Axis axis = { tensor->shape[i], tensor->stride[i], gap };
        Axis *inner = count ? &axes[count - 1] : NULL;
        gap *= axis.count;
        if (axis.count == 1)
            continue;
        if (inner && axis.step == inner->step * inner->count)
            inner->count *= axis.count;
        else
            axes[count++] = axis;
    }
    if (!count)
        axes[count++] = (Axis){ 1, 1, 1 };
    return count;
}

/** All combinations of the outer axes (from the last on), the inner one along each: as deep as the rank. */
static void read_along(enum DfType type, const Axis *axes, int outer, const uint8_t *from, const Axis *inner,
                       float *out)
{
    if (!outer) {
        convert(type, from, inner, out);
        return;
    }
    const Axis *axis = &axes[outer - 1];
    size_t bytes = (type == DF_F32 ? 4 : 2) * axis->step;
    for (uint64_t i = 0; i < axis->count; i++)
        read_along(type, axes, outer - 1, from + i * bytes, inner, out + i * axis->gap);
}

/**
 * The axis along which the file's values lie closest is the inner one. Where it is not the output's own, it
 * is walked in blocks of a cache line, so that lines of both sides are at hand when their next value comes.
 */
static void read_values(const DfTensor *tensor, float *out)
{
    Axis axes[DF_MAX_RANK];
    int count = find_axes(tensor, axes), closest = 0;
    for (int i = 1; i < count; i++)
        if (axes[i].step < axes[closest].step)
            closest = i;
    Axis inner = axes[closest];
    memmove(&axes[closest], &axes[closest + 1], (count - closest - 1) * sizeof *axes);
    uint64_t block = closest ? BLOCK : inner.count, all = inner.count;
    size_t bytes = (tensor->type == DF_F32 ? 4 : 2) * inner.step;
    for (uint64_t at = 0; at < all; at += block) {
        inner.count = DF_MIN(block, all - at);
        read_along(tensor->type, axes, count - 1, tensor->data + at * bytes, &inner, out + at * inner.gap);
    }
}

/** Without a branch in the loop: the greatest magnitude decides. */
static int all_finite(const float *values, uint64_t count)
{
    uint32_t most = 0, bits;
    for (uint64_t i = 0; i < count; i++) {
        memcpy(&bits, &values[i], sizeof bits);
        bits &= 0x7FFFFFFF;
        most = DF_MAX(most, bits);
    }
    return most < 0x7F800000;
}

/** The file that a tensor's bytes lie in: of a checkpoint in several, the one to be fetched again. */
static const char *file_of(const DfWeights *weights, const DfTensor *tensor)
{
    for (size_t i = 0; i < weights->file_count; i++) {
        const DfFile *file = &weights->files[i];
        if ((uintptr_t)tensor->data - (uintptr_t)file->bytes < file->size)
            return file->path;
    }
    return weights->name;
}

/** Here, not when a file is opened: only tensors that are used cost the time. */
static int check_crc(const DfWeights *weights, const DfTensor *tensor)
{
    size_t size = tensor->count * (tensor->type == DF_F32 ? 4 : 2);
    if (!tensor->has_crc || df_crc32c(0, tensor->data, size) == tensor->crc)
        return 0;
    return df_error(-EINVAL, "%s: tensor '%.80s' does not have its checksum: the file is damaged",
                    file_of(weights, tensor), tensor->name);
}

int df_tensor_read(const DfWeights *weights, const DfTensor *tensor, float *out)
{
    if (tensor->type == DF_OTHER_TYPE)
        return df_error(-EINVAL, "%s: tensor '%.80s' is not of float32, float16 or bfloat16", weights->name,
                        tensor->name);
    if (!tensor->count)
        return 0;
    if (check_crc(weights, tensor) < 0)
        return -EINVAL;
    read_values(tensor, out);
    if (!all_finite(out, tensor->count))
        return df_error(-EINVAL, "%s: tensor '%.80s' holds a value that is not finite: the file is damaged",
                        weights->name, tensor->name);
    return 0;
}
