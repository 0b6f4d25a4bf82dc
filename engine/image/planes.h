/**
 * @file
 * Planes of samples of a frame's format, and how they lie in memory.
 */
#ifndef DF_IMAGE_PLANES_H
#define DF_IMAGE_PLANES_H

#include "base.h"
#include "deepfill.h"

/** Planes of the engine's own: rows begin at multiples of DF_ALIGN. */
typedef struct DfPlanes {
    uint8_t *data[3];
    ptrdiff_t stride[3]; /**< bytes */
} DfPlanes;

static inline int df_plane_count(const DeepfillFormat *format)
{
    return format->layout == DEEPFILL_YUV || format->layout == DEEPFILL_RGB ? 3 : 1;
}

static inline int df_plane_sub_x(const DeepfillFormat *format, int plane)
{
    return plane ? format->sub_x : 0;
}

static inline int df_plane_sub_y(const DeepfillFormat *format, int plane)
{
    return plane ? format->sub_y : 0;
}

/** @return samples in a row, or rows, of a plane where luma has `luma` of them */
static inline int df_plane_side(int luma, int sub)
{
    return (luma + (1 << sub) - 1) >> sub;
}

static inline int df_sample_bytes(const DeepfillFormat *format)
{
    return format->depth > 8 ? 2 : 1;
}

static inline unsigned df_sample_load(const uint8_t *row, int x, int bytes)
{
    return bytes == 1 ? row[x] : ((const uint16_t *)row)[x];
}

static inline void df_sample_store(uint8_t *row, int x, int bytes, unsigned value)
{
    if (bytes == 1)
        row[x] = (uint8_t)value;
    else
        ((uint16_t *)row)[x] = (uint16_t)value;
}

/** Set `count` samples to one value. */
void df_samples_fill(uint8_t *row, int count, int bytes, unsigned value);

/** @return bytes that planes of width x height luma samples take */
size_t df_planes_bytes(const DeepfillFormat *format, int width, int height);

/** Lay planes into memory of df_planes_bytes() bytes that is aligned to DF_ALIGN. */
void df_planes_carve(DfPlanes *planes, const DeepfillFormat *format, int width, int height, void *memory);

/** @return 1 where frames of both formats have the same planes; range and matrix may differ */
int df_format_same_planes(const DeepfillFormat *a, const DeepfillFormat *b);

/** @return 0, or -EINVAL with the cause, where a field is out of range */
int df_format_check(const DeepfillFormat *format);

#endif
