/**
 * @file
 * Boxes of frames, copied and counted.
 */
#include "temporal/source.h"

#include <errno.h>
#include <math.h>

#include "image/crop.h"

int df_source_create(DfSource **source, DfAccount *account, const DeepfillFormat *format, int64_t frame,
                     DeepfillMask *mask)
{
    DfSource *s = df_alloc(sizeof *s);

    if (!s)
        return -ENOMEM;
    atomic_init(&s->references, 1);
    atomic_init(&s->failed, 0);
    s->account = account;
    s->frame = frame;
    s->format = *format;
    s->mask = mask ? deepfill_mask_ref(mask) : NULL;
    *source = s;
    return 0;
}

DfSource *df_source_ref(DfSource *source)
{
    atomic_fetch_add_explicit(&source->references, 1, memory_order_relaxed);
    return source;
}

void df_source_close(DfSource **source)
{
    DfSource *gone = source ? *source : NULL;

    if (!gone)
        return;
    *source = NULL;
    if (atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) > 1)
        return;
    df_copies_free(&gone->shown, gone->account, &gone->format);
    df_copies_free(&gone->composite, gone->account, &gone->format);
    df_areas_free(&gone->usable);
    df_free(gone->layers);
    deepfill_mask_close(&gone->mask);
    deepfill_mask_close(&gone->keep_out);
    df_free(gone);
}

static size_t copy_bytes(const DeepfillFormat *format, DfRect place)
{
    return df_planes_bytes(format, df_rect_width(place), df_rect_height(place));
}

size_t df_copies_bytes(const DeepfillFormat *format, const DfAreas *areas)
{
    size_t bytes = 0;

    for (int i = 0; i < areas->count; i++)
        bytes += copy_bytes(format, areas->items[i].outer);
    return bytes;
}

DfCopy df_copy_create(DfAccount *account, const DeepfillFormat *format, DfRect place)
{
    DfCopy copy = { .place = place, .memory = df_account_alloc(account, copy_bytes(format, place)) };

    if (copy.memory)
        df_planes_carve(&copy.planes, format, df_rect_width(place), df_rect_height(place), copy.memory);
    return copy;
}

/**
 * Hole samples that interpolation at a known position may lean on: the taps of a cubic, and half a sample.
 */
#define LEANED_ON 3

static void copy_sample(uint8_t *plane, ptrdiff_t stride, int bytes, int to_x, int to_y, int x, int y)
{
    df_sample_store(plane + to_y * stride, to_x, bytes, df_sample_load(plane + y * stride, x, bytes));
}

/**
 * Continue known samples into the hole, so far as they are leaned on: along (dx, dy) from each at the rim.
 */
static void continue_along(uint8_t *plane, ptrdiff_t stride, int bytes, const uint8_t *hole, int width,
                           int height, int dx, int dy)
{
    for (int y = DF_MAX(-dy, 0); y < height - DF_MAX(dy, 0); y++) {
        const uint8_t *row = hole + (ptrdiff_t)y * width;
        for (int x = DF_MAX(-dx, 0); x < width - DF_MAX(dx, 0); x++) {
            if (row[x] || !row[x + dx + (ptrdiff_t)dy * width])
                continue;
            for (int k = 1; k <= LEANED_ON; k++) {
                int to_x = x + k * dx, to_y = y + k * dy;
                if (to_x < 0 || to_x >= width || to_y < 0 || to_y >= height ||
                    !hole[(ptrdiff_t)to_y * width + to_x])
                    break;
                copy_sample(plane, stride, bytes, to_x, to_y, x, y);
            }
        }
    }
}

/** Let nothing that is to be hidden show through where others sample near the hole. */
static int hide_rim(const DfCopy *copy, const DeepfillFormat *format, const DeepfillMask *mask)
{
    static const int directions[][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
    uint8_t *hole = df_alloc(df_rect_area(copy->place));

    if (!hole)
        return -ENOMEM;
    for (int p = 0; p < df_plane_count(format); p++) {
        DfTexture t = df_copy_texture(copy, format, p);
        df_crop_hole(mask, copy->place, df_plane_sub_x(format, p), df_plane_sub_y(format, p), hole);
        for (int i = 0; i < 4; i++)
            continue_along(copy->planes.data[p], t.stride, t.bytes, hole, t.width, t.height,
                           directions[i][0], directions[i][1]);
    }
    df_free(hole);
    return 0;
}

/** Copy one area. */
static int copy_area(DfCopy *copy, DfAccount *account, const DeepfillImage *image, const DeepfillMask *mask,
                     DfRect place)
{
    *copy = df_copy_create(account, &image->format, place);
    if (!copy->memory)
        return -ENOMEM;
    for (int p = 0; p < df_plane_count(&image->format); p++)
        df_crop_plane(image, p, place, copy->planes.data[p], copy->planes.stride[p]);
    /* Where the hole is grown, what lies at its rim is the picture still. */
    return mask && mask->part_count && mask->settings.dilate < LEANED_ON
        ? hide_rim(copy, &image->format, mask) : 0;
}

int df_copies_make(DfCopies *copies, DfAccount *account, const DeepfillImage *image, const DeepfillMask *mask,
                   const DfAreas *areas)
{
    int ret = 0;

    df_copies_free(copies, account, &image->format);
    if (!areas->count)
        return 0;
    if (!(copies->items = df_alloc(df_size_mul(areas->count, sizeof *copies->items))))
        return -ENOMEM;
    while (ret >= 0 && copies->count < areas->count) {
        DfRect place = areas->items[copies->count].outer;
        ret = copy_area(&copies->items[copies->count++], account, image, mask, place);
    }
    if (ret < 0)
        df_copies_free(copies, account, &image->format);
    return ret;
}

const DfCopy *df_copies_near(const DfCopies *copies, float x, float y)
{
    const DfCopy *near = NULL;
    float least = 0;

    for (int i = 0; i < copies->count; i++) {
        DfRect r = copies->items[i].place;
        float distance = fabsf(x - DF_CLAMP(x, (float)r.x0, (float)(r.x1 - 1))) +
                         fabsf(y - DF_CLAMP(y, (float)r.y0, (float)(r.y1 - 1)));
        if (near && !(distance < least))
            continue;
        near = &copies->items[i];
        least = distance;
    }
    return near;
}

DfTexture df_copy_texture(const DfCopy *copy, const DeepfillFormat *format, int plane)
{
    return (DfTexture){
        .data = copy->planes.data[plane],
        .stride = copy->planes.stride[plane],
        .width = df_plane_side(df_rect_width(copy->place), df_plane_sub_x(format, plane)),
        .height = df_plane_side(df_rect_height(copy->place), df_plane_sub_y(format, plane)),
        .bytes = df_sample_bytes(format),
    };
}

void df_copy_free(DfCopy *copy, DfAccount *account, const DeepfillFormat *format)
{
    df_account_free(account, copy->memory, copy_bytes(format, copy->place));
    *copy = (DfCopy){ 0 };
}

void df_copies_free(DfCopies *copies, DfAccount *account, const DeepfillFormat *format)
{
    for (int i = 0; i < copies->count; i++)
        df_copy_free(&copies->items[i], account, format);
    df_free(copies->items);
    *copies = (DfCopies){ 0 };
}
