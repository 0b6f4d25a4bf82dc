/**
 * @file
 * An overlay from samples: edges, a hole around them, sums, colours and opacity, once roughly and once with the
 * hole that the opacity tells.
 */
#include "overlay/estimate.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "overlay/overlay.h"
#include "overlay/persist.h"
#include "overlay/presence.h"
#include "plane/select.h"

/* Opacity from which a pixel is the overlay's: noise of the estimate and rounding stay below; and the part of its solid
   parts' opacity, below which chroma bleeds. */
#define LEAST_OPACITY .025f
#define LEAST_PART .06f
/* How often the error that the fit tells of opacity, and the part of the solid parts' opacity that this is at most. */
#define ERRORS 2.f
#define ERRORS_MOST .4f
/* Pixels by which the hole is wider than the edges, and than the opacity: what coding smears. */
#define WIDER_THAN_EDGES 2
#define WIDER_THAN_OPACITY 2
/* Pixels of an overlay's mask at least, and opacity of its solid parts. */
#define LEAST_PIXELS 24
#define LEAST_SOLID .06f
/* Match of an overlay that comes and goes at least: captions that change have .55, a fading watermark .9. */
#define LEAST_MATCH .65f

/** What is at work. */
typedef struct Work {
    DfSamples *samples;
    const DfBoxes *found;
    DfRect rect;          /* of the edges, in the samples */
    int width, height;
    uint8_t *hole, *area; /* of the samples' size */
    float *t, *strength;
    float *error;         /* standard error of the opacity of every pixel */
} Work;

/* ---------------------------------------------------------------------------------------- holes -- */

/** Set pixels within `reach` of one that is set, along rows and columns. */
static void dilate(uint8_t *mask, uint8_t *scratch, int width, int height, int reach)
{
    size_t count = (size_t)width * height;
    for (int round = 0; round < reach; round++) {
        memcpy(scratch, mask, count);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                size_t i = (size_t)y * width + x;
                if ((x && scratch[i - 1]) || (x < width - 1 && scratch[i + 1]) || (y && scratch[i - width]) ||
                    (y < height - 1 && scratch[i + width]))
                    mask[i] = 255;
            }
    }
}

/** Set what the mask encloses: all that no way leads to from the rectangle's rim. */
static int fill_enclosed(uint8_t *mask, int width, int height)
{
    size_t count = (size_t)width * height;
    int *stack = df_alloc(df_size_mul(count, sizeof *stack)), depth = 0;
    uint8_t *outside = df_alloc(count);
    int ret = stack && outside ? 0 : -ENOMEM;
    for (int y = 0; y < height && !ret; y++)
        for (int x = 0; x < width; x++) {
            int i = y * width + x, rim = !x || !y || x == width - 1 || y == height - 1;
            if (rim && !mask[i] && !outside[i]) {
                outside[i] = 1;
                stack[depth++] = i;
            }
        }
    while (depth) {
        int at = stack[--depth], x = at % width, y = at / width;
        const int next[4] = { x ? at - 1 : at, x < width - 1 ? at + 1 : at, y ? at - width : at,
                              y < height - 1 ? at + width : at };
        for (int i = 0; i < 4; i++)
            if (!mask[next[i]] && !outside[next[i]]) {
                outside[next[i]] = 1;
                stack[depth++] = next[i];
            }
    }
    for (size_t i = 0; i < count && !ret; i++)
        mask[i] = outside[i] ? 0 : 255;
    df_free(stack);
    df_free(outside);
    return ret;
}

/* ---------------------------------------------------------------------------------------- edges -- */

/** Repeat a sample's chroma to the size of luma. */
static void repeat(float *to, const float *half, int width, int height)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            to[(size_t)y * width + x] = half[(size_t)(y / 2) * (width / 2) + x / 2];
}

/** Persisting edges of the samples that are present enough. */
static int take_persist(Work *work, float present)
{
    size_t count = (size_t)work->width * work->height;
    DfSamples *samples = work->samples;
    DfPersist persist;
    float *chroma = df_alloc(2 * count * sizeof *chroma);
    int ret = df_persist_open(&persist, work->width, work->height, samples->planes, work->found->scale);
    if (!chroma)
        ret = -ENOMEM;
    for (int i = 0; i < samples->count && !ret; i++) {
        DfSample *sample = &samples->samples[i];
        if (sample->presence < present)
            continue;
        for (int p = 1; p < samples->planes; p++)
            repeat(chroma + (p - 1) * count, sample->planes[p], work->width, work->height);
        df_persist_add_known(&persist, (float *[3]){ sample->planes[0], chroma, chroma + count }, sample->background);
    }
    if (!ret)
        ret = df_persist_read(&persist, work->t, work->strength);
    df_persist_free(&persist);
    df_free(chroma);
    return ret;
}

/** The hole around the overlay's edges. @return 1; 0: there are none; -ENOMEM */
static int hole_of_edges(Work *work, float present)
{
    int ret = take_persist(work, present);
    if (!ret)
        ret = df_boxes_edges(work->hole, work->t, work->strength, work->width, work->height, work->rect, work->found);
    if (ret < 0)
        return ret;
    DfRect rect = df_rect_bounds(work->hole, work->width, work->height);
    if (df_rect_empty(rect))
        return 0;
    dilate(work->hole, work->area, work->width, work->height, WIDER_THAN_EDGES);
    ret = fill_enclosed(work->hole, work->width, work->height);
    return ret < 0 ? ret : 1;
}

/* ------------------------------------------------------------------------------------- the whole -- */

/** Different backgrounds of the samples that are present enough. */
static int count_backgrounds(const DfSamples *samples, float present)
{
    int count = 0, last = -1;
    for (int i = 0; i < samples->count; i++)
        if (samples->samples[i].presence >= present && samples->samples[i].background > last) {
            last = samples->samples[i].background;
            count++;
        }
    return count;
}

/** The error of the opacity: what the fit leaves, by how far the colour is from the picture, in so many backgrounds. */
static void take_error(Work *work, const DfSums *sums, const DfColours *colours, int backgrounds)
{
    for (int y = 0; y < work->height; y++)
        for (int x = 0; x < work->width; x++) {
            size_t i = (size_t)y * work->width + x;
            int which = colours->which[(size_t)(y / 2) * (work->width / 2) + x / 2];
            const DfMoments *m = &sums->moments[0][i];
            DfNormal normal = df_normal(m, colours->colours[which][0], m->noise);
            work->error[i] = sqrtf(1 / (fmaxf(normal.c, 1e-3f) * DF_MAX(backgrounds, 1)));
        }
}

/** Opacity and colours with the hole at hand, and every sample's presence. */
static int fit(Work *work, DfOverlayEstimate *overlay, float present, int full_range)
{
    DfSums sums;
    df_colours_free(&overlay->colours);
    int ret = df_sums_take(&sums, work->samples, work->hole, present);
    if (!ret)
        ret = df_colours_find(&overlay->colours, &sums, full_range);
    if (!ret)
        take_error(work, &sums, &overlay->colours, count_backgrounds(work->samples, present));
    if (!ret)
        ret = df_presence_take(work->samples, &sums, &overlay->colours);
    df_sums_free(&sums);
    return ret;
}

/** Mark what is opaque enough; parts of less than three pixels are noise. */
static void take_mask(const Work *work, DfOverlayEstimate *overlay, const float *opacity, const float *error)
{
    float least = fmaxf(LEAST_OPACITY, LEAST_PART * overlay->opacity);
    for (int y = 0; y < work->height; y++)
        for (int x = 0; x < work->width; x++) {
            int near = 0;
            for (int v = DF_MAX(y - 1, 0); v <= DF_MIN(y + 1, work->height - 1); v++)
                for (int u = DF_MAX(x - 1, 0); u <= DF_MIN(x + 1, work->width - 1); u++)
                    near += opacity[(size_t)v * work->width + u] > least;
            size_t i = (size_t)y * work->width + x;
            float doubt = fminf(ERRORS * error[i], ERRORS_MOST * overlay->opacity);
            overlay->mask[i] = opacity[i] > fmaxf(least, doubt) && near > 2 ? 255 : 0;
        }
}

/** Opacity of solid parts: what 85 in 100 pixels of the mask stay below. @return pixels of the mask, or -ENOMEM */
static int take_solid(const Work *work, DfOverlayEstimate *overlay, const float *opacity)
{
    size_t all = (size_t)work->width * work->height;
    float *opacities = df_alloc(all * sizeof *opacities);
    int count = 0;
    if (!opacities)
        return -ENOMEM;
    for (size_t i = 0; i < all; i++)
        if (overlay->mask[i])
            opacities[count++] = opacity[i];
    overlay->opacity = df_select(opacities, count, count * 85 / 100);
    df_free(opacities);
    return count;
}

/** Mask and solid parts by the colours' own opacity. @return pixels of the mask, or -ENOMEM */
static int take_pixels(const Work *work, DfOverlayEstimate *overlay)
{
    take_mask(work, overlay, overlay->colours.opacity, work->error);
    return take_solid(work, overlay, overlay->colours.opacity);
}

/**
 * What each pixel is, and what beside the mask of so many pixels belongs to it. An opaque overlay is not refined: of
 * what is behind it nothing is seen.
 * @return pixels of the mask, or -ENOMEM
 */
static int refine(Work *work, DfOverlayEstimate *overlay, int pixels, float present, int full_range)
{
    int backgrounds = count_backgrounds(work->samples, present);
    DfSums sums = { 0 };
    if (overlay->opacity >= DF_OVERLAY_OPAQUE) {
        int ret = df_refined_copy(&overlay->pixels, &overlay->colours);
        return ret < 0 ? ret : pixels;
    }
    memcpy(work->hole, overlay->mask, (size_t)work->width * work->height);
    dilate(work->hole, work->area, work->width, work->height, WIDER_THAN_OPACITY);
    int ret = df_sums_take_pairs(&sums, work->samples, work->hole, present);
    if (!ret)
        ret = df_refine(&overlay->pixels, &overlay->colours, &sums, backgrounds, full_range);
    df_sums_free(&sums);
    if (ret < 0)
        return ret;
    take_mask(work, overlay, overlay->pixels.opacity, overlay->pixels.error);
    return take_solid(work, overlay, overlay->pixels.opacity);
}

static int estimate(Work *work, DfOverlayEstimate *overlay, int full_range)
{
    float present = -INFINITY;
    int ret = hole_of_edges(work, present);
    if (ret <= 0)
        return ret;
    ret = fit(work, overlay, present, full_range);
    /* Of an overlay that comes and goes, once more, from the samples that have it. */
    for (int round = 0; round < 2 && ret >= 0; round++) {
        ret = df_presence_split(work->samples, &present);
        if (ret <= 0)
            break;
        overlay->comes_and_goes = 1;
        ret = hole_of_edges(work, present);
        if (ret <= 0)
            return ret;
        ret = fit(work, overlay, present, full_range);
    }
    if (ret < 0)
        return ret;
    ret = take_pixels(work, overlay);
    if (ret < 0)
        return ret;
    memcpy(work->hole, overlay->mask, (size_t)work->width * work->height);
    dilate(work->hole, work->area, work->width, work->height, WIDER_THAN_OPACITY);
    if (!overlay->comes_and_goes)
        present = -INFINITY;
    ret = fit(work, overlay, present, full_range);
    if (ret < 0)
        return ret;
    overlay->match = df_presence_match(work->samples);
    ret = take_pixels(work, overlay);
    if (ret >= LEAST_PIXELS)
        ret = refine(work, overlay, ret, present, full_range);
    if (ret < 0)
        return ret;
    return ret >= LEAST_PIXELS && overlay->opacity >= LEAST_SOLID &&
           (!overlay->comes_and_goes || overlay->match >= LEAST_MATCH);
}

int df_overlay_estimate(DfOverlayEstimate *overlay, DfSamples *samples, DfRect rect, const DfBoxes *found,
                        int full_range)
{
    size_t count = (size_t)samples->width * samples->height;
    DfRect area = samples->rect, inside = df_rect_clip(rect, area);
    DfRect edges = { inside.x0 - area.x0, inside.y0 - area.y0, inside.x1 - area.x0, inside.y1 - area.y0 };
    Work work = { samples, found, edges, samples->width, samples->height,
                  df_alloc(count), df_alloc(count), df_alloc(count * sizeof(float)),
                  df_alloc(count * sizeof(float)), df_alloc(count * sizeof(float)) };
    *overlay = (DfOverlayEstimate){ .area = area, .mask = df_alloc(count) };
    int ret = -ENOMEM;
    if (work.hole && work.area && work.t && work.strength && work.error && overlay->mask)
        ret = estimate(&work, overlay, full_range);
    if (ret > 0) {
        DfRect bounds = df_rect_bounds(overlay->mask, samples->width, samples->height);
        overlay->rect = (DfRect){ bounds.x0 + area.x0, bounds.y0 + area.y0, bounds.x1 + area.x0, bounds.y1 + area.y0 };
    }
    df_free(work.hole);
    df_free(work.area);
    df_free(work.t);
    df_free(work.strength);
    df_free(work.error);
    return ret;
}

void df_overlay_estimate_free(DfOverlayEstimate *overlay)
{
    df_free(overlay->mask);
    df_colours_free(&overlay->colours);
    df_refined_free(&overlay->pixels);
    *overlay = (DfOverlayEstimate){ 0 };
}
