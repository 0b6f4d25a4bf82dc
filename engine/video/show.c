/**
 * @file
 * Pictures for the eye that checks a mask: the hole tinted, the boxes outlined. No network runs.
 */
#include "video/mask.h"
#include "video/paste.h"

/** Width of an outline, in luma samples; even, so that subsampled chroma shows it too. */
#define OUTLINE 2

/** A colour's parts in 1/255 of the highest code, by layout and plane; roughly red and yellow will do. */
static const uint8_t tint_of[3][3] = { { 255, 0, 0 }, { 110, 90, 240 }, { 255, 32, 32 } };
static const uint8_t line_of[3][3] = { { 255, 0, 0 }, { 200, 20, 150 }, { 255, 230, 0 } };

static unsigned code_of(const DeepfillFormat *format, const uint8_t colours[3][3], int plane)
{
    return colours[format->layout][plane] * ((1u << format->depth) - 1) / 255;
}

/** Blend half of the tint into a plane where the mask has weight. */
static void tint_plane(const DeepfillImage *image, int plane, const DeepfillMask *mask, uint8_t *weight)
{
    const DeepfillFormat *format = &image->format;
    int sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);
    int bytes = df_sample_bytes(format);
    int x0 = mask->extent.x0 >> sx, x1 = df_plane_side(mask->extent.x1, sx);
    uint32_t tint = code_of(format, tint_of, plane);

    for (int y = mask->extent.y0 >> sy; y < df_plane_side(mask->extent.y1, sy); y++) {
        uint8_t *row = image->data[plane] + y * image->stride[plane];
        df_mask_weights(mask, y, x0, x1, sx, sy, weight);
        for (int x = x0; x < x1; x++) {
            uint32_t w = weight[x - x0], in = df_sample_load(row, x, bytes);
            if (w)
                df_sample_store(row, x, bytes,
                                (in * (2 * DF_WEIGHT_HOLE - w) + tint * w) / (2 * DF_WEIGHT_HOLE));
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
        tint_plane(image, p, mask, row->weight);
        for (int i = 0; regions && i < regions->box_count; i++)
            outline(image, p, regions->boxes[i].place);
    }
}
