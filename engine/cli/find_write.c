/**
 * @file
 * What was found, as pictures: mask and overlay of the frame's size.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base.h"
#include "cli/find.h"
#include "cli/find_sheet.h"
#include "overlay/planes.h"

char *df_find_name(const DfFindWish *wish, const char *kind)
{
    return df_text("%s.%s.png", wish->prefix, kind);
}

void df_find_rgb(const DeepfillFormat *format, const float levels[3], float rgb[3])
{
    DfOverlayPixel pixel = { .opacity = { 0 } };
    enum DfOverlayColours colours = df_overlay_colour(format, levels, pixel.colour);

    pixel = df_overlay_pixel_as(&pixel, colours, DF_OVERLAY_RGB, format);
    for (int p = 0; p < 3; p++)
        rgb[p] = DF_CLAMP(pixel.colour[p], 0, 1);
}

static int write_still(const DfStill *still, const DfFindWish *wish, const char *kind)
{
    char *name = df_find_name(wish, kind);
    int ret = name ? df_picture_write(still, name, &(DfWriting){ 0 }) : -ENOMEM;
    df_free(name);
    return ret;
}

/** White: every pixel of an overlay. */
static void draw_mask(DfStill *mask, const DfFinding *finding)
{
    const DfOverlayEstimate *overlay = &finding->overlay;
    int width = df_rect_width(overlay->area);
    for (int y = 0; y < df_rect_height(overlay->area); y++)
        for (int x = 0; x < width; x++)
            if (overlay->mask[(size_t)y * width + x])
                mask->planes[0][(size_t)(y + overlay->area.y0) * mask->width + x + overlay->area.x0] = 255;
}

/** Colour and opacity in 16 bits. */
static void draw_overlay(DfStill *still, const DeepfillFormat *format, const DfFinding *finding)
{
    const DfOverlayEstimate *overlay = &finding->overlay;
    int width = df_rect_width(overlay->area);
    for (int y = 0; y < df_rect_height(overlay->area); y++)
        for (int x = 0; x < width; x++) {
            size_t at = (size_t)y * width + x;
            if (!overlay->mask[at])
                continue;
            size_t to = (size_t)(y + overlay->area.y0) * still->width + x + overlay->area.x0;
            const float *colour = overlay->colours.colours[overlay->pixels.which[at]];
            float rgb[3];
            df_find_rgb(format, (float[3]){ overlay->pixels.luma[at], colour[1], colour[2] }, rgb);
            for (int p = 0; p < 3; p++)
                ((uint16_t *)still->planes[p])[to] = (uint16_t)lrintf(65535 * rgb[p]);
            ((uint16_t *)still->planes[3])[to] = (uint16_t)lrintf(65535 * overlay->pixels.opacity[at]);
        }
}

int df_find_write(const DfFindings *findings, const DfFindWish *wish)
{
    DfStill mask = { .width = findings->info.width, .height = findings->info.height, .depth = 8, .colours = 1 };
    DfStill overlay = { .width = mask.width, .height = mask.height, .depth = 16, .colours = 3, .alpha = 1 };
    int translucent = 0, ret = df_picture_alloc(&mask);
    if (!ret)
        ret = df_picture_alloc(&overlay);
    for (int i = 0; i < findings->count && !ret; i++) {
        draw_mask(&mask, &findings->findings[i]);
        draw_overlay(&overlay, &findings->format, &findings->findings[i]);
        translucent |= !df_find_opaque(&findings->findings[i]);
    }
    if (!ret)
        ret = write_still(&mask, wish, "mask");
    if (!ret && translucent)
        ret = write_still(&overlay, wish, "overlay");
    if (!ret)
        ret = df_find_sheet(findings, wish, &mask, &overlay);
    df_picture_free(&mask);
    df_picture_free(&overlay);
    return ret;
}
