/**
 * @file
 * For each area the motion of both lumas is estimated, then the light that is left.
 */
#include "temporal/frame_motion.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/** Most pairs that a plane of an area gives to the estimate of its light. */
#define MOST_PAIRS 4096

/** An area in both frames. */
typedef struct Pair {
    DfRect outer;
    DfCopy frame, earlier;       /* planes; begin at the area's corner, memory is not theirs */
    DfMotionInput look, earlier_look;
    DfMotion motion;              /* in the area's pixels */
} Pair;

/** Pairs of one plane over all areas. */
static int find_pairs(const DfFrameMotion *motion, const Pair *ends, const DeepfillFormat *format, int plane,
                      DfLightPair *pairs)
{
    int n = 0, sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);

    for (int i = 0; i < motion->areas.count; i++) {
        DfRing ring = { &ends[i].look, &ends[i].earlier_look, &ends[i].motion };
        DfTexture frame = df_copy_texture(&ends[i].frame, format, plane);
        DfTexture earlier = df_copy_texture(&ends[i].earlier, format, plane);
        n += df_light_pairs(&ring, &frame, &earlier, sx, sy, pairs + n, MOST_PAIRS);
    }
    return n;
}

/**
 * All planes' light; where a plane is too flat to tell a gain, it has that of the first.
 *
 * @param left  what differs in the first plane all the same, in levels of 8 bits
 */
static int measure_light(DfFrameMotion *motion, const Pair *ends, const DeepfillFormat *format, float *left,
                         DfArena *scratch)
{
    size_t most = df_size_mul(motion->areas.count, MOST_PAIRS);
    DfLightPair *pairs = df_arena_take(scratch, df_size_mul(most, sizeof *pairs));
    float *values = df_arena_take(scratch, df_size_mul(most, sizeof *values));
    float level = (float)((1 << format->depth) - 1) / 255;

    if (!pairs || !values)
        return -ENOMEM;
    for (int p = 0; p < df_plane_count(format); p++) {
        int n = find_pairs(motion, ends, format, p, pairs);
        float differs;
        motion->light[p] = df_light_fit(pairs, n, level, p ? motion->light[0].gain : 1, &differs, values);
        if (!p)
            *left = differs;
    }
    return 0;
}

/** An affine whose coordinates begin at (x, y) of what they began at before. */
static DfAffine shift_origin(DfAffine a, int x, int y)
{
    a.x[0] += a.x[1] * x + a.x[2] * y;
    a.y[0] += a.y[1] * x + a.y[2] * y;
    return a;
}

/** The same for a layer. */
static DfLayer shift_layer(DfLayer layer, int x, int y)
{
    layer.rect = (DfRect){ layer.rect.x0 - x, layer.rect.y0 - y, layer.rect.x1 - x, layer.rect.y1 - y };
    layer.to_a = shift_origin(layer.to_a, x, y);
    layer.to_b = shift_origin(layer.to_b, x, y);
    return layer;
}

static size_t residual_bytes(const DfResidual *residual)
{
    return df_size_mul(df_size_mul(residual->flow.x.row_floats, residual->flow.x.height), 2 * sizeof(float));
}

/** Move a residual out of scratch memory, in the frames' pixels. */
static int keep_residual(DfFrameMotion *motion, DfResidual *kept, const DfResidual *residual, DfRect outer)
{
    size_t bytes = residual_bytes(residual);
    float *memory;

    if (!residual->flow.x.data)
        return 0;
    if (!(memory = df_account_alloc(motion->account, bytes)))
        return -ENOMEM;
    *kept = *residual;
    kept->x0 += outer.x0;
    kept->y0 += outer.y0;
    kept->flow.x.data = memory;
    kept->flow.y.data = memory + bytes / (2 * sizeof(float));
    memcpy(kept->flow.x.data, residual->flow.x.data, bytes / 2);
    memcpy(kept->flow.y.data, residual->flow.y.data, bytes / 2);
    motion->bytes += bytes;
    return 0;
}

/** How far either motion moves a pixel of a hole along x or y at most. */
static float travel_of(const DfMotion *motion, DfRect hole)
{
    float first = df_affine_travel(&motion->to_a, hole), second = df_affine_travel(&motion->layer.to_a, hole);

    return motion->layer.side ? fmaxf(first, second) : first;
}

/** Move the areas' motions out of scratch memory, in the frames' pixels. */
static int keep_motions(DfFrameMotion *motion, const Pair *pairs)
{
    for (int i = 0; i < motion->areas.count; i++) {
        DfMotion *kept = &motion->motions[i];
        const DfMotion *m = &pairs[i].motion;
        DfRect outer = pairs[i].outer;
        *kept = *m;
        kept->residual_to_a = kept->residual_to_b = (DfResidual){ 0 };
        kept->to_a = shift_origin(m->to_a, -outer.x0, -outer.y0);
        kept->to_b = shift_origin(m->to_b, -outer.x0, -outer.y0);
        kept->layer = shift_layer(m->layer, -outer.x0, -outer.y0);
        motion->travel[i] = travel_of(kept, df_rect_grow(motion->areas.items[i].hole, 1));
        if (keep_residual(motion, &kept->residual_to_a, &m->residual_to_a, outer) < 0 ||
            keep_residual(motion, &kept->residual_to_b, &m->residual_to_b, outer) < 0)
            return -ENOMEM;
    }
    return 0;
}

static void free_motions(DfFrameMotion *motion)
{
    for (int i = 0; motion->motions && i < motion->areas.count; i++) {
        DfMotion *m = &motion->motions[i];
        df_account_free(motion->account, m->residual_to_a.flow.x.data, residual_bytes(&m->residual_to_a));
        df_account_free(motion->account, m->residual_to_b.flow.x.data, residual_bytes(&m->residual_to_b));
    }
    df_free(motion->motions);
    df_free(motion->travel);
    motion->motions = NULL;
    motion->travel = NULL;
    motion->bytes = 0;
}

void df_frame_motion_forget(DfFrameMotion *motion)
{
    free_motions(motion);
    motion->back = motion->repeated = 0;
}

void df_frame_motion_free(DfFrameMotion *motion)
{
    free_motions(motion);
    df_areas_free(&motion->areas);
    *motion = (DfFrameMotion){ 0 };
}

/** Areas of both frames and room for their motions, which are none. */
static int begin(DfFrameMotion *motion, DfAccount *account, const DfFrameView *frame, const DfFrameView *earlier)
{
    DeepfillMask *masks[] = { frame->mask, earlier->mask };

    df_frame_motion_free(motion);
    motion->account = account;
    for (int p = 0; p < 3; p++)
        motion->light[p] = DF_LIGHT_SAME;
    if (df_areas_create(&motion->areas, &frame->image.format, masks, 2) < 0)
        return -ENOMEM;
    motion->motions = df_alloc(df_size_mul(DF_MAX(motion->areas.count, 1), sizeof *motion->motions));
    motion->travel = df_alloc(df_size_mul(DF_MAX(motion->areas.count, 1), sizeof *motion->travel));
    return motion->motions && motion->travel ? 0 : -ENOMEM;
}

/**
 * Make do with a narrower ring where the copy was made without knowing of a hole that has moved on for some
 * frames since. Only the masks of the earlier frame and the next count, so that a shot that ended before does
 * not matter.
 */
static int narrow(DfAreas *areas, const DfFrameView *earlier)
{
    DeepfillMask *masks[] = { earlier->mask, earlier->next };
    DfAreas copied = { 0 };
    int ret = df_areas_create(&copied, &earlier->image.format, masks, 2);

    for (int i = 0; ret >= 0 && i < areas->count; i++) {
        for (int k = 0; k < copied.count; k++) {
            DfRect common = df_rect_clip(areas->items[i].outer, copied.items[k].outer);
            if (df_rect_contains(common, areas->items[i].hole))
                areas->items[i].outer = common;
        }
    }
    df_areas_free(&copied);
    return ret;
}

/** Look at all areas. @return 1; 0 where the earlier frame has no copy of one of them; -ENOMEM */
static int look_at_all(Pair *pairs, DfFrameMotion *motion, const DfFrameView *frame, const DfFrameView *earlier,
                       DfArena *scratch)
{
    int is_same = frame->mask == earlier->mask && frame->keep_out == earlier->keep_out;

    if (narrow(&motion->areas, earlier) < 0)
        return -ENOMEM;
    for (int i = 0; i < motion->areas.count; i++) {
        Pair *pair = &pairs[i];
        *pair = (Pair){ .outer = motion->areas.items[i].outer };
        if (!df_frame_view_planes(&pair->frame, frame, pair->outer) ||
            !df_frame_view_planes(&pair->earlier, earlier, pair->outer))
            return 0;
        const DfMotionInput *like = is_same ? &pair->look : NULL;
        if (df_frame_view_input(&pair->look, NULL, frame, &pair->frame, scratch) < 0 ||
            df_frame_view_input(&pair->earlier_look, like, earlier, &pair->earlier, scratch) < 0)
            return -ENOMEM;
    }
    return 1;
}

/** Estimate all motions. @return 1: one shot; 0: another one; -ENOMEM */
static int estimate(DfFrameMotion *motion, Pair *pairs, DfArena *residuals, DfArena *scratch)
{
    float corners = 0, survived = 0;

    for (int i = 0; i < motion->areas.count; i++) {
        DfMotion *m = &pairs[i].motion;
        if (df_motion(m, &pairs[i].look, &pairs[i].earlier_look, residuals, scratch) < 0)
            return -ENOMEM;
        corners += (float)m->corners;
        survived += (float)m->corners * m->survived;
        motion->error = DF_MAX(motion->error, m->error);
    }
    motion->survived = corners > 0 ? survived / corners : 1;
    /* What has no corners cannot tell a cut. */
    return corners < 8 || survived >= DF_MOTION_CUT * corners;
}

static void scale_affine(DfAffine *affine, double by)
{
    for (int c = 0; c < 3; c++) {
        affine->x[c] *= by;
        affine->y[c] *= by;
    }
}

/** Give pairs the part of another motion that `motion` is of it. */
static void interpolate(const DfFrameMotion *motion, Pair *pairs, const DfFrameMotion *whole, double share)
{
    for (int i = 0; i < motion->areas.count; i++) {
        DfRect outer = pairs[i].outer;
        for (int k = 0; k < whole->areas.count; k++) {
            if (df_rect_empty(df_rect_clip(outer, whole->areas.items[k].outer)))
                continue;
            DfMotion *part = &pairs[i].motion;
            part->to_a = shift_origin(whole->motions[k].to_a, outer.x0, outer.y0);
            part->to_b = shift_origin(whole->motions[k].to_b, outer.x0, outer.y0);
            part->layer = shift_layer(whole->motions[k].layer, outer.x0, outer.y0);
            DfAffine *const affines[] = { &part->to_a, &part->to_b, &part->layer.to_a, &part->layer.to_b };
            for (size_t n = 0; n < DF_COUNT(affines); n++)
                scale_affine(affines[n], share);
        }
    }
}

/**
 * Levels of 8 bits by which a frame without corners in common may differ on average once it is as dark as the
 * earlier one: in the last frames of a fade to black there is nothing to track, and what was seen before serves.
 */
#define NOTHING_LEFT 1.0f

/** Relate two frames by their own pixels or, where `whole` is given, by a share of that motion. */
static int relate(DfFrameMotion *motion, const DfFrameView *frame, const DfFrameView *earlier, int back,
                  const DfFrameMotion *whole, double share, DfArena *scratch)
{
    Pair *pairs = df_arena_take(scratch, df_size_mul(DF_MAX(motion->areas.count, 1), sizeof *pairs));
    int ret = pairs ? look_at_all(pairs, motion, frame, earlier, scratch) : -ENOMEM, is_shot = 1;
    DfArena residuals = { 0 };
    float left = 0;

    if (ret <= 0)
        return ret;
    if (whole)
        interpolate(motion, pairs, whole, share);
    else if ((ret = is_shot = estimate(motion, pairs, &residuals, scratch)) == 0)
        motion->error = 0;
    for (int i = 0; !is_shot && i < motion->areas.count; i++)
        pairs[i].motion = (DfMotion){ 0 };
    if (ret >= 0)
        ret = measure_light(motion, pairs, &frame->image.format, &left, scratch);
    if (ret >= 0 && (is_shot || (motion->light[0].gain < 1 && left < NOTHING_LEFT))) {
        motion->back = back;
        ret = keep_motions(motion, pairs);
    }
    df_arena_free(&residuals);
    return ret;
}

/** Relate two frames unless their codes mean other things, or there is nothing between them to be known. */
static int make(DfFrameMotion *motion, DfAccount *account, const DfFrameView *frame, const DfFrameView *earlier,
                int back, const DfFrameMotion *whole, double share, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    int ret = begin(motion, account, frame, earlier);

    if (ret < 0 || !df_frame_view_same_codes(frame, earlier))
        return ret;
    if (!whole)
        motion->repeated = df_frame_view_repeats(&motion->areas, frame, earlier);
    /* Where neither has a hole nothing is carried across. */
    if (!motion->areas.count || motion->repeated)
        motion->back = back;
    else
        ret = relate(motion, frame, earlier, back, whole, share, scratch);
    df_arena_reset(scratch, mark);
    return ret;
}

int df_frame_motion_make(DfFrameMotion *motion, DfAccount *account, const DfFrameView *frame,
                         const DfFrameView *earlier, int back, DfArena *scratch)
{
    return make(motion, account, frame, earlier, back, NULL, 0, scratch);
}

int df_frame_motion_interpolate(DfFrameMotion *motion, DfAccount *account, const DfFrameMotion *whole,
                                double share, const DfFrameView *frame, const DfFrameView *earlier, int back,
                                DfArena *scratch)
{
    return make(motion, account, frame, earlier, back, whole, share, scratch);
}
