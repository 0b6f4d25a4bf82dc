/**
 * @file
 * Sums by pixel, and every now and then colours and opacity from them (overlay/colours.h).
 */
#include "overlay/learn.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "overlay/colours.h"
#include "overlay/levels.h"

/** The first estimate comes after so many frames. */
#define FIRST_ESTIMATE 12

/** Levels by which x has to differ from the sample before, to tell anything new. */
#define NEWS 4.0f

/**
 * Samples that a pixel has at least, their variance in levels squared (what stands still but for its noise tells
 * nothing of a colour), and the deviation of its opacity at most.
 */
#define LEAST_SAMPLES 6.0f
#define LEAST_SPREAD 25.0f
#define MOST_DEVIATION 0.04f

/** Variance of coding noise, in levels squared: what a fit leaves is not believed to be less. */
#define CODING 4.0f

/** A pixel without opacity is still un-blended, as it is in the hole. */
#define NO_OPACITY (2 * DF_OVERLAY_LEAST)

void df_learner_free(DfLearner *learner)
{
    df_sums_free(&learner->sums);
    df_free(learner->latest);
    df_overlay_planes_close(&learner->planes);
    *learner = (DfLearner){ 0 };
}

static int begin(DfLearner *learner, DfRect place, int planes)
{
    size_t count = df_rect_area(place);

    df_learner_free(learner);
    learner->place = place;
    learner->next = FIRST_ESTIMATE;
    learner->sums = (DfSums){ .width = df_rect_width(place), .height = df_rect_height(place), .planes = planes,
                              .hole = df_alloc(count) };
    learner->latest = df_alloc(df_size_mul(count, sizeof *learner->latest));
    if (!learner->sums.hole || !learner->latest)
        return -ENOMEM;
    for (int p = 0; p < planes; p++)
        if (!(learner->sums.moments[p] = df_alloc((p ? count / 4 : count) * sizeof(DfMoments))))
            return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        learner->latest[i] = -1;
    return 0;
}

static void add(DfMoments *m, float x, float y)
{
    m->noise += 1;
    m->x += x;
    m->y += y;
    m->xx += x * x;
    m->xy += x * y;
    m->yy += y * y;
}

/** Mean over a block of 2 x 2. */
static float mean_of(const float *plane, size_t at, int width)
{
    return 0.25f * (plane[at] + plane[at + 1] + plane[at + width] + plane[at + width + 1]);
}

/** Add the samples that tell anything new. */
static void add_samples(DfLearner *learner, float *const x[3], float *const y[3], const uint8_t *known)
{
    int width = learner->sums.width;

    for (int v = 0; v < learner->sums.height; v += 2)
        for (int u = 0; u < width; u += 2) {
            size_t at = (size_t)v * width + u, block = (size_t)(v / 2) * (width / 2) + u / 2;
            const size_t pixels[] = { at, at + 1, at + width, at + width + 1 };
            int fresh = 0;
            for (int i = 0; i < 4; i++) {
                size_t k = pixels[i];
                if (!known[k] || fabsf(x[0][k] - learner->latest[k]) < NEWS)
                    continue;
                learner->latest[k] = x[0][k];
                add(&learner->sums.moments[0][k], x[0][k], y[0][k]);
                fresh++;
            }
            for (int p = 1; p < learner->sums.planes && fresh == 4; p++)
                add(&learner->sums.moments[p][block], mean_of(x[p], at, width), mean_of(y[p], at, width));
        }
}

/** Means of sums of weight `noise`, which becomes the variance that the free fit leaves. */
static DfMoments means_of(const DfMoments *m)
{
    float scale = m->noise > 0 ? 1 / m->noise : 0;
    DfMoments mean = { m->x * scale, m->y * scale, m->xx * scale, m->xy * scale, m->yy * scale, 0 };
    float xx = mean.xx - mean.x * mean.x, xy = mean.xy - mean.x * mean.y, yy = mean.yy - mean.y * mean.y;

    mean.noise = fmaxf(yy - xy * xy / fmaxf(xx, 1), 0) + CODING;
    /* Blocks without chroma samples tell nothing of it. */
    mean.noise = m->noise > 0 ? mean.noise : 1e9f;
    return mean;
}

/** Means of what has been added; pixels with too few samples are out of the hole. @return 0 or -ENOMEM */
static int take_means(DfSums *means, const DfLearner *learner)
{
    size_t count = df_rect_area(learner->place);

    *means = (DfSums){ .width = learner->sums.width, .height = learner->sums.height, .planes = learner->sums.planes,
                       .hole = df_alloc(count) };
    if (!means->hole)
        return -ENOMEM;
    for (int p = 0; p < means->planes; p++) {
        size_t n = p ? count / 4 : count;
        if (!(means->moments[p] = df_alloc(n * sizeof(DfMoments))))
            return -ENOMEM;
        for (size_t i = 0; i < n; i++)
            means->moments[p][i] = means_of(&learner->sums.moments[p][i]);
    }
    for (size_t i = 0; i < count; i++) {
        const DfMoments *m = &means->moments[0][i];
        int is_known = learner->sums.moments[0][i].noise >= LEAST_SAMPLES && m->xx - m->x * m->x >= LEAST_SPREAD;
        means->hole[i] = is_known ? 255 : 0;
    }
    return 0;
}

/** Deviation of a pixel's opacity, by how far x was from the overlay's colour. */
static float deviation(const DfLearner *learner, const DfSums *means, size_t at, float colour)
{
    DfNormal normal = df_normal(&means->moments[0][at], colour, means->moments[0][at].noise);

    return 1 / sqrtf(fmaxf(normal.c * learner->sums.moments[0][at].noise, 1e-6f));
}

/** A pixel of the estimate. @param start  what it is where not enough is known; NULL: a hole */
static DfOverlayPixel pixel_of(const DfLearner *learner, const DfSums *means, const DfColours *colours,
                               const DeepfillFormat *format, size_t at, const DfOverlayPixel *start)
{
    size_t width = means->width, block = at / width / 2 * (width / 2) + at % width / 2;
    const float *levels = colours->colours[colours->which[block]];
    DfOverlayPixel pixel = { .opacity = { 1, 1, 1 } };

    if (!means->hole[at] || deviation(learner, means, at, levels[0]) > MOST_DEVIATION)
        return start ? *start : pixel;
    for (int p = 0; p < 3; p++)
        pixel.opacity[p] = fmaxf(colours->opacity[at], NO_OPACITY);
    df_overlay_colour(format, levels, pixel.colour);
    return pixel;
}

/** A chroma sample that covers a pixel whose colour is not known is a hole, too. */
static void hide_chroma(DfOverlayPixel *pixels, DfRect r, const DeepfillFormat *format)
{
    int step_x = 1 << format->sub_x, step_y = 1 << format->sub_y, width = df_rect_width(r);

    for (int y = r.y0; y < r.y1; y++)
        for (int x = r.x0; x < r.x1; x++) {
            if (pixels[(size_t)(y - r.y0) * width + (x - r.x0)].opacity[0] < DF_OVERLAY_OPAQUE)
                continue;
            DfRect block = { x / step_x * step_x, y / step_y * step_y, 0, 0 };
            block = df_rect_clip((DfRect){ block.x0, block.y0, block.x0 + step_x, block.y0 + step_y }, r);
            for (int v = block.y0; v < block.y1; v++)
                for (int u = block.x0; u < block.x1; u++) {
                    DfOverlayPixel *pixel = &pixels[(size_t)(v - r.y0) * width + (u - r.x0)];
                    pixel->opacity[1] = pixel->opacity[2] = 1;
                }
        }
}

/** Make an overlay of the colours. @return 0 or -ENOMEM */
static int make_overlay(DeepfillOverlay **overlay, const DfLearner *learner, const DfSums *means,
                        const DfColours *colours, const DfLesson *lesson)
{
    const DeepfillFormat *format = &lesson->filled->format;
    enum DfOverlayColours kind = format->layout == DEEPFILL_RGB ? DF_OVERLAY_RGB : DF_OVERLAY_YUV;
    DfOverlayPixel *pixels = df_alloc(df_size_mul(df_rect_area(learner->place), sizeof *pixels));
    DfRect r = learner->place;

    if (!pixels)
        return -ENOMEM;
    for (int y = r.y0; y < r.y1; y++)
        for (int x = r.x0; x < r.x1; x++) {
            const DeepfillOverlay *start = lesson->start;
            DfOverlayPixel own = { .opacity = { 0 } };
            size_t at = (size_t)(y - r.y0) * df_rect_width(r) + (x - r.x0);
            if (start && df_rect_contains(start->place, (DfRect){ x, y, x + 1, y + 1 }))
                own = df_overlay_pixel_as(df_overlay_pixel(start, x, y), start->colours, kind, format);
            /* What the start does not cover is no part of the overlay. */
            pixels[at] = start && !df_overlay_covers(&own) ? own :
                         pixel_of(learner, means, colours, format, at, start ? &own : NULL);
        }
    if (format->layout == DEEPFILL_YUV)
        hide_chroma(pixels, r, format);
    int ret = df_overlay_create(overlay, format->width, format->height, kind, pixels, r);
    df_free(pixels);
    return ret;
}

/** Estimate the overlay anew. @return 0 or -ENOMEM */
static int estimate(DfLearner *learner, const DfLesson *lesson)
{
    DeepfillOverlay *overlay = NULL;
    DfColours colours = { 0 };
    DfSums means;
    int ret = take_means(&means, learner);

    if (ret >= 0)
        ret = df_colours_find(&colours, &means, lesson->filled->format.full_range);
    if (ret >= 0 && colours.count)
        ret = make_overlay(&overlay, learner, &means, &colours, lesson);
    if (ret >= 0 && overlay) {
        df_overlay_planes_close(&learner->planes);
        ret = df_overlay_planes_create(&learner->planes, overlay, &lesson->filled->format);
    }
    deepfill_overlay_close(&overlay);
    df_colours_free(&colours);
    df_sums_free(&means);
    return ret == -ENOMEM ? ret : 0;
}

/** The place's planes of an image, in levels of 8 bits, chroma as large as luma. */
static int take_levels(float *levels[3], const DeepfillImage *image, size_t count)
{
    if (!(levels[0] = df_alloc(df_size_mul(3 * count, sizeof(float)))))
        return -ENOMEM;
    levels[1] = levels[0] + count;
    levels[2] = levels[1] + count;
    df_levels(image, 1, levels);
    return 0;
}

int df_learner_add(DfLearner *learner, DfRect place, const DfLesson *lesson)
{
    DeepfillImage seen = *lesson->filled, filled = *lesson->filled;
    size_t count = df_rect_area(place);
    float *x[3] = { NULL }, *y[3] = { NULL };
    int ret = 0;

    seen.format.width = filled.format.width = df_rect_width(place);
    seen.format.height = filled.format.height = df_rect_height(place);
    for (int p = 0; p < df_plane_count(&seen.format); p++) {
        seen.data[p] = lesson->seen.data[p];
        seen.stride[p] = lesson->seen.stride[p];
        filled.data[p] += (place.y0 >> df_plane_sub_y(&seen.format, p)) * filled.stride[p] +
                          (place.x0 >> df_plane_sub_x(&seen.format, p)) * df_sample_bytes(&seen.format);
    }
    if (memcmp(&learner->place, &place, sizeof place))
        ret = begin(learner, place, df_levels_planes(&seen.format));
    if (ret >= 0 && (ret = take_levels(x, &filled, count)) >= 0 && (ret = take_levels(y, &seen, count)) >= 0)
        add_samples(learner, x, y, lesson->known);
    df_free(x[0]);
    df_free(y[0]);
    if (ret >= 0 && ++learner->frames >= learner->next) {
        learner->next += DF_MAX(learner->next / 2, 1);
        ret = estimate(learner, lesson);
    }
    return ret;
}
