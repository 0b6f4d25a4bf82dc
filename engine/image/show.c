/**
 * @file
 * Pictures for the eye that checks a mask or a fill: the hole tinted, the boxes outlined.
 */
#include "image/mask.h"
#include "image/paste.h"

/** Width of an outline, in luma samples; even, so that subsampled chroma shows it too. */
#define OUTLINE 2

/** A colour's parts in 1/255 of the highest code, by layout and plane; roughly yellow will do. */
static const uint8_t line_of[3][3] = { { 255, 0, 0 }, { 200, 20, 150 }, { 255, 230, 0 } };

/** In the same way roughly green, blue, yellow, red and violet; five greys where there is no colour. */
static const uint8_t tints[][3][3] = {
    [DF_ORIGIN_PAST] = { { 90, 0, 0 }, { 150, 60, 40 }, { 30, 220, 30 } },
    [DF_ORIGIN_FUTURE] = { { 20, 0, 0 }, { 90, 230, 100 }, { 50, 80, 255 } },
    [DF_ORIGIN_MADE] = { { 170, 0, 0 }, { 200, 20, 150 }, { 255, 230, 0 } },
    [DF_ORIGIN_NETWORK] = { { 255, 0, 0 }, { 110, 90, 240 }, { 255, 32, 32 } },
    [DF_ORIGIN_RESTORED] = { { 210, 0, 0 }, { 120, 190, 180 }, { 190, 80, 240 } },
};

static unsigned code_of(const DeepfillFormat *format, const uint8_t colours[3][3], int plane)
{
    return colours[format->layout][plane] * ((1u << format->depth) - 1) / 255;
}

/** The greatest origin of the luma samples that a plane's sample covers, `least` without any. */
static enum DfOrigin origin_at(const DfOrigins *origins, enum DfOrigin least, int x, int y, int sub_x, int sub_y)
{
    DfRect covered = { x << sub_x, y << sub_y, (x + 1) << sub_x, (y + 1) << sub_y };
    enum DfOrigin origin = least;

    if (!origins)
        return least;
    covered = df_rect_clip(covered, origins->place);
    for (int j = covered.y0; j < covered.y1; j++) {
        const uint8_t *row = origins->data + (j - origins->place.y0) * origins->stride;
        for (int i = covered.x0; i < covered.x1; i++)
            origin = DF_MAX(origin, row[i - origins->place.x0]);
    }
    return origin;
}

/** Blend half of a tint into a sample of this weight. */
static void blend(uint8_t *row, int x, int bytes, uint32_t tint, uint32_t weight)
{
    uint32_t in = df_sample_load(row, x, bytes);

    df_sample_store(row, x, bytes,
                    (in * (2 * DF_WEIGHT_HOLE - weight) + tint * weight) / (2 * DF_WEIGHT_HOLE));
}

/** Tint a plane where the mask has weight and pixels have an origin, `least` where they have none of `origins`. */
static void tint_plane(const DeepfillImage *image, int plane, const DeepfillMask *mask,
                       const DfOrigins *origins, enum DfOrigin least, uint8_t *weight)
{
    const DeepfillFormat *format = &image->format;
    int sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);
    int bytes = df_sample_bytes(format);
    int x0 = mask->extent.x0 >> sx, x1 = df_plane_side(mask->extent.x1, sx);

    for (int y = mask->extent.y0 >> sy; y < df_plane_side(mask->extent.y1, sy); y++) {
        uint8_t *row = image->data[plane] + y * image->stride[plane];
        df_mask_opacities(mask, y, x0, x1, sx, sy, weight);
        for (int x = x0; x < x1; x++) {
            enum DfOrigin origin = weight[x - x0] ? origin_at(origins, least, x, y, sx, sy) : DF_ORIGIN_NONE;
            if (origin != DF_ORIGIN_NONE)
                blend(row, x, bytes, code_of(format, tints[origin], plane), weight[x - x0]);
        }
    }
}

static void paint(const DeepfillImage *image, int plane, DfRect rect)
{
    const DeepfillFormat *format = &image->format;
    int sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);
    int bytes = df_sample_bytes(format);
    unsigned code = code_of(format, line_of, plane);
    DfRect r = df_rect_clip(rect, (DfRect){ 0, 0, format->width, format->height });

    for (int y = r.y0 >> sy; y < df_plane_side(r.y1, sy); y++)
        for (int x = r.x0 >> sx; x < df_plane_side(r.x1, sx); x++)
            df_sample_store(image->data[plane] + y * image->stride[plane], x, bytes, code);
}

/** Sides of the part of the box that lies in the frame: one that ends beyond it is still seen whole. */
static void outline(const DeepfillImage *image, int plane, DfRect box)
{
    DfRect b = df_rect_clip(box, (DfRect){ 0, 0, image->format.width, image->format.height });

    paint(image, plane, (DfRect){ b.x0, b.y0, b.x1, b.y0 + OUTLINE });
    paint(image, plane, (DfRect){ b.x0, b.y1 - OUTLINE, b.x1, b.y1 });
    paint(image, plane, (DfRect){ b.x0, b.y0, b.x0 + OUTLINE, b.y1 });
    paint(image, plane, (DfRect){ b.x1 - OUTLINE, b.y0, b.x1, b.y1 });
}

void df_paste_tint(const DeepfillImage *image, const DeepfillMask *mask, const DfRegions *regions,
                   DfPasteRow *row)
{
    for (int p = 0; p < df_plane_count(&image->format); p++) {
        tint_plane(image, p, mask, NULL, DF_ORIGIN_NETWORK, row->weight);
        for (int i = 0; regions && i < regions->box_count; i++)
            outline(image, p, regions->boxes[i].place);
    }
}

void df_paste_origins(const DeepfillImage *image, const DeepfillMask *mask, const DfOrigins *origins,
                      DfPasteRow *row)
{
    for (int p = 0; p < df_plane_count(&image->format); p++)
        tint_plane(image, p, mask, origins, DF_ORIGIN_NONE, row->weight);
}

void df_paste_sources(const DeepfillImage *image, const DeepfillMask *mask, const DfOrigins *own, DfPasteRow *row)
{
    for (int p = 0; p < df_plane_count(&image->format); p++)
        tint_plane(image, p, mask, own, DF_ORIGIN_NETWORK, row->weight);
}
