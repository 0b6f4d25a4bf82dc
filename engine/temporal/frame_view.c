/**
 * @file
 * What is looked at of a frame: planes of the frame itself or of a copy, luma and hole, and whether it repeats another.
 */
#include "temporal/frame_view.h"

#include <errno.h>
#include <math.h>

#include "image/crop.h"

/** Frames that differ by less than this on average, in levels of 8 bits, are the same picture once more. */
#define REPEATED 0.05f

int df_frame_view_planes(DfCopy *planes, const DfFrameView *view, DfRect outer)
{
    const DeepfillFormat *format = &view->image.format;
    const DfCopy *copy = NULL;

    for (int i = 0; view->shown && i < view->shown->count; i++)
        if (df_rect_contains(view->shown->items[i].place, outer))
            copy = &view->shown->items[i];
    if (view->shown && !copy)
        return 0;
    *planes = (DfCopy){ .place = outer };
    for (int p = 0; p < df_plane_count(format); p++) {
        int x = (outer.x0 - (copy ? copy->place.x0 : 0)) >> df_plane_sub_x(format, p);
        int y = (outer.y0 - (copy ? copy->place.y0 : 0)) >> df_plane_sub_y(format, p);
        ptrdiff_t stride = copy ? copy->planes.stride[p] : view->image.stride[p];
        uint8_t *data = copy ? copy->planes.data[p] : view->image.data[p];
        planes->planes.stride[p] = stride;
        planes->planes.data[p] = data + y * stride + (ptrdiff_t)x * df_sample_bytes(format);
    }
    return 1;
}

/** A row of luma in levels of 8 bits. */
static void luma_row(float *out, const DfCopy *copy, const DeepfillFormat *format, int y, int width)
{
    int bytes = df_sample_bytes(format);
    float scale = 255.0f / (float)((1 << format->depth) - 1);
    const uint8_t *row = copy->planes.data[0] + y * copy->planes.stride[0];

    if (format->layout != DEEPFILL_RGB) {
        for (int x = 0; x < width; x++)
            out[x] = scale * (float)df_sample_load(row, x, bytes);
        return;
    }
    const uint8_t *green = copy->planes.data[1] + y * copy->planes.stride[1];
    const uint8_t *blue = copy->planes.data[2] + y * copy->planes.stride[2];
    for (int x = 0; x < width; x++)
        out[x] = scale * 0.25f * (float)(df_sample_load(row, x, bytes) + 2 * df_sample_load(green, x, bytes) +
                                         df_sample_load(blue, x, bytes));
}

/** The area's pixels of a mask. @return NULL: there is no memory */
static uint8_t *take_hole(const DeepfillMask *mask, DfRect place, DfArena *arena)
{
    uint8_t *hole = df_arena_take_zeroed(arena, df_size_mul(df_rect_width(place), df_rect_height(place)));

    if (mask && hole)
        df_crop_hole(mask, place, 0, 0, hole);
    return hole;
}

int df_frame_view_input(DfMotionInput *input, const DfMotionInput *like, const DfFrameView *view, const DfCopy *planes,
                        DfArena *arena)
{
    int width = df_rect_width(planes->place), height = df_rect_height(planes->place);
    DfPlane luma = df_plane_take(arena, width, height);

    if (!luma.data)
        return -ENOMEM;
    for (int y = 0; y < height; y++)
        luma_row(df_plane_row(luma, y), planes, &view->image.format, y, width);
    if (like)
        return df_motion_input_like(input, like, arena, luma);

    uint8_t *hole = take_hole(view->mask, planes->place, arena);
    uint8_t *keep_out = view->keep_out ? take_hole(view->keep_out, planes->place, arena) : NULL;
    if (!hole || (view->keep_out && !keep_out))
        return -ENOMEM;
    return df_motion_input(input, arena, luma, hole, keep_out);
}

/** Sum of absolute differences of one plane of an area, every sixth sample, outside the hole. */
static double sum_differences(const DfCopy *a, const DfCopy *b, const DeepfillFormat *format, int plane,
                              const DeepfillMask *mask, int64_t *count)
{
    DfTexture p = df_copy_texture(a, format, plane), q = df_copy_texture(b, format, plane);
    int sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);
    double sum = 0;

    for (int y = 0; y < p.height; y += 3) {
        const uint8_t *row = p.data + y * p.stride, *other = q.data + y * q.stride;
        for (int x = y % 2; x < p.width; x += 2) {
            if (mask && df_mask_hole(mask, a->place.x0 + (x << sx), a->place.y0 + (y << sy)))
                continue;
            sum += fabs((double)df_sample_load(row, x, p.bytes) - df_sample_load(other, x, p.bytes));
            ++*count;
        }
    }
    return sum;
}

int df_frame_view_repeats(const DfAreas *areas, const DfFrameView *frame, const DfFrameView *earlier)
{
    const DeepfillFormat *format = &frame->image.format;
    double sum[3] = { 0 }, scale = 255.0 / ((1 << format->depth) - 1);
    int64_t n[3] = { 0 };

    if (frame->mask != earlier->mask)
        return 0;
    for (int i = 0; i < areas->count; i++) {
        DfRect outer = areas->items[i].outer;
        DfCopy a, b;
        if (!df_frame_view_planes(&a, frame, outer) || !df_frame_view_planes(&b, earlier, outer))
            return 0;
        for (int p = 0; p < df_plane_count(format); p++) {
            sum[p] += sum_differences(&a, &b, format, p, frame->mask, &n[p]);
            /* Most frames differ: their first areas say so. */
            if (sum[p] * scale > REPEATED * (double)(n[p] + 4096))
                return 0;
        }
    }
    for (int p = 0; p < df_plane_count(format); p++)
        if (!n[p] || sum[p] * scale > REPEATED * (double)n[p])
            return 0;
    return 1;
}

int df_frame_view_same_codes(const DfFrameView *frame, const DfFrameView *earlier)
{
    const DeepfillFormat *a = &frame->image.format, *b = &earlier->image.format;

    return (a->layout != DEEPFILL_YUV || a->matrix == b->matrix) &&
           (a->layout == DEEPFILL_RGB || a->full_range == b->full_range);
}
