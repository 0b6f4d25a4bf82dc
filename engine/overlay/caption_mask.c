/**
 * @file
 * A caption's pixels by what they do over the time that it stands.
 */
#include "overlay/caption_mask.h"

#include <math.h>
#include <string.h>

#include "overlay/caption_runs.h"

#define REACH_SHARE 0.6f  /* of patch->reach: pixels of the caption lie as near to its strokes */
#define CHANGED 14        /* levels: by which a pixel of the caption differs from the frame beyond an end, at least */
#define UNSTEADY 0.15f    /* share of the frames in which a pixel of the caption may be off its mean */
#define LEAST_GROWTH 1    /* px: coding smears edges. 2 cost 0.3 dB of the filled film, and cover no more */
#define MOST_GROWTH 4     /* px */
#define RINGS 9           /* px: those farther out than RINGS - 3 tell how much the picture itself changes */
#define RING_GAIN 1.2f   /* a ring of the caption changes by so much more than the picture ... */
#define RING_LEVELS 2.0f  /* ... and by so many levels more */

/** The frames that show all of a caption. */
typedef struct Span {
    int64_t first, last;
} Span;

static Span whole_frames(DfCaptionEnd first, DfCaptionEnd last)
{
    Span span = { first.frame + first.ramp, last.frame - last.ramp };
    return span.last - span.first < 2 ? (Span){ first.frame, last.frame } : span;
}

/** Count in patch->plane[1] the frames in which a pixel is off its mean. */
static void count_unsteady(DfCaptionPatch *patch, const DfCaptionBands *bands, Span span)
{
    float *off = patch->plane[1];

    memset(off, 0, (size_t)patch->width * patch->height * sizeof *off);
    for (int64_t n = span.first; n <= span.last; n++) {
        const uint8_t *band = df_caption_band(bands, n, patch->box);
        for (int y = 0; y < patch->height; y++)
            for (int x = 0; x < patch->width; x++) {
                size_t i = (size_t)y * patch->width + x;
                off[i] += fabsf(band[(size_t)y * bands->width + x] - patch->mean[i]) > DF_CAPTION_STEADY;
            }
    }
}

/** By how many levels each pixel differs between the frames within and beyond an end. @return 1, or 0: unknown */
static int measure_change(float *change, const DfCaptionPatch *patch, const DfCaptionBands *bands, DfCaptionEnd end,
                          int64_t within, int step)
{
    if (end.kind != DF_CAPTION_END_SEEN || end.cut >= DF_CAPTION_CUT)
        return 0;
    const uint8_t *a = df_caption_band(bands, within, patch->box);
    const uint8_t *b = df_caption_band(bands, end.frame + step, patch->box);
    for (int y = 0; y < patch->height; y++)
        for (int x = 0; x < patch->width; x++) {
            size_t from = (size_t)y * bands->width + x;
            change[(size_t)y * patch->width + x] = fabsf((float)a[from] - (float)b[from]);
        }
    return 1;
}

/** Fill gaps of a pixel: dilation and erosion by a square of 3; beyond the patch counts as filled. */
static void close_gaps(uint8_t *mask, uint8_t *grown, int width, int height)
{
    for (int pass = 0; pass < 2; pass++) {
        const uint8_t *from = pass ? grown : mask;
        uint8_t *to = pass ? mask : grown;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                int found = 0;
                for (int v = DF_MAX(y - 1, 0); v <= DF_MIN(y + 1, height - 1); v++)
                    for (int u = DF_MAX(x - 1, 0); u <= DF_MIN(x + 1, width - 1); u++)
                        found |= from[(size_t)v * width + u] == !pass;
                to[(size_t)y * width + x] = found ^ pass;
            }
    }
}

/** Mean change of the pixels of each distance 1..RINGS. */
static void measure_rings(float *rings, const float *change, const DfCaptionPatch *patch)
{
    size_t size = (size_t)patch->width * patch->height;
    double sum[RINGS + 1] = { 0 };
    int count[RINGS + 1] = { 0 };

    for (size_t i = 0; i < size; i++)
        if (patch->distance[i] >= 1 && patch->distance[i] <= RINGS) {
            sum[patch->distance[i]] += change[i];
            count[patch->distance[i]]++;
        }
    for (int d = 1; d <= RINGS; d++)
        rings[d] = count[d] ? (float)(sum[d] / count[d]) : 0;
}

static int growth_of(const float *change, const DfCaptionPatch *patch)
{
    float rings[RINGS + 1];
    int growth = LEAST_GROWTH;

    measure_rings(rings, change, patch);
    float picture = (rings[RINGS] + rings[RINGS - 1] + rings[RINGS - 2]) / 3;
    while (growth < MOST_GROWTH && rings[growth + 1] > RING_GAIN * picture + RING_LEVELS)
        growth++;
    return growth;
}

void df_caption_mark(DfCaptionPatch *patch, const DfCaptionBands *bands, DfCaptionEnd first, DfCaptionEnd last)
{
    size_t size = (size_t)patch->width * patch->height;
    Span span = whole_frames(first, last);
    float *off = patch->plane[1], *change[2] = { patch->plane[2], patch->plane[3] };
    float most_off = UNSTEADY * (float)(span.last - span.first + 1);
    int reach = DF_MAX(2, (int)(REACH_SHARE * patch->reach)), growth = LEAST_GROWTH;
    int known[2] = { measure_change(change[0], patch, bands, first, span.first, -1),
                     measure_change(change[1], patch, bands, last, span.last, 1) };

    count_unsteady(patch, bands, span);
    for (size_t i = 0; i < size; i++) {
        int changed = (known[0] && change[0][i] > CHANGED) || (known[1] && change[1][i] > CHANGED);
        patch->mask[i] = patch->seed[i] || (patch->distance[i] <= reach && off[i] <= most_off && changed);
    }
    close_gaps(patch->mask, patch->bytes, patch->width, patch->height);
    df_caption_distance(patch->distance, patch->mask, patch->width, patch->height, RINGS, (int16_t *)patch->plane[0],
                        (int *)patch->bytes);
    for (int i = 0; i < 2; i++)
        if (known[i])
            growth = DF_MAX(growth, growth_of(change[i], patch));
    for (size_t i = 0; i < size; i++)
        patch->mask[i] = patch->distance[i] <= growth;
}
