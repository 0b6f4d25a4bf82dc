/**
 * @file
 * Affines of single links composed: what residuals say of one step is left out.
 */
#include "video/leap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/** A leap under way: the motions from the moment's areas to frame `at`. */
typedef struct Leap {
    DfLink link;         /* its areas are the moment's, its motions go one way */
    const DfMoment *at;
    int future;
} Leap;

/** Follow `first` and then `second`, whose origin lies (dx, dy) from the first one's. */
static DfAffine compose(const DfAffine *first, const DfAffine *second, double dx, double dy)
{
    const DfAffine *a = first, *b = second;
    DfAffine both;

    both.x[0] = a->x[0] + b->x[0] + b->x[1] * (a->x[0] - dx) + b->x[2] * (a->y[0] - dy);
    both.x[1] = a->x[1] + b->x[1] * (1 + a->x[1]) + b->x[2] * a->y[1];
    both.x[2] = a->x[2] + b->x[1] * a->x[2] + b->x[2] * (1 + a->y[2]);
    both.y[0] = a->y[0] + b->y[0] + b->y[1] * (a->x[0] - dx) + b->y[2] * (a->y[0] - dy);
    both.y[1] = a->y[1] + b->y[1] * (1 + a->x[1]) + b->y[2] * a->y[1];
    both.y[2] = a->y[2] + b->y[1] * a->x[2] + b->y[2] * (1 + a->y[2]);
    return both;
}

static DfAffine *motion_of(Leap *leap, int i)
{
    return leap->future ? &leap->link.motions[i].to_a : &leap->link.motions[i].to_b;
}

/** Add one link to all areas' motions. @return 0: an area is not in it */
static int add_link(Leap *leap, const DfLink *link)
{
    for (int i = 0; i < leap->link.areas.count; i++) {
        const DfArea *own = &leap->link.areas.items[i], *area = df_areas_find(&link->areas, own->hole);
        if (!area)
            return 0;
        const DfMotion *m = &link->motions[area - link->areas.items];
        DfAffine *all = motion_of(leap, i);
        *all = compose(all, leap->future ? &m->to_a : &m->to_b, area->outer.x0 - own->outer.x0,
                       area->outer.y0 - own->outer.y0);
    }
    return 1;
}

/** Go on to the next frame in the leap's direction. @return 0: there is none */
static int step(Leap *leap, const DfTimeline *timeline, int64_t end)
{
    const DfMoment *from = leap->at, *link_of = from;

    if (leap->future)
        link_of = df_timeline_linked_to(timeline, from->frame, end);
    if (!link_of || !link_of->link.back || !add_link(leap, &link_of->link))
        return 0;
    leap->at = leap->future ? link_of : df_timeline_moment(timeline, from->frame - from->link.back);
    return 1;
}

/** The farthest that a corner of any hole has moved, in pixels. */
static double distance(Leap *leap)
{
    double most = 0;

    for (int i = 0; i < leap->link.areas.count; i++) {
        const DfArea *area = &leap->link.areas.items[i];
        for (int k = 0; k < 4; k++) {
            float dx, dy;
            df_affine_at(motion_of(leap, i), (k & 1 ? area->hole.x1 : area->hole.x0) - area->outer.x0,
                         (k & 2 ? area->hole.y1 : area->hole.y0) - area->outer.y0, &dx, &dy);
            most = DF_MAX(most, hypot(dx, dy));
        }
    }
    return most;
}

/** Take what the frame at the leap's end shows. */
static void look(Leap *leap, const DfTimeline *timeline, const DfMoment *m, DfTrail *trail)
{
    const DfSource *to = leap->at->source;

    if (to->id < 0 || leap->at->odd)
        return;
    DfStride stride = { .from = m->source->mask, .link = &leap->link, .backwards = !leap->future, .to = to,
                        .ledger = timeline->ledger, .shown = 1 };
    df_trail_follow(trail, &stride);
}

int df_leap(DfTimeline *timeline, const DfMoment *m, DfTrail *trail, int64_t end, int future, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    Leap leap = { .link = { .areas = m->areas }, .at = m, .future = future };
    double moved = 0.5; /* of a pixel: less uncovers nothing */
    int64_t due = 2;

    leap.link.motions = df_arena_take_zeroed(scratch, df_size_mul(DF_MAX(m->areas.count, 1), sizeof(DfMotion)));
    if (!leap.link.motions)
        return -ENOMEM;
    while (due <= DF_MOST_LEAP && step(&leap, timeline, end)) {
        if (llabs(leap.at->frame - m->frame) < due)
            continue;
        due *= 2;
        if (distance(&leap) < moved)
            continue;
        moved = distance(&leap) + 0.5;
        look(&leap, timeline, m, trail);
    }
    df_arena_reset(scratch, mark);
    return 0;
}
