/**
 * @file
 * Plane sizes and checks of formats.
 */
#include "image/planes.h"

#include <errno.h>
#include <string.h>

#define MOST_SIDE 32768

void df_samples_fill(uint8_t *row, int count, int bytes, unsigned value)
{
    if (bytes == 1)
        memset(row, (int)value, count);
    else
        for (int x = 0; x < count; x++)
            df_sample_store(row, x, bytes, value);
}

static size_t row_bytes(const DeepfillFormat *format, int width, int plane)
{
    size_t samples = df_plane_side(width, df_plane_sub_x(format, plane));

    return df_size_align(samples * df_sample_bytes(format));
}

size_t df_planes_bytes(const DeepfillFormat *format, int width, int height)
{
    size_t bytes = 0;

    for (int p = 0; p < df_plane_count(format); p++)
        bytes = df_size_add(bytes, df_size_mul(row_bytes(format, width, p),
                                               df_plane_side(height, df_plane_sub_y(format, p))));
    return bytes;
}

void df_planes_carve(DfPlanes *planes, const DeepfillFormat *format, int width, int height, void *memory)
{
    uint8_t *at = memory;

    *planes = (DfPlanes){ 0 };
    for (int p = 0; p < df_plane_count(format); p++) {
        planes->data[p] = at;
        planes->stride[p] = row_bytes(format, width, p);
        at += planes->stride[p] * df_plane_side(height, df_plane_sub_y(format, p));
    }
}

int df_format_same_planes(const DeepfillFormat *a, const DeepfillFormat *b)
{
    return a->width == b->width && a->height == b->height && a->layout == b->layout && a->depth == b->depth &&
           a->sub_x == b->sub_x && a->sub_y == b->sub_y;
}

int df_format_check(const DeepfillFormat *format)
{
    if (format->width < 1 || format->width > MOST_SIDE || format->height < 1 || format->height > MOST_SIDE)
        return df_error(-EINVAL, "frames of %dx%d pixels: sides must be 1 to %d", format->width,
                        format->height, MOST_SIDE);
    if (format->layout < DEEPFILL_GRAY || format->layout > DEEPFILL_PACKED_BGRA)
        return df_error(-EINVAL, "layout %d: must be %d (gray) to %d (packed BGRA)", (int)format->layout,
                        DEEPFILL_GRAY, DEEPFILL_PACKED_BGRA);
    if (format->depth < 8 || format->depth > 16)
        return df_error(-EINVAL, "depth of %d bits: must be 8 to 16", format->depth);
    if (format->sub_x < 0 || format->sub_x > 2 || format->sub_y < 0 || format->sub_y > 2)
        return df_error(-EINVAL, "chroma subsampling by 2^%d x 2^%d: exponents must be 0 to 2", format->sub_x,
                        format->sub_y);
    if (format->layout != DEEPFILL_YUV && (format->sub_x || format->sub_y))
        return df_error(-EINVAL, "only YUV can be subsampled");
    return 0;
}
