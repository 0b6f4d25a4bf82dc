/**
 * @file
 * Means and distances in a patch.
 */
#include "overlay/caption_patch.h"

#include <math.h>

#include "plane/distance.h"

void df_caption_distance(uint8_t *distance, const uint8_t *mask, int width, int height, int most, int16_t *offsets,
                         int *sites)
{
    for (int y = 0; y < height; y++)
        df_distance_down(mask + (size_t)y * width, y ? offsets + (size_t)(y - 1) * width : NULL,
                         offsets + (size_t)y * width, width);
    for (int y = height - 2; y >= 0; y--)
        df_distance_up(offsets + (size_t)(y + 1) * width, offsets + (size_t)y * width, width);
    for (int y = 0; y < height; y++) {
        const int16_t *row = offsets + (size_t)y * width;
        df_distance_row(row, width, most, sites, sites + width);
        for (int x = 0; x < width; x++) {
            int dx = x - sites[x], dy = sites[x] < 0 ? 0 : row[sites[x]];
            int away = sites[x] < 0 ? most + 1 : (int)ceilf(sqrtf((float)(dx * dx + dy * dy)));
            distance[(size_t)y * width + x] = (uint8_t)DF_MIN(away, most + 1);
        }
    }
}

void df_caption_mean(float *mean, const DfCaptionBands *bands, const DfCaptionPatch *patch, int64_t from, int64_t to)
{
    size_t count = (size_t)patch->width * patch->height;
    float share = 1.0f / (float)(to - from + 1);

    for (size_t i = 0; i < count; i++)
        mean[i] = 0;
    for (int64_t n = from; n <= to; n++) {
        const uint8_t *band = df_caption_band(bands, n, patch->box);
        for (int y = 0; y < patch->height; y++)
            for (int x = 0; x < patch->width; x++)
                mean[(size_t)y * patch->width + x] += band[(size_t)y * bands->width + x];
    }
    for (size_t i = 0; i < count; i++)
        mean[i] *= share;
}
