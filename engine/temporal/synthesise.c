/**
 * @file
 * The frame around the missing pixels, copied, with the composite in it, becomes a small frame of its own, whose
 * hole is what is missing: regions, network and paste work on it as on any frame.
 */
#include "temporal/synthesise.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "image/crop.h"
#include "plane/membrane.h"

/** Surroundings that the network may want to see, in pixels: the widest context and what a ladder may add. */
#define AROUND 384

/** The small frame. */
typedef struct Stage {
    DfRect place;        /* in luma samples of the frame */
    DeepfillImage image;
    DfPlanes planes;
    uint8_t *picture;    /* of its mask, place-sized */
    DeepfillMask *mask;
    DfRegions *regions;
} Stage;

/** Where pixels are fresh: the smallest rectangle around them. @param[out] count  of them */
static DfRect find_fresh(const DfComposite *composite, int64_t *count)
{
    DfRect found = { 0 };

    for (int i = 0; i < composite->count; i++) {
        const DfCompositePlane *luma = &composite->areas[i].planes[0];
        const DfOriginSample *origin = luma->origins;
        for (int y = luma->place.y0; y < luma->place.y1; y++) {
            for (int x = luma->place.x0; x < luma->place.x1; x++, origin++) {
                if (!df_composite_is_fresh(composite, origin))
                    continue;
                DfRect pixel = { x, y, x + 1, y + 1 };
                ++*count;
                found = df_rect_empty(found) ? pixel : df_rect_union(found, pixel);
            }
        }
    }
    return found;
}

/** Copy the frame around, put the rest of the composite in, and mark what is fresh. */
static int set_up(Stage *stage, const DfComposite *composite, DfRect fresh, DfArena *scratch)
{
    const DeepfillImage *image = &composite->state->image;
    const DeepfillFormat *format = &image->format;
    int grid_x = 1 << format->sub_x, grid_y = 1 << format->sub_y;
    DfRect r = df_rect_grow(fresh, AROUND);

    r = (DfRect){ DF_MAX(r.x0, 0) & -grid_x, DF_MAX(r.y0, 0) & -grid_y,
                  DF_MIN(df_round_up(r.x1, grid_x), format->width),
                  DF_MIN(df_round_up(r.y1, grid_y), format->height) };
    int width = df_rect_width(r), height = df_rect_height(r);
    void *memory = df_arena_take(scratch, df_planes_bytes(format, width, height));
    stage->place = r;
    stage->picture = df_arena_take_zeroed(scratch, df_size_mul(width, height));
    if (!memory || !stage->picture)
        return -ENOMEM;
    df_planes_carve(&stage->planes, format, width, height, memory);
    stage->image.format = *format;
    stage->image.format.width = width;
    stage->image.format.height = height;
    for (int p = 0; p < df_plane_count(format); p++) {
        stage->image.data[p] = stage->planes.data[p];
        stage->image.stride[p] = stage->planes.stride[p];
        df_crop_plane(image, p, r, stage->planes.data[p], stage->planes.stride[p]);
    }
    return 0;
}

/** A composite's plane on the stage: where its first sample lies; parts beyond the stage are cut off. */
typedef struct Window {
    DfRect common;      /* in the plane's samples of the frame */
    int left, top;      /* of the stage */
} Window;

static Window window_of(const Stage *stage, const DfCompositePlane *plane, int p)
{
    const DeepfillFormat *format = &stage->image.format;
    int sx = df_plane_sub_x(format, p), sy = df_plane_sub_y(format, p);
    int left = stage->place.x0 >> sx, top = stage->place.y0 >> sy;
    DfRect all = { left, top, left + df_plane_side(format->width, sx),
                   top + df_plane_side(format->height, sy) };

    return (Window){ df_rect_clip(all, plane->place), left, top };
}

/** Put the composite's samples onto the stage (out = 1), or take the fresh ones from there. */
static void exchange(const Stage *stage, const DfComposite *composite, DfCompositePlane *plane, int p, int out)
{
    Window w = window_of(stage, plane, p);
    int bytes = df_sample_bytes(&stage->image.format), width = df_rect_width(plane->place);
    float highest = (float)((1 << stage->image.format.depth) - 1);

    for (int y = w.common.y0; y < w.common.y1; y++) {
        uint8_t *row = stage->planes.data[p] + (y - w.top) * stage->planes.stride[p];
        float *colour = df_plane_row(plane->colour, y - plane->place.y0) - plane->place.x0;
        const DfOriginSample *origins = plane->origins + (size_t)(y - plane->place.y0) * width - plane->place.x0;
        for (int x = w.common.x0; x < w.common.x1; x++) {
            if (origins[x].reference < 0)
                continue;
            int fresh = df_composite_is_fresh(composite, &origins[x]);
            if (out && !fresh)
                df_sample_store(row, x - w.left, bytes, (unsigned)(DF_CLAMP(colour[x], 0, highest) + 0.5f));
            else if (out && !p)
                stage->picture[(size_t)(y - w.top) * stage->image.format.width + (x - w.left)] = 255;
            else if (!out && fresh)
                colour[x] = (float)df_sample_load(row, x - w.left, bytes);
        }
    }
}

static void exchange_all(const Stage *stage, DfComposite *composite, int out)
{
    for (int i = 0; i < composite->count; i++)
        for (int p = 0; p < df_plane_count(&stage->image.format); p++)
            exchange(stage, composite, &composite->areas[i].planes[p], p, out);
}

/** The stage's hole and the boxes that it is filled in. */
static int find_boxes(Stage *stage, const DfRules *rules)
{
    DfRules own = *rules;
    DeepfillMaskSettings settings = { .width = stage->image.format.width,
                                      .height = stage->image.format.height, .threshold = 0.5f };
    int ret;

    own.width = settings.width;
    own.height = settings.height;
    own.feather = 0;
    ret = df_mask_create(&stage->mask, &settings, stage->picture, settings.width, settings.width,
                         settings.height);
    if (ret >= 0)
        ret = df_regions_create(&stage->regions, &own, stage->mask->parts, stage->mask->part_count, NULL);
    return ret;
}

/**
 * @param sketch  of the whole frame; NULL: no lines
 */
static int run_network(DfSynthesiser *worker, const Stage *stage, const DeepfillSketch *sketch,
                       DfSynthesis *result)
{
    DeepfillSketch view = sketch ? df_sketch_view(sketch, stage->place) : (DeepfillSketch){ 0 };
    int ret = df_fills_reserve(&worker->fills, &worker->fill_count, stage->regions->box_count);

    for (int i = 0; ret >= 0 && i < stage->regions->box_count; i++) {
        ret = df_fill_box(worker->filler, &stage->image, stage->mask, sketch ? &view : NULL,
                          &stage->regions->boxes[i], 0, &worker->fills[i]);
        result->boxes++;
        result->no_context += worker->fills[i].no_context;
    }
    if (ret >= 0)
        df_paste(&stage->image, stage->mask, stage->regions, worker->fills, &worker->row);
    return ret;
}

/**
 * Whole levels, as the network's fill has them: so this frame uses the very colours that others will find.
 */
static void round_fresh(const DfCompositePlane *plane, const uint8_t *fresh, float highest)
{
    int width = df_rect_width(plane->place);

    for (int y = 0; y < df_rect_height(plane->place); y++) {
        float *row = df_plane_row(plane->colour, y);
        for (int x = 0; x < width; x++)
            if (fresh[(size_t)y * width + x])
                row[x] = floorf(DF_CLAMP(row[x], 0, highest) + 0.5f);
    }
}

/** A few pixels: continued smoothly from what is around them. */
static int smooth_over(DfComposite *composite, DfArena *scratch)
{
    float highest = (float)((1 << composite->state->image.format.depth) - 1);

    for (int i = 0; i < composite->count; i++) {
        for (int p = 0; p < df_plane_count(&composite->state->image.format); p++) {
            DfCompositePlane *plane = &composite->areas[i].planes[p];
            size_t n = df_rect_area(plane->place);
            uint8_t *fresh = df_arena_take(scratch, n);
            if (!fresh)
                return -ENOMEM;
            for (size_t k = 0; k < n; k++)
                fresh[k] = (uint8_t)df_composite_is_fresh(composite, &plane->origins[k]);
            if (df_membrane(&plane->colour, 1, fresh, scratch) < 0)
                return -ENOMEM;
            round_fresh(plane, fresh, highest);
        }
    }
    return 0;
}

int df_synthesise(DfSynthesiser *worker, const DfRules *rules, DfComposite *composite, DfSynthesis *result,
                  DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    Stage stage = { 0 };
    int ret = 0;

    *result = (DfSynthesis){ 0 };
    DfRect fresh = find_fresh(composite, &result->pixels);
    if (df_rect_empty(fresh))
        return 0;
    if (df_synthesis_is_slight(result->pixels, composite->state->hole)) {
        ret = smooth_over(composite, scratch);
    } else if ((ret = set_up(&stage, composite, fresh, scratch)) >= 0) {
        exchange_all(&stage, composite, 1);
        if ((ret = find_boxes(&stage, rules)) >= 0)
            ret = run_network(worker, &stage, composite->state->sketch, result);
        if (ret >= 0)
            exchange_all(&stage, composite, 0);
    }
    df_regions_close(&stage.regions);
    deepfill_mask_close(&stage.mask);
    df_arena_reset(scratch, mark);
    return ret;
}

void df_synthesiser_free(DfSynthesiser *worker)
{
    for (int i = 0; i < worker->fill_count; i++)
        df_fill_free(&worker->fills[i]);
    df_free(worker->fills);
    worker->fills = NULL;
    worker->fill_count = 0;
}
