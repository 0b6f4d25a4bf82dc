/**
 * @file
 * The format: 28 bytes "<logo data file ver0.1>" (or 0.2) and zeros, the number of logos (4 bytes, big-endian), then of
 * each logo its name (32 bytes, 256 in 0.2), x, y, height, width, lengths of fades, first and last frame, 240 bytes
 * more in 0.2, and its pixels: opacity of luma in 1/1000, luma 0..4096, and so for blue and red difference, -2048..2048. All
 * but the number of logos are little-endian int16. Luma 0 and 4096 are black and white of limited range.
 */
#include "overlay/lgd.h"

#include <errno.h>
#include <string.h>

#include "weights/bytes.h"

#define HEADER 28
#define MOST_OPACITY 1000
#define UNIT 4096.0f

static int cut_short(const DfBytes *bytes)
{
    return df_error(-EINVAL, "the logo file is cut short after %zu bytes", df_bytes_offset(bytes));
}

/** Read the next int16. @return 0 or -EINVAL */
static int take_int16(DfBytes *bytes, int *value)
{
    uint16_t code;

    if (df_bytes_u16(bytes, &code) < 0)
        return cut_short(bytes);
    *value = (int16_t)code;
    return 0;
}

/** Read up to the pixels. @param[out] place  of the logo in the frame @return 0 or -EINVAL */
static int take_headers(DfBytes *bytes, DfRect *place)
{
    DfBytes header, skipped;
    uint64_t count;
    int x = 0, y = 0, width = 0, height = 0, version;

    if (df_bytes_take(bytes, HEADER, &header) < 0 || memcmp(header.at, "<logo data file ver0.", 21))
        return df_error(-EINVAL, "this is no logo file: '<logo data file ver0.1>' is missing at its beginning");
    version = header.at[21] - '0';
    if (version != 1 && version != 2)
        return df_error(-EINVAL, "the logo file is of a version that is not known: those known are 0.1 and 0.2");
    if (df_bytes_big(bytes, 4, &count) < 0 || df_bytes_take(bytes, version == 2 ? 256 : 32, &skipped) < 0)
        return cut_short(bytes);
    if (!count)
        return df_error(-EINVAL, "the logo file holds no logo");
    if (take_int16(bytes, &x) < 0 || take_int16(bytes, &y) < 0 || take_int16(bytes, &height) < 0 ||
        take_int16(bytes, &width) < 0)
        return -EINVAL;
    if (width < 1 || height < 1)
        return df_error(-EINVAL, "the logo file's logo is %dx%d", width, height);
    if (df_bytes_take(bytes, version == 2 ? 8 + 240 : 8, &skipped) < 0)
        return cut_short(bytes);
    *place = (DfRect){ x, y, x + width, y + height };
    return 0;
}

static int take_pixel(DfBytes *bytes, DfOverlayPixel *pixel)
{
    for (int p = 0; p < 3; p++) {
        int opacity = 0, value = 0;
        if (take_int16(bytes, &opacity) < 0 || take_int16(bytes, &value) < 0)
            return -EINVAL;
        pixel->opacity[p] = (float)DF_CLAMP(opacity, 0, MOST_OPACITY) / MOST_OPACITY;
        pixel->colour[p] = (float)value / UNIT;
    }
    return 0;
}

int df_lgd_read(DeepfillOverlay **overlay, int frame_width, int frame_height, const uint8_t *data, size_t size)
{
    DfBytes bytes = df_bytes(data, size);
    DfOverlayPixel *pixels;
    DfRect place;
    int ret;

    if ((ret = take_headers(&bytes, &place)) < 0)
        return ret;
    /* Memory is taken only for what the file holds. */
    if ((uint64_t)df_rect_area(place) * 12 > df_bytes_left(&bytes))
        return df_error(-EINVAL, "the logo file is cut short: its logo is %dx%d pixels of 12 bytes, %zu bytes are left",
                        df_rect_width(place), df_rect_height(place), df_bytes_left(&bytes));
    if (!(pixels = df_alloc(df_size_mul(df_rect_area(place), sizeof *pixels))))
        return -ENOMEM;
    for (int64_t i = 0; ret >= 0 && i < df_rect_area(place); i++)
        ret = take_pixel(&bytes, &pixels[i]);
    if (ret >= 0)
        ret = df_overlay_create(overlay, frame_width, frame_height, DF_OVERLAY_YUV, pixels, place);
    df_free(pixels);
    return ret;
}
