/**
 * @file
 * Cropping with reflection.
 */
#include "image/crop.h"

#include <string.h>

/** The index inside 0..length-1 that index `i` >= 0 is a reflection of; the edge itself is not repeated. */
static int reflect(int i, int length)
{
    int period = 2 * length - 2;

    if (i < length)
        return i;
    if (period == 0)
        return 0;
    i %= period;
    return i < length ? i : period - i;
}

/** A box in one plane's samples: `count` of them, of which the first `inside` lie in the frame. */
typedef struct Axis {
    int start, count, inside, whole;
} Axis;

static Axis axis(int start, int end, int whole, int sub)
{
    Axis a = { .start = start >> sub, .count = df_plane_side(end - start, sub),
               .whole = df_plane_side(whole, sub) };

    a.inside = DF_MIN(a.count, a.whole - a.start);
    return a;
}

/** Where in the box sample `i` beyond the frame is copied from: what it reflects always lies in the box. */
static int source_of(Axis a, int i)
{
    return reflect(a.start + i, a.whole) - a.start;
}

void df_crop_plane(const DeepfillImage *image, int plane, DfRect place, uint8_t *out, ptrdiff_t stride)
{
    const DeepfillFormat *format = &image->format;
    int bytes = df_sample_bytes(format);
    Axis h = axis(place.x0, place.x1, format->width, df_plane_sub_x(format, plane));
    Axis v = axis(place.y0, place.y1, format->height, df_plane_sub_y(format, plane));

    for (int y = 0; y < v.inside; y++) {
        const uint8_t *from = image->data[plane] + (v.start + y) * image->stride[plane];
        uint8_t *row = out + y * stride;
        memcpy(row, from + (ptrdiff_t)h.start * bytes, (size_t)h.inside * bytes);
        for (int x = h.inside; x < h.count; x++)
            df_sample_store(row, x, bytes, df_sample_load(row, source_of(h, x), bytes));
    }
    for (int y = v.inside; y < v.count; y++)
        memcpy(out + y * stride, out + source_of(v, y) * stride, (size_t)h.count * bytes);
}

int df_crop_hole(const DeepfillMask *mask, DfRect place, int sub_x, int sub_y, uint8_t *hole)
{
    Axis h = axis(place.x0, place.x1, mask->settings.width, sub_x);
    Axis v = axis(place.y0, place.y1, mask->settings.height, sub_y);
    int known = 0;

    for (int y = 0; y < v.count; y++) {
        uint8_t *row = hole + (ptrdiff_t)y * h.count;
        if (y < v.inside) {
            df_mask_weights(mask, v.start + y, h.start, h.start + h.inside, sub_x, sub_y, row);
            for (int x = 0; x < h.count; x++)
                row[x] = x < h.inside ? row[x] == DF_WEIGHT_HOLE : row[source_of(h, x)];
        } else {
            memcpy(row, hole + (ptrdiff_t)source_of(v, y) * h.count, h.count);
        }
        for (int x = 0; x < h.count; x++)
            known += !row[x];
    }
    return known;
}

void df_crop_sketch(const DeepfillSketch *sketch, DfRect place, uint8_t *lines)
{
    Axis h = axis(place.x0, place.x1, sketch->width, 0);
    Axis v = axis(place.y0, place.y1, sketch->height, 0);

    for (int y = 0; y < v.count; y++) {
        uint8_t *row = lines + (ptrdiff_t)y * h.count;
        int from = v.start + (y < v.inside ? y : source_of(v, y));
        for (int x = 0; x < h.count; x++)
            row[x] = (uint8_t)df_sketch_line(sketch, h.start + (x < h.inside ? x : source_of(h, x)), from);
    }
}
