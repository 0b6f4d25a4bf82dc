/**
 * @file
 * Decisions from the motions' errors, with the next frames at hand where some are looked at.
 */
#include "temporal/shots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** A ring whose error is so many times its usual one, and so many levels, has jumped. */
#define JUMP_TIMES 3.0f
#define JUMP_LEVELS 6.0f

/**
 * Levels of error around the hole, a quarter of the size, that grain and coding make: no motion of its own.
 */
#define STILL_LEVELS 2.5f

/** So many levels more, summed over frames, and what was synthesised is stale. */
#define STALE_LEVELS 60.0f

/** Pixels by which the edge of a layer that stands still is found here and there. */
#define LAYER_JITTER 2

/** Frames for which a layer is kept though their motion does not find it; repeated frames are not counted. */
#define LAYER_UNSEEN 12

/** So much more contrast, and what was synthesised in a darker picture shows how dark that was. */
#define BRIGHTER 2.0f

static float usual_error(const DfPlanner *planner)
{
    float sorted[DF_COUNT(planner->errors)];
    int n = DF_MIN(planner->error_count, (int)DF_COUNT(planner->errors));

    for (int i = 0; i < n; i++) {
        int k = i;
        for (; k > 0 && sorted[k - 1] > planner->errors[i]; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = planner->errors[i];
    }
    return n ? sorted[n / 2] : 0;
}

static int has_jumped(const DfPlanner *planner, const DfFrameMotion *motion)
{
    return motion->error > JUMP_LEVELS && motion->error > JUMP_TIMES * usual_error(planner);
}

/** A motion whose error jumps, while the next frame is like this one: a new shot that happens to be alike. */
static int is_hidden_cut(const DfPlanner *planner, const DfFrameState *s, int64_t end)
{
    if (planner->error_count < 5 || s->motion.back != 1 || s->frame + 1 >= end ||
        !has_jumped(planner, &s->motion))
        return 0;
    const DfFrameMotion *next = &df_planner_state(planner, s->frame + 1)->motion;
    return next->back == 1 && !has_jumped(planner, next);
}

/** The frame after an unrelated one that is related across it; NULL: none, so it begins a shot. */
static const DfFrameState *find_across(const DfPlanner *planner, int64_t frame, int64_t end)
{
    for (int64_t n = frame + 1; n < end && n < frame + DF_MOST_BACK; n++) {
        const DfFrameState *s = df_planner_state(planner, n);
        if (s->motion.back > n - frame)
            return s;
    }
    return NULL;
}

/**
 * An unrelated frame in the middle of a shot: it lies on the way between its neighbours. It stays unrelated where
 * that cannot be told either.
 */
static int settle_odd(DfPlanner *planner, DfFrameState *s, const DfFrameState *later, DfArena *scratch)
{
    int64_t from = later->frame - later->motion.back;
    const DfFrameState *before = df_planner_state(planner, from);
    DfFrameView frame = df_frame_state_view(s);
    DfFrameView earlier = df_frame_state_copy_view(before, df_planner_state(planner, from + 1));
    double share = (double)(s->frame - from) / later->motion.back;
    int ret = df_frame_motion_interpolate(&s->motion, planner->account, &later->motion, share, &frame, &earlier,
                                          (int)(s->frame - from), scratch);

    s->odd = ret >= 0 && s->motion.back > 0;
    return ret;
}

/** Each shot has usual errors of its own. Between two frames without a hole there may be a cut that nobody sees. */
static void note_error(DfPlanner *planner, const DfFrameState *s)
{
    if (s->shot == s->frame || !s->motion.areas.count)
        planner->error_count = 0;
    else if (s->motion.back && !s->odd && !s->motion.repeated)
        planner->errors[planner->error_count++ % DF_COUNT(planner->errors)] = s->motion.error;
}

static int steady_side(int now, int before)
{
    return abs(now - before) <= LAYER_JITTER ? before : now;
}

/**
 * A layer keeps its edges while they are found within a few pixels of where they were, and stays for a while where
 * nothing tells that it is there: on a pan along its edge both motions explain it.
 */
static void steady_layers(DfFrameState *s, const DfFrameState *before)
{
    for (int i = 0; s->motion.motions && i < s->motion.areas.count; i++) {
        const DfMotion *was = df_frame_motion_find(&before->motion, s->motion.areas.items[i].hole);
        DfLayer *layer = &s->motion.motions[i].layer;
        if (!was || !was->layer.side)
            continue;
        DfRect r = was->layer.rect;
        int unseen = was->layer.unseen + !s->motion.repeated;
        if (layer->side == was->layer.side) {
            layer->rect = (DfRect){ steady_side(layer->rect.x0, r.x0), steady_side(layer->rect.y0, r.y0),
                                    steady_side(layer->rect.x1, r.x1), steady_side(layer->rect.y1, r.y1) };
        } else if (!layer->side && unseen <= LAYER_UNSEEN && !s->motion.motions[i].residual_to_a.flow.x.data) {
            /* It stands still: a layer that moves is found by its tracks. */
            *layer = (DfLayer){ .side = was->layer.side, .rect = r, .unseen = unseen };
        }
    }
}

int df_shots_settle(DfPlanner *planner, DfFrameState *s, int64_t end, DfArena *scratch)
{
    const DfFrameState *before = s->frame ? df_planner_state(planner, s->frame - 1) : s;
    const DfFrameState *later = s->motion.back != 1 ? find_across(planner, s->frame, end) : NULL;
    int ret = 0;

    if (later)
        ret = settle_odd(planner, s, later, scratch);
    /* Live, a flash looks like a cut until it is over. */
    if (is_hidden_cut(planner, s, end) || (planner->settings.ahead && s->frame - s->motion.back < before->shot))
        df_frame_motion_forget(&s->motion);
    if (s->motion.back)
        steady_layers(s, df_planner_state(planner, s->frame - s->motion.back));
    s->shot = s->motion.back ? df_planner_state(planner, s->frame - s->motion.back)->shot
                             : later ? before->shot : s->frame;
    if (s->motion.back)
        s->gain = s->motion.light[0].gain * df_planner_state(planner, s->frame - s->motion.back)->gain;
    else
        s->gain = s->shot == s->frame ? 1 : before->gain;
    note_error(planner, s);
    return ret;
}

/**
 * Whether the sketch has other lines than that of the related frame, in the hole of either: what was
 * synthesised there moves with the picture, and lines outside any hole are none.
 */
static int has_other_lines(const DfPlanner *planner, const DfFrameState *s)
{
    const DfFrameState *earlier = df_planner_state(planner, s->frame - s->motion.back);

    return df_sketch_differs(s->sketch, earlier->sketch, s->source->mask) ||
           df_sketch_differs(s->sketch, earlier->sketch, earlier->source->mask);
}

void df_shots_renewed(DfPlanner *planner, const DfFrameState *s)
{
    planner->staleness = 0;
    planner->synthesised_gain = s->gain;
}

enum DfRenewal df_shots_renew(DfPlanner *planner, const DfFrameState *s)
{
    enum DfRenewal renewal = DF_RENEW_NOTHING;

    if (!s->motion.back && s->shot != s->frame)
        return renewal;
    if (!s->motion.back || !s->motion.areas.count) {
        planner->unfit_frames = 0;
        df_shots_renewed(planner, s);
        return renewal;
    }
    if (!s->odd && !s->motion.repeated)
        planner->staleness += DF_MAX(s->motion.error - STILL_LEVELS, 0);
    if (has_other_lines(planner, s))
        renewal = DF_RENEW_SKETCH;
    else if (!s->odd && s->gain > BRIGHTER * planner->synthesised_gain)
        renewal = DF_RENEW_LIGHT;
    else if (planner->staleness >= STALE_LEVELS)
        renewal = DF_RENEW_STALE;
    if (renewal != DF_RENEW_NOTHING)
        df_shots_renewed(planner, s);
    return renewal;
}
