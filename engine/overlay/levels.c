/**
 * @file
 * A frame's planes in a smaller size.
 */
#include "overlay/levels.h"

#include <string.h>

#include "image/planes.h"

/** Add a row's samples, `factor` for each of the sums; `bytes` is known where this is inlined. */
static inline void add_row(unsigned *sums, const uint8_t *row, int count, int factor, int sub_x, int bytes)
{
    for (int x = 0; x < count; x++) {
        unsigned sum = 0;
        for (int i = 0; i < factor; i++)
            sum += df_sample_load(row, (x * factor + i) >> sub_x, bytes);
        sums[x] += sum;
    }
}

/** One plane, averaged; where it is subsampled, its samples are repeated first. `sums` has room for a row. */
static void average(const DeepfillImage *image, int plane, int factor, float *to, unsigned *sums)
{
    const DeepfillFormat *format = &image->format;
    int width = format->width / factor, height = format->height / factor;
    int sub_x = df_plane_sub_x(format, plane), sub_y = df_plane_sub_y(format, plane);
    float scale = 1.f / (factor * factor) / (1 << (format->depth - 8));
    for (int y = 0; y < height; y++) {
        memset(sums, 0, width * sizeof *sums);
        for (int j = 0; j < factor; j++) {
            const uint8_t *row = image->data[plane] + ((y * factor + j) >> sub_y) * image->stride[plane];
            if (format->depth > 8)
                add_row(sums, row, width, factor, sub_x, 2);
            else
                add_row(sums, row, width, factor, sub_x, 1);
        }
        for (int x = 0; x < width; x++)
            to[(size_t)y * width + x] = scale * sums[x];
    }
}

void df_levels(const DeepfillImage *image, int factor, float *const planes[3])
{
    const DeepfillFormat *format = &image->format;
    size_t count = (size_t)(format->width / factor) * (format->height / factor);
    unsigned sums[DF_LEVELS_MOST];
    for (int p = 0; p < df_levels_planes(format); p++)
        average(image, p, factor, planes[p], sums);
    if (format->layout != DEEPFILL_RGB)
        return;
    for (size_t i = 0; i < count; i++) {
        float red = planes[0][i], green = planes[1][i], blue = planes[2][i];
        float luma = .2126f * red + .7152f * green + .0722f * blue;
        planes[0][i] = luma;
        planes[1][i] = 128 + .5f * (blue - luma);
        planes[2][i] = 128 + .5f * (red - luma);
    }
}
