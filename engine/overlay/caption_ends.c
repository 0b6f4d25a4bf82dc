/**
 * @file
 * Ends of strokes: the curve of how much of them each frame shows, and where it drops.
 */
#include "overlay/caption_ends.h"

#include <math.h>
#include <stdlib.h>

#include "overlay/caption_runs.h"

#define INSIDE 2            /* frames that show the strokes, with which the curve begins */
#define PICTURE_FRAMES 8    /* frames beside an end whose mean is the strokes' picture: what is behind them changes */
#define SHOWN 0.5f          /* share of the strokes: less is gone */
#define WHOLE 0.9f          /* share: less is a fade */
#define AT_ONCE 0.55f       /* share: a drop by more is no fade */
#define REST_FRAMES 4       /* frames beyond a fade that are compared */
#define NEXT 0.2f          /* share: a change by more is another caption's */
#define LEAST_SHARE 0.02f   /* share of the strokes that a fade's last frame shows */
#define STILL_FRAMES 7      /* frames within an end over which a picture behind the strokes stands still */
#define CHANGED 14          /* levels: by which a pixel differs after a cut */
#define BESIDE 4            /* px from the strokes: farther out is their surroundings */

/* -------------------------------------------------------------------------------------- projection -- */

/** Along one direction: count elements, `step` apart, the window clipped. */
static void blur_line(float *to, const float *from, int count, ptrdiff_t step, int radius)
{
    double sum = 0;
    int low = 0, high = 0;

    for (int i = 0; i < count; i++) {
        for (; high < count && high <= i + radius; high++)
            sum += from[high * step];
        for (; low < i - radius; low++)
            sum -= from[low * step];
        to[i * step] = (float)(sum / (high - low));
    }
}

/** The mean over a square of 2 radius + 1, clipped to the picture; `between` is scratch. */
static void blur(float *to, const float *from, float *between, int width, int height, int radius)
{
    for (int y = 0; y < height; y++)
        blur_line(between + (size_t)y * width, from + (size_t)y * width, width, 1, radius);
    for (int x = 0; x < width; x++)
        blur_line(to + x, between + x, height, width, radius);
}

void df_caption_projector(float *projector, const float *picture, const DfCaptionPatch *patch, float *const *scratch)
{
    size_t count = (size_t)patch->width * patch->height;
    float *detail = scratch[0], *between = scratch[1];
    double norm = 0;

    blur(detail, picture, between, patch->width, patch->height, patch->reach);
    for (size_t i = 0; i < count; i++)
        detail[i] = patch->distance[i] <= 2 ? picture[i] - detail[i] : 0;
    blur(projector, detail, between, patch->width, patch->height, patch->reach);
    for (size_t i = 0; i < count; i++) {
        projector[i] = detail[i] - projector[i];
        norm += (double)picture[i] * projector[i];
    }
    for (size_t i = 0; i < count; i++)
        projector[i] = norm > 0 ? (float)(projector[i] / norm) : 0;
}

static float share_of(const float *projector, const DfCaptionBands *bands, const DfCaptionPatch *patch, int64_t frame)
{
    const uint8_t *band = df_caption_band(bands, frame, patch->box);
    double sum = 0;

    for (int y = 0; y < patch->height; y++)
        for (int x = 0; x < patch->width; x++)
            sum += (double)band[(size_t)y * bands->width + x] * projector[(size_t)y * patch->width + x];
    return (float)sum;
}

/* ------------------------------------------------------------------------------------------ the curve -- */

/**
 * @param share  of the strokes, from INSIDE frames within outwards
 * @return the end, `frame` as an index of `share`
 */
static DfCaptionEnd read_curve(const float *share, int count, float fall)
{
    int gone = 0, whole, tail;
    float unrest = 0, rest = 0;

    while (gone < count && share[gone] >= SHOWN)
        gone++;
    if (gone == count)
        return (DfCaptionEnd){ .kind = DF_CAPTION_END_NONE, .rest = 1 };
    whole = gone - 1;
    while (whole >= 0 && share[whole] < WHOLE)
        whole--;
    int is_fade = gone && share[gone - 1] - share[gone] < AT_ONCE;
    while (is_fade && ((gone + 1 < count && share[gone] - share[gone + 1] > fall)
                       || (gone + 2 < count && share[gone] - share[gone + 2] > 2 * fall)))
        gone++;
    int ramp = gone - whole - 1, fades = ramp >= 2;
    tail = fades && gone + 2 < count ? gone + 1 : gone;
    int tails = DF_MIN(REST_FRAMES, count - tail), means = 1;
    /* The next caption may follow after a frame or two. */
    while (means < DF_MIN(3, tails) && fabsf(share[tail + means] - share[tail]) < NEXT)
        means++;
    for (int i = 0; i < means; i++)
        rest += share[tail + i] / means;
    for (int i = 0; i < tails; i++)
        unrest = fmaxf(unrest, fabsf(share[tail + i] - rest));
    /* A fade's last frame shows little, and falls by little. */
    if (fades && tail > gone && share[gone] - rest > fmaxf(LEAST_SHARE, 1.5f * unrest)) {
        gone++;
        ramp++;
    }
    return (DfCaptionEnd){ .kind = DF_CAPTION_END_SEEN, .frame = gone - 1, .ramp = DF_MAX(ramp, 0), .rest = rest,
                           .unrest = unrest };
}

/* -------------------------------------------------------------------------------------------- cuts -- */

/** @return whether a pixel stood still in so many frames inwards from `frame`, and differs in the one beyond */
static int stood_and_changed(const DfCaptionBands *bands, size_t at, int64_t frame, int step, int frames)
{
    size_t size = (size_t)bands->width * bands->height;
    int least = 255, most = 0, sum = 0;

    for (int i = 0; i < frames; i++) {
        int value = bands->data[(frame - (int64_t)i * step) % bands->span * size + at];
        least = DF_MIN(least, value);
        most = DF_MAX(most, value);
        sum += value;
    }
    int beyond = bands->data[(frame + step) % bands->span * size + at];
    return most - least < DF_CAPTION_STEADY && abs(sum - beyond * frames) > CHANGED * frames;
}

static float cut_share(const DfCaptionBands *bands, const DfCaptionPatch *patch, int64_t frame, int step)
{
    int64_t inner = frame - (int64_t)step * (STILL_FRAMES - 1);
    int frames, near = 0, changed = 0;

    inner = DF_CLAMP(inner, bands->oldest, bands->newest);
    frames = (int)llabs(frame - inner) + 1;
    if (frame + step < bands->oldest || frame + step > bands->newest)
        return 1;
    for (int y = 0; y < patch->height; y++)
        for (int x = 0; x < patch->width; x++) {
            int away = patch->distance[(size_t)y * patch->width + x];
            if (away <= BESIDE || away > patch->reach + 2)
                continue;
            size_t at = (size_t)(patch->box.y0 + y) * bands->width + patch->box.x0 + x;
            near++;
            changed += stood_and_changed(bands, at, frame, step, frames);
        }
    return near ? (float)changed / near : 0;
}

/* ------------------------------------------------------------------------------------------- an end -- */

DfCaptionEnd df_caption_end(const DfCaptionBands *bands, const DfCaptionPatch *patch, DfCaptionEndSearch search)
{
    float share[INSIDE + 1 + DF_CAPTION_MOST_MARGIN + 1];
    int64_t at = search.step < 0 ? patch->first : patch->end, first = at - INSIDE * search.step;
    int64_t outermost = DF_CLAMP(at + (int64_t)search.step * search.margin, bands->oldest, bands->newest);
    int64_t frames = DF_MIN(PICTURE_FRAMES, patch->end - patch->first), inner = at - search.step;
    int64_t from = search.step < 0 ? inner : inner - frames + 1;
    int count = (int)llabs(outermost - first) + 1;

    if (outermost == at)
        return (DfCaptionEnd){ .kind = DF_CAPTION_END_FILM, .frame = at, .cut = 1 };
    df_caption_mean(patch->plane[0], bands, patch, from, from + frames - 1);
    df_caption_projector(patch->plane[1], patch->plane[0], patch, patch->plane + 2);
    for (int i = 0; i < count; i++)
        share[i] = share_of(patch->plane[1], bands, patch, first + (int64_t)i * search.step);
    DfCaptionEnd end = read_curve(share, count, search.fall);
    end.frame = end.kind == DF_CAPTION_END_SEEN ? first + end.frame * search.step : at;
    end.cut = cut_share(bands, patch, end.frame - (int64_t)search.step * end.ramp, search.step);
    return end;
}
