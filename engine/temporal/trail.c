/**
 * @file
 * Following places along a motion.
 */
#include "temporal/trail.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/** A motion at hand for the pixels of one area. */
typedef struct Course {
    const DfArea *area; /* the link's */
    const DfAffine *affine;
    const DfResidual *more;
} Course;

static size_t places_of(DfRect hole)
{
    return df_size_mul(df_rect_width(hole), df_rect_height(hole));
}

static int reserve(DfTrail *trail, int count, size_t places)
{
    if (count > trail->capacity) {
        df_free(trail->areas);
        trail->capacity = 0;
        if (!(trail->areas = df_alloc(df_size_mul(count, sizeof *trail->areas))))
            return -ENOMEM;
        trail->capacity = count;
    }
    if (places > trail->room) {
        df_free(trail->memory);
        trail->room = 0;
        if (!(trail->memory = df_alloc(df_size_mul(places, sizeof *trail->memory))))
            return -ENOMEM;
        trail->room = places;
    }
    return 0;
}

int df_trail_begin(DfTrail *trail, const DfAreas *areas)
{
    size_t places = 0, at = 0;

    trail->count = 0;
    for (int i = 0; i < areas->count; i++)
        places = df_size_add(places, places_of(areas->items[i].hole));
    if (reserve(trail, areas->count, places) < 0)
        return -ENOMEM;
    for (int i = 0; i < areas->count; i++) {
        trail->areas[i] = (DfTrailArea){ areas->items[i].hole, trail->memory + at };
        at += places_of(areas->items[i].hole);
    }
    for (size_t i = 0; i < places; i++)
        trail->memory[i].source = -1;
    trail->count = areas->count;
    trail->blank = 1;
    return 0;
}

int df_trail_copy(DfTrail *to, const DfTrail *from)
{
    size_t at = 0;

    to->count = 0;
    for (int i = 0; i < from->count; i++)
        at += places_of(from->areas[i].hole);
    if (reserve(to, from->count, at) < 0)
        return -ENOMEM;
    at = 0;
    for (int i = 0; i < from->count; i++) {
        to->areas[i] = (DfTrailArea){ from->areas[i].hole, to->memory + at };
        memcpy(to->areas[i].places, from->areas[i].places,
               places_of(from->areas[i].hole) * sizeof *to->memory);
        at += places_of(from->areas[i].hole);
    }
    to->count = from->count;
    to->blank = from->blank;
    return 0;
}

void df_trail_free(DfTrail *trail)
{
    df_free(trail->areas);
    df_free(trail->memory);
    *trail = (DfTrail){ 0 };
}

static inline const DfPlace *find_at(const DfTrail *trail, int x, int y)
{
    for (int i = 0; i < trail->count; i++) {
        DfRect r = trail->areas[i].hole;
        if (x >= r.x0 && x < r.x1 && y >= r.y0 && y < r.y1)
            return &trail->areas[i].places[(size_t)(y - r.y0) * df_rect_width(r) + (x - r.x0)];
    }
    return NULL;
}

const DfPlace *df_trail_at(const DfTrail *trail, int x, int y)
{
    return find_at(trail, x, y);
}

static int find_course(Course *course, const DfStride *stride, DfRect hole)
{
    const DfLink *link = stride->link;

    course->area = df_areas_find(&link->areas, hole);
    if (!course->area)
        return 0;
    const DfMotion *motion = &link->motions[course->area - link->areas.items];
    course->affine = stride->backwards ? &motion->to_b : &motion->to_a;
    course->more = stride->backwards ? &motion->residual_to_b : &motion->residual_to_a;
    return 1;
}

/** Add what a residual says of the pixel at (x, y), in the area's samples. */
static void add_residual(const DfResidual *more, int x, int y, float *dx, float *dy)
{
    if (!more->flow.x.data)
        return;
    x -= more->x0;
    y -= more->y0;
    if (x < 0 || y < 0 || x >= more->flow.x.width || y >= more->flow.x.height)
        return;
    *dx += df_plane_row(more->flow.x, y)[x];
    *dy += df_plane_row(more->flow.y, y)[x];
}

/** Samples inside a grown hole that are as good as known: what is to be hidden begins farther in. */
#define HARMLESS 2

/**
 * Steps shorter than this reveal nothing: a camera that stands still is found to move by hundredths of a
 * pixel.
 */
#define STEP 0.125f

static int is_grown(const DeepfillMask *mask)
{
    return mask && mask->settings.dilate >= HARMLESS;
}

/** How many of the four samples around a position lie in a hole. */
static int count_hidden(const DeepfillMask *mask, float x, float y)
{
    float slack = is_grown(mask) ? STEP : 0;
    int x0 = (int)(x + slack), y0 = (int)(y + slack);
    int x1 = x0 + (x - slack > (float)x0), y1 = y0 + (y - slack > (float)y0);

    if (!mask)
        return 0;
    DfRect e = mask->extent;
    if (x0 < e.x0 || y0 < e.y0 || x1 >= e.x1 || y1 >= e.y1)
        return df_mask_hole(mask, x0, y0) + df_mask_hole(mask, x1, y0) + df_mask_hole(mask, x0, y1) +
               df_mask_hole(mask, x1, y1);
    /* Inside the extent, where this is asked for every pixel of every frame. */
    const uint8_t *at = &mask->weight[(size_t)(y0 - e.y0) * df_rect_width(e) + (x0 - e.x0)];
    const uint8_t *below = at + (size_t)(y1 - y0) * df_rect_width(e);
    return (at[0] == DF_WEIGHT_HOLE) + (at[x1 - x0] == DF_WEIGHT_HOLE) + (below[0] == DF_WEIGHT_HOLE) +
           (below[x1 - x0] == DF_WEIGHT_HOLE);
}

/** Whether so many of them may: none, but a position may lie a fraction inside a grown hole. */
static int may_be_hidden(const DeepfillMask *mask, int hidden)
{
    return hidden < (is_grown(mask) ? 4 : 1);
}

static const DfPlace nowhere = { 0, 0, -1 };

/**
 * The place of the nearest of the four samples around (x, y) whose source, moved by the fraction, still shows
 * it. Interpolated places would mix sources; unchecked ones would creep into their source's hole, a fraction
 * a step.
 */
static DfPlace take_over(const DfStride *stride, float x, float y)
{
    int nx = (int)(x + 0.5f), ny = (int)(y + 0.5f);
    int other_x = nx > (int)x ? nx - 1 : nx + 1, other_y = ny > (int)y ? ny - 1 : ny + 1;

    for (int i = 0; i < 4; i++) {
        int at_x = i & 1 ? other_x : nx, at_y = i & 2 ? other_y : ny;
        const DfPlace *place = find_at(stride->trail, at_x, at_y);
        if (!place || place->source < 0 || !(stride->kinds >> place->source % DF_PLACE_KINDS & 1))
            continue;
        DfPlace moved = { place->x + (x - (float)at_x), place->y + (y - (float)at_y), place->source };
        if (moved.source % DF_PLACE_KINDS != DF_PLACE_SHOWN)
            return moved;
        const DfSource *source = stride->ledger[moved.source / DF_PLACE_KINDS].source;
        if (may_be_hidden(source->mask, count_hidden(source->mask, moved.x, moved.y)) &&
            df_patches_at(&source->shown, moved.x, moved.y))
            return moved;
    }
    return nowhere;
}

/**
 * Where a pixel that arrives at (x, y) is to be had. At the rim what was seen before goes first: on a pan
 * slower than half a pixel a frame all that is revealed arrives there, and a rim that took the latest frame
 * each time would never see far enough to hand anything on.
 */
static DfPlace arrive(const DfStride *stride, float x, float y)
{
    const DfSource *to = stride->to;
    int hidden = count_hidden(to->mask, x, y);
    DfPlace place = hidden && stride->trail && !stride->trail->blank ? take_over(stride, x, y) : nowhere;

    if (place.source < 0 && stride->shown && may_be_hidden(to->mask, hidden) &&
        df_patches_at(&to->shown, x, y))
        place = (DfPlace){ x, y, to->id * DF_PLACE_KINDS + DF_PLACE_SHOWN };
    return place;
}

static int64_t follow_row(const DfStride *stride, const Course *course, DfTrailArea *area, int y)
{
    DfRect hole = area->hole, outer = course->area->outer;
    DfPlace *row = area->places + (size_t)(y - hole.y0) * df_rect_width(hole) - hole.x0;
    const DeepfillFormat *format = &stride->to->format;
    float far_x = (float)(format->width - 1), far_y = (float)(format->height - 1);
    int64_t found = 0;

    for (int x = hole.x0; x < hole.x1; x++) {
        if (row[x].source >= 0 || !df_mask_hole(stride->from, x, y))
            continue;
        float dx, dy;
        df_affine_at(course->affine, x - outer.x0, y - outer.y0, &dx, &dy);
        add_residual(course->more, x - outer.x0, y - outer.y0, &dx, &dy);
        float to_x = (float)x + dx, to_y = (float)y + dy;
        if (!(to_x >= 0 && to_x <= far_x && to_y >= 0 && to_y <= far_y))
            continue;
        row[x] = arrive(stride, to_x, to_y);
        found += row[x].source >= 0;
    }
    return found;
}

int64_t df_trail_follow(DfTrail *trail, const DfStride *stride)
{
    int64_t found = 0;
    Course course;

    for (int i = 0; i < trail->count; i++) {
        DfTrailArea *area = &trail->areas[i];
        if (!find_course(&course, stride, area->hole))
            continue;
        for (int y = area->hole.y0; y < area->hole.y1; y++)
            found += follow_row(stride, &course, area, y);
    }
    trail->blank &= !found;
    return found;
}
