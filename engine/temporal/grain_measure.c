/**
 * @file
 * Blocks of a frame less those of an earlier frame, aligned.
 */
#include <errno.h>
#include <math.h>

#include "temporal/grain.h"

/** Samples around a position that a cubic reads. */
#define TAPS 2

/** A block that has so much less variance by itself than the difference tells was aligned badly. */
#define LESS_ALONE 0.6f

/** The difference of two frames has twice the noise, or less where one is interpolated. */
#define TWICE 2

/** An area of both frames in one plane. */
typedef struct Ends {
    DfTexture frame, earlier;
    const DfMotion *motion;    /* a: the frame, b: the earlier one */
    DfRect outer;              /* the textures' place, in luma samples */
    const DfFrameView *there;  /* the earlier frame */
    int sub_x, sub_y;
    DfLight light;
} Ends;

/** A block's samples less the earlier frame's. @return 0: that does not show them */
static int subtract(float *samples, const Ends *e, const DfNoiseBlock *block, float dx, float dy)
{
    float x[DF_NOISE_READ * DF_NOISE_READ], y[DF_NOISE_READ * DF_NOISE_READ];
    float left = (float)(block->x - 1) + dx, top = (float)(block->y - 1) + dy;
    int x0 = (int)floorf(left) - TAPS, y0 = (int)floorf(top) - TAPS, side = DF_NOISE_READ + 2 * TAPS;
    DfRect covered = { e->outer.x0 + x0 * (1 << e->sub_x), e->outer.y0 + y0 * (1 << e->sub_y),
                       e->outer.x0 + (x0 + side) * (1 << e->sub_x), e->outer.y0 + (y0 + side) * (1 << e->sub_y) };

    if (x0 < 0 || y0 < 0 || x0 + side > e->earlier.width || y0 + side > e->earlier.height ||
        !df_noise_is_clear(e->there->mask, DF_WEIGHT_HOLE, covered) ||
        !df_noise_is_clear(e->there->keep_out, DF_WEIGHT_HOLE, covered))
        return 0;
    for (int i = 0; i < DF_NOISE_READ * DF_NOISE_READ; i++) {
        x[i] = left + (float)(i % DF_NOISE_READ);
        y[i] = top + (float)(i / DF_NOISE_READ);
    }
    df_sample_cubic(samples, &e->earlier, x, y, DF_NOISE_READ * DF_NOISE_READ);
    for (int i = 0; i < DF_NOISE_READ * DF_NOISE_READ; i++) {
        const uint8_t *row = e->frame.data + (block->y - 1 + i / DF_NOISE_READ) * e->frame.stride;
        samples[i] = (float)df_sample_load(row, block->x - 1 + i % DF_NOISE_READ, e->frame.bytes) -
                     df_light_apply(e->light, samples[i]);
    }
    return 1;
}

/** Replace a block's mean squares by those of the difference. @return 0: it tells nothing */
static int look_back(DfNoiseBlock *block, const Ends *e)
{
    float samples[DF_NOISE_READ * DF_NOISE_READ], dx, dy;
    const float middle = DF_NOISE_BLOCK / 2 - 0.5f;
    float x = (float)e->outer.x0 + ((float)block->x + middle) * (float)(1 << e->sub_x);
    float y = (float)e->outer.y0 + ((float)block->y + middle) * (float)(1 << e->sub_y);
    DfNoiseBlock difference = *block;

    df_affine_at(df_motion_to_b(e->motion, x, y), x, y, &dx, &dy);
    dx /= (float)(1 << e->sub_x);
    dy /= (float)(1 << e->sub_y);
    /* The negation rejects a NaN, too. */
    if (!(fabsf(dx) < 1e4f && fabsf(dy) < 1e4f) || !subtract(samples, e, block, dx, dy))
        return 0;
    df_noise_block(&difference, samples);
    difference.fraction[0] = dx - floorf(dx);
    difference.fraction[1] = dy - floorf(dy);
    difference.gain = e->light.gain;
    if ((block->xx + block->yy + block->xy) * TWICE > LESS_ALONE * (difference.xx + difference.yy + difference.xy))
        *block = difference;
    return 1;
}

/** Blocks of one plane of an area. @return how many */
static int find_blocks(DfNoiseBlock *out, const DfFrameMotion *motion, int area, const DfFrameView *frame,
                       const DfFrameView *earlier, int plane)
{
    const DeepfillFormat *format = &frame->image.format;
    DfRect outer = motion->areas.items[area].outer;
    DfCopy here, there;
    int n, left = 0;

    if (!df_frame_view_planes(&here, frame, outer) || !df_frame_view_planes(&there, earlier, outer))
        return 0;
    DfNoiseView view = { .format = *format, .place = outer, .planes = here.planes, .mask = frame->mask,
                         .least = DF_WEIGHT_HOLE, .keep_out = frame->keep_out };
    Ends ends = {
        .frame = df_copy_texture(&here, format, plane), .earlier = df_copy_texture(&there, format, plane),
        .motion = &motion->motions[area], .outer = outer, .there = earlier,
        .sub_x = df_plane_sub_x(format, plane), .sub_y = df_plane_sub_y(format, plane),
        .light = motion->light[plane],
    };
    n = df_noise_blocks(&view, plane, out, DF_NOISE_BLOCKS / motion->areas.count);
    for (int i = 0; i < n; i++)
        if (look_back(&out[i], &ends))
            out[left++] = out[i];
    return left;
}

int df_grain_measure(DfFrameNoise *noise, const DfFrameMotion *motion, const DfFrameView *frame,
                     const DfFrameView *earlier, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    DfNoiseBlock *blocks = df_arena_take(scratch, DF_NOISE_BLOCKS * sizeof *blocks);
    float *values = df_arena_take(scratch, DF_NOISE_BLOCKS * sizeof *values);

    *noise = (DfFrameNoise){ 0 };
    int ret = blocks && values ? 0 : -ENOMEM;
    for (int p = 0; !ret && !motion->repeated && p < df_plane_count(&frame->image.format); p++) {
        int n = 0;
        for (int i = 0; i < motion->areas.count; i++)
            n += find_blocks(blocks + n, motion, i, frame, earlier, p);
        noise->is_known |= df_noise_fit(&noise->planes[p], blocks, n, values);
        if (!df_noise_passes(&noise->planes[0], &frame->image.format))
            break;
    }
    df_arena_reset(scratch, mark);
    return ret;
}
