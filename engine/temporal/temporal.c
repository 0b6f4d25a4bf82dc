/**
 * @file
 * What the temporal steps do with one frame.
 */
#include "temporal/temporal.h"

#include <errno.h>
#include <string.h>

#include "image/crop.h"
#include "temporal/blend.h"

int df_temporal_init(DfTemporal *temporal, const DeepfillFormat *format, const DfRules *rules, int slots,
                     int ahead, size_t budget)
{
    temporal->rules = *rules;
    temporal->live = !ahead;
    for (int i = 0; temporal->live && i < 2; i++) {
        temporal->whole[i] = df_patch_create(format, (DfRect){ 0, 0, format->width, format->height });
        if (!temporal->whole[i].memory)
            return -ENOMEM;
    }
    return df_timeline_init(&temporal->timeline, slots, ahead, budget);
}

void df_temporal_free(DfTemporal *temporal)
{
    df_timeline_free(&temporal->timeline);
    for (int i = 0; i < 2; i++)
        df_free(temporal->whole[i].memory);
    *temporal = (DfTemporal){ 0 };
}

int df_temporal_begin(DfTemporal *temporal, int64_t frame, const DeepfillImage *image, DeepfillMask *mask,
                      DeepfillSketch *sketch, int filled)
{
    DfMoment *m = df_timeline_moment(&temporal->timeline, frame);
    int ret = df_moment_begin(m, frame, image, mask);

    m->sketch = sketch ? deepfill_sketch_ref(sketch) : NULL;
    m->unfilled = !filled;
    return ret;
}

void df_temporal_withdraw(DfTemporal *temporal, int64_t frame)
{
    df_timeline_moment(&temporal->timeline, frame)->frame = -1;
}

/** The moment of a frame that has been sent; NULL: it never was. */
static DfMoment *find_moment(const DfTemporal *temporal, int64_t frame)
{
    DfMoment *m = frame < 0 ? NULL : df_timeline_moment(&temporal->timeline, frame);

    return m && m->frame == frame ? m : NULL;
}

static DeepfillMask *mask_of(const DfTemporal *temporal, int64_t frame)
{
    const DfMoment *m = find_moment(temporal, frame);

    return m && m->source ? m->source->mask : NULL;
}

int df_temporal_has_view(const DfTemporal *temporal, int64_t frame)
{
    return temporal->live || mask_of(temporal, frame - 1) || mask_of(temporal, frame) ||
           mask_of(temporal, frame + 1);
}

/** Copy the surroundings of the holes of a frame and its neighbours out of its image. */
static int copy_areas(DfTemporal *temporal, DfMoment *m, const DeepfillImage *image)
{
    DeepfillMask *masks[] = { mask_of(temporal, m->frame - 1), m->source->mask,
                              mask_of(temporal, m->frame + 1) };
    DfAreas areas = { 0 };
    int ret = df_areas_create(&areas, &image->format, masks, DF_COUNT(masks));

    if (ret >= 0)
        ret = df_patches_copy(&m->source->shown, image, m->source->mask, &areas);
    df_areas_free(&areas);
    return ret;
}

static DeepfillImage image_of(const DfPatch *whole, const DeepfillFormat *format)
{
    DeepfillImage image = { .format = *format };

    for (int p = 0; p < df_plane_count(format); p++) {
        image.data[p] = whole->planes.data[p];
        image.stride[p] = whole->planes.stride[p];
    }
    return image;
}

/**
 * Live, what is wanted of a frame is known only when the next one comes: until then a copy of all of it is
 * kept.
 */
static int view_live(DfTemporal *temporal, DfMoment *m)
{
    DfMoment *before = find_moment(temporal, m->frame - 1);
    DfPatch *whole = &temporal->whole[m->frame % 2];
    int ret = 0;

    if (before && (before->source->mask || m->source->mask || mask_of(temporal, m->frame - 2))) {
        DeepfillImage image = image_of(&temporal->whole[before->frame % 2], &before->image.format);
        ret = copy_areas(temporal, before, &image);
    }
    for (int p = 0; p < df_plane_count(&m->image.format); p++)
        df_crop_plane(&m->image, p, whole->place, whole->planes.data[p], whole->planes.stride[p]);
    return ret;
}

int df_temporal_view(DfTemporal *temporal, int64_t frame)
{
    DfMoment *m = df_timeline_moment(&temporal->timeline, frame);

    return temporal->live ? view_live(temporal, m) : copy_areas(temporal, m, &m->image);
}

int df_temporal_link(DfTemporal *temporal, int64_t frame, DfTemporalWorker *worker)
{
    DfMoment *m = df_timeline_moment(&temporal->timeline, frame);
    DfLinkEnd here = df_moment_end(m, 0);

    for (int back = 1; back <= DF_MOST_BACK; back++) {
        const DfMoment *before = find_moment(temporal, frame - back);
        if (!before)
            break;
        DfLinkEnd earlier = df_moment_end(before, 1);
        int ret = df_link_make(&m->link, &here, &earlier, back, &worker->scratch);
        if (ret < 0)
            m->link.back = 0;
        if (ret < 0 || m->link.back)
            return ret;
    }
    return 0;
}

int df_temporal_follow(DfTemporal *temporal, int64_t frame, DfTemporalWorker *worker)
{
    const DfTimeline *timeline = &temporal->timeline;
    int64_t end = frame;

    while (end < frame + timeline->block + timeline->look && find_moment(temporal, end))
        end++;
    return df_timeline_plan(&temporal->timeline, frame, end, &worker->scratch);
}

/** A blended area as samples of the frame's format. */
static int finish(DfFill *fill, const DfDraftArea *area, const DeepfillFormat *format)
{
    int width = df_rect_width(area->place), height = df_rect_height(area->place);
    int ret = df_fill_reserve(fill, format, width, height);

    for (int p = 0; ret >= 0 && p < df_plane_count(format); p++)
        df_draft_round(&area->planes[p], format, fill->planes.data[p], fill->planes.stride[p]);
    return ret;
}

static int blend(DfDraft *draft, DfFill *fills, DfArena *scratch)
{
    const DeepfillFormat *format = &draft->moment->image.format;
    int ret = 0;

    for (int i = 0; ret >= 0 && i < draft->count; i++) {
        for (int p = 0; ret >= 0 && p < df_plane_count(format); p++)
            ret = df_blend(draft, &draft->areas[i].planes[p], p, scratch);
        if (ret >= 0)
            ret = finish(&fills[i], &draft->areas[i], format);
    }
    return ret;
}

int df_temporal_fill(DfTemporal *temporal, int64_t frame, DfTemporalWorker *worker, DfFill *fills,
                     DfSynthesis *synthesis)
{
    const DfMoment *m = df_timeline_moment(&temporal->timeline, frame);
    DfArenaMark mark = df_arena_mark(&worker->scratch);
    DfDraft draft;
    int ret;

    if (!m->planned)
        return df_error(-ENOMEM, "there was no memory to plan the fill of frames together");
    ret = df_draft_make(&draft, m, &worker->scratch);
    if (ret >= 0)
        ret = df_synthesise(&worker->synthesiser, &temporal->rules, &draft, synthesis, &worker->scratch);
    if (ret >= 0 && m->keep_made)
        ret = df_draft_keep(&draft);
    if (ret >= 0 && m->fade > 0)
        ret = df_draft_fade(&draft, &worker->scratch);
    if (ret >= 0)
        ret = blend(&draft, fills, &worker->scratch);
    df_arena_reset(&worker->scratch, mark);
    return ret;
}

static enum DfOrigin origin_of(const DfMoment *m, const DfPlace *place)
{
    if (place->source < 0)
        return DF_ORIGIN_NONE;
    int64_t frame = m->uses[place->source / DF_PLACE_KINDS].source->frame;
    if (place->source % DF_PLACE_KINDS == DF_PLACE_MADE)
        return frame == m->frame ? DF_ORIGIN_NETWORK : DF_ORIGIN_MADE;
    return frame < m->frame ? DF_ORIGIN_PAST : DF_ORIGIN_FUTURE;
}

int df_temporal_tint(const DfTemporal *temporal, int64_t frame, DfTemporalWorker *worker, DfPasteRow *row)
{
    const DfMoment *m = df_timeline_moment(&temporal->timeline, frame);
    DfArenaMark mark = df_arena_mark(&worker->scratch);
    int ret = 0;

    for (int i = 0; !ret && i < m->trail.count; i++) {
        const DfTrailArea *area = &m->trail.areas[i];
        int64_t n = df_rect_area(area->hole);
        uint8_t *data = df_arena_take(&worker->scratch, n);
        if (!data) {
            ret = -ENOMEM;
            break;
        }
        for (int64_t k = 0; k < n; k++)
            data[k] = (uint8_t)origin_of(m, &area->places[k]);
        DfOrigins origins = { area->hole, data, df_rect_width(area->hole) };
        df_paste_origins(&m->image, m->source->mask, &origins, row);
    }
    df_arena_reset(&worker->scratch, mark);
    return ret;
}
