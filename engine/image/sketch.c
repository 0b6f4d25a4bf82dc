/**
 * @file
 * From a picture of lines to bits, kept where there are lines alone.
 */
#include "image/sketch.h"

#include <errno.h>

/** A value / 255 above 0.6 is a line, as in the official project. */
#define LAST_BLANK 153

/** The picture as the frame sees it: scaled to its size. */
typedef struct Source {
    const uint8_t *data;
    ptrdiff_t stride;
    int width, height; /* of the picture */
    uint8_t *scaled;   /* one row at the frame's width; NULL where sizes agree */
} Source;

static const uint8_t *source_row(const Source *source, const DeepfillSketch *sketch, int y)
{
    const uint8_t *row = source->data + (int64_t)y * source->height / sketch->height * source->stride;

    if (!source->scaled)
        return row;
    for (int x = 0; x < sketch->width; x++)
        source->scaled[x] = row[(int64_t)x * source->width / sketch->width];
    return source->scaled;
}

/** Where the lines lie, and how many of the frame's pixels they cover. */
static void find_lines(DeepfillSketch *sketch, const Source *source)
{
    int64_t all = 0;

    for (int y = 0; y < sketch->height; y++) {
        const uint8_t *row = source_row(source, sketch, y);
        int count = 0, x0 = 0, x1 = sketch->width;
        for (int x = 0; x < sketch->width; x++)
            count += row[x] > LAST_BLANK;
        if (!count)
            continue;
        while (row[x0] <= LAST_BLANK)
            x0++;
        while (row[x1 - 1] <= LAST_BLANK)
            x1--;
        DfRect lines = { x0, y, x1, y + 1 };
        sketch->extent = all ? df_rect_union(sketch->extent, lines) : lines;
        all += count;
    }
    sketch->info.lines = (double)all / ((double)sketch->width * sketch->height);
}

static int draw_lines(DeepfillSketch *sketch, const Source *source)
{
    DfRect e = sketch->extent;

    sketch->stride = df_ceil_div(df_rect_width(e), 8);
    sketch->bits = df_alloc(df_size_mul(sketch->stride, df_rect_height(e)));
    if (!sketch->bits)
        return -ENOMEM;
    for (int y = e.y0; y < e.y1; y++) {
        const uint8_t *row = source_row(source, sketch, y) + e.x0;
        uint8_t *bits = sketch->bits + (y - e.y0) * sketch->stride;
        for (int x = 0; x < df_rect_width(e); x++)
            bits[x / 8] |= (row[x] > LAST_BLANK) << x % 8;
    }
    return 0;
}

int df_sketch_create(DeepfillSketch **out, int frame_width, int frame_height, const uint8_t *data,
                     ptrdiff_t stride, int width, int height)
{
    int scaled = width != frame_width || height != frame_height, ret = -ENOMEM;
    Source source = { data, stride, width, height, scaled ? df_alloc(frame_width) : NULL };
    DeepfillSketch *sketch = df_alloc(sizeof *sketch);

    if (!sketch || (scaled && !source.scaled))
        goto fail;
    atomic_init(&sketch->references, 1);
    sketch->width = frame_width;
    sketch->height = frame_height;
    sketch->info.scaled = scaled;
    find_lines(sketch, &source);
    if (!df_rect_empty(sketch->extent) && draw_lines(sketch, &source) < 0)
        goto fail;
    *out = sketch;
    sketch = NULL;
    ret = 0;
fail:
    df_free(source.scaled);
    deepfill_sketch_close(&sketch);
    return ret;
}

DeepfillSketch df_sketch_view(const DeepfillSketch *sketch, DfRect place)
{
    DfRect e = sketch->extent;

    return (DeepfillSketch){
        .width = df_rect_width(place), .height = df_rect_height(place), .stride = sketch->stride,
        .bits = sketch->bits,
        .extent = { e.x0 - place.x0, e.y0 - place.y0, e.x1 - place.x0, e.y1 - place.y0 },
    };
}

static int is_line(const DeepfillSketch *sketch, int x, int y)
{
    return sketch && df_sketch_line(sketch, x, y);
}

int df_sketch_differs(const DeepfillSketch *a, const DeepfillSketch *b, const DeepfillMask *mask)
{
    if (a == b || !mask)
        return 0;
    DfRect e = mask->extent;
    for (int y = e.y0; y < e.y1; y++)
        for (int x = e.x0; x < e.x1; x++)
            if (is_line(a, x, y) != is_line(b, x, y) && df_mask_hole(mask, x, y))
                return 1;
    return 0;
}

DeepfillSketch *deepfill_sketch_ref(DeepfillSketch *sketch)
{
    atomic_fetch_add_explicit(&sketch->references, 1, memory_order_relaxed);
    return sketch;
}

void deepfill_sketch_close(DeepfillSketch **sketch)
{
    DeepfillSketch *gone = sketch ? *sketch : NULL;

    if (!gone)
        return;
    *sketch = NULL;
    /* A half-built sketch has no reference yet. */
    if (atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) > 1)
        return;
    df_free(gone->bits);
    df_free(gone);
}
