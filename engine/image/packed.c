/**
 * @file
 * Packed images: sample `offset` of each pixel is a colour.
 */
#include "image/packed.h"

/** A packed layout. */
typedef struct Packing {
    int step;      /* samples a pixel */
    int offset[3]; /* of red, green and blue in it */
} Packing;

static const Packing packings[] = {
    [DEEPFILL_GRAY] = { 1, { 0 } },
    [DEEPFILL_YUV] = { 1, { 0 } },
    [DEEPFILL_RGB] = { 1, { 0 } },
    [DEEPFILL_PACKED_RGB] = { 3, { 0, 1, 2 } },
    [DEEPFILL_PACKED_BGR] = { 3, { 2, 1, 0 } },
    [DEEPFILL_PACKED_RGBA] = { 4, { 0, 1, 2 } },
    [DEEPFILL_PACKED_BGRA] = { 4, { 2, 1, 0 } },
};

int df_packed_step(enum DeepfillLayout layout)
{
    return packings[layout].step;
}

DeepfillFormat df_planar_format(const DeepfillFormat *format)
{
    DeepfillFormat planar = *format;

    if (df_packed_step(format->layout) > 1)
        planar.layout = DEEPFILL_RGB;
    return planar;
}

/** One colour of one row; its samples lie `step` apart in `packed`. */
static void unpack_row(const uint8_t *packed, uint8_t *plane, int width, int step, int bytes)
{
    for (int x = 0; x < width; x++)
        df_sample_store(plane, x, bytes, df_sample_load(packed, x * step, bytes));
}

static void pack_row(uint8_t *packed, const uint8_t *plane, int width, int step, int bytes)
{
    for (int x = 0; x < width; x++) {
        unsigned value = df_sample_load(plane, x, bytes);
        if (value != df_sample_load(packed, x * step, bytes))
            df_sample_store(packed, x * step, bytes, value);
    }
}

void df_unpack(const DeepfillImage *packed, const DfPlanes *planes)
{
    const DeepfillFormat *format = &packed->format;
    const Packing *packing = &packings[format->layout];
    int bytes = df_sample_bytes(format);

    for (ptrdiff_t y = 0; y < format->height; y++)
        for (int p = 0; p < 3; p++)
            unpack_row(packed->data[0] + y * packed->stride[0] + packing->offset[p] * bytes,
                       planes->data[p] + y * planes->stride[p], format->width, packing->step, bytes);
}

void df_pack(const DeepfillImage *packed, const DfPlanes *planes)
{
    const DeepfillFormat *format = &packed->format;
    const Packing *packing = &packings[format->layout];
    int bytes = df_sample_bytes(format);

    for (ptrdiff_t y = 0; y < format->height; y++)
        for (int p = 0; p < 3; p++)
            pack_row(packed->data[0] + y * packed->stride[0] + packing->offset[p] * bytes,
                     planes->data[p] + y * planes->stride[p], format->width, packing->step, bytes);
}
