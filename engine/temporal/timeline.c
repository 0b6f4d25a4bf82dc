/**
 * @file
 * A block's planning, pass by pass: shots, past, future, what was synthesised before or must be now.
 */
#include "temporal/timeline.h"

#include <errno.h>
#include <stdlib.h>

#include "temporal/ledger.h"
#include "temporal/rim.h"
#include "temporal/shots.h"

#define KIND(k) (1u << (k))

/** The frames of one planning. */
typedef struct Block {
    int64_t first, end; /* planned */
    int64_t far;        /* looked at */
} Block;

int df_timeline_ahead(int ahead)
{
    return ahead ? 2 * ahead - 1 : 0;
}

int df_timeline_init(DfTimeline *timeline, int slots, int ahead, size_t budget)
{
    timeline->block = DF_MAX(ahead, 1);
    timeline->look = ahead;
    timeline->budget = budget;
    timeline->moments = df_alloc(df_size_mul(slots + DF_MOST_BACK, sizeof *timeline->moments));
    if (!timeline->moments)
        return -ENOMEM;
    timeline->moment_count = slots + DF_MOST_BACK;
    for (int i = 0; i < timeline->moment_count; i++)
        timeline->moments[i].frame = -1;
    return 0;
}

void df_timeline_free(DfTimeline *timeline)
{
    for (int i = 0; i < timeline->moment_count; i++)
        df_moment_free(&timeline->moments[i]);
    df_free(timeline->moments);
    df_ledger_free(timeline);
    for (int i = 0; i < DF_MOST_BACK; i++) {
        df_trail_free(&timeline->carry[i]);
        df_trail_free(&timeline->past[i]);
        df_trail_free(&timeline->carry_old[i]);
    }
    df_trail_free(&timeline->last);
    for (int i = 0; i < (int)DF_COUNT(timeline->future); i++)
        df_trail_free(&timeline->future[i]);
    *timeline = (DfTimeline){ 0 };
}

/**
 * The trail of the frame that `m` is linked to: within the block the moment's own, before it what was
 * carried.
 */
static DfTrail *earlier_trail(DfTimeline *timeline, const Block *block, const DfMoment *m)
{
    int64_t frame = m->frame - m->link.back;

    return frame >= block->first ? &df_timeline_moment(timeline, frame)->trail
                                 : &timeline->carry[frame % DF_MOST_BACK];
}

/** A stride from a frame to the one that it is linked to. */
static DfStride stride_back(DfTimeline *timeline, const Block *block, const DfMoment *m, unsigned kinds,
                            int shown)
{
    return (DfStride){
        .from = m->source->mask, .link = &m->link, .backwards = 1,
        .to = df_timeline_moment(timeline, m->frame - m->link.back)->source,
        .trail = earlier_trail(timeline, block, m), .ledger = timeline->ledger, .kinds = kinds,
        .shown = shown,
    };
}

/** The next frame before `end` that is linked to this one, unless in the dark; NULL: there is none. */
static const DfMoment *linked_to(const DfTimeline *timeline, int64_t frame, int64_t end)
{
    for (int64_t n = frame + 1; n <= frame + DF_MOST_BACK && n < end; n++) {
        const DfMoment *m = df_timeline_moment(timeline, n);
        if (!m->odd && m->link.back == n - frame && m->link.light[0].gain * DF_LIGHT_DARK >= 1)
            return m;
    }
    return NULL;
}

/** Every pixel's nearest place in the past. */
static int plan_past(DfTimeline *timeline, const Block *block)
{
    for (int64_t t = block->first; t < block->end; t++) {
        DfMoment *m = df_timeline_moment(timeline, t);
        if (df_trail_begin(&m->trail, &m->areas) < 0)
            return -ENOMEM;
        if (m->link.back) {
            DfStride stride = stride_back(timeline, block, m, KIND(DF_PLACE_SHOWN) | KIND(DF_PLACE_KEPT), 1);
            df_trail_follow(&m->trail, &stride);
        }
        if (t >= block->end - DF_MOST_BACK && df_trail_copy(&timeline->past[t % DF_MOST_BACK], &m->trail) < 0)
            return -ENOMEM;
    }
    return 0;
}

static inline int64_t age(const DfTimeline *timeline, const DfPlace *place, int64_t frame)
{
    return llabs(df_ledger_source(timeline, place->source)->frame - frame);
}

/** Whether a place may be taken: it is somewhere, not too dark, and the rim does not speak against it. */
static int is_sound(const DfTimeline *timeline, const DfMoment *m, const DfPlace *place, const uint8_t *doubted,
                    int64_t k)
{
    if (place[k].source < 0 || (doubted && doubted[k]))
        return 0;
    const DfEntry *entry = &timeline->ledger[place[k].source / DF_PLACE_KINDS];
    return m->light[0].gain <= DF_LIGHT_DARK * entry->light[0].gain;
}

/** Of past and future take the nearer place that is sound. */
static int merge(const DfTimeline *timeline, DfMoment *m, const DfTrail *future, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    DfRim past_rim, future_rim;
    int ret = df_rim_ask(&past_rim, timeline, m, &m->trail, scratch);

    if (ret >= 0)
        ret = df_rim_ask(&future_rim, timeline, m, future, scratch);
    for (int i = 0; ret >= 0 && i < m->trail.count; i++) {
        int64_t n = df_rect_area(m->trail.areas[i].hole);
        DfPlace *place = m->trail.areas[i].places;
        const DfPlace *other = future->areas[i].places;
        for (int64_t k = 0; k < n; k++) {
            int sound = is_sound(timeline, m, place, past_rim.doubted[i], k);
            if (is_sound(timeline, m, other, future_rim.doubted[i], k) &&
                (!sound || age(timeline, &other[k], m->frame) < age(timeline, &place[k], m->frame)))
                place[k] = other[k];
            else if (!sound)
                place[k].source = -1;
        }
    }
    m->trail.blank &= future->blank;
    df_arena_reset(scratch, mark);
    return ret;
}

/** Places in the future, from the farthest frame backwards. */
static int plan_future(DfTimeline *timeline, const Block *block, DfArena *scratch)
{
    for (int64_t t = block->far - 1; t >= block->first; t--) {
        DfMoment *m = df_timeline_moment(timeline, t);
        const DfMoment *next = linked_to(timeline, t, block->far);
        DfTrail *trail = &timeline->future[t % DF_COUNT(timeline->future)];
        if (df_trail_begin(trail, &m->areas) < 0)
            return -ENOMEM;
        if (next) {
            DfStride stride = {
                .from = m->source->mask, .link = &next->link, .to = next->source, .shown = 1,
                .trail = &timeline->future[next->frame % DF_COUNT(timeline->future)],
                .ledger = timeline->ledger, .kinds = KIND(DF_PLACE_SHOWN),
            };
            df_trail_follow(trail, &stride);
        }
        if (t < block->end && merge(timeline, m, trail, scratch) < 0)
            return -ENOMEM;
    }
    return 0;
}

/** What is had nowhere is synthesised in this frame. */
static void synthesise(DfMoment *m)
{
    for (int i = 0; i < m->trail.count; i++) {
        const DfTrailArea *area = &m->trail.areas[i];
        DfPlace *place = area->places;
        for (int y = area->hole.y0; y < area->hole.y1; y++) {
            for (int x = area->hole.x0; x < area->hole.x1; x++, place++) {
                if (place->source >= 0 || !df_mask_hole(m->source->mask, x, y))
                    continue;
                *place = (DfPlace){ (float)x, (float)y, m->source->id * DF_PLACE_KINDS + DF_PLACE_MADE };
                m->fresh++;
            }
        }
    }
    m->keep_made |= m->fresh > 0;
    m->trail.blank &= !m->fresh;
}

/** Follow what is missing to what the linked earlier frame has of synthesised pixels. */
static void follow_made(DfTimeline *timeline, const Block *block, DfMoment *m)
{
    if (!m->link.back)
        return;
    DfStride stride = stride_back(timeline, block, m, KIND(DF_PLACE_MADE), 0);
    df_trail_follow(&m->trail, &stride);
}

/** The former places of what is being renewed, which fade away. */
static int follow_old(DfTimeline *timeline, const Block *block, DfMoment *m, int begins)
{
    int64_t earlier = m->frame - m->link.back;
    const DfMoment *before = df_timeline_moment(timeline, earlier);

    if (!begins && (!m->link.back || before->fade <= 0))
        return 0;
    float fade = (begins ? 1 : before->fade) - 1.0f / DF_FADE;
    if (fade <= 0)
        return 0;
    DfStride stride = stride_back(timeline, block, m, KIND(DF_PLACE_MADE), 0);
    if (!begins)
        stride.trail = earlier >= block->first ? &before->old : &timeline->carry_old[earlier % DF_MOST_BACK];
    if (df_trail_begin(&m->old, &m->areas) < 0)
        return -ENOMEM;
    m->fade = df_trail_follow(&m->old, &stride) ? fade : 0;
    return 0;
}

/**
 * A repeated frame repeats its fill, and so its places; from before a block, those that the ledger has kept.
 */
static int repeat(DfTimeline *timeline, const Block *block, DfMoment *m)
{
    const DfMoment *before = df_timeline_moment(timeline, m->frame - 1);
    int inside = before->frame >= block->first;

    m->fade = before->fade;
    if (df_trail_copy(&m->trail, inside ? &before->trail : &timeline->last) < 0)
        return -ENOMEM;
    if (m->fade <= 0)
        return 0;
    return df_trail_copy(&m->old, inside ? &before->old : &timeline->carry_old[before->frame % DF_MOST_BACK]);
}

/** Whether a frame repeats one whose places are known. */
static int is_repeat(const DfTimeline *timeline, const Block *block, const DfMoment *m)
{
    return m->link.repeated && m->link.back == 1 &&
           (m->frame > block->first || timeline->last.count == m->trail.count);
}

/**
 * What was synthesised before stays, unless too much has moved around it since, it was too dark then, or it
 * follows other lines than this frame's sketch has: then it is made anew. The rest is synthesised in the first
 * frame that needs it: the one of a block that needs most would serve more frames, but there the network sees
 * least.
 */
static int plan_made(DfTimeline *timeline, const Block *block)
{
    for (int64_t t = block->first; t < block->end; t++) {
        DfMoment *m = df_timeline_moment(timeline, t);
        enum DfRenewal renewal = df_shots_renew(timeline, m);
        int at_once = renewal == DF_RENEW_SKETCH || renewal == DF_RENEW_LIGHT, ret = 0;
        if (!at_once && is_repeat(timeline, block, m)) {
            ret = repeat(timeline, block, m);
        } else if (!at_once) {
            ret = follow_old(timeline, block, m, renewal == DF_RENEW_STALE);
            if (renewal == DF_RENEW_NOTHING)
                follow_made(timeline, block, m);
        }
        if (!m->unfilled)
            synthesise(m);
        if (ret >= 0 && t >= block->end - DF_MOST_BACK)
            ret = df_trail_copy(&timeline->carry_old[t % DF_MOST_BACK], &m->old);
        if (ret < 0)
            return ret;
    }
    return 0;
}

/** Carry on what the past has, and what was synthesised. */
static int carry_on(DfTimeline *timeline, const Block *block)
{
    for (int64_t t = DF_MAX(block->first, block->end - DF_MOST_BACK); t < block->end; t++) {
        const DfTrail *trail = &df_timeline_moment(timeline, t)->trail;
        DfTrail *carry = &timeline->carry[t % DF_MOST_BACK], spare = *carry;
        *carry = timeline->past[t % DF_MOST_BACK];
        timeline->past[t % DF_MOST_BACK] = spare;
        carry->blank = 0;
        for (int i = 0; i < trail->count; i++) {
            int64_t n = df_rect_area(trail->areas[i].hole);
            for (int64_t k = 0; k < n; k++)
                if (trail->areas[i].places[k].source % DF_PLACE_KINDS == DF_PLACE_MADE)
                    carry->areas[i].places[k] = trail->areas[i].places[k];
        }
    }
    return df_trail_copy(&timeline->last, &df_timeline_moment(timeline, block->end - 1)->trail);
}

static int plan(DfTimeline *timeline, const Block *block, DfArena *scratch)
{
    int ret;

    if ((ret = df_shots_settle(timeline, block->first, block->far, scratch)) < 0 ||
        (ret = df_ledger_enter(timeline, block->first, block->far)) < 0 ||
        (ret = plan_past(timeline, block)) < 0 || (ret = plan_future(timeline, block, scratch)) < 0 ||
        (ret = plan_made(timeline, block)) < 0 || (ret = carry_on(timeline, block)) < 0)
        return ret;
    return df_ledger_use(timeline, block->first, block->end);
}

/** Nothing is carried on from a block that has no plan. */
static void forget(DfTimeline *timeline)
{
    for (int i = 0; i < DF_MOST_BACK; i++)
        timeline->carry[i].count = timeline->carry_old[i].count = 0;
    timeline->last.count = 0;
}

int df_timeline_plan(DfTimeline *timeline, int64_t first, int64_t end, DfArena *scratch)
{
    Block block = { first, DF_MIN(first + timeline->block, end),
                    DF_MIN(first + timeline->block + timeline->look, end) };
    int ret = plan(timeline, &block, scratch);

    if (ret < 0)
        forget(timeline);
    else
        df_ledger_trim(timeline, block.end, block.far);
    return ret;
}
