/**
 * @file
 * Crops of frames.
 */
#include "overlay/samples.h"

#include <errno.h>
#include <string.h>

#include "image/planes.h"
#include "overlay/levels.h"
#include "plane/membrane.h"
#include "plane/widen.h"

#define LEAST_SAMPLES 8

static size_t floats(const DfSamples *samples)
{
    size_t luma = (size_t)samples->width * samples->height;
    return samples->planes == 3 ? luma + luma / 2 : luma;
}

int df_samples_open(DfSamples *samples, const DeepfillFormat *format, DfRect rect, int most, size_t bytes)
{
    /* The corner lies on the chroma grid: 4 pixels in 4:1:1 and 4:1:0. */
    int grid_x = DF_MAX(1 << format->sub_x, 2), grid_y = DF_MAX(1 << format->sub_y, 2);
    DfRect even = { rect.x0 & -grid_x, rect.y0 & -grid_y, (rect.x1 + 1) & ~1, (rect.y1 + 1) & ~1 };
    even = df_rect_clip(even, (DfRect){ 0, 0, format->width & ~1, format->height & ~1 });
    *samples = (DfSamples){ .rect = even, .width = df_rect_width(even), .height = df_rect_height(even),
                            .planes = df_levels_planes(format) };
    size_t fit = bytes / (floats(samples) * sizeof(float));
    samples->most = DF_MIN((size_t)most, DF_MAX(fit, LEAST_SAMPLES));
    samples->samples = df_alloc(samples->most * sizeof *samples->samples);
    return samples->samples ? 0 : -ENOMEM;
}

void df_samples_free(DfSamples *samples)
{
    for (int i = 0; i < samples->count; i++)
        df_free(samples->samples[i].planes[0]);
    df_free(samples->samples);
    *samples = (DfSamples){ 0 };
}

/** The frame's planes within the rectangle. */
static DeepfillImage crop(const DeepfillImage *image, DfRect rect)
{
    DeepfillImage part = *image;
    int bytes = df_sample_bytes(&image->format);
    for (int p = 0; p < df_plane_count(&image->format); p++)
        part.data[p] += (rect.y0 >> df_plane_sub_y(&image->format, p)) * image->stride[p] +
                        (rect.x0 >> df_plane_sub_x(&image->format, p)) * bytes;
    part.format.width = df_rect_width(rect);
    part.format.height = df_rect_height(rect);
    return part;
}

/** Means of four samples. */
static void halve(float *half, const float *plane, int width, int height)
{
    for (int y = 0; y < height / 2; y++)
        for (int x = 0; x < width / 2; x++) {
            const float *at = plane + 2 * ((size_t)y * width + x);
            half[(size_t)y * (width / 2) + x] = .25f * (at[0] + at[1] + at[width] + at[width + 1]);
        }
}

int df_samples_add(DfSamples *samples, const DeepfillImage *image, double time, int background)
{
    size_t luma = (size_t)samples->width * samples->height;
    DeepfillImage part = crop(image, samples->rect);
    DfSample *sample = &samples->samples[samples->count];
    float *memory = df_alloc(floats(samples) * sizeof(float));
    float *chroma = df_alloc(2 * luma * sizeof(float));
    if (!memory || !chroma) {
        df_free(memory);
        df_free(chroma);
        return -ENOMEM;
    }
    *sample = (DfSample){ { memory, memory + luma, memory + luma + luma / 4 }, time, background, 1, 1 };
    df_levels(&part, 1, (float *[3]){ memory, chroma, chroma + luma });
    for (int p = 1; p < samples->planes; p++)
        halve(sample->planes[p], chroma + (p - 1) * luma, samples->width, samples->height);
    df_free(chroma);
    samples->count++;
    return 0;
}

void df_mask_halve(uint8_t *half, const uint8_t *mask, int width, int height)
{
    for (int y = 0; y < height / 2; y++)
        for (int x = 0; x < width / 2; x++) {
            const uint8_t *at = mask + 2 * ((size_t)y * width + x);
            half[(size_t)y * (width / 2) + x] = at[0] || at[1] || at[width] || at[width + 1] ? 255 : 0;
        }
}

int df_samples_continue(const DfSamples *samples, int number, const uint8_t *hole, DfPlane out[3], DfArena *arena)
{
    uint8_t *half = df_arena_take(arena, (size_t)samples->width * samples->height / 4);
    if (!half)
        return -ENOMEM;
    df_mask_halve(half, hole, samples->width, samples->height);
    for (int p = 0; p < samples->planes; p++) {
        int width = df_samples_side(samples->width, p), height = df_samples_side(samples->height, p);
        out[p] = df_plane_take(arena, width, height);
        if (!out[p].data)
            return -ENOMEM;
        for (int y = 0; y < height; y++)
            memcpy(df_plane_row(out[p], y), samples->samples[number].planes[p] + (size_t)y * width,
                   width * sizeof(float));
        if (df_membrane(&out[p], 1, p ? half : hole, arena) < 0)
            return -ENOMEM;
    }
    return 0;
}

/** A sample's mean luma over all pixels: fades and changes of light are none of the background. */
static double mean_luma(const DfSamples *samples, int number)
{
    size_t count = (size_t)samples->width * samples->height;
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += (double)samples->samples[number].planes[0][i];
    return sum / (double)DF_MAX(count, 1);
}

/** The variance of a pixel's luma over the samples, less their means. */
static double variance_at(const DfSamples *samples, const double *means, size_t at)
{
    double sum = 0, squares = 0, count = DF_MAX(samples->count, 1);

    for (int i = 0; i < samples->count; i++) {
        double value = (double)samples->samples[i].planes[0][at] - means[i];
        sum += value;
        squares += value * value;
    }
    return squares / count - sum / count * (sum / count);
}

int df_samples_change(const DfSamples *samples, const uint8_t *hole, float level, float *change)
{
    size_t count = (size_t)samples->width * samples->height, changed = 0, all = 0;
    double *means = df_alloc(df_size_mul(DF_MAX(samples->count, 1), sizeof *means));
    uint8_t *beside = df_alloc(count);
    int ret = means && beside ? 0 : -ENOMEM;

    if (!ret) {
        memcpy(beside, hole, count);
        ret = df_widen(beside, samples->width, samples->height, DF_SAMPLES_BESIDE);
    }
    for (int i = 0; i < samples->count && !ret; i++)
        means[i] = mean_luma(samples, i);
    for (size_t i = 0; i < count && !ret; i++) {
        changed += !beside[i] && variance_at(samples, means, i) > (double)(level * level);
        all += !beside[i];
    }
    df_free(means);
    df_free(beside);
    *change = all ? (float)changed / (float)all : 1;
    return ret;
}
