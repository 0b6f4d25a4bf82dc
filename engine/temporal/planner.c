/**
 * @file
 * Frames are settled one after the other; each time, the head is planned as far as it can be.
 */
#include "temporal/planner.h"

#include <errno.h>

#include "image/depth.h"
#include "temporal/carry.h"
#include "temporal/composite.h"
#include "temporal/decide.h"
#include "temporal/grain.h"
#include "temporal/shots.h"
#include "temporal/trust.h"

int df_planner_init(DfPlanner *planner, DfAccount *account, const DfPlannerSettings *settings)
{
    planner->settings = *settings;
    planner->account = account;
    planner->states = df_alloc(df_size_mul(settings->slots + DF_MOST_BACK, sizeof *planner->states));
    if (!planner->states)
        return -ENOMEM;
    planner->state_count = settings->slots + DF_MOST_BACK;
    for (int i = 0; i < planner->state_count; i++)
        planner->states[i].frame = -1;
    return 0;
}

static void end_head(DfPlanner *planner)
{
    df_source_map_close(&planner->past);
    df_forward_end(&planner->forward);
    planner->begun = 0;
}

static void free_depth(DfPlanner *planner)
{
    if (planner->depth_mask)
        df_account_free(planner->account, planner->depth, df_rect_area(planner->depth_mask->extent));
    planner->depth = NULL;
    deepfill_mask_close(&planner->depth_mask);
}

/** The depth of a mask that several frames have; NULL: there is no memory. */
static const uint8_t *find_depth(DfPlanner *planner, DeepfillMask *mask)
{
    if (planner->depth_mask == mask)
        return planner->depth;
    free_depth(planner);
    planner->depth = df_account_alloc(planner->account, df_rect_area(mask->extent));
    if (planner->depth) {
        planner->depth_mask = deepfill_mask_ref(mask);
        df_mask_depth(mask, planner->depth);
    }
    return planner->depth;
}

void df_planner_reset(DfPlanner *planner)
{
    end_head(planner);
    free_depth(planner);
    df_carry_forget(planner);
    for (int i = 0; i < planner->state_count; i++) {
        df_frame_state_free(&planner->states[i]);
        planner->states[i].frame = -1;
    }
    planner->frontier = planner->head = 0;
    atomic_store(&planner->planned, 0);
    atomic_store(&planner->seen, 0);
    planner->error_count = planner->noise_count = 0;
    planner->staleness = 0;
    planner->unfit_frames = 0;
}

void df_planner_free(DfPlanner *planner)
{
    if (planner->states)
        df_planner_reset(planner);
    df_free(planner->states);
    *planner = (DfPlanner){ 0 };
}

/**
 * Pixels at the inner edge of a usable area that are not sampled: the taps of a cubic there and a blend's neighbour, in
 * chroma samples of up to four pixels. So what lies beyond, which a copy may have or not, does not matter.
 */
#define MARGIN 16

/** The layer that a motion tells of around a hole; none: it tells of none. */
static DfLayer layer_around(const DfFrameMotion *motion, DfRect hole)
{
    const DfMotion *found = df_frame_motion_find(motion, hole);

    return found ? found->layer : (DfLayer){ 0 };
}

/** The layers of a frame's usable areas, by its own motion or the next frame's. @param next  NULL: there is none */
static int set_layers(const DfFrameState *s, const DfFrameState *next)
{
    DfSource *source = s->source;

    for (int i = 0; i < source->usable.count; i++) {
        DfRect hole = source->usable.items[i].hole;
        DfLayer layer = layer_around(&s->motion, hole);
        if (!layer.side && next)
            layer = layer_around(&next->motion, hole);
        if (!layer.side)
            continue;
        if (!source->layers &&
            !(source->layers = df_alloc(df_size_mul(source->usable.count, sizeof *source->layers))))
            return -ENOMEM;
        source->layers[i] = layer;
    }
    return 0;
}

/** The areas in which others may sample a frame: around the holes of its own shot's neighbours and its own. */
static int set_usable(DfPlanner *planner, DfFrameState *s, const DfFrameState *next)
{
    const DfFrameState *before = s->frame ? df_planner_state(planner, s->frame - 1) : NULL;
    const DeepfillFormat *format = &s->image.format;
    DeepfillMask *masks[] = { before && before->shot == s->shot ? before->source->mask : NULL, s->source->mask,
                              next && next->shot == s->shot ? next->source->mask : NULL };

    s->cost = df_planes_bytes(format, format->width, format->height) + s->motion.bytes;
    if (s->source->mask && (!before || before->shot != s->shot || before->source->mask != s->source->mask))
        s->cost += df_rect_area(s->source->mask->extent);
    /* Where a shot ends all its frames are planned at once, and hold their maps until they are received. */
    for (int i = 0; i < s->areas.count; i++)
        s->cost += df_source_map_bytes(df_rect_area(s->areas.items[i].hole));
    if (!s->source->shown.count)
        return 0;
    for (int i = 0; i < 3; i += 2)
        if (df_toggles_add(&s->source->toggles, s->source->mask, masks[i]) < 0)
            return -ENOMEM;
    if (df_areas_create(&s->source->usable, format, masks, DF_COUNT(masks)) < 0)
        return -ENOMEM;
    s->source->shown_cost = df_copies_bytes(format, &s->source->usable);
    s->cost += s->source->shown_cost;
    for (int i = 0; i < s->source->usable.count; i++) {
        DfRect *r = &s->source->usable.items[i].outer;
        r->x0 += r->x0 > 0 ? MARGIN : 0;
        r->y0 += r->y0 > 0 ? MARGIN : 0;
        r->x1 -= r->x1 < format->width ? MARGIN : 0;
        r->y1 -= r->y1 < format->height ? MARGIN : 0;
    }
    return set_layers(s, next && next->shot == s->shot ? next : NULL);
}

/**
 * Maps of the head and of the frames before it: past, whole and carried ones, search, those being filled; and the
 * second sources of the head and the frame before it, which take as much as a map and a sixth.
 */
#define MAPS 11

/**
 * Frames in flight that the planner has planned or not seen yet, but for those that are held: as many as two workers
 * have. With more of them fewer are admitted where memory is short: what is planned may not depend on it.
 */
#define RESERVE 8

/** @return 1 where what is held for other frames fits the memory; 0; -ENOMEM */
static int fits(const DfPlanner *planner)
{
    const DfFrameState *head = df_planner_state(planner, planner->head);
    const DfFrameState *latest = df_planner_state(planner, planner->frontier - 1);
    size_t bytes;
    int ret = df_carry_bytes(planner, head->shot, &bytes);

    bytes += (RESERVE + planner->settings.held) * latest->cost;
    for (int64_t n = planner->head; n < planner->frontier; n++)
        bytes += df_planner_state(planner, n)->cost;
    for (int i = 0; i < head->areas.count; i++)
        bytes += MAPS * sizeof(DfMapPixel) * df_rect_area(head->areas.items[i].hole);
    return ret < 0 ? ret : bytes <= planner->settings.memory;
}

/**
 * Look for the head's hole in the frames that are settled.
 * @return 1: its plan can be ended; 0: it waits for frames; -ENOMEM
 */
static int search_head(DfPlanner *planner, const DfFrameState *head, int is_end, const DfParallel *parallel,
                       DfArena *scratch)
{
    DfForward *forward = &planner->forward;
    int64_t last = forward->length ? forward->frames[forward->length - 1].state->frame : head->frame;

    if (head->repeats)
        return 1;
    while (!forward->ended && ++last < planner->frontier && last <= head->frame + planner->settings.ahead) {
        int length = forward->length;
        df_forward_add(forward, df_planner_state(planner, last));
        if (forward->length > length && df_trust_mark(planner, head, scratch) < 0)
            return -ENOMEM;
    }
    if (forward->same_mask && head->source->mask)
        forward->depth = find_depth(planner, head->source->mask);
    df_forward_search(forward, parallel);
    if (is_end || planner->frontier - 1 - head->frame >= planner->settings.ahead ||
        df_forward_is_decided(forward, planner->frontier))
        return 1;
    int ret = fits(planner);
    return ret < 0 ? ret : !ret;
}

/** Whether the head waits for frames that tell whether its past is to be believed. */
static int awaits_trust(const DfPlanner *planner, const DfFrameState *head)
{
    int most = DF_MIN(DF_TRUST_AHEAD, planner->settings.ahead);

    return planner->frontier - 1 - head->frame < most && df_trust_is_open(planner, head) && fits(planner) > 0;
}

/** The head is filled by nobody, and nothing is carried on from it. */
static void fail_head(DfPlanner *planner, DfFrameState *head)
{
    df_frame_state_release_plan(head);
    df_carry_forget(planner);
    head->failed = 1;
    atomic_store(&head->source->failed, 1);
}

/** Plan the head as far as it can be. @return 1: it is planned; 0: it waits for frames */
static int plan_head(DfPlanner *planner, int is_end, const DfParallel *parallel, DfArena *scratch)
{
    DfFrameState *head = df_planner_state(planner, planner->head);
    int ret = head->failed ? -ENOMEM : 0;

    if (ret >= 0 && !planner->begun) {
        if (!is_end && awaits_trust(planner, head))
            return 0;
        ret = df_decide_begin(planner, head, parallel, scratch);
    }
    planner->begun = 1;
    if (ret >= 0 && (ret = search_head(planner, head, is_end, parallel, scratch)) == 0)
        return 0;
    head->looked_ahead = (int)DF_MIN(planner->frontier - 1 - planner->head, planner->settings.ahead);
    if (ret >= 0)
        ret = df_decide_end(planner, head, parallel, scratch);
    if (ret < 0)
        fail_head(planner, head);
    end_head(planner);
    for (int i = 0; head->keep_composite && i < head->areas.count; i++) {
        DfRect place = df_composite_place(head, i);
        head->source->composite_cost += df_planes_bytes(&head->image.format, df_rect_width(place),
                                                        df_rect_height(place));
    }
    atomic_store_explicit(&planner->planned, ++planner->head, memory_order_release);
    return 1;
}

static void plan_heads(DfPlanner *planner, int is_end, const DfParallel *parallel, DfArena *scratch)
{
    while (planner->head < planner->frontier && plan_head(planner, is_end, parallel, scratch))
        ;
}

void df_planner_observe(DfPlanner *planner, int64_t frame, int64_t end, const DfParallel *parallel,
                        DfArena *scratch)
{
    DfFrameState *s = df_planner_state(planner, frame);
    DfFrameState *before = frame ? df_planner_state(planner, frame - 1) : NULL;
    int is_live = !planner->settings.ahead;
    int64_t known = is_live ? frame + 1 : DF_MIN(frame + 1 + DF_PLANNER_SETTLING, end);

    if (df_shots_settle(planner, s, known, scratch) < 0) {
        df_frame_motion_forget(&s->motion);
        s->shot = frame;
        s->failed = 1;
    }
    if (planner->settings.shots) {
        atomic_store_explicit(&planner->seen, frame + 1, memory_order_release);
        atomic_store_explicit(&planner->planned, frame + 1, memory_order_release);
        return;
    }
    if (planner->settings.grain)
        df_grain_settle(planner, s, frame + 1 == end);
    /* Live, the frame before may be on its way out: this one fails for it. */
    if (before && set_usable(planner, before, s) < 0)
        *(is_live ? &s->failed : &before->failed) = 1;
    planner->frontier = frame;
    if (s->shot == frame && !is_live) {
        plan_heads(planner, 1, parallel, scratch);
        df_carry_forget(planner);
    } else if (frame + 1 == end && !is_live) {
        /* What memory makes of the frames before it does not depend on whether it is the film's last or the shot's. */
        plan_heads(planner, 0, parallel, scratch);
    }
    if (frame + 1 == end && set_usable(planner, s, NULL) < 0)
        s->failed = 1;
    planner->frontier += is_live || frame + 1 == end;
    plan_heads(planner, frame + 1 == end, parallel, scratch);
    atomic_store_explicit(&planner->seen, frame + 1, memory_order_release);
}
