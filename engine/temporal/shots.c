/**
 * @file
 * Decisions from the links' errors, with the next frames at hand where some are looked at.
 */
#include "temporal/shots.h"

#include <errno.h>
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

/** So much more contrast, and what was synthesised in a darker picture shows how dark that was. */
#define BRIGHTER 2.0f

static float usual_error(const DfTimeline *timeline)
{
    float sorted[DF_COUNT(timeline->errors)];
    int n = DF_MIN(timeline->error_count, (int)DF_COUNT(timeline->errors));

    for (int i = 0; i < n; i++) {
        int k = i;
        for (; k > 0 && sorted[k - 1] > timeline->errors[i]; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = timeline->errors[i];
    }
    return n ? sorted[n / 2] : 0;
}

static int has_jumped(const DfTimeline *timeline, const DfLink *link)
{
    return link->error > JUMP_LEVELS && link->error > JUMP_TIMES * usual_error(timeline);
}

/** A link whose error jumps, while the next frame is like this one: a new shot that happens to be alike. */
static int is_hidden_cut(const DfTimeline *timeline, const DfMoment *m, int64_t end)
{
    if (timeline->error_count < 5 || m->link.back != 1 || m->frame + 1 >= end ||
        !has_jumped(timeline, &m->link))
        return 0;
    const DfLink *next = &df_timeline_moment(timeline, m->frame + 1)->link;
    return next->back == 1 && !has_jumped(timeline, next);
}

/** The frame after an unlinked one that is linked across it; NULL: none, so it begins a shot. */
static const DfMoment *across(const DfTimeline *timeline, int64_t frame, int64_t end)
{
    for (int64_t n = frame + 1; n < end && n < frame + DF_MOST_BACK; n++) {
        const DfMoment *m = df_timeline_moment(timeline, n);
        if (m->link.back > n - frame)
            return m;
    }
    return NULL;
}

/**
 * An unlinked frame in the middle of a shot: it lies on the way between its linked neighbours. It stays
 * unlinked where that cannot be told either.
 */
static int settle_odd(DfTimeline *timeline, DfMoment *m, const DfMoment *later, DfArena *scratch)
{
    int64_t from = later->frame - later->link.back;
    DfLinkEnd frame = df_moment_end(m, 0), earlier = df_moment_end(df_timeline_moment(timeline, from), 1);
    double share = (double)(m->frame - from) / later->link.back;

    int ret = df_link_interpolate(&m->link, &later->link, share, &frame, &earlier, (int)(m->frame - from),
                                  scratch);

    m->odd = ret >= 0 && m->link.back > 0;
    return ret;
}

/** Each shot has usual errors of its own; an unlinked frame that later ones are linked across begins none. */
static void note_error(DfTimeline *timeline, const DfMoment *m, int is_crossed)
{
    if (!m->link.back)
        timeline->error_count = is_crossed ? timeline->error_count : 0;
    else if (!m->odd && !m->link.repeated && m->link.areas.count)
        timeline->errors[timeline->error_count++ % DF_COUNT(timeline->errors)] = m->link.error;
}

static int settle(DfTimeline *timeline, DfMoment *m, int64_t end, DfArena *scratch)
{
    const DfMoment *later = m->link.back != 1 && !m->odd ? across(timeline, m->frame, end) : NULL;

    if (later && settle_odd(timeline, m, later, scratch) < 0)
        return -ENOMEM;
    if (is_hidden_cut(timeline, m, end))
        m->link.back = 0;
    note_error(timeline, m, later != NULL);
    return 0;
}

/** Light since the shot began. */
static void compose_light(const DfTimeline *timeline, DfMoment *m)
{
    const DfMoment *earlier = df_timeline_moment(timeline, DF_MAX(m->frame - m->link.back, 0));

    for (int p = 0; p < 3; p++)
        m->light[p] = m->link.back ? df_light_compose(m->link.light[p], earlier->light[p]) : DF_LIGHT_SAME;
}

int df_shots_settle(DfTimeline *timeline, int64_t first, int64_t end, DfArena *scratch)
{
    /* Frames beyond the block are settled as far as can be seen, since the block may take from them, and once
       more in their own block: until then their errors are not usual ones. */
    int64_t last = DF_MIN(first + timeline->block, end);
    float errors[DF_COUNT(timeline->errors)];
    int error_count = 0;

    for (int64_t t = first; t < end; t++) {
        DfMoment *m = df_timeline_moment(timeline, t);
        if (settle(timeline, m, end, scratch) < 0)
            return -ENOMEM;
        compose_light(timeline, m);
        if (t + 1 == last) {
            memcpy(errors, timeline->errors, sizeof errors);
            error_count = timeline->error_count;
        }
    }
    memcpy(timeline->errors, errors, sizeof errors);
    timeline->error_count = error_count;
    return 0;
}

/**
 * Whether the sketch has other lines than that of the linked frame, in the hole of either: what was
 * synthesised there moves with the picture, and lines outside any hole are none.
 */
static int has_other_lines(const DfTimeline *timeline, const DfMoment *m)
{
    const DfMoment *earlier = df_timeline_moment(timeline, m->frame - m->link.back);

    return df_sketch_differs(m->sketch, earlier->sketch, m->source->mask) ||
           df_sketch_differs(m->sketch, earlier->sketch, earlier->source->mask);
}

enum DfRenewal df_shots_renew(DfTimeline *timeline, const DfMoment *m)
{
    enum DfRenewal renewal = DF_RENEW_NOTHING;

    if (!m->link.back) {
        timeline->staleness = 0;
        timeline->made_gain = m->light[0].gain;
        return renewal;
    }
    if (!m->odd && !m->link.repeated)
        timeline->staleness += DF_MAX(m->link.error - STILL_LEVELS, 0);
    if (has_other_lines(timeline, m))
        renewal = DF_RENEW_SKETCH;
    else if (!m->odd && m->light[0].gain > BRIGHTER * timeline->made_gain)
        renewal = DF_RENEW_LIGHT;
    else if (timeline->staleness >= STALE_LEVELS)
        renewal = DF_RENEW_STALE;
    if (renewal != DF_RENEW_NOTHING) {
        timeline->staleness = 0;
        timeline->made_gain = m->light[0].gain;
    }
    return renewal;
}
