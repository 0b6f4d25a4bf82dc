/**
 * @file
 * Overlays: cut to what they cover, counted, made into holes.
 */
#include "overlay/overlay.h"

#include <errno.h>
#include <string.h>

#include "image/mask.h"

/** Pixels around an overlay that its compression has smeared; a fill takes none of them for known. */
#define SMEAR 4

/** The smallest rectangle of the frame around pixels of some opacity; empty: there are none. */
static DfRect covered(const DfOverlayPixel *pixels, DfRect place, DfRect frame)
{
    DfRect inside = df_rect_clip(place, frame), around = { frame.x1, frame.y1, frame.x0, frame.y0 };

    for (int y = inside.y0; y < inside.y1; y++) {
        const DfOverlayPixel *row = pixels + (size_t)(y - place.y0) * df_rect_width(place) - place.x0;
        for (int x = inside.x0; x < inside.x1; x++)
            if (df_overlay_covers(&row[x]))
                around = (DfRect){ DF_MIN(around.x0, x), DF_MIN(around.y0, y), DF_MAX(around.x1, x + 1),
                                   DF_MAX(around.y1, y + 1) };
    }
    return around;
}

static void describe(DeepfillOverlay *overlay)
{
    int64_t n = df_rect_area(overlay->place), count = 0, opaque = 0;
    double sum = 0;

    for (int64_t i = 0; i < n; i++) {
        const DfOverlayPixel *pixel = &overlay->pixels[i];
        count += df_overlay_covers(pixel);
        opaque += pixel->opacity[0] >= DF_OVERLAY_OPAQUE;
        sum += df_overlay_covers(pixel) ? pixel->opacity[0] : 0;
    }
    overlay->info = (DeepfillOverlayInfo){
        .x = overlay->place.x0, .y = overlay->place.y0, .width = df_rect_width(overlay->place),
        .height = df_rect_height(overlay->place), .opacity = sum / (double)count,
        .opaque = (double)opaque / (double)count,
        .cover = (double)count / ((double)overlay->width * overlay->height),
    };
}

/** Make an overlay of the pixels in `around`, which holds all that count. @return 0 or -ENOMEM */
static int create(DeepfillOverlay **out, int frame_width, int frame_height, enum DfOverlayColours colours,
                  const DfOverlayPixel *pixels, DfRect place, DfRect around)
{
    DeepfillOverlay *overlay;

    if (!(overlay = df_alloc(sizeof *overlay)))
        return -ENOMEM;
    atomic_init(&overlay->references, 1);
    overlay->width = frame_width;
    overlay->height = frame_height;
    overlay->colours = colours;
    overlay->place = around;
    overlay->pixels = df_alloc(df_size_mul(df_rect_area(around), sizeof *overlay->pixels));
    if (!overlay->pixels) {
        deepfill_overlay_close(&overlay);
        return -ENOMEM;
    }
    for (int y = around.y0; y < around.y1; y++)
        memcpy(overlay->pixels + (size_t)(y - around.y0) * df_rect_width(around),
               pixels + (size_t)(y - place.y0) * df_rect_width(place) + (around.x0 - place.x0),
               df_rect_width(around) * sizeof *pixels);
    describe(overlay);
    *out = overlay;
    return 0;
}

int df_overlay_create(DeepfillOverlay **out, int frame_width, int frame_height, enum DfOverlayColours colours,
                      const DfOverlayPixel *pixels, DfRect place)
{
    DfRect around = covered(pixels, place, (DfRect){ 0, 0, frame_width, frame_height });
    DeepfillOverlay *overlay;
    int ret;

    if (df_rect_empty(around))
        return df_error(-EINVAL, "the overlay covers no pixel of the frame of %dx%d: it is transparent there, or lies "
                        "beside it", frame_width, frame_height);
    if ((ret = create(&overlay, frame_width, frame_height, colours, pixels, place, around)) < 0)
        return ret;
    if (overlay->info.cover == 1 && overlay->info.opaque == 1) {
        deepfill_overlay_close(&overlay);
        return df_error(-EINVAL, "the overlay is opaque all over and hides the whole frame");
    }
    *out = overlay;
    return 0;
}

int df_overlay_field(DeepfillOverlay **out, const DeepfillOverlay *overlay, int field)
{
    DfRect p = overlay->place;
    int first = p.y0 + ((p.y0 ^ field) & 1), width = df_rect_width(p), rows = (p.y1 - first + 1) / 2;
    DfRect place = { p.x0, first / 2, p.x1, first / 2 + rows }, around;
    DfOverlayPixel *pixels;
    int ret = 0;

    *out = NULL;
    if (rows < 1)
        return 0;
    if (!(pixels = df_alloc(df_size_mul(df_size_mul(width, rows), sizeof *pixels))))
        return -ENOMEM;
    for (int y = 0; y < rows; y++)
        memcpy(pixels + (size_t)y * width, df_overlay_pixel(overlay, p.x0, first + 2 * y), width * sizeof *pixels);
    around = covered(pixels, place, (DfRect){ 0, 0, overlay->width, overlay->height / 2 });
    if (!df_rect_empty(around))
        ret = create(out, overlay->width, overlay->height / 2, overlay->colours, pixels, place, around);
    df_free(pixels);
    return ret;
}

DeepfillOverlay *deepfill_overlay_ref(DeepfillOverlay *overlay)
{
    atomic_fetch_add_explicit(&overlay->references, 1, memory_order_relaxed);
    return overlay;
}

void deepfill_overlay_close(DeepfillOverlay **overlay)
{
    DeepfillOverlay *gone = overlay ? *overlay : NULL;

    if (!gone)
        return;
    *overlay = NULL;
    if (atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) > 1)
        return;
    df_free(gone->pixels);
    df_free(gone);
}

/** Of the grown hole's weights, those of the overlay's own pixels alone are the fill's share. */
static int share_own_pixels(DeepfillMask *mask, const DeepfillOverlay *overlay)
{
    DfRect e = mask->extent, p = overlay->place;

    if (!(mask->opacity = df_alloc(df_rect_area(e))))
        return -ENOMEM;
    for (int y = p.y0; y < p.y1; y++) {
        uint8_t *row = mask->opacity + (size_t)(y - e.y0) * df_rect_width(e) - e.x0;
        for (int x = p.x0; x < p.x1; x++)
            row[x] = df_overlay_covers(df_overlay_pixel(overlay, x, y)) ? DF_WEIGHT_HOLE : 0;
    }
    return 0;
}

static int own_mask(DeepfillMask **out, const DeepfillOverlay *overlay)
{
    DeepfillMaskSettings settings = { .width = overlay->width, .height = overlay->height, .threshold = 0.5f,
                                      .dilate = SMEAR };
    DfRect p = overlay->place;
    uint8_t *picture = df_alloc(df_size_mul(overlay->width, overlay->height));
    int ret;

    if (!picture)
        return -ENOMEM;
    for (int y = p.y0; y < p.y1; y++)
        for (int x = p.x0; x < p.x1; x++)
            picture[(size_t)y * overlay->width + x] = df_overlay_covers(df_overlay_pixel(overlay, x, y)) ? 255 : 0;
    ret = df_mask_create(out, &settings, picture, overlay->width, overlay->width, overlay->height);
    df_free(picture);
    if (ret >= 0 && (ret = share_own_pixels(*out, overlay)) < 0)
        deepfill_mask_close(out);
    return ret;
}

int df_overlay_mask(DeepfillMask **out, const DeepfillOverlay *overlay, DeepfillMask *mask)
{
    DeepfillMask *own;
    int ret = own_mask(&own, overlay);

    if (ret < 0 || !mask) {
        *out = ret < 0 ? *out : own;
        return ret;
    }
    ret = df_mask_unite(out, mask, own, own->parts, own->part_count);
    deepfill_mask_close(&own);
    return ret;
}
