/**
 * @file
 * Boxes of frames, copied and counted.
 */
#include "temporal/source.h"

#include <errno.h>
#include <math.h>

#include "image/crop.h"

int df_source_create(DfSource **source, const DeepfillFormat *format, int64_t frame, DeepfillMask *mask)
{
    DfSource *s = df_alloc(sizeof *s);

    if (!s)
        return -ENOMEM;
    atomic_init(&s->references, 1);
    s->frame = frame;
    s->id = -1;
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
    df_patches_free(&gone->shown);
    df_patches_free(&gone->made);
    deepfill_mask_close(&gone->mask);
    df_free(gone);
}

size_t df_source_bytes(const DfSource *source)
{
    size_t bytes = 0;

    for (int i = 0; i < source->shown.count; i++)
        bytes += df_planes_bytes(&source->format, df_rect_width(source->shown.items[i].place),
                                 df_rect_height(source->shown.items[i].place));
    return bytes;
}

DfPatch df_patch_create(const DeepfillFormat *format, DfRect place)
{
    int width = df_rect_width(place), height = df_rect_height(place);
    DfPatch patch = { .place = place, .memory = df_alloc(df_planes_bytes(format, width, height)) };

    if (patch.memory)
        df_planes_carve(&patch.planes, format, width, height, patch.memory);
    return patch;
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
static int hide_rim(const DfPatch *patch, const DeepfillFormat *format, const DeepfillMask *mask)
{
    static const int directions[][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
    uint8_t *hole = df_alloc(df_rect_area(patch->place));

    if (!hole)
        return -ENOMEM;
    for (int p = 0; p < df_plane_count(format); p++) {
        DfTexture t = df_patch_texture(patch, format, p);
        df_crop_hole(mask, patch->place, df_plane_sub_x(format, p), df_plane_sub_y(format, p), hole);
        for (int i = 0; i < 4; i++)
            continue_along(patch->planes.data[p], t.stride, t.bytes, hole, t.width, t.height,
                           directions[i][0], directions[i][1]);
    }
    df_free(hole);
    return 0;
}

/** Copy one area. */
static int copy_area(DfPatch *patch, const DeepfillImage *image, const DeepfillMask *mask, DfRect place)
{
    *patch = df_patch_create(&image->format, place);
    if (!patch->memory)
        return -ENOMEM;
    for (int p = 0; p < df_plane_count(&image->format); p++)
        df_crop_plane(image, p, place, patch->planes.data[p], patch->planes.stride[p]);
    /* Where the hole is grown, what lies at its rim is the picture still. */
    return mask && mask->part_count && mask->settings.dilate < LEANED_ON
        ? hide_rim(patch, &image->format, mask) : 0;
}

int df_patches_copy(DfPatches *patches, const DeepfillImage *image, const DeepfillMask *mask,
                    const DfAreas *areas)
{
    df_patches_free(patches);
    if (!areas->count)
        return 0;
    if (!(patches->items = df_alloc(df_size_mul(areas->count, sizeof *patches->items))))
        return -ENOMEM;
    for (; patches->count < areas->count; patches->count++) {
        int ret = copy_area(&patches->items[patches->count], image, mask, areas->items[patches->count].outer);
        if (ret < 0) {
            patches->count++;
            df_patches_free(patches);
            return ret;
        }
    }
    return 0;
}

const DfPatch *df_patches_at(const DfPatches *patches, float x, float y)
{
    for (int i = 0; i < patches->count; i++) {
        DfRect r = patches->items[i].place;
        if (x >= r.x0 && x <= r.x1 - 1 && y >= r.y0 && y <= r.y1 - 1)
            return &patches->items[i];
    }
    return NULL;
}

const DfPatch *df_patches_near(const DfPatches *patches, float x, float y)
{
    const DfPatch *near = NULL;
    float least = 0;

    for (int i = 0; i < patches->count; i++) {
        DfRect r = patches->items[i].place;
        float distance = fabsf(x - DF_CLAMP(x, (float)r.x0, (float)(r.x1 - 1))) +
                         fabsf(y - DF_CLAMP(y, (float)r.y0, (float)(r.y1 - 1)));
        if (near && !(distance < least))
            continue;
        near = &patches->items[i];
        least = distance;
    }
    return near;
}

DfTexture df_patch_texture(const DfPatch *patch, const DeepfillFormat *format, int plane)
{
    return (DfTexture){
        .data = patch->planes.data[plane],
        .stride = patch->planes.stride[plane],
        .width = df_plane_side(df_rect_width(patch->place), df_plane_sub_x(format, plane)),
        .height = df_plane_side(df_rect_height(patch->place), df_plane_sub_y(format, plane)),
        .bytes = df_sample_bytes(format),
    };
}

void df_patches_free(DfPatches *patches)
{
    for (int i = 0; i < patches->count; i++)
        df_free(patches->items[i].memory);
    df_free(patches->items);
    *patches = (DfPatches){ 0 };
}
