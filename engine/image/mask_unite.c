/**
 * @file
 * A mask with parts of another one's hole.
 */
#include "image/mask.h"

#include <errno.h>
#include <string.h>

#include "image/component.h"

/** Whether rectangles hold all parts of a mask. */
static int holds_all(const DeepfillMask *mask, const DfRect *rects, int count)
{
    for (int i = 0; i < mask->part_count; i++) {
        int k = 0;
        while (k < count && !df_rect_contains(rects[k], mask->parts[i]))
            k++;
        if (k == count)
            return 0;
    }
    return 1;
}

/** Raise a plane's values within a rectangle, both in the frame's coordinates, to those of another plane. */
static void raise_plane(uint8_t *to, DfRect to_extent, const uint8_t *from, DfRect from_extent, DfRect rect)
{
    rect = df_rect_clip(df_rect_clip(rect, from_extent), to_extent);
    for (int y = rect.y0; y < rect.y1; y++) {
        uint8_t *row = to + (size_t)(y - to_extent.y0) * df_rect_width(to_extent) - to_extent.x0;
        const uint8_t *other = from + (size_t)(y - from_extent.y0) * df_rect_width(from_extent) - from_extent.x0;
        for (int x = rect.x0; x < rect.x1; x++)
            row[x] = DF_MAX(row[x], other[x]);
    }
}

static void raise_mask(DeepfillMask *mask, const DeepfillMask *other, DfRect rect)
{
    raise_plane(mask->weight, mask->extent, other->weight, other->extent, rect);
    if (mask->opacity)
        raise_plane(mask->opacity, mask->extent, other->opacity ? other->opacity : other->weight, other->extent, rect);
}

/** Parts and measures, from the weights. */
static int describe(DeepfillMask *mask)
{
    DfRect e = mask->extent;
    size_t n = df_rect_area(e), count = 0;

    for (size_t i = 0; i < n; i++)
        count += mask->weight[i] == DF_WEIGHT_HOLE;
    mask->info.hole = (double)count / ((double)mask->settings.width * mask->settings.height);
    mask->info.first_row = e.y0;
    mask->info.end_row = e.y1;
    int parts = df_components(&mask->parts, mask->weight, df_rect_width(e), df_rect_width(e), df_rect_height(e));
    if (parts < 0)
        return parts;
    mask->part_count = parts;
    for (int i = 0; i < parts; i++) {
        DfRect *p = &mask->parts[i];
        *p = (DfRect){ p->x0 + e.x0, p->y0 + e.y0, p->x1 + e.x0, p->y1 + e.y0 };
    }
    return 0;
}

int df_mask_unite(DeepfillMask **out, DeepfillMask *mask, DeepfillMask *other, const DfRect *rects, int count)
{
    int reach = other->settings.feather, is_empty = !mask || df_rect_empty(mask->extent);
    DeepfillMask *united;

    if (mask == other || (is_empty && holds_all(other, rects, count))) {
        *out = deepfill_mask_ref(other);
        return 0;
    }
    if (!(united = df_alloc(sizeof *united)))
        return -ENOMEM;
    atomic_init(&united->references, 1);
    united->settings = is_empty ? other->settings : mask->settings;
    united->info = is_empty ? other->info : mask->info;
    united->extent = is_empty ? other->extent : df_rect_union(mask->extent, other->extent);
    united->weight = df_alloc(df_rect_area(united->extent));
    if (other->opacity || (!is_empty && mask->opacity))
        united->opacity = df_alloc(df_rect_area(united->extent));
    if (!united->weight || ((other->opacity || (!is_empty && mask->opacity)) && !united->opacity))
        goto fail;
    if (!is_empty)
        raise_mask(united, mask, mask->extent);
    for (int i = 0; i < count; i++)
        raise_mask(united, other, df_rect_grow(rects[i], reach));
    if (describe(united) < 0)
        goto fail;
    *out = united;
    return 0;
fail:
    deepfill_mask_close(&united);
    return -ENOMEM;
}
