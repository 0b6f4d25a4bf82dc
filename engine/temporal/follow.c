/**
 * @file
 * Source maps followed one frame back along its motion.
 */
#include "temporal/source_map.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "temporal/visibility.h"

/** Rows of a hole that one thread follows at a time. */
#define BAND 16

/** Bands of all areas, and the references that their pixels may get. */
typedef struct Work {
    DfSourceMap *map;
    const DfFollow *follow;
    int *motion_area;    /* by area of the map: that of the motion; -1: none */
    int *first;          /* by area of the map: its references' first number: that to the earlier frame itself,
                            then those taken over */
    int *taken;          /* by reference of the earlier map: which of the area's references it becomes; -1: none */
    int *band_end;       /* by area of the map: one past its last band */
    atomic_int_least64_t found;
} Work;

/**
 * A pixel that comes from where the nearest of the four pixels around (to_x, to_y) in the earlier frame does, moved
 * by the fraction, if its source still shows it. Interpolated positions would mix sources; unchecked ones would creep
 * into their source's hole, a fraction a step.
 */
static DfMapPixel take_over(const Work *work, int area, int x, int y, float to_x, float to_y)
{
    const DfSourceMap *earlier = work->follow->map;
    int nx = (int)(to_x + 0.5f), ny = (int)(to_y + 0.5f);
    int other_x = nx > (int)to_x ? nx - 1 : nx + 1, other_y = ny > (int)to_y ? ny - 1 : ny + 1;

    for (int i = 0; i < 4; i++) {
        int at_x = i & 1 ? other_x : nx, at_y = i & 2 ? other_y : ny;
        const DfMapPixel *pixel = df_source_map_at(earlier, at_x, at_y);
        if (!pixel || pixel->reference == DF_NO_REFERENCE || work->taken[pixel->reference] < 0)
            continue;
        const DfReference *reference = &earlier->references[pixel->reference];
        float dx, dy;
        df_affine_at(&reference->motion, to_x, to_y, &dx, &dy);
        float from_x = to_x + dx + (float)pixel->dx * (1.0f / DF_RESIDUAL_STEPS);
        float from_y = to_y + dy + (float)pixel->dy * (1.0f / DF_RESIDUAL_STEPS);
        if (reference->kind == DF_KIND_SHOWN) {
            const DeepfillMask *mask = reference->source->mask;
            if (!df_source_has(reference->source, from_x, from_y) ||
                !df_hidden_may_be(mask, df_hidden_count(mask, from_x, from_y)))
                continue;
        }
        int number = work->first[area] + work->taken[pixel->reference];
        return df_map_pixel(number, &work->map->references[number].motion, x, y, from_x, from_y);
    }
    return (DfMapPixel){ DF_NO_REFERENCE, 0, 0 };
}

/**
 * Where the pixel (x, y) comes from that arrives at (to_x, to_y). At the rim what was seen before goes first: on a
 * pan slower than half a pixel a frame all that is revealed arrives there, and a rim that took the latest frame each
 * time would never see far enough to hand anything on.
 */
static DfMapPixel arrive(const Work *work, int area, int x, int y, float to_x, float to_y)
{
    const DfFollow *f = work->follow;
    int hidden = df_hidden_count(f->earlier->mask, to_x, to_y);
    DfMapPixel pixel = { DF_NO_REFERENCE, 0, 0 };

    if (hidden && f->map)
        pixel = take_over(work, area, x, y, to_x, to_y);
    if (pixel.reference == DF_NO_REFERENCE && f->shown && df_hidden_may_be(f->earlier->mask, hidden) &&
        df_source_has(f->earlier, to_x, to_y))
        pixel = df_map_pixel(work->first[area], &work->map->references[work->first[area]].motion, x, y, to_x,
                             to_y);
    return pixel;
}

/** Add what a residual says of the pixel at (x, y). */
static void add_residual(const DfResidual *residual, int x, int y, float *dx, float *dy)
{
    x -= residual->x0;
    y -= residual->y0;
    if (!residual->flow.x.data || x < 0 || y < 0 || x >= residual->flow.x.width || y >= residual->flow.x.height)
        return;
    *dx += df_plane_row(residual->flow.x, y)[x];
    *dy += df_plane_row(residual->flow.y, y)[x];
}

static int64_t follow_row(const Work *work, int area, int y)
{
    const DfFollow *f = work->follow;
    const DfMotion *motion = &f->motion->motions[work->motion_area[area]];
    DfRect hole = work->map->areas[area].hole;
    DfMapPixel *row = work->map->areas[area].pixels + (size_t)(y - hole.y0) * df_rect_width(hole) - hole.x0;
    float far_x = (float)(f->earlier->format.width - 1), far_y = (float)(f->earlier->format.height - 1);
    int64_t found = 0;

    for (int x = hole.x0; x < hole.x1; x++) {
        if (row[x].reference != DF_NO_REFERENCE || !df_mask_hole(f->mask, x, y))
            continue;
        float dx, dy;
        df_affine_at(&motion->to_b, x, y, &dx, &dy);
        add_residual(&motion->residual_to_b, x, y, &dx, &dy);
        float to_x = (float)x + dx, to_y = (float)y + dy;
        if (!(to_x >= 0 && to_x <= far_x && to_y >= 0 && to_y <= far_y))
            continue;
        row[x] = arrive(work, area, x, y, to_x, to_y);
        found += row[x].reference != DF_NO_REFERENCE;
    }
    return found;
}

static void follow_band(void *opaque, int unit, int hand)
{
    Work *work = opaque;
    int area = 0;
    int64_t found = 0;

    (void)hand;
    while (unit >= work->band_end[area])
        area++;
    if (work->motion_area[area] < 0)
        return;
    DfRect hole = work->map->areas[area].hole;
    int first = hole.y0 + (unit - (area ? work->band_end[area - 1] : 0)) * BAND;
    for (int y = first; y < DF_MIN(first + BAND, hole.y1); y++)
        found += follow_row(work, area, y);
    atomic_fetch_add_explicit(&work->found, found, memory_order_relaxed);
}

/** The references that pixels of one area may get. */
static int add_references(Work *work, int area)
{
    const DfFollow *f = work->follow;
    const DfAffine *motion = &f->motion->motions[work->motion_area[area]].to_b;
    DfReference reference = { .source = f->earlier, .kind = DF_KIND_SHOWN, .motion = *motion };

    memcpy(reference.light, f->motion->light, sizeof reference.light);
    int number = work->first[area] = df_source_map_add(work->map, &reference);
    for (int i = 0; number >= 0 && f->map && i < f->map->reference_count; i++) {
        if (work->taken[i] < 0)
            continue;
        reference = f->map->references[i];
        reference.motion = df_affine_compose(motion, &reference.motion);
        for (int p = 0; p < 3; p++)
            reference.light[p] = df_light_compose(f->motion->light[p], reference.light[p]);
        number = df_source_map_add(work->map, &reference);
    }
    return DF_MIN(number, 0);
}

/** Which references of the earlier map may be taken over: what a failed fill was to make is not there. */
static void number_taken(Work *work)
{
    const DfFollow *f = work->follow;
    int count = 0;

    for (int i = 0; f->map && i < f->map->reference_count; i++) {
        const DfReference *reference = &f->map->references[i];
        int usable = f->kinds >> reference->kind & 1 &&
                     (reference->kind == DF_KIND_SHOWN || !atomic_load(&reference->source->failed));
        work->taken[i] = usable ? ++count : -1;
    }
}

static int set_up(Work *work)
{
    const DfFollow *f = work->follow;
    int bands = 0, ret = 0;

    number_taken(work);
    for (int i = 0; ret >= 0 && i < work->map->area_count; i++) {
        const DfArea *area = df_areas_find(&f->motion->areas, work->map->areas[i].hole);
        work->motion_area[i] = area ? (int)(area - f->motion->areas.items) : -1;
        bands += df_ceil_div(df_rect_height(work->map->areas[i].hole), BAND);
        work->band_end[i] = bands;
        if (area)
            ret = add_references(work, i);
    }
    return ret;
}

int64_t df_source_map_follow(DfSourceMap *map, const DfFollow *follow, const DfParallel *parallel)
{
    int areas = map->area_count, references = follow->map ? follow->map->reference_count : 0;
    Work work = { .map = map, .follow = follow };
    int *memory;

    if (!areas)
        return 0;
    if (!(memory = df_alloc(df_size_mul(3 * (size_t)areas + references, sizeof *memory))))
        return -ENOMEM;
    work.motion_area = memory;
    work.first = memory + areas;
    work.band_end = memory + 2 * areas;
    work.taken = memory + 3 * areas;
    int64_t ret = set_up(&work);
    if (ret >= 0) {
        df_parallel_for(parallel, work.band_end[areas - 1], follow_band, &work);
        ret = atomic_load(&work.found);
    }
    df_free(memory);
    return ret;
}
