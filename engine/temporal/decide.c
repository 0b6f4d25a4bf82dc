/**
 * @file
 * The passes of a plan: past, future, what was synthesised before or must be now.
 */
#include "temporal/decide.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "temporal/carry.h"
#include "temporal/consistency.h"
#include "temporal/fit.h"
#include "temporal/merge.h"
#include "temporal/shots.h"
#include "temporal/trust.h"

#define KIND(k) (1u << (k))

/** A step back to the frame that a state's motion relates it to. */
static DfFollow follow_back(const DfPlanner *planner, const DfFrameState *s, unsigned kinds, int shown)
{
    int64_t earlier = s->frame - s->motion.back;

    return (DfFollow){
        .mask = s->source->mask, .motion = &s->motion, .earlier = df_planner_state(planner, earlier)->source,
        .map = planner->carried[earlier % DF_MOST_BACK], .kinds = kinds, .shown = shown,
    };
}

/** Whether all that was synthesised before is made anew, at once. */
static int is_renewed_at_once(const DfFrameState *s)
{
    return s->renewal == DF_RENEW_SKETCH || s->renewal == DF_RENEW_LIGHT;
}

/** Whether all that a map refers to is there, or will be: fills may have failed. */
static int is_sound(const DfSourceMap *map)
{
    for (int i = 0; i < map->reference_count; i++)
        if (map->references[i].kind != DF_KIND_SHOWN && atomic_load(&map->references[i].source->failed))
            return 0;
    return 1;
}

/** So many repetitions in a row are a still, not slow footage: what fades or no longer fits goes on changing. */
#define STILL_FRAMES 6

/** Whether a renewal is under way in the frame before a still's next frame, or due. */
static int is_renewing(const DfPlanner *planner, const DfFrameState *s)
{
    return s->repetitions >= STILL_FRAMES &&
           (planner->unfit_frames > 0 || df_planner_state(planner, s->frame - 1)->fade > 0);
}

/** Whether a frame repeats one whose map is known, and complete where its own has to be: then so is its own. */
static int is_repeat(const DfPlanner *planner, const DfFrameState *s)
{
    return s->motion.repeated && s->motion.back == 1 && !is_renewed_at_once(s) && !is_renewing(planner, s) &&
           planner->last &&
           planner->last->area_count == s->areas.count && is_sound(planner->last) &&
           (s->unfilled || !df_planner_state(planner, s->frame - 1)->unfilled);
}

/** Take from a map the pixels whose source is too dark. */
static void drop_dark(DfSourceMap *map)
{
    int any = 0;

    for (int i = 0; i < map->reference_count; i++)
        any |= map->references[i].light[0].gain > DF_LIGHT_DARK;
    for (size_t i = 0; any && i < map->pixel_count; i++)
        if (map->pixels[i].reference != DF_NO_REFERENCE &&
            map->references[map->pixels[i].reference].light[0].gain > DF_LIGHT_DARK)
            map->pixels[i].reference = DF_NO_REFERENCE;
}

/** The whole map of the frame before, where a state is related to it; NULL: it is not. */
static const DfSourceMap *map_before(const DfPlanner *planner, const DfFrameState *s)
{
    return s->motion.back == 1 ? planner->last : NULL;
}

int df_decide_begin(DfPlanner *planner, DfFrameState *s, const DfParallel *parallel, DfArena *scratch)
{
    int ret = df_source_map_create(&planner->past, planner->account, &s->areas);

    s->renewal = df_shots_renew(planner, s);
    s->repetitions = s->motion.repeated ? df_planner_state(planner, s->frame - s->motion.back)->repetitions + 1 : 0;
    if (ret >= 0 && s->motion.back) {
        DfFollow follow = follow_back(planner, s, KIND(DF_KIND_SHOWN) | KIND(DF_KIND_KEPT), 1);
        int64_t found = df_source_map_follow(planner->past, &follow, parallel);
        ret = (int)DF_MIN(found, 0);
        df_source_map_compact(planner->past);
    }
    if (ret < 0)
        return ret;
    if ((s->repeats = is_repeat(planner, s))) {
        s->map = df_source_map_ref(planner->last);
        return 0;
    }
    if ((ret = df_source_map_create(&s->map, planner->account, &s->areas)) < 0 ||
        (ret = df_source_map_copy(s->map, planner->past)) < 0)
        return ret;
    if (s->motion.back)
        df_source_map_set_layers(s->map, &s->motion);
    if ((ret = df_consistency_check(s->map, s, DF_PAST, map_before(planner, s), scratch)) < 0 ||
        (ret = df_trust_check(planner, s->map, s, scratch)) < 0)
        return ret;
    drop_dark(s->map);
    return df_forward_begin(&planner->forward, planner->account, s, s->map, planner->settings.ahead);
}

/** Follow what is missing to what the earlier frame has of synthesised pixels. */
static int follow_synthesised(DfPlanner *planner, DfFrameState *s, const DfParallel *parallel)
{
    DfFollow follow = follow_back(planner, s, KIND(DF_KIND_SYNTHESISED), 0);

    int64_t found = df_source_map_follow(s->map, &follow, parallel);

    return (int)DF_MIN(found, 0);
}

/** The former colours of what is being renewed, which fade away. */
static int follow_former(DfPlanner *planner, DfFrameState *s, const DfParallel *parallel)
{
    int64_t earlier = s->frame - s->motion.back;
    const DfFrameState *before = df_planner_state(planner, earlier);
    int begins = s->renewal == DF_RENEW_STALE || s->renewal == DF_RENEW_UNFIT;

    if (!begins && (!s->motion.back || before->fade <= 0))
        return 0;
    float fade = (begins ? 1 : before->fade) - 1.0f / DF_FADE;
    if (fade <= 0)
        return 0;
    DfFollow follow = follow_back(planner, s, KIND(DF_KIND_SYNTHESISED), 0);
    if (!begins)
        follow.map = planner->carried_former[earlier % DF_MOST_BACK];
    if (df_source_map_create(&s->former, planner->account, &s->areas) < 0)
        return -ENOMEM;
    int64_t found = df_source_map_follow(s->former, &follow, parallel);
    df_source_map_compact(s->former);
    if (found <= 0)
        df_source_map_close(&s->former);
    else
        s->fade = fade;
    return (int)DF_MIN(found, 0);
}

/** Pixels that come from nowhere are synthesised in this frame. */
static int synthesise(DfFrameState *s)
{
    DfReference own = { .source = s->source, .kind = DF_KIND_SYNTHESISED,
                        .light = { DF_LIGHT_SAME, DF_LIGHT_SAME, DF_LIGHT_SAME } };
    int number = -1;

    for (int i = 0; i < s->map->area_count; i++) {
        const DfMapArea *area = &s->map->areas[i];
        DfMapPixel *pixel = area->pixels;
        for (int y = area->hole.y0; y < area->hole.y1; y++) {
            for (int x = area->hole.x0; x < area->hole.x1; x++, pixel++) {
                if (pixel->reference != DF_NO_REFERENCE || !df_mask_hole(s->source->mask, x, y))
                    continue;
                if (number < 0 && (number = df_source_map_add(s->map, &own)) < 0)
                    return number;
                *pixel = (DfMapPixel){ (uint16_t)number, 0, 0 };
                s->fresh++;
            }
        }
    }
    s->keep_composite |= s->fresh > 0;
    return 0;
}

/** Take what is marked from pixel number `k` of a map: of two sources the one that fits is left, and leads. */
static void drop_pixel(DfSourceMap *map, size_t k, const uint8_t *marks)
{
    if (map->share && map->share[k] && marks[map->second[k].reference])
        map->share[k] = 0;
    if (!marks[map->pixels[k].reference])
        return;
    if (map->share && map->share[k]) {
        map->pixels[k] = map->second[k];
        map->share[k] = 0;
    } else {
        map->pixels[k].reference = DF_NO_REFERENCE;
    }
}

/** Where fewer than one in so many pixels of a hole is synthesised, other frames show most of it. */
#define MOSTLY 4

/** Whether other frames show most of an area's hole: then these are left to the consistency check. */
static int is_mostly_shown(const DfSourceMap *map, const DfMapArea *area)
{
    size_t n = df_rect_area(area->hole), from = 0, synthesised = 0;

    for (size_t k = 0; k < n; k++) {
        uint16_t reference = area->pixels[k].reference;
        from += reference != DF_NO_REFERENCE;
        synthesised += reference != DF_NO_REFERENCE && map->references[reference].kind == DF_KIND_SYNTHESISED;
    }
    return synthesised * MOSTLY < from;
}

/**
 * Take from a map what is marked, by area and reference, and from the past that it began with, or the next frame would
 * have it again.
 *
 * @param past  its references are the map's first ones
 * @return 1 where nothing is left that was synthesised
 */
static int drop_unfit(DfSourceMap *map, DfSourceMap *past, uint8_t *unfit)
{
    int is_all = 1;

    for (int i = 0; i < map->area_count; i++) {
        const DfMapArea *area = &map->areas[i];
        uint8_t *marks = unfit + (size_t)i * map->reference_count;
        size_t first = area->pixels - map->pixels, end = first + df_rect_area(area->hole);
        int keeps_shown = is_mostly_shown(map, area);
        for (int r = 0; keeps_shown && r < map->reference_count; r++)
            marks[r] &= map->references[r].kind == DF_KIND_SYNTHESISED;
        for (size_t k = first; k < end; k++) {
            uint16_t reference = map->pixels[k].reference, *carried = &past->pixels[k].reference;
            if (*carried != DF_NO_REFERENCE && marks[*carried])
                *carried = DF_NO_REFERENCE;
            if (reference == DF_NO_REFERENCE)
                continue;
            is_all &= marks[reference] || map->references[reference].kind != DF_KIND_SYNTHESISED;
            drop_pixel(map, k, marks);
        }
    }
    return is_all;
}

/** Frames in a row, seen so far or ahead, in which surroundings must differ: what passes by a hole does it no harm. */
#define UNFIT_FRAMES 8

/** Renew what was synthesised and no longer fits its surroundings, unless a renewal fades in just now. */
static int renew_unfit(DfPlanner *planner, DfFrameState *s, const DfParallel *parallel)
{
    uint8_t *unfit;
    int found;

    if (s->fade > 0 || s->odd || s->unfilled || !s->map->reference_count)
        return 0;
    if (!(unfit = df_alloc(df_size_mul(s->map->area_count, s->map->reference_count))))
        return -ENOMEM;
    found = df_fit_find(s->map, &planner->forward, s, unfit);
    planner->unfit_frames = found > 0 ? planner->unfit_frames + 1 : 0;
    if (found > 0 && planner->unfit_frames + planner->forward.length >= UNFIT_FRAMES) {
        planner->unfit_frames = 0;
        if (drop_unfit(s->map, planner->past, unfit))
            df_shots_renewed(planner, s);
        s->renewal = DF_RENEW_UNFIT;
        found = follow_former(planner, s, parallel);
    }
    df_free(unfit);
    return DF_MIN(found, 0);
}

/**
 * What was synthesised before stays, unless too much has moved around it since, it was too dark then, or it follows
 * other lines than this frame's sketch has: then it is made anew.
 */
static int complete(DfPlanner *planner, DfFrameState *s, const DfParallel *parallel)
{
    int ret = 0;

    if (!is_renewed_at_once(s))
        ret = follow_former(planner, s, parallel);
    if (ret >= 0 && s->renewal == DF_RENEW_NOTHING && s->motion.back)
        ret = follow_synthesised(planner, s, parallel);
    if (ret >= 0 && s->renewal == DF_RENEW_NOTHING)
        ret = renew_unfit(planner, s, parallel);
    if (ret >= 0 && !s->unfilled)
        ret = synthesise(s);
    df_source_map_compact(s->map);
    return ret;
}

/** A repeated frame has the former's fade, too. */
static void repeat(DfPlanner *planner, DfFrameState *s)
{
    const DfFrameState *before = df_planner_state(planner, s->frame - 1);
    DfSourceMap *former = planner->carried_former[before->frame % DF_MOST_BACK];

    s->fade = former ? before->fade : 0;
    s->former = former ? df_source_map_ref(former) : NULL;
}

/** Carry on what the past has, and what was synthesised. */
static int carry_on(DfPlanner *planner, DfFrameState *s)
{
    int slot = (int)(s->frame % DF_MOST_BACK), first = df_source_map_append(planner->past, s->map);

    if (first < 0)
        return first;
    for (size_t i = 0; i < s->map->pixel_count; i++) {
        DfMapPixel pixel = s->map->pixels[i];
        if (pixel.reference != DF_NO_REFERENCE &&
            s->map->references[pixel.reference].kind == DF_KIND_SYNTHESISED)
            planner->past->pixels[i] = (DfMapPixel){ (uint16_t)(first + pixel.reference), pixel.dx, pixel.dy };
    }
    df_source_map_compact(planner->past);
    df_source_map_close(&planner->carried[slot]);
    df_source_map_close(&planner->carried_former[slot]);
    df_source_map_close(&planner->last);
    planner->carried[slot] = planner->past;
    planner->past = NULL;
    planner->carried_former[slot] = s->former ? df_source_map_ref(s->former) : NULL;
    planner->last = df_source_map_ref(s->map);
    return 0;
}

/** Note which frames' composites a map uses. */
static void add_needs(DfFrameState *s, const DfSourceMap *map)
{
    for (int i = 0; map && i < map->reference_count; i++) {
        const DfReference *reference = &map->references[i];
        int k = 0;
        if (reference->kind == DF_KIND_SHOWN || reference->source == s->source)
            continue;
        while (k < s->need_count && s->needs[k] != reference->source->frame)
            k++;
        if (k == s->need_count)
            s->needs[s->need_count++] = reference->source->frame;
    }
}

static int list_needs(DfFrameState *s)
{
    int most = s->map->reference_count + (s->former ? s->former->reference_count : 0);

    if (!(s->needs = df_alloc(df_size_mul(DF_MAX(most, 1), sizeof *s->needs))))
        return -ENOMEM;
    add_needs(s, s->map);
    add_needs(s, s->former);
    for (size_t i = 0; i < s->map->pixel_count; i++)
        s->hole += s->map->pixels[i].reference != DF_NO_REFERENCE;
    return 0;
}

int df_decide_end(DfPlanner *planner, DfFrameState *s, const DfParallel *parallel, DfArena *scratch)
{
    int ret = 0;

    if (s->repeats) {
        repeat(planner, s);
    } else if ((ret = df_forward_finish(&planner->forward, parallel)) < 0 ||
               (ret = df_consistency_check(planner->forward.map, s, DF_FUTURE, map_before(planner, s), scratch)) < 0 ||
               (ret = df_merge(s->map, &planner->forward)) < 0 || (ret = complete(planner, s, parallel)) < 0) {
        return ret;
    }
    if (!s->repeats)
        df_trust_prove(planner, s);
    if ((ret = carry_on(planner, s)) < 0 || (ret = list_needs(s)) < 0)
        return ret;
    df_carry_drop(planner, s->frame);
    /* Later frames are not related to a flash: it keeps nothing for them. */
    return s->odd ? 0 : df_carry_trim(planner, s, planner->settings.memory / 4);
}
