/**
 * @file
 * Opacity as colour. Of gray frames it is the level.
 */
#include "overlay/heat.h"

/** Blue, cyan, green, yellow and red, by layout and plane in 1/255 of the highest code, at opacities 0, 1/4 .. 1. */
static const uint8_t ramp[5][3][3] = {
    { { 60, 0, 0 }, { 41, 240, 110 }, { 30, 30, 255 } },
    { { 100, 0, 0 }, { 130, 180, 40 }, { 0, 180, 255 } },
    { { 140, 0, 0 }, { 140, 60, 40 }, { 30, 220, 30 } },
    { { 190, 0, 0 }, { 200, 20, 150 }, { 255, 230, 0 } },
    { { 255, 0, 0 }, { 85, 90, 240 }, { 255, 0, 0 } },
};

static unsigned code_of(const DeepfillFormat *format, int plane, float opacity)
{
    float at = opacity >= DF_OVERLAY_OPAQUE ? 4 : opacity * 4;
    int step = DF_MIN((int)at, 3);
    float low = ramp[step][format->layout][plane], high = ramp[step + 1][format->layout][plane];

    return (unsigned)((low + (high - low) * (at - (float)step)) / 255 * (float)((1u << format->depth) - 1));
}

void df_overlay_heat(const DeepfillImage *image, const DfOverlayPlanes *planes)
{
    for (int p = 0; p < df_plane_count(&image->format); p++) {
        const DfOverlayPlane *plane = &planes->planes[p];
        DfRect r = plane->place;
        for (int y = r.y0; y < r.y1; y++) {
            size_t at = (size_t)(y - r.y0) * df_rect_width(r);
            const float *opacity = plane->opacity + at;
            uint8_t *row = image->data[p] + y * image->stride[p];
            for (int x = r.x0; x < r.x1; x++)
                if (plane->covered[at + x - r.x0])
                    df_sample_store(row, x, df_sample_bytes(&image->format),
                                    code_of(&image->format, p, opacity[x - r.x0]));
        }
    }
}
