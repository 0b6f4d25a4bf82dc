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

/**
 * Where pixels of one area are fresh: the smallest rectangle around those in a part of the frame.
 * @param[out] count  they are added to it
 */
static DfRect find_fresh(const DfComposite *composite, int area, DfRect part, int64_t *count)
{
    const DfCompositePlane *luma = &composite->areas[area].planes[0];
    DfRect found = { 0 }, look = df_rect_clip(luma->place, part);

    for (int y = look.y0; y < look.y1; y++) {
        const DfOriginSample *origins = luma->origins +
                                        (size_t)(y - luma->place.y0) * df_rect_width(luma->place) - luma->place.x0;
        for (int x = look.x0; x < look.x1; x++) {
            if (!df_composite_is_fresh(composite, &origins[x]))
                continue;
            DfRect pixel = { x, y, x + 1, y + 1 };
            ++*count;
            found = df_rect_empty(found) ? pixel : df_rect_union(found, pixel);
        }
    }
    return found;
}

/** The same of all areas. */
static DfRect find_all_fresh(const DfComposite *composite, DfRect frame, int64_t *count)
{
    DfRect found = { 0 };

    for (int i = 0; i < composite->count; i++) {
        DfRect r = find_fresh(composite, i, frame, count);
        found = df_rect_empty(found) ? r : df_rect_empty(r) ? found : df_rect_union(found, r);
    }
    return found;
}

/** Copy a part of the frame around what is fresh. */
static int set_up(Stage *stage, const DfComposite *composite, DfRect fresh, DfRect part, DfArena *scratch)
{
    const DeepfillImage *image = &composite->state->image;
    const DeepfillFormat *format = &image->format;
    int grid_x = 1 << format->sub_x, grid_y = 1 << format->sub_y;
    DfRect r = df_rect_clip(df_rect_grow(fresh, AROUND), part);

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

/** A part of the frame in a plane's samples. */
static DfRect part_of_plane(DfRect part, const DeepfillFormat *format, int p)
{
    int sx = df_plane_sub_x(format, p), sy = df_plane_sub_y(format, p);

    return (DfRect){ part.x0 >> sx, part.y0 >> sy, df_plane_side(part.x1, sx), df_plane_side(part.y1, sy) };
}

/**
 * A few pixels of one plane of a part: continued smoothly from what is around them in it, in whole levels, as the
 * network's fill has them: so this frame uses the very colours that others will find.
 */
static int smooth_plane(const DfComposite *composite, const DfCompositePlane *plane, DfRect part, DfArena *scratch)
{
    float highest = (float)((1 << composite->state->image.format.depth) - 1);
    DfRect r = df_rect_clip(plane->place, part);
    int left = r.x0 - plane->place.x0, top = r.y0 - plane->place.y0, width = df_rect_width(r);
    DfPlane window = { df_plane_row(plane->colour, top) + left, width, df_rect_height(r), plane->colour.row_floats };
    uint8_t *fresh = df_arena_take(scratch, df_size_mul(width, window.height));

    if (!fresh)
        return -ENOMEM;
    for (int y = 0; y < window.height; y++) {
        const DfOriginSample *origins = plane->origins + (size_t)(top + y) * df_rect_width(plane->place) + left;
        for (int x = 0; x < width; x++)
            fresh[(size_t)y * width + x] = (uint8_t)df_composite_is_fresh(composite, &origins[x]);
    }
    if (df_membrane(&window, 1, fresh, scratch) < 0)
        return -ENOMEM;
    for (int y = 0; y < window.height; y++)
        for (int x = 0; x < width; x++)
            if (fresh[(size_t)y * width + x])
                df_plane_row(window, y)[x] = floorf(DF_CLAMP(df_plane_row(window, y)[x], 0, highest) + 0.5f);
    return 0;
}

static int smooth_part(const DfComposite *composite, int area, DfRect part, DfArena *scratch)
{
    const DeepfillFormat *format = &composite->state->image.format;
    DfArenaMark mark = df_arena_mark(scratch);
    int ret = 0;

    for (int p = 0; ret >= 0 && p < df_plane_count(format); p++)
        ret = smooth_plane(composite, &composite->areas[area].planes[p], part_of_plane(part, format, p), scratch);
    df_arena_reset(scratch, mark);
    return ret;
}

/** The network fills what is fresh in a rectangle of a part of the frame; it sees nothing of the rest. */
static int fill_part(DfSynthesiser *worker, const DfRules *rules, DfComposite *composite, DfRect fresh, DfRect part,
                     DfSynthesis *result, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    Stage stage = { 0 };
    int ret = set_up(&stage, composite, fresh, part, scratch);

    if (ret >= 0) {
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

/**
 * The parts of a frame that a layer's rectangle cuts it into, each to be synthesised from itself alone: a bar is black
 * under its caption, whatever the picture beside it shows. A box that does not reach from edge to edge is cut out of
 * a picture that stays whole.
 *
 * @return how many, at most 3
 */
static int list_parts(DfRect parts[3], const DfLayer *layer, DfRect frame)
{
    DfRect r = df_rect_clip(layer->rect, frame);
    int is_wide = r.x0 == frame.x0 && r.x1 == frame.x1, is_high = r.y0 == frame.y0 && r.y1 == frame.y1;

    parts[0] = frame;
    if (!layer->side || df_rect_empty(r))
        return 1;
    parts[1] = r;
    if (!is_wide && !is_high)
        return 2;
    parts[2] = frame;
    if (is_wide) {
        parts[0].y1 = r.y0;
        parts[2].y0 = r.y1;
    } else {
        parts[0].x1 = r.x0;
        parts[2].x0 = r.x1;
    }
    return 3;
}

static int has_layers(const DfComposite *composite)
{
    int any = 0;

    for (int i = 0; i < composite->count; i++)
        any |= composite->areas[i].planes[0].layer.side;
    return any;
}

/**
 * Bounds of an area's fresh pixels in part k. Of two parts the first is the frame, the second a box in it: where all of
 * the frame's fresh pixels lie in the box, the bounds are empty, and the box alone is synthesised.
 */
static DfRect find_part(const DfComposite *composite, int area, const DfRect *parts, int count, int k)
{
    int64_t pixels = 0, in_box = 0;
    DfRect fresh = find_fresh(composite, area, parts[k], &pixels);

    if (count == 2 && k == 0)
        find_fresh(composite, area, parts[1], &in_box);
    return pixels > in_box ? fresh : (DfRect){ 0 };
}

int df_synthesise(DfSynthesiser *worker, const DfRules *rules, DfComposite *composite, DfSynthesis *result,
                  DfArena *scratch)
{
    const DeepfillFormat *format = &composite->state->image.format;
    DfRect frame = { 0, 0, format->width, format->height };
    int ret = 0;

    *result = (DfSynthesis){ 0 };
    DfRect fresh = find_all_fresh(composite, frame, &result->pixels);
    if (!result->pixels)
        return 0;
    int is_slight = df_synthesis_is_slight(result->pixels, composite->state->hole);
    if (!is_slight && !has_layers(composite))
        return fill_part(worker, rules, composite, fresh, frame, result, scratch);
    for (int i = 0; ret >= 0 && i < composite->count; i++) {
        DfRect parts[3];
        int count = list_parts(parts, &composite->areas[i].planes[0].layer, frame);
        for (int k = 0; ret >= 0 && k < count; k++) {
            fresh = find_part(composite, i, parts, count, k);
            if (!df_rect_empty(fresh))
                ret = is_slight ? smooth_part(composite, i, parts[k], scratch)
                                : fill_part(worker, rules, composite, fresh, parts[k], result, scratch);
        }
    }
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
