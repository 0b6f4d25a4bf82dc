/**
 * @file
 * Source maps followed one frame back along its motion.
 */
#include "temporal/source_map.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "temporal/visibility.h"

/** What pixels of one area of the map may get that move alike. */
typedef struct Share {
    const DfArea *area;      /* of the motion; NULL: none */
    const DfAffine *to_b;
    const DfLayer *layer;    /* of the motion */
    int has_layer;           /* 1: the pixels are those in the layer; 0: all others */
    int first;               /* number of the reference to the earlier frame itself; then those taken over */
    int taken_count;         /* how many are taken over */
    int *taken;              /* by reference of the earlier map: which of these it becomes; -1: none */
} Share;

typedef struct Work {
    DfSourceMap *map;
    const DfFollow *follow;
    int references;          /* of the earlier map */
    Share *shares;           /* two for each area of the map */
    atomic_int_least64_t found;
} Work;

/** Whether an earlier frame's pixels around a position move as a share's do. */
static int is_of_share(const Share *share, float x, float y)
{
    return df_layer_parts(share->layer, x, y, share->has_layer);
}

/**
 * A pixel that comes from where the nearest of the four pixels around (to_x, to_y) in the earlier frame does, moved
 * by the fraction, if its source still shows it. Interpolated positions would mix sources; unchecked ones would creep
 * into their source's hole, a fraction a step.
 */
static DfMapPixel take_over(const Work *work, const Share *share, int x, int y, float to_x, float to_y)
{
    const DfSourceMap *earlier = work->follow->map;
    const int *taken = share->taken;
    int nx = (int)(to_x + 0.5f), ny = (int)(to_y + 0.5f);
    int other_x = nx > (int)to_x ? nx - 1 : nx + 1, other_y = ny > (int)to_y ? ny - 1 : ny + 1;

    for (int i = 0; i < 4; i++) {
        int at_x = i & 1 ? other_x : nx, at_y = i & 2 ? other_y : ny;
        const DfMapPixel *pixel = df_source_map_at(earlier, at_x, at_y);
        if (!pixel || pixel->reference == DF_NO_REFERENCE || taken[pixel->reference] < 0 ||
            !is_of_share(share, (float)at_x, (float)at_y))
            continue;
        const DfReference *reference = &earlier->references[pixel->reference];
        float dx, dy;
        df_affine_at(&reference->motion, to_x, to_y, &dx, &dy);
        float from_x = to_x + dx + (float)pixel->dx * (1.0f / DF_RESIDUAL_STEPS);
        float from_y = to_y + dy + (float)pixel->dy * (1.0f / DF_RESIDUAL_STEPS);
        if (reference->kind == DF_KIND_SHOWN) {
            const DeepfillMask *mask = reference->source->mask;
            if (!df_source_has(reference->source, from_x, from_y) ||
                !df_source_moves_alike(reference->source, from_x, from_y, share->has_layer) ||
                !df_hidden_may_be(mask, df_hidden_count(mask, from_x, from_y)))
                continue;
        }
        int number = share->first + taken[pixel->reference];
        return df_map_pixel(number, &work->map->references[number].motion, x, y, from_x, from_y);
    }
    return (DfMapPixel){ DF_NO_REFERENCE, 0, 0 };
}

/**
 * Where the pixel (x, y) comes from that arrives at (to_x, to_y). At the rim what was seen before goes first: on a
 * pan slower than half a pixel a frame all that is revealed arrives there, and a rim that took the latest frame each
 * time would never see far enough to hand anything on.
 */
static DfMapPixel arrive(const Work *work, const Share *share, int x, int y, float to_x, float to_y)
{
    const DfFollow *f = work->follow;
    int hidden = df_hidden_count(f->earlier->mask, to_x, to_y);
    DfMapPixel pixel = { DF_NO_REFERENCE, 0, 0 };

    if (hidden && share->taken_count)
        pixel = take_over(work, share, x, y, to_x, to_y);
    if (pixel.reference == DF_NO_REFERENCE && f->shown && df_hidden_may_be(f->earlier->mask, hidden) &&
        df_source_has(f->earlier, to_x, to_y))
        pixel = df_map_pixel(share->first, &work->map->references[share->first].motion, x, y, to_x, to_y);
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
    const Share *shares = &work->shares[2 * area];
    const DfMotion *motion = &f->motion->motions[shares->area - f->motion->areas.items];
    DfRect hole = work->map->areas[area].hole;
    DfMapPixel *row = work->map->areas[area].pixels + (size_t)(y - hole.y0) * df_rect_width(hole) - hole.x0;
    float far_x = (float)(f->earlier->format.width - 1), far_y = (float)(f->earlier->format.height - 1);
    int64_t found = 0;

    for (int x = hole.x0; x < hole.x1; x++) {
        if (row[x].reference != DF_NO_REFERENCE || !df_mask_hole(f->mask, x, y))
            continue;
        float dx, dy;
        const Share *share = &shares[df_layer_has(&motion->layer, (float)x, (float)y)];
        if (share->first < 0)
            continue;
        df_affine_at(share->to_b, x, y, &dx, &dy);
        add_residual(&motion->residual_to_b, x, y, &dx, &dy);
        float to_x = (float)x + dx, to_y = (float)y + dy;
        if (!(to_x >= 0 && to_x <= far_x && to_y >= 0 && to_y <= far_y) || !is_of_share(share, to_x, to_y))
            continue;
        row[x] = arrive(work, share, x, y, to_x, to_y);
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
    if (!work->shares[2 * band.area].area)
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

/** Mark the references of the earlier map's pixels that lie in a share's area and move as it does. */
static void mark_taken(const Work *work, const Share *share)
{
    const DfSourceMap *map = work->follow->map;

    for (int i = 0; i < work->references; i++)
        share->taken[i] = -1;
    for (int i = 0; map && i < map->area_count; i++) {
        const DfMapArea *earlier = &map->areas[i];
        const DfMapPixel *pixel = earlier->pixels;
        if (!df_rect_contains(share->area->outer, earlier->hole))
            continue;
        for (int y = earlier->hole.y0; y < earlier->hole.y1; y++)
            for (int x = earlier->hole.x0; x < earlier->hole.x1; x++, pixel++)
                if (pixel->reference != DF_NO_REFERENCE && is_of_share(share, (float)x, (float)y))
                    share->taken[pixel->reference] = 0;
    }
}

/**
 * The references that pixels of one share may get. Where there are no numbers left, the rest is not taken over.
 * @return 0 or -ENOMEM
 */
static int add_references(Work *work, Share *share)
{
    const DfFollow *f = work->follow;
    DfReference reference = { .source = f->earlier, .kind = DF_KIND_SHOWN, .motion = *share->to_b };

    memcpy(reference.light, f->motion->light, sizeof reference.light);
    int number = share->first = df_source_map_add(work->map, &reference);
    for (int i = 0; i < work->references; i++) {
        if (share->taken[i] < 0)
            continue;
        reference = f->map->references[i];
        share->taken[i] = -1;
        if (number < 0 || !may_be_taken(f, &reference))
            continue;
        reference.motion = df_affine_compose(share->to_b, &reference.motion);
        for (int p = 0; p < 3; p++)
            reference.light[p] = df_light_compose(f->motion->light[p], reference.light[p]);
        if ((number = df_source_map_add(work->map, &reference)) >= 0)
            share->taken[i] = ++share->taken_count;
    }
    return number == -ENOMEM ? number : 0;
}

/** One area's shares: the second one is empty where nothing in it moves otherwise. */
static int set_up(Work *work, int i, int *taken)
{
    const DfFrameMotion *motion = work->follow->motion;
    const DfArea *area = df_areas_find(&motion->areas, work->map->areas[i].hole);
    const DfMotion *m = area ? &motion->motions[area - motion->areas.items] : NULL;
    int ret = 0;

    for (int k = 0; ret >= 0 && k < 2; k++) {
        Share *share = &work->shares[2 * i + k];
        *share = (Share){ .area = area, .has_layer = k, .first = -1,
                          .taken = taken + (size_t)(2 * i + k) * work->references };
        if (!area || (k && !m->layer.side))
            continue;
        share->to_b = k ? &m->layer.to_b : &m->to_b;
        share->layer = &m->layer;
        mark_taken(work, share);
        ret = add_references(work, share);
    }
    return ret;
}

int64_t df_source_map_follow(DfSourceMap *map, const DfFollow *follow, const DfParallel *parallel)
{
    size_t shares = 2 * (size_t)map->area_count, references = follow->map ? follow->map->reference_count : 0;
    Work work = { .map = map, .follow = follow, .references = (int)references };
    int64_t ret = 0;

    if (!shares)
        return 0;
    work.shares = df_alloc(df_size_mul(shares, sizeof *work.shares));
    int *taken = df_alloc(df_size_mul(df_size_mul(shares, DF_MAX(references, 1)), sizeof *taken));
    if (!work.shares || !taken)
        ret = -ENOMEM;
    for (int i = 0; ret >= 0 && i < map->area_count; i++)
        ret = set_up(&work, i, taken);
    if (ret >= 0) {
        df_parallel_for(parallel, df_source_map_bands(map), follow_band, &work);
        ret = atomic_load(&work.found);
    }
    df_free(work.shares);
    df_free(taken);
    return ret;
}
