/**
 * @file
 * Each pixel goes from frame to frame with the motion until it comes out of the hole. Where the motion is affine and
 * the hole stays the same, a pixel deep in the hole skips the frames in which it cannot come out.
 */
#include "temporal/forward.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "temporal/visibility.h"

#define DONE UINT16_MAX

/** Rows of a hole that one thread searches at a time. */
#define BAND 16

static void *carve(uint8_t **at, size_t bytes)
{
    void *memory = *at;

    *at += df_size_align(bytes);
    return memory;
}

int df_forward_begin(DfForward *f, DfAccount *account, const DfFrameState *state, const DfSourceMap *past,
                     int capacity)
{
    int areas = DF_MAX(past->area_count, 1);
    size_t n;

    *f = (DfForward){ .state = state, .past = past, .need = INT_MAX };
    f->capacity = DF_MIN(capacity, (DF_NO_REFERENCE - 1) / areas);
    f->ended = f->capacity == 0;
    if (df_source_map_create(&f->map, account, &state->areas) < 0)
        return -ENOMEM;
    n = f->capacity;
    size_t bytes = df_size_align(past->reference_count * sizeof *f->past_age) +
                   df_size_align(past->pixel_count * sizeof *f->next) + df_size_align(n * sizeof *f->frames) +
                   df_size_align(areas * sizeof *f->areas) +
                   areas * (df_size_align(n * sizeof(DfAffine)) + df_size_align(n * sizeof(float)));
    uint8_t *at = f->memory = df_alloc(bytes);
    if (!at)
        return -ENOMEM;
    f->past_age = carve(&at, past->reference_count * sizeof *f->past_age);
    f->next = carve(&at, past->pixel_count * sizeof *f->next);
    f->frames = carve(&at, n * sizeof *f->frames);
    f->areas = carve(&at, areas * sizeof *f->areas);
    for (int i = 0; i < past->area_count; i++) {
        f->areas[i].motion = carve(&at, n * sizeof(DfAffine));
        f->areas[i].travel = carve(&at, n * sizeof(float));
        f->areas[i].rect = past->areas[i].hole;
    }
    for (int i = 0; i < past->reference_count; i++)
        f->past_age[i] = (int)(state->frame - past->references[i].source->frame);
    return 0;
}

void df_forward_end(DfForward *f)
{
    df_source_map_close(&f->map);
    df_free(f->memory);
    *f = (DfForward){ 0 };
}

/** Whether a frame is light enough to be a source. */
static int is_light(const DfForwardFrame *frame)
{
    return frame->light[0].gain <= DF_LIGHT_DARK;
}

/** The motion's area whose hole a rectangle touches. @return how many do */
static int find_areas(const DfAreas *areas, DfRect rect, int *first)
{
    int found = 0;

    for (int i = 0; i < areas->count; i++) {
        if (df_rect_empty(df_rect_clip(df_rect_grow(areas->items[i].hole, 1), rect)))
            continue;
        if (!found++)
            *first = i;
    }
    return found;
}

/** The rectangle around a moved one. */
static DfRect move_rect(const DfAffine *affine, DfRect r)
{
    DfRect moved = { INT_MAX, INT_MAX, INT_MIN, INT_MIN };
    float dx, dy;

    for (int i = 0; i < 4; i++) {
        int x = i & 1 ? r.x1 : r.x0, y = i & 2 ? r.y1 : r.y0;
        df_affine_at(affine, x, y, &dx, &dy);
        dx = DF_CLAMP((float)x + dx, -1e6f, 1e6f);
        dy = DF_CLAMP((float)y + dy, -1e6f, 1e6f);
        moved = (DfRect){ DF_MIN(moved.x0, (int)floorf(dx)), DF_MIN(moved.y0, (int)floorf(dy)),
                          DF_MAX(moved.x1, (int)ceilf(dx)), DF_MAX(moved.y1, (int)ceilf(dy)) };
    }
    return moved;
}

/** Whether one of a motion's areas stands still: its steps are too short to be told from none, and would add up. */
static int is_still(const DfFrameMotion *motion, int area)
{
    return motion->travel[area] < DF_LEAST_STEP && !motion->motions[area].residual_to_a.flow.x.data;
}

/** Carry an area's way on to frame `k`. */
static void extend(DfForwardArea *area, const DfFrameMotion *motion, int k)
{
    static const DfAffine still;
    DfAffine before = k ? area->motion[k - 1] : still;
    float travel = k ? area->travel[k - 1] : 0;
    int i = 0, found = find_areas(&motion->areas, area->rect, &i);

    area->motion[k] = before;
    area->travel[k] = travel;
    if (!found)
        return;
    const DfMotion *step = &motion->motions[i];
    if (!is_still(motion, i)) {
        area->motion[k] = df_affine_compose(&before, &step->to_a);
        area->travel[k] += motion->travel[i];
        area->rect = move_rect(&step->to_a, area->rect);
    }
    if (found == 1 && area->affine == k && !step->residual_to_a.flow.x.data)
        area->affine = k + 1;
}

void df_forward_add(DfForward *f, const DfFrameState *state)
{
    int k = f->length;
    int64_t last = k ? f->frames[k - 1].state->frame : f->state->frame;

    if (f->ended)
        return;
    if (state->odd || state->motion.back != state->frame - last) {
        f->ended = state->frame - last >= DF_MOST_BACK;
        return;
    }
    f->frames[k].state = state;
    for (int p = 0; p < 3; p++) {
        DfLight back = df_light_invert(state->motion.light[p]);
        f->frames[k].light[p] = k ? df_light_compose(f->frames[k - 1].light[p], back) : back;
    }
    for (int i = 0; i < f->map->area_count; i++)
        extend(&f->areas[i], &state->motion, k);
    if (f->same_mask == k && state->source->mask == f->state->source->mask)
        f->same_mask = k + 1;
    f->length = k + 1;
    f->ended = f->length == f->capacity;
}

/** Go one step with the motion of frame `k`, residual and all. @return 0: that area is unknown */
static int step_on(const DfForward *f, int k, float *x, float *y)
{
    const DfFrameMotion *motion = &f->frames[k].state->motion;
    int px = (int)(*x + 0.5f), py = (int)(*y + 0.5f);
    float dx, dy;

    for (int i = 0; i < motion->areas.count; i++) {
        DfRect hole = df_rect_grow(motion->areas.items[i].hole, 1);
        const DfResidual *residual = &motion->motions[i].residual_to_a;
        if (px < hole.x0 || px >= hole.x1 || py < hole.y0 || py >= hole.y1)
            continue;
        if (is_still(motion, i))
            return 1;
        df_affine_at(&motion->motions[i].to_a, *x, *y, &dx, &dy);
        px -= residual->x0;
        py -= residual->y0;
        if (residual->flow.x.data && px >= 0 && py >= 0 && px < residual->flow.x.width &&
            py < residual->flow.x.height) {
            dx += df_plane_row(residual->flow.x, py)[px];
            dy += df_plane_row(residual->flow.y, py)[px];
        }
        *x += dx;
        *y += dy;
        return 1;
    }
    return 0;
}

/** A pixel on its way. */
typedef struct Path {
    int x, y;           /* in the hole's frame */
    int frame;          /* where it was last: -1: there */
    float at_x, at_y;
} Path;

/** Where the pixel is in frame `k`. @return 0: that is not known */
static int locate(const DfForward *f, const DfForwardArea *area, Path *path, int k)
{
    float dx, dy;

    if (k < area->affine) {
        df_affine_at(&area->motion[k], path->x, path->y, &dx, &dy);
        path->at_x = (float)path->x + dx;
        path->at_y = (float)path->y + dy;
    } else {
        if (path->frame < area->affine - 1 && !locate(f, area, path, area->affine - 1))
            return 0;
        for (int j = path->frame + 1; j <= k; j++)
            if (!step_on(f, j, &path->at_x, &path->at_y))
                return 0;
    }
    path->frame = k;
    const DeepfillFormat *format = &f->state->image.format;
    return path->at_x >= 0 && path->at_y >= 0 && path->at_x <= (float)(format->width - 1) &&
           path->at_y <= (float)(format->height - 1);
}

/** The next frame after `path->frame` in which a hidden pixel may come out of the hole. */
static int skip(const DfForward *f, const DfForwardArea *area, const Path *path)
{
    int k = path->frame, end = DF_MIN(f->length, DF_MIN(f->same_mask, area->affine));
    const DeepfillMask *mask = f->state->source->mask;
    int x = (int)path->at_x - mask->extent.x0, y = (int)path->at_y - mask->extent.y0;

    if (!f->depth || k + 1 >= end || x < 0 || y < 0 || x >= df_rect_width(mask->extent) ||
        y >= df_rect_height(mask->extent))
        return k + 1;
    /* The four pixels around it stay hidden while it moves by no more than this. */
    float room = (float)f->depth[(size_t)y * df_rect_width(mask->extent) + x] - 2;
    float travel = k < 0 ? 0 : area->travel[k];
    int from = k + 1;
    while (from < end) {
        int middle = from + (end - from) / 2;
        if (area->travel[middle] - travel > room)
            end = middle;
        else
            from = middle + 1;
    }
    return DF_MAX(from, k + 1);
}

/** Search one pixel, number `i` of the map. @return frames that must have been seen for it; 0: it is done */
static int search_pixel(const DfForward *f, int a, size_t i, int x, int y)
{
    const DfForwardArea *area = &f->areas[a];
    uint16_t past = f->past->pixels[i].reference;
    int need = past == DF_NO_REFERENCE ? INT_MAX : f->past_age[past];
    Path path = { x, y, -1, (float)x, (float)y };
    int k = f->next[i] ? f->next[i] : skip(f, area, &path);

    for (; k < f->length; k = skip(f, area, &path)) {
        const DfFrameState *state = f->frames[k].state;
        if (state->frame - f->state->frame >= need || !locate(f, area, &path, k)) {
            f->next[i] = DONE;
            return 0;
        }
        const DeepfillMask *mask = state->source->mask;
        int hidden = df_hidden_count(mask, path.at_x, path.at_y);
        /* A clear position goes before all at the rim, of these the last. */
        if (df_hidden_may_be(mask, hidden) && is_light(&f->frames[k]) && df_source_has(state->source, path.at_x, path.at_y))
            f->map->pixels[i] = df_map_pixel(a * f->capacity + k, &area->motion[k], x, y, path.at_x, path.at_y);
        if (!hidden) {
            f->next[i] = DONE;
            return 0;
        }
    }
    f->next[i] = (uint16_t)k;
    return need;
}

typedef struct Work {
    DfForward *forward;
    atomic_int need;
} Work;

static void search_band(void *opaque, int unit, int hand)
{
    Work *work = opaque;
    DfForward *f = work->forward;
    int a = 0, need = 0, bands;

    (void)hand;
    while (unit >= (bands = df_ceil_div(df_rect_height(f->map->areas[a].hole), BAND))) {
        unit -= bands;
        a++;
    }
    DfRect hole = f->map->areas[a].hole;
    size_t first = f->map->areas[a].pixels - f->map->pixels;
    for (int y = hole.y0 + unit * BAND; y < DF_MIN(hole.y0 + (unit + 1) * BAND, hole.y1); y++) {
        size_t i = first + (size_t)(y - hole.y0) * df_rect_width(hole);
        for (int x = hole.x0; x < hole.x1; x++, i++) {
            if (f->next[i] == DONE || !df_mask_hole(f->state->source->mask, x, y))
                continue;
            int pixel_need = search_pixel(f, a, i, x, y);
            need = DF_MAX(need, pixel_need);
        }
    }
    int other = atomic_load(&work->need);
    while (other < need && !atomic_compare_exchange_weak(&work->need, &other, need))
        ;
}

void df_forward_search(DfForward *f, const DfParallel *parallel)
{
    Work work = { .forward = f };
    int bands = 0;

    for (int a = 0; a < f->map->area_count; a++)
        bands += df_ceil_div(df_rect_height(f->map->areas[a].hole), BAND);
    df_parallel_for(parallel, bands, search_band, &work);
    f->need = atomic_load(&work.need);
}

int df_forward_is_decided(const DfForward *f, int64_t next)
{
    return f->ended || next - f->state->frame >= f->need;
}

int df_forward_finish(DfForward *f)
{
    int count = f->map->area_count * f->capacity, ret = 0;
    int *number = df_alloc(df_size_mul(DF_MAX(count, 1), sizeof *number));

    if (!number)
        return -ENOMEM;
    for (size_t i = 0; ret >= 0 && i < f->map->pixel_count; i++) {
        DfMapPixel *pixel = &f->map->pixels[i];
        if (pixel->reference == DF_NO_REFERENCE)
            continue;
        int a = pixel->reference / f->capacity, k = pixel->reference % f->capacity;
        if (!number[pixel->reference]) {
            DfReference reference = { .source = f->frames[k].state->source, .kind = DF_KIND_SHOWN,
                                      .motion = f->areas[a].motion[k] };
            memcpy(reference.light, f->frames[k].light, sizeof reference.light);
            if ((ret = df_source_map_add(f->map, &reference)) < 0)
                break;
            number[pixel->reference] = ret + 1;
        }
        pixel->reference = (uint16_t)(number[pixel->reference] - 1);
    }
    df_free(number);
    return DF_MIN(ret, 0);
}
