/**
 * @file
 * An overlay's colours as codes of a frame's planes.
 */
#include "overlay/planes.h"

#include <errno.h>

#include "image/color.h"

/** Shares of red and blue in luma, as ITU-T H.273 has them. */
typedef struct Weights {
    float red, blue;
} Weights;

static Weights weights_of(int matrix)
{
    switch (matrix) {
    case DEEPFILL_MATRIX_BT709:
        return (Weights){ 0.2126f, 0.0722f };
    case DEEPFILL_MATRIX_FCC:
        return (Weights){ 0.30f, 0.11f };
    case DEEPFILL_MATRIX_SMPTE240M:
        return (Weights){ 0.212f, 0.087f };
    case DEEPFILL_MATRIX_BT2020_NCL:
        return (Weights){ 0.2627f, 0.0593f };
    default:
        return (Weights){ 0.299f, 0.114f };
    }
}

/** Luma 0..1 and differences -0.5..0.5 of red, green and blue. */
static void to_yuv(int matrix, const float rgb[3], float yuv[3])
{
    Weights w = weights_of(matrix);

    if (matrix == DEEPFILL_MATRIX_YCGCO) {
        yuv[0] = 0.25f * rgb[0] + 0.5f * rgb[1] + 0.25f * rgb[2];
        yuv[1] = -0.25f * rgb[0] + 0.5f * rgb[1] - 0.25f * rgb[2];
        yuv[2] = 0.5f * rgb[0] - 0.5f * rgb[2];
        return;
    }
    yuv[0] = w.red * rgb[0] + (1 - w.red - w.blue) * rgb[1] + w.blue * rgb[2];
    yuv[1] = (rgb[2] - yuv[0]) / (2 * (1 - w.blue));
    yuv[2] = (rgb[0] - yuv[0]) / (2 * (1 - w.red));
}

static void to_rgb(int matrix, const float yuv[3], float rgb[3])
{
    Weights w = weights_of(matrix);

    if (matrix == DEEPFILL_MATRIX_YCGCO) {
        rgb[0] = yuv[0] - yuv[1] + yuv[2];
        rgb[1] = yuv[0] + yuv[1];
        rgb[2] = yuv[0] - yuv[1] - yuv[2];
        return;
    }
    rgb[0] = yuv[0] + 2 * (1 - w.red) * yuv[2];
    rgb[2] = yuv[0] + 2 * (1 - w.blue) * yuv[1];
    rgb[1] = (yuv[0] - w.red * rgb[0] - w.blue * rgb[2]) / (1 - w.red - w.blue);
}

DfOverlayPixel df_overlay_pixel_as(const DfOverlayPixel *pixel, enum DfOverlayColours from, enum DfOverlayColours to,
                                   const DeepfillFormat *format)
{
    int matrix = df_color_resolve(*format).matrix;
    DfOverlayPixel other = *pixel;

    if (from == DF_OVERLAY_RGB && to == DF_OVERLAY_YUV)
        to_yuv(matrix, pixel->colour, other.colour);
    if (from == DF_OVERLAY_YUV && to == DF_OVERLAY_RGB)
        to_rgb(matrix, pixel->colour, other.colour);
    return other;
}

enum DfOverlayColours df_overlay_colour(const DeepfillFormat *format, const float levels[3], float colour[3])
{
    if (format->layout == DEEPFILL_RGB) {
        /* As overlay/levels.h makes them of RGB. */
        colour[0] = (levels[0] + 2 * (levels[2] - 128)) / 255;
        colour[2] = (levels[0] + 2 * (levels[1] - 128)) / 255;
        colour[1] = (levels[0] / 255 - 0.2126f * colour[0] - 0.0722f * colour[2]) / 0.7152f;
        return DF_OVERLAY_RGB;
    }
    for (int p = 0; p < 3; p++)
        colour[p] = format->full_range ? (levels[p] - (p ? 128 : 0)) / 255 :
                    p ? (levels[p] - 128) / 224 : (levels[p] - 16) / 219;
    return DF_OVERLAY_YUV;
}

/** A pixel's colour in the frame's planes, in levels of 8 bits. */
static void codes_of(const DeepfillFormat *format, enum DfOverlayColours colours, const DfOverlayPixel *pixel,
                     float codes[3])
{
    int is_rgb = format->layout == DEEPFILL_RGB;
    float most = (float)((1 << format->depth) - 1) / (float)(1 << (format->depth - 8));
    DfOverlayPixel own = df_overlay_pixel_as(pixel, colours, is_rgb ? DF_OVERLAY_RGB : DF_OVERLAY_YUV, format);

    for (int p = 0; p < 3; p++) {
        float zero = is_rgb ? 0 : p ? 128 : format->full_range ? 0 : 16;
        float range = is_rgb || format->full_range ? most : p ? 224 : 219;
        codes[p] = zero + range * own.colour[p];
    }
}

/** Add a pixel to the sample that covers it, which shares its light among `count` of them. */
static void add_pixel(DfOverlayPlane *plane, size_t at, float opacity, float code, int count)
{
    plane->opacity[at] += opacity / (float)count;
    plane->light[at] += opacity * code / (float)count;
    plane->covered[at] = 1;
}

/** Luma samples of the frame that a plane's sample covers: fewer at its right and lower edge. */
static int count_covered(const DeepfillFormat *format, int plane, int x, int y)
{
    int sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);
    int x0 = x >> sx << sx, y0 = y >> sy << sy;

    return (DF_MIN(x0 + (1 << sx), format->width) - x0) * (DF_MIN(y0 + (1 << sy), format->height) - y0);
}

static void add_pixels(DfOverlayPlanes *planes, const DeepfillOverlay *overlay)
{
    const DeepfillFormat *format = &planes->format;
    DfRect r = overlay->place;

    for (int y = r.y0; y < r.y1; y++) {
        for (int x = r.x0; x < r.x1; x++) {
            const DfOverlayPixel *pixel = df_overlay_pixel(overlay, x, y);
            float codes[3];
            if (!df_overlay_covers(pixel))
                continue;
            codes_of(format, overlay->colours, pixel, codes);
            for (int p = 0; p < df_plane_count(format); p++) {
                DfOverlayPlane *plane = &planes->planes[p];
                int px = (x >> df_plane_sub_x(format, p)) - plane->place.x0;
                int py = (y >> df_plane_sub_y(format, p)) - plane->place.y0;
                float opacity = pixel->opacity[format->layout == DEEPFILL_RGB ? 0 : p];
                add_pixel(plane, (size_t)py * df_rect_width(plane->place) + px, opacity, codes[p],
                          count_covered(format, p, x, y));
            }
        }
    }
}

int df_overlay_planes_create(DfOverlayPlanes **out, const DeepfillOverlay *overlay, const DeepfillFormat *format)
{
    DfOverlayPlanes *planes = df_alloc(sizeof *planes);
    DfRect r = overlay->place;

    if (!planes)
        return -ENOMEM;
    atomic_init(&planes->users, 1);
    planes->format = df_color_resolve(*format);
    for (int p = 0; p < df_plane_count(format); p++) {
        int sx = df_plane_sub_x(format, p), sy = df_plane_sub_y(format, p);
        DfOverlayPlane *plane = &planes->planes[p];
        plane->place = (DfRect){ r.x0 >> sx, r.y0 >> sy, df_plane_side(r.x1, sx), df_plane_side(r.y1, sy) };
        plane->opacity = df_alloc(df_size_mul(df_rect_area(plane->place), 2 * sizeof *plane->opacity + 1));
        if (!plane->opacity) {
            df_overlay_planes_close(&planes);
            return -ENOMEM;
        }
        plane->light = plane->opacity + df_rect_area(plane->place);
        plane->covered = (uint8_t *)(plane->light + df_rect_area(plane->place));
    }
    add_pixels(planes, overlay);
    *out = planes;
    return 0;
}

DfOverlayPlanes *df_overlay_planes_ref(DfOverlayPlanes *planes)
{
    atomic_fetch_add_explicit(&planes->users, 1, memory_order_relaxed);
    return planes;
}

void df_overlay_planes_close(DfOverlayPlanes **planes)
{
    DfOverlayPlanes *gone = planes ? *planes : NULL;

    if (!gone)
        return;
    *planes = NULL;
    if (atomic_fetch_sub_explicit(&gone->users, 1, memory_order_acq_rel) > 1)
        return;
    for (int p = 0; p < 3; p++)
        df_free(gone->planes[p].opacity);
    df_free(gone);
}
