/**
 * @file
 * What the temporal steps do with one frame.
 */
#include "temporal/temporal.h"

#include <errno.h>
#include <string.h>

#include "image/crop.h"
#include "temporal/blend.h"
#include "temporal/grain.h"

int df_temporal_init(DfTemporal *temporal, const DeepfillFormat *format, const DfRules *rules,
                     const DfPlannerSettings *settings)
{
    temporal->rules = *rules;
    temporal->format = *format;
    temporal->memory = settings->memory;
    temporal->live = !settings->ahead;
    for (int i = 0; temporal->live && i < 2; i++) {
        temporal->whole[i] = df_copy_create(&temporal->account, format,
                                            (DfRect){ 0, 0, format->width, format->height });
        if (!temporal->whole[i].memory)
            return -ENOMEM;
    }
    return df_planner_init(&temporal->planner, &temporal->account, settings);
}

void df_temporal_reset(DfTemporal *temporal)
{
    df_planner_reset(&temporal->planner);
    temporal->released = 0;
}

void df_temporal_free(DfTemporal *temporal)
{
    df_planner_free(&temporal->planner);
    for (int i = 0; i < 2; i++)
        df_copy_free(&temporal->whole[i], &temporal->account, &temporal->format);
    *temporal = (DfTemporal){ 0 };
}

void df_temporal_worker_free(DfTemporalWorker *worker)
{
    df_synthesiser_free(&worker->synthesiser);
    df_arena_free(&worker->scratch);
}

static size_t image_bytes(const DeepfillImage *image)
{
    return df_planes_bytes(&image->format, image->format.width, image->format.height);
}

/** Let go what the states of frames hold that no later motion and no later plan looks at. */
static void release_states(DfTemporal *temporal, int64_t received)
{
    int64_t planned = df_planner_planned(&temporal->planner), end = DF_MIN(received, planned - DF_MOST_BACK);

    for (; temporal->released < end; temporal->released++)
        df_frame_state_free(df_planner_state(&temporal->planner, temporal->released));
}

/** The state of a frame that has been sent, and is not released; NULL: there is none. */
static DfFrameState *find_state(const DfTemporal *temporal, int64_t frame)
{
    DfFrameState *s = frame < 0 ? NULL : df_planner_state(&temporal->planner, frame);

    return s && s->frame == frame && s->source ? s : NULL;
}

static DeepfillMask *mask_of(const DfTemporal *temporal, int64_t frame)
{
    const DfFrameState *s = find_state(temporal, frame);

    return s ? s->source->mask : NULL;
}

int df_temporal_begin(DfTemporal *temporal, int64_t frame, int64_t received, const DeepfillImage *image,
                      DeepfillMask *mask, DeepfillMask *keep_out, DeepfillSketch *sketch, int filled)
{
    DfFrameState *s = df_planner_state(&temporal->planner, frame);

    release_states(temporal, received);
    if (df_frame_state_begin(s, &temporal->account, frame, image, mask) < 0)
        return -ENOMEM;
    s->sketch = sketch ? deepfill_sketch_ref(sketch) : NULL;
    s->source->keep_out = keep_out ? deepfill_mask_ref(keep_out) : NULL;
    s->unfilled = !filled;
    df_account_charge(&temporal->account, image_bytes(image));
    if (mask && mask != mask_of(temporal, frame - 1))
        s->mask_bytes = df_rect_area(mask->extent);
    df_account_charge(&temporal->account, s->mask_bytes);
    return 0;
}

int df_temporal_hide(DfTemporal *temporal, int64_t frame, DeepfillMask *mask, int filled)
{
    DfFrameState *s = df_planner_state(&temporal->planner, frame);
    DfAreas areas = { 0 };

    if (df_areas_create(&areas, &s->image.format, &mask, 1) < 0)
        return -ENOMEM;
    df_areas_free(&s->areas);
    s->areas = areas;
    deepfill_mask_close(&s->source->mask);
    s->source->mask = mask ? deepfill_mask_ref(mask) : NULL;
    s->unfilled = !filled;
    df_account_credit(&temporal->account, s->mask_bytes);
    s->mask_bytes = mask && mask != mask_of(temporal, frame - 1) ? df_rect_area(mask->extent) : 0;
    df_account_charge(&temporal->account, s->mask_bytes);
    return 0;
}

void df_temporal_receive(DfTemporal *temporal, int64_t frame)
{
    DfFrameState *s = df_planner_state(&temporal->planner, frame);

    df_account_credit(&temporal->account, image_bytes(&s->image));
    df_frame_state_release_plan(s);
}

int df_temporal_has_snapshot(const DfTemporal *temporal, int64_t frame)
{
    return temporal->live || mask_of(temporal, frame - 1) || mask_of(temporal, frame) ||
           mask_of(temporal, frame + 1);
}

/** Copy the surroundings of the holes of a frame and its neighbours out of its image. */
static int copy_areas(DfTemporal *temporal, DfFrameState *s, const DeepfillImage *image)
{
    DeepfillMask *masks[] = { mask_of(temporal, s->frame - 1), s->source->mask, mask_of(temporal, s->frame + 1) };
    DfAreas areas = { 0 };
    int ret = df_areas_create(&areas, &image->format, masks, DF_COUNT(masks));

    if (ret >= 0)
        ret = df_copies_make(&s->source->shown, &temporal->account, image, s->source->mask, &areas);
    df_areas_free(&areas);
    return ret;
}

static DeepfillImage image_of(const DfCopy *whole, const DeepfillFormat *format)
{
    DeepfillImage image = { .format = *format };

    for (int p = 0; p < df_plane_count(format); p++) {
        image.data[p] = whole->planes.data[p];
        image.stride[p] = whole->planes.stride[p];
    }
    return image;
}

/**
 * Live, what others will sample of a frame is known only when the next one comes: until then a copy of all of it is
 * kept.
 */
static int snapshot_live(DfTemporal *temporal, DfFrameState *s)
{
    DfFrameState *before = find_state(temporal, s->frame - 1);
    DfCopy *whole = &temporal->whole[s->frame % 2];
    int ret = 0;

    if (before && (before->source->mask || s->source->mask || mask_of(temporal, s->frame - 2))) {
        DeepfillImage image = image_of(&temporal->whole[before->frame % 2], &before->image.format);
        ret = copy_areas(temporal, before, &image);
    }
    for (int p = 0; p < df_plane_count(&s->image.format); p++)
        df_crop_plane(&s->image, p, whole->place, whole->planes.data[p], whole->planes.stride[p]);
    return ret;
}

int df_temporal_snapshot(DfTemporal *temporal, int64_t frame)
{
    DfFrameState *s = df_planner_state(&temporal->planner, frame);

    int ret = temporal->live ? snapshot_live(temporal, s) : copy_areas(temporal, s, &s->image);

    /* It will not be filled: what its plan says it synthesises will not be there. */
    if (ret < 0)
        atomic_store(&s->source->failed, 1);
    return ret;
}

/** Relate a frame to the nearest earlier one that it can be related to; where there is one its noise is measured. */
static int relate(DfTemporal *temporal, DfFrameState *s, const DfFrameView *here, DfArena *scratch)
{
    for (int back = 1; back <= DF_MOST_BACK; back++) {
        const DfFrameState *before = find_state(temporal, s->frame - back);
        if (!before)
            break;
        DfFrameView earlier = df_frame_state_copy_view(before,
                                                       df_planner_state(&temporal->planner, s->frame - back + 1));
        int ret = df_frame_motion_make(&s->motion, &temporal->account, here, &earlier, back, scratch);
        if (ret >= 0 && s->motion.back && temporal->planner.settings.grain)
            ret = df_grain_measure(&s->measured, &s->motion, here, &earlier, scratch);
        if (ret < 0 || s->motion.back)
            return ret;
    }
    return 0;
}

int df_temporal_motion(DfTemporal *temporal, int64_t frame, DfTemporalWorker *worker)
{
    DfFrameState *s = df_planner_state(&temporal->planner, frame);
    DfFrameView here = df_frame_state_view(s);
    int ret = relate(temporal, s, &here, &worker->scratch);

    s->measured_alone = ret >= 0 && !s->motion.back;
    if (s->measured_alone && s->source->mask && temporal->planner.settings.grain)
        ret = df_noise_measure(&s->measured, &s->image, s->source->mask, s->source->keep_out, DF_WEIGHT_HOLE,
                               &worker->scratch);
    if (ret < 0) {
        s->motion.back = 0;
        atomic_store(&s->source->failed, 1);
    }
    return ret;
}

/** A blended area as samples of the frame's format. */
static int round_area(DfFill *fill, const DfCompositeArea *area, const DeepfillFormat *format)
{
    int ret = df_fill_reserve(fill, format, df_rect_width(area->place), df_rect_height(area->place));

    for (int p = 0; ret >= 0 && p < df_plane_count(format); p++)
        df_composite_round(&area->planes[p], format, fill->planes.data[p], fill->planes.stride[p]);
    return ret;
}

/** Blend all areas and paste them, each as a box of its own. */
static int blend_and_paste(DfTemporalWorker *worker, const DfComposite *composite, const DeepfillMask *mask)
{
    const DfFrameState *s = composite->state;
    const DeepfillFormat *format = &s->image.format;
    DfBox *boxes = df_arena_take_zeroed(&worker->scratch, df_size_mul(DF_MAX(composite->count, 1), sizeof *boxes));
    DfSynthesiser *own = &worker->synthesiser;
    int ret = boxes ? df_fills_reserve(&own->fills, &own->fill_count, composite->count) : -ENOMEM;

    for (int i = 0; ret >= 0 && i < composite->count; i++) {
        for (int p = 0; ret >= 0 && p < df_plane_count(format); p++)
            ret = df_blend(composite, &composite->areas[i].planes[p], p, &worker->scratch);
        if (ret >= 0)
            ret = df_grain_put(composite, i, &worker->scratch);
        if (ret >= 0)
            ret = round_area(&own->fills[i], &composite->areas[i], format);
        boxes[i].place = boxes[i].own = composite->areas[i].place;
    }
    if (ret >= 0) {
        DfRegions areas = { .box_count = composite->count, .boxes = boxes };
        df_paste(&s->image, mask, &areas, own->fills, &own->row);
    }
    return ret;
}

static enum DfOrigin origin_of(const DfFrameState *s, const DfMapPixel *pixel)
{
    if (pixel->reference == DF_NO_REFERENCE)
        return DF_ORIGIN_NONE;
    const DfReference *reference = &s->map->references[pixel->reference];
    if (reference->kind == DF_KIND_SYNTHESISED)
        return reference->source == s->source ? DF_ORIGIN_NETWORK : DF_ORIGIN_MADE;
    return reference->source->frame < s->frame ? DF_ORIGIN_PAST : DF_ORIGIN_FUTURE;
}

int df_temporal_fill(DfTemporal *temporal, int64_t frame, const DeepfillMask *mask, DfTemporalWorker *worker,
                     DfSynthesis *synthesis)
{
    const DfFrameState *s = df_planner_state(&temporal->planner, frame);
    DfArenaMark mark = df_arena_mark(&worker->scratch);
    DfComposite composite;
    int ret;

    if (s->failed)
        return df_error(-ENOMEM, "there was no memory to plan the fill of frames together");
    ret = df_composite_make(&composite, s, &worker->scratch);
    if (ret >= 0)
        ret = df_synthesise(&worker->synthesiser, &temporal->rules, &composite, synthesis, &worker->scratch);
    if (ret >= 0 && s->keep_composite)
        ret = df_composite_keep(&composite);
    if (ret >= 0 && s->fade > 0)
        ret = df_composite_fade(&composite, &worker->scratch);
    if (ret >= 0)
        ret = blend_and_paste(worker, &composite, mask);
    df_arena_reset(&worker->scratch, mark);
    if (ret < 0)
        atomic_store(&s->source->failed, 1);
    return ret;
}

/** An area's origins: where there is none of its own, where the map says. */
static void find_origins(const DfFrameState *s, const DfMapArea *area, const DfOrigins *own, uint8_t *data)
{
    DfRect r = area->hole;

    for (int y = r.y0; y < r.y1; y++)
        for (int x = r.x0; x < r.x1; x++) {
            size_t at = (size_t)(y - r.y0) * df_rect_width(r) + (x - r.x0);
            int is_own = own && df_rect_contains(own->place, (DfRect){ x, y, x + 1, y + 1 });
            data[at] = is_own ? own->data[(y - own->place.y0) * own->stride + (x - own->place.x0)] : DF_ORIGIN_NONE;
            if (data[at] == DF_ORIGIN_NONE)
                data[at] = (uint8_t)origin_of(s, &area->pixels[at]);
        }
}

void df_temporal_known(const DfTemporal *temporal, int64_t frame, const DeepfillMask *mask, DfRect place,
                       uint8_t *known)
{
    const DfFrameState *s = df_planner_state(&temporal->planner, frame);

    for (int y = place.y0; y < place.y1; y++) {
        uint8_t *row = known + (size_t)(y - place.y0) * df_rect_width(place);
        df_mask_opacities(mask, y, place.x0, place.x1, 0, 0, row);
        for (int x = place.x0; x < place.x1; x++) {
            const DfMapPixel *pixel = df_source_map_at(s->map, x, y);
            enum DfOrigin origin = pixel ? origin_of(s, pixel) : DF_ORIGIN_NONE;
            row[x - place.x0] = row[x - place.x0] == DF_WEIGHT_HOLE &&
                                (origin == DF_ORIGIN_PAST || origin == DF_ORIGIN_FUTURE);
        }
    }
}

int df_temporal_tint(DfTemporal *temporal, int64_t frame, const DeepfillMask *mask, const DfOrigins *own,
                     DfTemporalWorker *worker)
{
    const DfFrameState *s = df_planner_state(&temporal->planner, frame);
    DfArenaMark mark = df_arena_mark(&worker->scratch);

    for (int i = 0; i < s->map->area_count; i++) {
        const DfMapArea *area = &s->map->areas[i];
        uint8_t *data = df_arena_take(&worker->scratch, df_rect_area(area->hole));
        if (!data)
            return -ENOMEM;
        find_origins(s, area, own, data);
        DfOrigins origins = { area->hole, data, df_rect_width(area->hole) };
        df_paste_origins(&s->image, mask, &origins, &worker->synthesiser.row);
    }
    df_arena_reset(&worker->scratch, mark);
    return 0;
}
