/**
 * @file
 * Source maps followed one frame back along its motion.
 */
#include "temporal/source_map.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "temporal/visibility.h"

/** What pixels may get. */
typedef struct Work {
    DfSourceMap *map;
    const DfFollow *follow;
    int references;      /* of the earlier map */
    int *motion_area;    /* by area of the map: that of the motion; -1: none */
    int *first;          /* by area of the map: its references' first number: that to the earlier frame itself,
                            then those taken over */
    int *taken_count;    /* by area of the map: how many it takes over */
    int *taken;          /* by area of the map and reference of the earlier map: which of the area's references it
                            becomes; -1: none */
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
    const int *taken = work->taken + (size_t)area * work->references;
    int nx = (int)(to_x + 0.5f), ny = (int)(to_y + 0.5f);
    int other_x = nx > (int)to_x ? nx - 1 : nx + 1, other_y = ny > (int)to_y ? ny - 1 : ny + 1;

    for (int i = 0; i < 4; i++) {
        int at_x = i & 1 ? other_x : nx, at_y = i & 2 ? other_y : ny;
        const DfMapPixel *pixel = df_source_map_at(earlier, at_x, at_y);
        if (!pixel || pixel->reference == DF_NO_REFERENCE || taken[pixel->reference] < 0)
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
        int number = work->first[area] + taken[pixel->reference];
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

    if (hidden && work->taken_count[area])
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

static void follow_band(void *opaque, int unit, int thread)
{
    Work *work = opaque;
    DfMapBand band = df_source_map_band(work->map, unit);
    int64_t found = 0;

    (void)thread;
    if (work->motion_area[band.area] < 0)
        return;
    for (int y = band.first_row; y < band.end_row; y++)
        found += follow_row(work, band.area, y);
    atomic_fetch_add_explicit(&work->found, found, memory_order_relaxed);
}

/** Whether a reference of the earlier map may be taken over: what a failed fill was to make is not there. */
static int may_be_taken(const DfFollow *f, const DfReference *reference)
{
    return f->kinds >> reference->kind & 1 &&
           (reference->kind == DF_KIND_SHOWN || !atomic_load(&reference->source->failed));
}

/** Mark the references of the earlier map's pixels that lie in the same area of the motion. */
static void mark_taken(const Work *work, int area)
{
    const DfFollow *f = work->follow;
    const DfArea *motion_area = &f->motion->areas.items[work->motion_area[area]];
    int *taken = work->taken + (size_t)area * work->references;

    for (int i = 0; i < work->references; i++)
        taken[i] = -1;
    for (int i = 0; f->map && i < f->map->area_count; i++) {
        const DfMapArea *earlier = &f->map->areas[i];
        size_t n = df_rect_area(earlier->hole);
        if (!df_rect_contains(motion_area->outer, earlier->hole))
            continue;
        for (size_t k = 0; k < n; k++)
            if (earlier->pixels[k].reference != DF_NO_REFERENCE)
                taken[earlier->pixels[k].reference] = 0;
    }
}

/**
 * The references that pixels of one area may get. Where there are no numbers left, the rest is not taken over.
 * @return 0 or -ENOMEM
 */
static int add_references(Work *work, int area)
{
    const DfFollow *f = work->follow;
    const DfAffine *motion = &f->motion->motions[work->motion_area[area]].to_b;
    DfReference reference = { .source = f->earlier, .kind = DF_KIND_SHOWN, .motion = *motion };
    int *taken = work->taken + (size_t)area * work->references, count = 0;

    memcpy(reference.light, f->motion->light, sizeof reference.light);
    int number = work->first[area] = df_source_map_add(work->map, &reference);
    if (number == -ENOSPC)
        work->motion_area[area] = -1;
    for (int i = 0; i < work->references; i++) {
        if (taken[i] < 0)
            continue;
        reference = f->map->references[i];
        taken[i] = -1;
        if (number < 0 || !may_be_taken(f, &reference))
            continue;
        reference.motion = df_affine_compose(motion, &reference.motion);
        for (int p = 0; p < 3; p++)
            reference.light[p] = df_light_compose(f->motion->light[p], reference.light[p]);
        if ((number = df_source_map_add(work->map, &reference)) >= 0)
            taken[i] = ++count;
    }
    work->taken_count[area] = count;
    return number == -ENOMEM ? number : 0;
}

static int set_up(Work *work)
{
    int ret = 0;

    for (int i = 0; ret >= 0 && i < work->map->area_count; i++) {
        const DfAreas *areas = &work->follow->motion->areas;
        const DfArea *area = df_areas_find(areas, work->map->areas[i].hole);
        work->motion_area[i] = area ? (int)(area - areas->items) : -1;
        if (!area)
            continue;
        mark_taken(work, i);
        ret = add_references(work, i);
    }
    return ret;
}

int64_t df_source_map_follow(DfSourceMap *map, const DfFollow *follow, const DfParallel *parallel)
{
    size_t areas = map->area_count, references = follow->map ? follow->map->reference_count : 0;
    Work work = { .map = map, .follow = follow, .references = (int)references };
    int *memory;

    if (!areas)
        return 0;
    if (!(memory = df_alloc(df_size_mul(df_size_mul(areas, references + 3), sizeof *memory))))
        return -ENOMEM;
    work.motion_area = memory;
    work.first = memory + areas;
    work.taken_count = memory + 2 * areas;
    work.taken = memory + 3 * areas;
    int64_t ret = set_up(&work);
    if (ret >= 0) {
        df_parallel_for(parallel, df_source_map_bands(map), follow_band, &work);
        ret = atomic_load(&work.found);
    }
    df_free(memory);
    return ret;
}
