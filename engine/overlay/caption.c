/**
 * @file
 * The search: bands are held, runs are counted, and each beginning and end that many strokes share is judged once the
 * frames around its end are there.
 */
#include "overlay/caption.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "overlay/caption_judge.h"
#include "overlay/caption_mask.h"
#include "overlay/caption_queue.h"
#include "overlay/caption_runs.h"
#include "overlay/caption_strokes.h"

#define MEMORY ((size_t)128 << 20)
#define LEAST_SIDE 16
#define MOST_SIDE 32768
#define RATE 25.0           /* frames a second where it is unknown */
#define RUN_SECONDS 0.3     /* the shortest time that a caption's strokes stand whole */
#define MOST_SECONDS 20.0   /* the longest */
#define MARGIN_SECONDS 0.66 /* the longest fade, and some frames beyond it */
#define FALL_SECOND 1.08    /* share of the strokes that a fade takes in a second, at least ... */
#define LEAST_FALL 0.02f    /* ... and in a frame */
#define MOST_FALL 0.045f    /* more is a fade at any rate */
#define REACH_SHARE 0.03    /* of the frame's height: strokes with their outlines are thinner */
#define PRUNED 0.8f         /* share of the strokes that are left without single pixels */
#define HOLD 8              /* frames after its end for which a caption waits for its other parts */
#define PATCH_MARGIN 10     /* px around strokes, beside 2 reach */

struct DfCaptions {
    DfCaptionSettings settings;
    DfCaptionBands bands;
    DfCaptionRuns runs;
    DfCaptionPatch patch; /* planes have room for a whole band */
    uint8_t *strength, *scratch;
    int margin, delay;    /* frames: beyond an end; from an end to its decision */
    float fall;
    int64_t decided;      /* runs that end before this frame are judged */
    int is_flushed;
    DfCaptionQueue queue;
};

/* ---------------------------------------------------------------------------------------- opening -- */

static int check(const DfCaptionSettings *settings)
{
    int ret = df_check_range("the band's width", settings->width, LEAST_SIDE, MOST_SIDE);
    if (!ret)
        ret = df_check_range("the band's height", settings->height, LEAST_SIDE, MOST_SIDE);
    if (!ret)
        ret = df_check_range("the frame's height", settings->frame_height, settings->height, MOST_SIDE);
    return ret;
}

static int frames_in(double rate, double seconds, int least, int most)
{
    int frames = (int)lrint(DF_MIN(rate * seconds, (double)most));
    return DF_CLAMP(frames, least, most);
}

static int open_patch(DfCaptionPatch *patch, const DfCaptionSettings *settings)
{
    size_t size = df_size_mul(settings->width, settings->height), floats = df_size_mul(size, sizeof(float));
    int failed = 0;

    patch->reach = DF_MAX((int)(REACH_SHARE * settings->frame_height) | 1, 3);
    patch->reach = DF_MIN(patch->reach, 201);
    failed |= !(patch->seed = df_alloc(size));
    failed |= !(patch->distance = df_alloc(size));
    failed |= !(patch->mask = df_alloc(size));
    failed |= !(patch->bytes = df_alloc(df_caption_strokes_scratch(settings->width, settings->height)));
    failed |= !(patch->mean = df_alloc(floats));
    for (size_t i = 0; i < DF_COUNT(patch->plane); i++)
        failed |= !(patch->plane[i] = df_alloc(floats));
    return failed ? -ENOMEM : 0;
}

static int open_parts(DfCaptions *captions)
{
    const DfCaptionSettings *settings = &captions->settings;
    size_t size = (size_t)settings->width * settings->height, room = settings->memory ? settings->memory : MEMORY;
    double rate = settings->rate > 0 ? settings->rate : RATE;
    int margin = frames_in(rate, MARGIN_SECONDS, 12, DF_CAPTION_MOST_MARGIN), delay = margin + DF_CAPTION_RUN_DELAY;
    int most = frames_in(rate, MOST_SECONDS, 64, 4096), beyond = delay + margin + 2;
    int span = (int)DF_CLAMP((int64_t)(room / size) - beyond, 32, most);

    captions->margin = margin;
    captions->delay = delay;
    captions->fall = DF_CLAMP((float)(FALL_SECOND / rate), LEAST_FALL, MOST_FALL);
    captions->bands = (DfCaptionBands){ .width = settings->width, .height = settings->height,
                                        .span = span + beyond, .newest = -1 };
    captions->bands.data = df_alloc(df_size_mul(size, captions->bands.span));
    captions->strength = df_alloc(size);
    captions->scratch = df_alloc(df_caption_strokes_scratch(settings->width, settings->height));
    if (!captions->bands.data || !captions->strength || !captions->scratch || open_patch(&captions->patch, settings))
        return -ENOMEM;
    return df_caption_runs_open(&captions->runs, (int)size, frames_in(rate, RUN_SECONDS, 5, 18), span,
                                delay + margin + 2 * DF_CAPTION_RUN_DELAY);
}

int df_captions_open(DfCaptions **opened, const DfCaptionSettings *settings)
{
    int ret = check(settings);

    *opened = NULL;
    if (ret)
        return ret;
    DfCaptions *captions = df_alloc(sizeof *captions);
    if (!captions)
        return -ENOMEM;
    captions->settings = *settings;
    ret = open_parts(captions);
    if (ret)
        df_captions_close(&captions);
    *opened = captions;
    return ret;
}

void df_captions_close(DfCaptions **closed)
{
    DfCaptions *captions = *closed;

    if (!captions)
        return;
    df_caption_queue_close(&captions->queue);
    df_caption_runs_close(&captions->runs);
    df_free(captions->bands.data);
    df_free(captions->strength);
    df_free(captions->scratch);
    df_free(captions->patch.seed);
    df_free(captions->patch.distance);
    df_free(captions->patch.mask);
    df_free(captions->patch.bytes);
    df_free(captions->patch.mean);
    for (size_t i = 0; i < DF_COUNT(captions->patch.plane); i++)
        df_free(captions->patch.plane[i]);
    df_free(captions);
    *closed = NULL;
}

/* ------------------------------------------------------------------------------------- what was found -- */

int df_captions_take(DfCaptions *captions, DfCaption *caption)
{
    int64_t before = captions->is_flushed ? INT64_MAX : captions->decided - HOLD;
    return df_caption_queue_take(&captions->queue, caption, before);
}

int64_t df_captions_settled(const DfCaptions *captions)
{
    int64_t settled = captions->is_flushed ? captions->bands.newest + 1
                                           : captions->decided - captions->runs.span - captions->margin;
    return DF_MAX(df_caption_queue_earliest(&captions->queue, settled), 0);
}

/* ------------------------------------------------------------------------------------------- judging -- */

/** Runs that begin in frames first..first_most and end in frames end_least..end. */
typedef struct Shared {
    int64_t first, first_most, end_least, end;
} Shared;

/** Call a step for each pixel of the runs that are shared. */
static void for_each_pixel(DfCaptions *captions, Shared shared, void (*step)(DfCaptions *captions, int x, int y))
{
    for (int64_t e = shared.end_least; e <= shared.end; e++) {
        const DfCaptionRow *row = df_caption_runs_row(&captions->runs, e);
        for (size_t i = 0; i < row->count; i++)
            if (row->runs[i].first >= shared.first && row->runs[i].first <= shared.first_most)
                step(captions, row->runs[i].pixel % captions->bands.width,
                     row->runs[i].pixel / captions->bands.width);
    }
}

static void bound(DfCaptions *captions, int x, int y)
{
    DfRect pixel = { x, y, x + 1, y + 1 }, *box = &captions->patch.box;
    *box = df_rect_empty(*box) ? pixel : df_rect_union(*box, pixel);
}

static void set_seed(DfCaptions *captions, int x, int y)
{
    DfCaptionPatch *patch = &captions->patch;
    patch->seed[(size_t)(y - patch->box.y0) * patch->width + x - patch->box.x0] = 1;
}

static void measure_distance(DfCaptionPatch *patch)
{
    df_caption_distance(patch->distance, patch->seed, patch->width, patch->height, patch->reach + 3,
                        (int16_t *)patch->plane[0], (int *)patch->bytes);
}

/** Make the patch that of the strokes that are shared. @return whether they are enough */
static int fill_patch(DfCaptions *captions, Shared shared)
{
    DfCaptionPatch *patch = &captions->patch;
    DfRect band = { 0, 0, captions->bands.width, captions->bands.height };
    float least = PRUNED * DF_CAPTION_AREA * 1e-3f * captions->settings.frame_height * captions->settings.frame_height;

    patch->box = (DfRect){ 0 };
    for_each_pixel(captions, shared, bound);
    patch->box = df_rect_clip(df_rect_grow(patch->box, 2 * patch->reach + PATCH_MARGIN), band);
    patch->width = df_rect_width(patch->box);
    patch->height = df_rect_height(patch->box);
    memset(patch->seed, 0, (size_t)patch->width * patch->height);
    for_each_pixel(captions, shared, set_seed);
    df_caption_prune(patch);
    if ((float)patch->count < least)
        return 0;
    measure_distance(patch);
    df_caption_mean(patch->mean, &captions->bands, patch, patch->first + 1, patch->end - 1);
    return 1;
}

/** Keep the patch's mask as a caption. */
static int keep_patch(DfCaptions *captions, int64_t first, int64_t last)
{
    const DfCaptionPatch *patch = &captions->patch;
    DfRect inner = df_rect_bounds(patch->mask, patch->width, patch->height);
    int width = df_rect_width(inner);
    DfCaption caption = { .first = first, .last = last, .mask = df_alloc(df_rect_area(inner)),
                          .box = { inner.x0 + patch->box.x0, inner.y0 + patch->box.y0, inner.x1 + patch->box.x0,
                                   inner.y1 + patch->box.y0 } };

    if (!caption.mask)
        return -ENOMEM;
    for (int y = inner.y0; y < inner.y1; y++)
        memcpy(caption.mask + (size_t)(y - inner.y0) * width, patch->mask + (size_t)y * patch->width + inner.x0, width);
    return df_caption_queue_keep(&captions->queue, caption);
}

/** Strokes that fade are steady sooner or later, as their contrast is: runs that begin and end in the fades count. */
static Shared widened(const DfCaptionPatch *patch, const DfCaptionEnd *first, const DfCaptionEnd *last)
{
    return (Shared){ DF_MIN(first->frame, patch->first) - 1, DF_MAX(first->frame + first->ramp, patch->first) + 1,
                     DF_MIN(last->frame - last->ramp, patch->end) - 1, DF_MAX(last->frame, patch->end) + 1 };
}

/** Judge the runs that begin and end in these frames, give or take one. */
static int judge(DfCaptions *captions, int64_t begun, int64_t end)
{
    DfCaptionPatch *patch = &captions->patch;
    DfCaptionEndSearch search = { .step = -1, .margin = captions->margin, .fall = captions->fall };

    patch->first = begun;
    patch->end = end;
    if (!fill_patch(captions, (Shared){ begun - 1, begun + 1, end - 1, end + 1 }))
        return 0;
    DfCaptionEnd first = df_caption_end(&captions->bands, patch, search);
    search.step = 1;
    DfCaptionEnd last = df_caption_end(&captions->bands, patch, search);
    if ((first.ramp > 1 || last.ramp > 1) && !fill_patch(captions, widened(patch, &first, &last)))
        return 0;
    DfCaptionShape shape = df_caption_shape(patch, captions->bands.width, captions->settings.frame_height);
    if (!df_caption_is_likely(&first, &last, &shape))
        return 0;
    measure_distance(patch);
    df_caption_mark(patch, &captions->bands, first, last);
    return keep_patch(captions, first.frame, last.frame);
}

/** Judge the runs that end in the next frame. */
static int decide(DfCaptions *captions)
{
    int64_t end = captions->decided, oldest = DF_MAX(end - captions->runs.span + 1, 0);
    float side = captions->settings.frame_height;
    uint32_t least = (uint32_t)(DF_CAPTION_AREA * 1e-3f * side * side);
    int ret = 0;

    if (df_caption_runs_row(&captions->runs, end)->count)
        for (int64_t first = end - captions->runs.least + 1; first >= oldest && !ret; first--)
            if (df_caption_runs_peak(&captions->runs, first, end, DF_MAX(least, 1)))
                ret = judge(captions, first, end);
    captions->decided++;
    return ret;
}

/* ------------------------------------------------------------------------------------------- frames -- */

int df_captions_push(DfCaptions *captions, const uint8_t *luma, ptrdiff_t stride)
{
    DfCaptionBands *bands = &captions->bands;
    int64_t frame = ++bands->newest;
    uint8_t *band = bands->data + (size_t)(frame % bands->span) * bands->width * bands->height;

    bands->oldest = DF_MAX(frame - bands->span + 1, 0);
    for (int y = 0; y < bands->height; y++)
        memcpy(band + (size_t)y * bands->width, luma + y * stride, bands->width);
    df_caption_strokes(captions->strength, band, bands->width, bands->width, bands->height, captions->patch.reach,
                       captions->scratch);
    int ret = df_caption_runs_push(&captions->runs, frame, band, captions->strength);
    while (!ret && captions->decided <= frame - captions->delay)
        ret = decide(captions);
    return ret;
}

int df_captions_flush(DfCaptions *captions)
{
    int ret = df_caption_runs_push(&captions->runs, captions->bands.newest + 1, NULL, NULL);

    while (!ret && captions->decided <= captions->bands.newest)
        ret = decide(captions);
    captions->is_flushed = !ret;
    return ret;
}
