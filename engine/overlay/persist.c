/**
 * @file
 * Sums of the signed gradient, and what they tell.
 */
#include "overlay/persist.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base.h"

/* Variance of the gradient that coding alone makes, by plane. */
static const float noise[3] = { 4, 12, 12 };
/* Standard deviation of the tensor's window, in pixels, at scale 1; its reach is three times that. */
#define SIGMA 3.f

int df_persist_open(DfPersist *persist, int width, int height, int planes, float scale)
{
    *persist = (DfPersist){ .width = width, .height = height, .planes = planes, .scale = scale };
    size_t bytes = df_size_mul(df_size_mul(width, height), sizeof(float));
    for (int i = 0; i < 3 * planes; i++) {
        float **shot = &persist->shot[i / 3][i % 3], **total = &persist->total[i / 3][i % 3];
        *shot = df_alloc(bytes);
        *total = df_alloc(bytes);
        if (!*shot || !*total)
            return -ENOMEM;
    }
    return 0;
}

void df_persist_free(DfPersist *persist)
{
    df_backgrounds_free(&persist->backgrounds);
    for (int i = 0; i < 9; i++) {
        df_free(persist->shot[i / 3][i % 3]);
        df_free(persist->total[i / 3][i % 3]);
    }
    *persist = (DfPersist){ 0 };
}

static void end_background(DfPersist *persist)
{
    size_t count = (size_t)persist->width * persist->height;
    float scale = 1.f / persist->frames;
    for (int i = 0; i < 3 * persist->planes; i++) {
        float *total = persist->total[i / 3][i % 3], *shot = persist->shot[i / 3][i % 3];
        for (size_t k = 0; k < count; k++)
            total[k] += scale * shot[k];
        memset(shot, 0, count * sizeof(float));
    }
    persist->counted++;
    persist->frames = 0;
}

static void add_gradients(float *const shot[3], const float *plane, int width, int height)
{
    for (int y = 1; y < height - 1; y++) {
        size_t at = (size_t)y * width;
        const float *row = plane + at;
        float *sx = shot[0] + at, *sy = shot[1] + at, *sq = shot[2] + at;
        for (int x = 1; x < width - 1; x++) {
            float gx = .5f * (row[x + 1] - row[x - 1]), gy = .5f * (row[x + width] - row[x - width]);
            sx[x] += gx;
            sy[x] += gy;
            sq[x] += gx * gx + gy * gy;
        }
    }
}

static void add_frame(DfPersist *persist, float *const planes[3])
{
    for (int p = 0; p < persist->planes; p++)
        add_gradients(persist->shot[p], planes[p], persist->width, persist->height);
    persist->frames++;
    persist->taken++;
}

int df_persist_add(DfPersist *persist, float *const planes[3])
{
    DfGrid grid;
    df_grid(&grid, planes[0], persist->width, persist->height);
    int seen = df_backgrounds_add(&persist->backgrounds, &grid);
    if (seen < 0)
        return seen;
    /* Frames that go on with a background seen before stay out as well: `at` is below the latest one. */
    if (seen == DF_SEEN_BEFORE || (seen == DF_SEEN_SAME && persist->backgrounds.at < persist->backgrounds.count - 1)) {
        persist->left++;
        return 0;
    }
    if (seen == DF_SEEN_NEW && persist->frames)
        end_background(persist);
    add_frame(persist, planes);
    return 0;
}

void df_persist_add_known(DfPersist *persist, float *const planes[3], int number)
{
    if (number < persist->backgrounds.count - 1) {
        persist->left++;
        return;
    }
    if (number >= persist->backgrounds.count) {
        if (persist->frames)
            end_background(persist);
        persist->backgrounds.count = number + 1;
    }
    add_frame(persist, planes);
}

/* ------------------------------------------------------------------------------------- reading -- */

/** A Gaussian along one direction: `step` samples apart, `count` of them. */
static void blur_line(float *line, const float *from, ptrdiff_t step, int count, const float *kernel, int reach)
{
    for (int i = 0; i < count; i++) {
        float sum = kernel[0] * from[i * step];
        for (int k = 1; k <= reach; k++)
            sum += kernel[k] * (from[DF_MAX(i - k, 0) * step] + from[DF_MIN(i + k, count - 1) * step]);
        line[i] = sum;
    }
}

static int blur(float *plane, int width, int height, float sigma)
{
    int reach = (int)ceilf(3 * sigma);
    float *kernel = df_alloc((reach + 1 + DF_MAX(width, height)) * sizeof *kernel), *line = kernel + reach + 1, sum = 0;
    if (!kernel)
        return -ENOMEM;
    for (int k = 0; k <= reach; k++)
        sum += (k ? 2 : 1) * (kernel[k] = expf(-.5f * k * k / (sigma * sigma)));
    for (int k = 0; k <= reach; k++)
        kernel[k] /= sum;
    for (int y = 0; y < height; y++) {
        blur_line(line, plane + (size_t)y * width, 1, width, kernel, reach);
        memcpy(plane + (size_t)y * width, line, width * sizeof *line);
    }
    for (int x = 0; x < width; x++) {
        blur_line(line, plane + x, width, height, kernel, reach);
        for (int y = 0; y < height; y++)
            plane[(size_t)y * width + x] = line[y];
    }
    df_free(kernel);
    return 0;
}

/** Add one plane's share of t^2 and of the three planes of its tensor. */
static void add_plane(const DfPersist *persist, int plane, float *t, float *const tensor[3])
{
    size_t count = (size_t)persist->width * persist->height;
    float frame = persist->frames ? 1.f / persist->frames : 0;
    float each = 1.f / DF_MAX(persist->counted + !!persist->frames, 1);
    float *const *total = persist->total[plane], *const *shot = persist->shot[plane];
    for (size_t i = 0; i < count; i++) {
        float mean[3];
        for (int k = 0; k < 3; k++)
            mean[k] = each * (total[k][i] + frame * shot[k][i]);
        float square = mean[0] * mean[0] + mean[1] * mean[1];
        float inverse = 1 / (fmaxf(mean[2] - square, 0) + noise[plane]);
        t[i] += square * inverse;
        tensor[0][i] += mean[0] * mean[0] * inverse;
        tensor[1][i] += mean[1] * mean[1] * inverse;
        tensor[2][i] += mean[0] * mean[1] * inverse;
    }
}

int df_persist_read(const DfPersist *persist, float *t, float *strength)
{
    size_t count = (size_t)persist->width * persist->height;
    float *memory = df_alloc(df_size_mul(count, 2 * sizeof(float)));
    float *tensor[3] = { strength, memory, memory + count };
    if (!memory)
        return -ENOMEM;
    memset(t, 0, count * sizeof *t);
    memset(strength, 0, count * sizeof *strength);
    for (int p = 0; p < persist->planes; p++)
        add_plane(persist, p, t, tensor);
    int ret = 0;
    for (int k = 0; k < 3 && !ret; k++)
        ret = blur(tensor[k], persist->width, persist->height, SIGMA * persist->scale);
    for (size_t i = 0; i < count; i++) {
        float half = .5f * (tensor[0][i] + tensor[1][i]), off = .5f * (tensor[0][i] - tensor[1][i]);
        float lesser = half - sqrtf(off * off + tensor[2][i] * tensor[2][i]);
        strength[i] = sqrtf(fmaxf(lesser, 0));
        t[i] = sqrtf(t[i]);
    }
    df_free(memory);
    return ret;
}
