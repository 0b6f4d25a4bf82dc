/**
 * @file
 * Means of squares of luma.
 */
#include "overlay/caption_shrink.h"

static unsigned sum_row(const uint8_t *row, int x, int count, int depth)
{
    unsigned sum = 0;

    for (int i = x; i < x + count; i++)
        sum += depth > 8 ? ((const uint16_t *)row)[i] : row[i];
    return sum;
}

/** @return the sum over a square of a plane, in levels of the image's depth; scale is at most 91 */
static uint64_t sum_square(const DeepfillImage *image, int plane, int x, int y, int scale)
{
    uint64_t sum = 0;

    for (int i = 0; i < scale; i++)
        sum += sum_row(image->data[plane] + (y + i) * image->stride[plane], x, scale, image->format.depth);
    return sum;
}

/** From 16..235 to 0..255. */
static int stretch(int level)
{
    return DF_CLAMP(((level - 16) * 255 + 109) / 219, 0, 255);
}

void df_caption_shrink(uint8_t *luma, const DeepfillImage *image, DfRect box, int scale)
{
    int width = df_rect_width(box) / scale, height = df_rect_height(box) / scale;
    int is_rgb = image->format.layout == DEEPFILL_RGB;
    int is_full = is_rgb || image->format.full_range;
    uint64_t share = (uint64_t)scale * scale * (is_rgb ? 4 : 1) << (image->format.depth - 8);

    for (int v = 0; v < height; v++)
        for (int u = 0; u < width; u++) {
            int x = box.x0 + u * scale, y = box.y0 + v * scale;
            uint64_t sum = sum_square(image, 0, x, y, scale);
            if (is_rgb)
                sum += 2 * sum_square(image, 1, x, y, scale) + sum_square(image, 2, x, y, scale);
            int level = (int)DF_MIN((sum + share / 2) / share, 255);
            luma[(size_t)v * width + u] = (uint8_t)(is_full ? level : stretch(level));
        }
}
