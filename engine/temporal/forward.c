/**
 * @file
 * Each pixel goes from frame to frame with the motion until it comes out of the hole. Where the motion is affine and
 * the hole stays the same, a pixel deep in the hole skips the frames in which it cannot come out.
 */
#include "temporal/forward.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "temporal/visibility.h"

#define DONE UINT16_MAX
#define NEAR_ENOUGH (UINT16_MAX - 1)

/** Place the arrays. @return their bytes */
static size_t carve(DfForward *f, char *memory)
{
    const DfSourceMap *past = f->past;
    size_t end = 0, n = f->capacity, areas = 2 * past->area_count;
    f->past_age = df_carve(memory, &end, past->reference_count * sizeof *f->past_age);
    f->next = df_carve(memory, &end, past->pixel_count * sizeof *f->next);
    f->frames = df_carve(memory, &end, n * sizeof *f->frames);
    f->areas = df_carve(memory, &end, areas * sizeof *f->areas);
    for (size_t i = 0; i < areas; i++) {
        DfForwardArea area = {
            .motion = df_carve(memory, &end, n * sizeof(DfAffine)),
            .coarse = df_carve(memory, &end, n * sizeof(DfAffine)),
            .travel = df_carve(memory, &end, n * sizeof(float)),
            .layer = df_carve(memory, &end, n * sizeof(DfLayer *)),
            .has_layer = i % 2, .rect = past->areas[i / 2].hole, .end = INT_MAX,
        };
        if (memory)
            f->areas[i] = area;
    }
    return end;
}

int df_forward_begin(DfForward *f, DfAccount *account, const DfFrameState *state, const DfSourceMap *past,
                     int capacity)
{
    *f = (DfForward){ .state = state, .past = past, .need = INT_MAX };
    f->capacity = DF_MIN(capacity, (DF_NO_REFERENCE - 1) / (2 * DF_MAX(past->area_count, 1)));
    f->ended = f->capacity == 0;
    if (df_source_map_create(&f->map, account, &state->areas) < 0)
        return -ENOMEM;
    size_t bytes = carve(f, NULL);
    f->memory = df_account_alloc(account, bytes);
    if (!f->memory)
        return -ENOMEM;
    f->bytes = bytes;
    carve(f, f->memory);
    for (int i = 0; i < past->reference_count; i++)
        f->past_age[i] = (int)(state->frame - past->references[i].source->frame);
    return 0;
}

void df_forward_end(DfForward *f)
{
    if (f->map)
        df_account_free(f->map->account, f->memory, f->bytes);
    df_source_map_close(&f->map);
    *f = (DfForward){ 0 };
}

/** Whether a frame is light enough to be a source. */
static int is_light(const DfForwardFrame *frame)
{
    return frame->light[0].gain <= DF_LIGHT_DARK;
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
    f->frames[k] = (DfForwardFrame){ .state = state };
    for (int p = 0; p < 3; p++) {
        DfLight back = df_light_invert(state->motion.light[p]);
        f->frames[k].light[p] = k ? df_light_compose(f->frames[k - 1].light[p], back) : back;
    }
    for (int i = 0; i < 2 * f->map->area_count; i++)
        df_forward_area_extend(&f->areas[i], &state->motion, k);
    if (!k)
        df_source_map_set_layers(f->map, &state->motion);
    if (f->same_mask == k && state->source->mask == f->state->source->mask)
        f->same_mask = k + 1;
    f->length = k + 1;
    f->ended = f->length == f->capacity;
}

/** A pixel on its way. */
typedef struct Path {
    int x, y;               /* in the hole's frame */
    int frame;              /* where it was last: -1: there */
    float at_x, at_y;       /* by the motion */
    float coarse_x, coarse_y; /* by the coarse one */
} Path;

/** Go one step with the motion of frame `k`, residual and all. @return 0: that area is unknown */
static int step_on(const DfForward *f, const DfForwardArea *area, int k, Path *path)
{
    const DfFrameMotion *motion = &f->frames[k].state->motion;
    int px = (int)(path->coarse_x + 0.5f), py = (int)(path->coarse_y + 0.5f);

    for (int i = 0; i < motion->areas.count; i++) {
        DfRect hole = df_rect_grow(motion->areas.items[i].hole, 1);
        const DfMotion *step = &motion->motions[i];
        const DfFlow *flow = &step->residual_to_a.flow;
        float dx, dy, more_x = 0, more_y = 0;
        if (px < hole.x0 || px >= hole.x1 || py < hole.y0 || py >= hole.y1)
            continue;
        px -= step->residual_to_a.x0;
        py -= step->residual_to_a.y0;
        if (flow->x.data && px >= 0 && py >= 0 && px < flow->x.width && py < flow->x.height) {
            more_x = df_plane_row(flow->x, py)[px];
            more_y = df_plane_row(flow->y, py)[px];
        }
        const DfAffine *to_a = df_forward_area_step(area, step);
        df_affine_at(to_a, path->at_x, path->at_y, &dx, &dy);
        path->at_x += dx + more_x;
        path->at_y += dy + more_y;
        if (df_frame_motion_is_still(motion, i))
            return 1;
        df_affine_at(to_a, path->coarse_x, path->coarse_y, &dx, &dy);
        path->coarse_x += dx + more_x;
        path->coarse_y += dy + more_y;
        return 1;
    }
    return 0;
}

/** Where the pixel is by the motion, which is affine as far as it has come. */
static void refine(const DfForwardArea *area, Path *path)
{
    float dx, dy;

    df_affine_at(&area->motion[path->frame], path->x, path->y, &dx, &dy);
    path->at_x = (float)path->x + dx;
    path->at_y = (float)path->y + dy;
}

static int is_inside(const DeepfillFormat *format, float x, float y)
{
    return x >= 0 && y >= 0 && x <= (float)(format->width - 1) && y <= (float)(format->height - 1);
}

/**
 * Where the pixel is in frame `k` by the coarse motion, and beyond affine ones by both.
 * @return 0: that is not known
 */
static int locate(const DfForward *f, const DfForwardArea *area, Path *path, int k)
{
    float dx, dy;

    if (k < area->affine) {
        df_affine_at(&area->coarse[k], path->x, path->y, &dx, &dy);
        path->coarse_x = (float)path->x + dx;
        path->coarse_y = (float)path->y + dy;
    } else {
        if (path->frame < area->affine - 1 && !locate(f, area, path, area->affine - 1))
            return 0;
        if (path->frame < area->affine && path->frame >= 0)
            refine(area, path);
        for (int j = path->frame + 1; j <= k; j++)
            if (!step_on(f, area, j, path))
                return 0;
    }
    path->frame = k;
    return is_inside(&f->state->image.format, path->coarse_x, path->coarse_y);
}

/** The first frame from `k` on to which `coarse` may have moved a pixel by more than `most` since it set out. */
static int pass_travel(const DfForwardArea *area, int k, int end, float most)
{
    while (k < end && area->travel[k] <= most)
        k++;
    return k;
}

/**
 * Pass the frames from `k` on in which a pixel certainly is hidden, as far as the motion is affine and the mask the
 * same: with a depth of d the four pixels around it stay hidden while it moves by no more than d - 2.
 */
static int pass_hidden(const DfForward *f, const DfForwardArea *area, int x, int y, int k)
{
    const DeepfillMask *mask = f->state->source->mask;
    int end = DF_MIN(f->length, DF_MIN(f->same_mask, area->affine));
    int width = df_rect_width(mask->extent), height = df_rect_height(mask->extent);
    float at_x, at_y, slack = df_mask_is_grown(mask) ? DF_LEAST_STEP : 0;

    if (!f->depth)
        return k;
    for (int frame = k ? k : -1; frame < end; frame = k) {
        float dx = 0, dy = 0;
        if (frame >= 0)
            df_affine_at(&area->coarse[frame], x, y, &dx, &dy);
        at_x = (float)x + dx + slack - (float)mask->extent.x0;
        at_y = (float)y + dy + slack - (float)mask->extent.y0;
        if (!(at_x >= 0 && at_y >= 0) || at_x >= (float)width || at_y >= (float)height)
            break;
        int depth = f->depth[(size_t)(int)at_y * width + (int)at_x];
        if (frame >= 0 && depth < 2)
            break;
        k = pass_travel(area, frame + 1, end, (frame < 0 ? 0 : area->travel[frame]) + (float)depth - 2);
    }
    return k;
}

/** Whether a frame shows what the search's frame hides around a position. */
static int is_untrusted(const DfForwardFrame *frame, float x, float y)
{
    const DfToggles *toggles = &frame->state->source->toggles;

    for (int i = 0; frame->untrusted >> i; i++)
        if (frame->untrusted >> i & 1 && df_toggle_holds(toggles->items[i].rect, x, y))
            return 1;
    return 0;
}

/** Whether a frame shows the pixel that has come to it. */
static int is_shown(const DfForwardArea *area, const DfForwardFrame *frame, Path *path)
{
    const DfSource *source = frame->state->source;

    if (!df_forward_area_has(area, path->frame, path->coarse_x, path->coarse_y))
        return 0;
    if (path->frame < area->alike)
        return is_light(frame) && df_source_has(source, path->coarse_x, path->coarse_y);
    if (path->frame < area->affine)
        refine(area, path);
    return is_light(frame) && is_inside(&source->format, path->at_x, path->at_y) &&
           df_hidden_may_be(source->mask, df_hidden_count(source->mask, path->at_x, path->at_y)) &&
           df_source_has(source, path->at_x, path->at_y);
}

/** A pixel comes from frame `k`; where its residual is beyond what a map holds, it stays as it is. */
static void set_pixel(const DfForward *f, int a, size_t i, int k, const Path *path)
{
    const DfForwardArea *area = &f->areas[a];
    DfMapPixel pixel = { (uint16_t)(a * f->capacity + k), 0, 0 };

    if (k >= area->affine)
        pixel = df_map_pixel(pixel.reference, &area->motion[k], path->x, path->y, path->at_x, path->at_y);
    if (pixel.reference != DF_NO_REFERENCE)
        f->map->pixels[i] = pixel;
}

/** What has become of a pixel's search. */
typedef struct Progress {
    int need;  /* frames that must have been seen for it; 0: it is done */
    int bound; /* frames that had to be seen for it */
} Progress;

/** Search one pixel, number `i` of the map, in frames that are nearer than `most`. */
static Progress search_pixel(const DfForward *f, int a, size_t i, int x, int y, int most)
{
    const DfForwardArea *area = &f->areas[a];
    Path path = { x, y, -1, (float)x, (float)y, (float)x, (float)y };
    int k = f->next[i] < NEAR_ENOUGH ? f->next[i] : 0, end = DF_MIN(f->length, area->end);

    for (k = pass_hidden(f, area, x, y, k); k < end; k = pass_hidden(f, area, x, y, k + 1)) {
        int distance = (int)(f->frames[k].state->frame - f->state->frame);
        if (distance >= most) {
            f->next[i] = NEAR_ENOUGH;
            return (Progress){ 0, most };
        }
        f->next[i] = DONE;
        if (!locate(f, area, &path, k))
            return (Progress){ 0, 0 };
        const DeepfillMask *mask = f->frames[k].state->source->mask;
        int hidden = df_hidden_count(mask, path.coarse_x, path.coarse_y);
        if (is_untrusted(&f->frames[k], path.coarse_x, path.coarse_y) ||
            df_source_keeps_out(f->frames[k].state->source, path.coarse_x, path.coarse_y))
            continue;
        /* A clear position goes before all at the rim, of these the last. */
        if (df_hidden_may_be(mask, hidden) && is_shown(area, &f->frames[k], &path))
            set_pixel(f, a, i, k, &path);
        if (!hidden)
            return (Progress){ 0, distance + 1 };
    }
    if (end == area->end) {
        f->next[i] = DONE;
        return (Progress){ 0, (int)(f->frames[end].state->frame - f->state->frame) };
    }
    f->next[i] = (uint16_t)k;
    return (Progress){ most, 0 };
}

typedef struct Work {
    DfForward *forward;
    int most;               /* > 0: of the pixels whose past is near enough those at the rim are searched, in frames
                               nearer than this */
    atomic_int need, bound;
} Work;

static void raise_to(atomic_int *most, int value)
{
    int other = atomic_load(most);

    while (other < value && !atomic_compare_exchange_weak(most, &other, value))
        ;
}

static void search_band(void *opaque, int unit, int thread)
{
    Work *work = opaque;
    DfForward *f = work->forward;
    const DeepfillMask *mask = f->state->source->mask;
    DfMapBand band = df_source_map_band(f->map, unit);
    DfRect hole = f->map->areas[band.area].hole;
    const DfLayer *layer = &f->map->areas[band.area].layer;
    size_t first = f->map->areas[band.area].pixels - f->map->pixels;
    Progress most = { 0, 0 };

    (void)thread;
    for (int y = band.first_row; y < band.end_row; y++) {
        size_t i = first + (size_t)(y - hole.y0) * df_rect_width(hole);
        for (int x = hole.x0; x < hole.x1; x++, i++) {
            if (work->most ? f->next[i] != NEAR_ENOUGH : f->next[i] >= NEAR_ENOUGH)
                continue;
            if (!(work->most ? df_mask_rim(mask, x, y) : df_mask_hole(mask, x, y)))
                continue;
            uint16_t past = f->past->pixels[i].reference;
            int reach = past == DF_NO_REFERENCE ? INT_MAX : df_forward_reach(f->past_age[past]);
            int a = 2 * band.area + df_layer_has(layer, (float)x, (float)y);
            Progress progress = search_pixel(f, a, i, x, y, work->most ? work->most : reach);
            most.need = DF_MAX(most.need, progress.need);
            most.bound = DF_MAX(most.bound, progress.bound);
        }
    }
    raise_to(&work->need, most.need);
    raise_to(&work->bound, most.bound);
}

void df_forward_search(DfForward *f, const DfParallel *parallel)
{
    Work work = { .forward = f };
    int bound;

    df_parallel_for(parallel, df_source_map_bands(f->map), search_band, &work);
    f->need = atomic_load(&work.need);
    bound = atomic_load(&work.bound);
    f->bound = DF_MAX(f->bound, bound);
}

int df_forward_is_decided(const DfForward *f, int64_t next)
{
    return f->ended || next - f->state->frame >= f->need;
}

int df_forward_finish(DfForward *f, const DfParallel *parallel)
{
    Work rest = { .forward = f, .most = DF_MAX(f->bound, f->need) };
    int count = 2 * f->map->area_count * f->capacity, ret = 0;
    int *number = df_alloc(df_size_mul(DF_MAX(count, 1), sizeof *number));

    if (!number)
        return -ENOMEM;
    if (rest.most)
        df_parallel_for(parallel, df_source_map_bands(f->map), search_band, &rest);
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
