/**
 * @file
 * Boxes of frames, copied and counted.
 */
#include "video/source.h"

#include <errno.h>

#include "video/crop.h"

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

int df_patches_copy(DfPatches *patches, const DeepfillImage *image, const DfAreas *areas)
{
    df_patches_free(patches);
    if (!areas->count)
        return 0;
    if (!(patches->items = df_alloc(df_size_mul(areas->count, sizeof *patches->items))))
        return -ENOMEM;
    for (; patches->count < areas->count; patches->count++) {
        DfPatch patch = df_patch_create(&image->format, areas->items[patches->count].outer);
        if (!patch.memory) {
            df_patches_free(patches);
            return -ENOMEM;
        }
        for (int p = 0; p < df_plane_count(&image->format); p++)
            df_crop_plane(image, p, patch.place, patch.planes.data[p], patch.planes.stride[p]);
        patches->items[patches->count] = patch;
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
