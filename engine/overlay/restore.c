/**
 * @file
 * One frame: its samples as levels of 8 bits, un-blended, mixed, rounded.
 */
#include "overlay/restore.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "image/crop.h"
#include "overlay/mix.h"
#include "overlay/noise.h"
#include "plane/gaussian.h"

DfRect df_overlay_place(DfRect r, const DeepfillFormat *format)
{
    int grid_x = DF_MAX(1 << format->sub_x, 2), grid_y = DF_MAX(1 << format->sub_y, 2);

    return df_rect_clip((DfRect){ r.x0 / grid_x * grid_x, r.y0 / grid_y * grid_y, df_round_up(r.x1, grid_x),
                                  df_round_up(r.y1, grid_y) }, (DfRect){ 0, 0, format->width, format->height });
}

int df_overlay_keep(DfOverlayFrame *frame, const DeepfillImage *image)
{
    const DeepfillFormat *format = &image->format;
    int width = df_rect_width(frame->place), height = df_rect_height(frame->place);

    if (!frame->memory && !(frame->memory = df_alloc(df_planes_bytes(format, width, height))))
        return -ENOMEM;
    df_planes_carve(&frame->seen, format, width, height, frame->memory);
    for (int p = 0; p < df_plane_count(format); p++)
        df_crop_plane(image, p, frame->place, frame->seen.data[p], frame->seen.stride[p]);
    return 0;
}

/** The first of the kept samples of a plane of the overlay. */
static const uint8_t *kept(const DfOverlayFrame *frame, const DeepfillFormat *format, int plane)
{
    DfRect r = frame->planes->planes[plane].place;
    int x = r.x0 - (frame->place.x0 >> df_plane_sub_x(format, plane));
    int y = r.y0 - (frame->place.y0 >> df_plane_sub_y(format, plane));

    return frame->seen.data[plane] + y * frame->seen.stride[plane] + x * df_sample_bytes(format);
}

/**
 * Make samples that the fill has written what they were.
 *
 * @param usable  1: this one; NULL: all
 * @param most    of an opacity up to this
 */
static void put_back(const DfOverlayFrame *frame, const DeepfillImage *image, int p, const DfPlane *usable, float most)
{
    const DfOverlayPlane *plane = &frame->planes->planes[p];
    int bytes = df_sample_bytes(&image->format), width = df_rect_width(plane->place);

    for (int y = 0; y < df_rect_height(plane->place); y++) {
        const uint8_t *from = kept(frame, &image->format, p) + y * frame->seen.stride[p];
        uint8_t *to = image->data[p] + (plane->place.y0 + y) * image->stride[p];
        for (int x = 0; x < width; x++) {
            size_t at = (size_t)y * width + x;
            if (plane->covered[at] && plane->opacity[at] <= most && (!usable || df_plane_row(*usable, y)[x] > 0))
                df_sample_store(to, plane->place.x0 + x, bytes, df_sample_load(from, x, bytes));
        }
    }
}

/** Levels of 8 bits in one code. */
static float level_of(const DeepfillFormat *format)
{
    return 1.0f / (float)(1 << (format->depth - 8));
}

static void load(DfPlane out, const uint8_t *data, ptrdiff_t stride, const DeepfillFormat *format)
{
    for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++)
            df_plane_row(out, y)[x] = level_of(format) *
                                      (float)df_sample_load(data + y * stride, x, df_sample_bytes(format));
}

/** Un-blend the pixels that can be. Codes at either end may have been clipped: they have no inverse. */
static void unblend(DfRestored *r, const DfOverlayPlane *plane, float fade, float most)
{
    for (int y = 0; y < r->seen.height; y++) {
        const float *seen = df_plane_row(r->seen, y), *fill = df_plane_row(r->fill, y);
        float *usable = df_plane_row(r->usable, y);
        for (int x = 0; x < r->seen.width; x++) {
            size_t at = (size_t)y * r->seen.width + x;
            float left = 1 - fade * plane->opacity[at];
            if (plane->opacity[at] <= DF_OVERLAY_LEAST || left <= 1 - DF_OVERLAY_OPAQUE || seen[x] <= 0 ||
                seen[x] >= most)
                usable[x] = 0;
            float value = (seen[x] - fade * plane->light[at]) / (usable[x] > 0 ? left : 1);
            df_plane_row(r->gain, y)[x] = usable[x] > 0 ? 1 / left : 0;
            df_plane_row(r->restored, y)[x] = usable[x] > 0 ? fminf(fmaxf(value, 0), most) : fill[x];
        }
    }
}

/** Mark what the fill has written, and no other mask has for a hole. @return 0 or -ENOMEM */
static int mark_usable(DfPlane usable, const DfOverlayFrame *frame, const DeepfillFormat *format, int plane,
                       DfArena *scratch)
{
    DfRect r = frame->planes->planes[plane].place;
    int width = df_rect_width(r), sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);
    uint8_t *weight = df_arena_take_zeroed(scratch, width), *filled = df_arena_take(scratch, width);

    if (!weight || !filled)
        return -ENOMEM;
    memset(filled, DF_WEIGHT_HOLE, width);
    for (int y = r.y0; y < r.y1; y++) {
        if (frame->mask)
            df_mask_weights(frame->mask, y, r.x0, r.x1, sx, sy, weight);
        if (frame->hole)
            df_mask_opacities(frame->hole, y, r.x0, r.x1, sx, sy, filled);
        for (int x = 0; x < width; x++)
            df_plane_row(usable, y - r.y0)[x] = !weight[x] && filled[x] == DF_WEIGHT_HOLE;
    }
    return 0;
}

static int take_planes(DfRestored *r, DfRect place, DfArena *scratch)
{
    DfPlane *all[] = { &r->seen, &r->fill, &r->usable, &r->restored, &r->gain, &r->low, &r->high };

    for (size_t i = 0; i < DF_COUNT(all); i++) {
        *all[i] = df_plane_take(scratch, df_rect_width(place), df_rect_height(place));
        if (!all[i]->data)
            return -ENOMEM;
    }
    return 0;
}

/** Part a plane into its Gaussian mean over usable pixels and the rest. @return 0 or -ENOMEM */
static int part(DfPlane low, DfPlane high, DfPlane usable, DfArena *scratch)
{
    int ret = df_gaussian_mean(low, high, &usable, DF_RESTORED_SIGMA, scratch);

    for (int y = 0; !ret && y < low.height; y++)
        for (int x = 0; x < low.width; x++)
            df_plane_row(high, y)[x] = df_plane_row(usable, y)[x] *
                                       (df_plane_row(high, y)[x] - df_plane_row(low, y)[x]);
    return ret;
}

/**
 * The mean square by which fine detail of y has changed since the frame before; the detail is kept for the next one.
 * @param before  of the frame before; overwritten   @param had  0: there was none, and the change is -1
 */
static int measure_change(DfRestored *r, float *before, int had, float *change, DfArena *scratch)
{
    double sum = 0, count = 0;
    int ret;

    for (int y = 0; y < r->seen.height; y++)
        memcpy(df_plane_row(r->high, y), df_plane_row(r->seen, y), r->seen.width * sizeof(float));
    if ((ret = part(r->low, r->high, r->usable, scratch)) < 0)
        return ret;
    for (int y = 0; y < r->seen.height; y++) {
        float *row = before + (size_t)y * r->seen.width;
        for (int x = 0; x < r->seen.width; x++) {
            float now = df_plane_row(r->high, y)[x], usable = df_plane_row(r->usable, y)[x];
            sum += usable * (now - row[x]) * (now - row[x]);
            count += usable;
            row[x] = now;
        }
    }
    *change = had && count ? (float)(sum / count) : -1;
    return 0;
}

/** Round what the overlay covers into the frame. */
static void store(const DfRestored *r, const DfOverlayPlane *plane, const DeepfillImage *image, int p)
{
    const DeepfillFormat *format = &image->format;
    float per_level = 1 / level_of(format), most = (float)((1 << format->depth) - 1);

    for (int y = 0; y < r->fill.height; y++) {
        const float *fill = df_plane_row(r->fill, y), *usable = df_plane_row(r->usable, y);
        uint8_t *row = image->data[p] + (plane->place.y0 + y) * image->stride[p];
        for (int x = 0; x < r->fill.width; x++)
            if (usable[x] > 0)
                df_sample_store(row, plane->place.x0 + x, df_sample_bytes(format),
                                (unsigned)(fminf(fmaxf(fill[x] * per_level, 0), most) + 0.5f));
    }
}

/** Tell where what is restored is nearer to the mix than the fill was. @param before  the fill */
static int tell_restored(DfOverlayFrame *frame, const DfRestored *r, DfPlane before)
{
    size_t width = r->fill.width;

    if (!frame->origins && !(frame->origins = df_alloc(df_size_mul(width, r->fill.height))))
        return -ENOMEM;
    for (int y = 0; y < r->fill.height; y++)
        for (size_t x = 0; x < width; x++) {
            float mixed = df_plane_row(r->fill, y)[x];
            frame->origins[y * width + x] = df_plane_row(r->usable, y)[x] > 0 &&
                                            fabsf(mixed - df_plane_row(r->restored, y)[x]) <=
                                            fabsf(mixed - df_plane_row(before, y)[x]) ?
                                            DF_ORIGIN_RESTORED : DF_ORIGIN_NONE;
        }
    return 0;
}

/** Restore one plane; the luma's fade comes first. */
static int restore_plane(DfOverlayState *state, DfOverlayFrame *frame, const DeepfillImage *image, int p, int had,
                         int is_fading, int wants_sources, DfArena *scratch)
{
    const DfOverlayPlane *plane = &frame->planes->planes[p];
    const DeepfillFormat *format = &image->format;
    const DfCodingNoise *kind = format->layout == DEEPFILL_YUV && p ? &df_chroma_noise : &df_luma_noise;
    float most = level_of(format) * (float)((1 << format->depth) - 1), change, noise;
    DfRestored r;
    int ret;

    if ((ret = take_planes(&r, plane->place, scratch)) < 0 ||
        (ret = mark_usable(r.usable, frame, format, p, scratch)) < 0)
        return ret;
    /* A pixel's luma may be hidden and its chroma not, or hardly. */
    put_back(frame, image, p, &r.usable, DF_OVERLAY_LEAST);
    load(r.seen, kept(frame, format, p), frame->seen.stride[p], format);
    load(r.fill, image->data[p] + plane->place.y0 * image->stride[p] + plane->place.x0 * df_sample_bytes(format),
         image->stride[p], format);
    unblend(&r, plane, frame->fade, most);
    if (!p && is_fading) {
        if ((ret = df_fade_estimate(&state->fade, &r, plane, &frame->fade, scratch)) < 0)
            return ret;
        unblend(&r, plane, frame->fade, most);
    }
    if ((ret = measure_change(&r, state->detail[p], had, &change, scratch)) < 0)
        return ret;
    if (frame->fade == 0) {
        if ((ret = mark_usable(r.usable, frame, format, p, scratch)) >= 0)
            put_back(frame, image, p, &r.usable, 1);
        return ret;
    }
    for (int y = 0; y < r.fill.height; y++)
        for (int x = 0; x < r.fill.width; x++)
            df_plane_row(r.high, y)[x] = df_plane_row(r.restored, y)[x] - df_plane_row(r.fill, y)[x];
    if ((ret = part(r.low, r.high, r.usable, scratch)) < 0 ||
        (ret = df_overlay_noise(&r, kind, change, &noise, scratch)) < 0)
        return ret;
    if (!p)
        frame->noise = sqrtf(noise);
    DfPlane before = !p && wants_sources ? df_plane_take(scratch, r.fill.width, r.fill.height) : (DfPlane){ 0 };
    if (before.data)
        memcpy(before.data, r.fill.data, r.fill.row_floats * r.fill.height * sizeof(float));
    if ((ret = df_overlay_mix(&r, kind, noise, scratch)) < 0)
        return ret;
    store(&r, plane, image, p);
    return before.data ? tell_restored(frame, &r, before) : 0;
}

/** Make the first state that of the frame's overlay; of others one is kept. @return 0 or -ENOMEM */
static int prepare(DfOverlayState states[2], const DfOverlayFrame *frame)
{
    DfOverlayState latest = states[0], *state = &states[0];

    if (state->planes == frame->planes)
        return 0;
    states[0] = states[1];
    states[1] = latest;
    if (state->planes == frame->planes)
        return 0;
    df_overlay_state_free(state);
    for (int p = 0; p < df_plane_count(&frame->planes->format); p++)
        if (!(state->detail[p] = df_alloc(df_size_mul(df_rect_area(frame->planes->planes[p].place), sizeof(float)))))
            return -ENOMEM;
    state->planes = df_overlay_planes_ref(frame->planes);
    state->frame = -1;
    return 0;
}

/** Whether what is known is of the frame before, or of the one before that where another overlay's lies between. */
static int is_neighbour(const DfOverlayState states[2], int64_t number)
{
    int64_t before = states[0].frame;

    return before >= 0 && (before == number - 1 ||
                           (before == number - 2 && states[1].planes && states[1].frame == number - 1));
}

int df_overlay_restore(DfOverlayState states[2], DfOverlayFrame *frame, int64_t number, int64_t shot,
                       const DeepfillImage *image, int is_fading, int wants_sources, DfArena *scratch)
{
    DfOverlayState *state = &states[0];
    int ret = prepare(states, frame), had = ret >= 0 && is_neighbour(states, number);
    /* Across a cut the picture tells nothing of noise; the overlay itself may fade on. */
    int is_same_shot = had && state->frame >= shot;

    if (!had)
        df_fade_free(&state->fade);
    frame->fade = 1;
    for (int p = 0; ret >= 0 && p < df_plane_count(&image->format); p++) {
        DfArenaMark mark = df_arena_mark(scratch);
        ret = restore_plane(state, frame, image, p, is_same_shot, is_fading, wants_sources, scratch);
        df_arena_reset(scratch, mark);
    }
    for (int p = 0; ret < 0 && p < df_plane_count(&image->format); p++)
        put_back(frame, image, p, NULL, 1);
    state->frame = ret < 0 ? -1 : number;
    df_free(frame->memory);
    frame->memory = NULL;
    return ret < 0 ? ret : 0;
}

void df_overlay_frame_free(DfOverlayFrame *frame)
{
    df_overlay_planes_close(&frame->planes);
    deepfill_mask_close(&frame->mask);
    df_free(frame->memory);
    df_free(frame->origins);
    *frame = (DfOverlayFrame){ 0 };
}

void df_overlay_state_free(DfOverlayState *state)
{
    df_overlay_planes_close(&state->planes);
    for (int p = 0; p < 3; p++)
        df_free(state->detail[p]);
    df_fade_free(&state->fade);
    *state = (DfOverlayState){ 0 };
}
