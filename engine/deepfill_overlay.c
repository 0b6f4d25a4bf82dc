/**
 * @file
 * The public functions of overlays: each checks what it was given, calls one room, and returns.
 */
#include "deepfill.h"

#include <errno.h>
#include <string.h>

#include "base.h"
#include "overlay/lgd.h"
#include "overlay/overlay.h"
#include "sized.h"

static int check_frame_size(int width, int height)
{
    return df_check_range("frame width", width, 1, 32768) || df_check_range("frame height", height, 1, 32768) ?
           -EINVAL : 0;
}

/** One row of samples as pixels. */
static void take_row(DfOverlayPixel *pixels, const uint16_t *rgba, int width)
{
    for (int x = 0; x < width; x++)
        for (int p = 0; p < 3; p++) {
            pixels[x].opacity[p] = (float)rgba[4 * x + 3] / 65535;
            pixels[x].colour[p] = (float)rgba[4 * x + p] / 65535;
        }
}

int deepfill_overlay_create(DeepfillOverlay **overlay, int frame_width, int frame_height, int x, int y,
                            const uint16_t *rgba, ptrdiff_t stride, int width, int height)
{
    DfOverlayPixel *pixels;
    int ret;

    df_error_clear();
    if (!overlay || !rgba)
        return df_error(-EINVAL, "an overlay needs a picture");
    if (check_frame_size(frame_width, frame_height) < 0 || df_check_range("overlay width", width, 1, 32768) ||
        df_check_range("overlay height", height, 1, 32768) || df_check_range("overlay x", x, -32768, 32768) ||
        df_check_range("overlay y", y, -32768, 32768))
        return -EINVAL;
    if (!(pixels = df_alloc(df_size_mul(df_size_mul(width, height), sizeof *pixels))))
        return -ENOMEM;
    for (int row = 0; row < height; row++)
        take_row(pixels + (size_t)row * width, (const uint16_t *)((const uint8_t *)rgba + row * stride), width);
    ret = df_overlay_create(overlay, frame_width, frame_height, DF_OVERLAY_RGB, pixels,
                            (DfRect){ x, y, x + width, y + height });
    df_free(pixels);
    return ret;
}

int deepfill_overlay_read(DeepfillOverlay **overlay, int frame_width, int frame_height, const uint8_t *data,
                          size_t size)
{
    df_error_clear();
    if (!overlay || (!data && size))
        return df_error(-EINVAL, "an overlay needs a file");
    if (check_frame_size(frame_width, frame_height) < 0)
        return -EINVAL;
    return df_lgd_read(overlay, frame_width, frame_height, data, size);
}

int deepfill_overlay_field(DeepfillOverlay **field_overlay, const DeepfillOverlay *overlay, int field)
{
    df_error_clear();
    if (!field_overlay || !overlay)
        return df_error(-EINVAL, "a field's overlay needs one of whole frames");
    if (df_check_range("field", field, 0, 1) < 0)
        return -EINVAL;
    return df_overlay_field(field_overlay, overlay, field);
}

void deepfill_overlay_info_sized(const DeepfillOverlay *overlay, DeepfillOverlayInfo *info, size_t size)
{
    df_sized_give(info, size, &overlay->info, sizeof overlay->info);
}
