/**
 * @file
 * One link: for each area both lumas are looked at, their motion is estimated, and with it the light.
 */
#include "temporal/link.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "image/crop.h"

/** Frames that differ by less than this on average, in levels of 8 bits, are the same picture once more. */
#define REPEATED 0.05f

/** Most pairs that a plane of an area gives to the estimate of its light. */
#define MOST_PAIRS 4096

/** An area in both frames. */
typedef struct Pair {
    DfRect outer;
    DfPatch frame, earlier;       /* planes; begin at the area's corner, memory is not theirs */
    DfLook look, earlier_look;
} Pair;

/** Planes of an end from the corner of `outer` on, as they lie in the frame or in the copy of it. */
static int find_planes(DfPatch *planes, const DfLinkEnd *end, DfRect outer)
{
    const DeepfillFormat *format = &end->image.format;
    const DfPatch *patch = NULL;

    for (int i = 0; end->shown && i < end->shown->count; i++)
        if (df_rect_contains(end->shown->items[i].place, outer))
            patch = &end->shown->items[i];
    if (end->shown && !patch)
        return 0;
    *planes = (DfPatch){ .place = outer };
    for (int p = 0; p < df_plane_count(format); p++) {
        int x = (outer.x0 - (patch ? patch->place.x0 : 0)) >> df_plane_sub_x(format, p);
        int y = (outer.y0 - (patch ? patch->place.y0 : 0)) >> df_plane_sub_y(format, p);
        ptrdiff_t stride = patch ? patch->planes.stride[p] : end->image.stride[p];
        uint8_t *data = patch ? patch->planes.data[p] : end->image.data[p];
        planes->planes.stride[p] = stride;
        planes->planes.data[p] = data + y * stride + (ptrdiff_t)x * df_sample_bytes(format);
    }
    return 1;
}

/** A row of luma in levels of 8 bits. */
static void luma_row(float *out, const DfPatch *patch, const DeepfillFormat *format, int y, int width)
{
    int bytes = df_sample_bytes(format);
    float scale = 255.0f / (float)((1 << format->depth) - 1);
    const uint8_t *row = patch->planes.data[0] + y * patch->planes.stride[0];

    if (format->layout != DEEPFILL_RGB) {
        for (int x = 0; x < width; x++)
            out[x] = scale * (float)df_sample_load(row, x, bytes);
        return;
    }
    const uint8_t *green = patch->planes.data[1] + y * patch->planes.stride[1];
    const uint8_t *blue = patch->planes.data[2] + y * patch->planes.stride[2];
    for (int x = 0; x < width; x++)
        out[x] = scale * 0.25f * (float)(df_sample_load(row, x, bytes) + 2 * df_sample_load(green, x, bytes) +
                                         df_sample_load(blue, x, bytes));
}

/** Make one end of a pair ready. */
static int look_at(DfLook *look, const DfPatch *patch, const DfLinkEnd *end, DfArena *arena)
{
    int width = df_rect_width(patch->place), height = df_rect_height(patch->place);
    DfPlane luma = df_plane_take(arena, width, height);
    uint8_t *hole = df_arena_take_zeroed(arena, df_size_mul(width, height));

    if (!luma.data || !hole)
        return -ENOMEM;
    for (int y = 0; y < height; y++)
        luma_row(df_plane_row(luma, y), patch, &end->image.format, y, width);
    if (end->mask)
        df_crop_hole(end->mask, patch->place, 0, 0, hole);
    return df_look(look, arena, luma, hole);
}

/** Whether two frames with one hole show the same picture around it. */
static int is_repeated(const DfLink *link, const DfLinkEnd *frame, const DfLinkEnd *earlier)
{
    const DeepfillFormat *format = &frame->image.format;
    double sum = 0, scale = 255.0 / ((1 << format->depth) - 1);
    int bytes = df_sample_bytes(format);
    int64_t n = 0;

    if (frame->mask != earlier->mask)
        return 0;
    for (int i = 0; i < link->areas.count; i++) {
        DfRect outer = link->areas.items[i].outer;
        DfPatch a, b;
        if (!find_planes(&a, frame, outer) || !find_planes(&b, earlier, outer))
            return 0;
        for (int y = 0; y < df_rect_height(outer); y += 3) {
            const uint8_t *p = a.planes.data[0] + y * a.planes.stride[0];
            const uint8_t *q = b.planes.data[0] + y * b.planes.stride[0];
            for (int x = y % 2; x < df_rect_width(outer); x += 2) {
                if (frame->mask && df_mask_hole(frame->mask, outer.x0 + x, outer.y0 + y))
                    continue;
                sum += fabs((double)df_sample_load(p, x, bytes) - df_sample_load(q, x, bytes));
                n++;
            }
        }
        /* Most frames differ: their first areas say so. */
        if (sum * scale > REPEATED * (double)(n + 4096))
            return 0;
    }
    return n > 0 && sum * scale <= REPEATED * (double)n;
}

/** Pairs of one plane over all areas. */
static int find_pairs(const DfLink *link, const Pair *ends, const DeepfillFormat *format, int plane,
                      DfLightPair *pairs)
{
    int n = 0, sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);

    for (int i = 0; i < link->areas.count; i++) {
        DfRing ring = { &ends[i].look, &ends[i].earlier_look, &link->motions[i].to_b };
        DfTexture frame = df_patch_texture(&ends[i].frame, format, plane);
        DfTexture earlier = df_patch_texture(&ends[i].earlier, format, plane);
        n += df_light_pairs(&ring, &frame, &earlier, sx, sy, pairs + n, MOST_PAIRS);
    }
    return n;
}

/**
 * All planes' light; where a plane is too flat to tell a gain, it has that of the first.
 *
 * @param left  what differs in the first plane all the same, in levels of 8 bits
 */
static int measure_light(DfLink *link, const Pair *ends, const DeepfillFormat *format, float *left,
                         DfArena *scratch)
{
    size_t most = df_size_mul(link->areas.count, MOST_PAIRS);
    DfLightPair *pairs = df_arena_take(scratch, df_size_mul(most, sizeof *pairs));
    float *values = df_arena_take(scratch, df_size_mul(most, sizeof *values));
    float level = (float)((1 << format->depth) - 1) / 255;

    if (!pairs || !values)
        return -ENOMEM;
    for (int p = 0; p < df_plane_count(format); p++) {
        int n = find_pairs(link, ends, format, p, pairs);
        float differs;
        link->light[p] = df_light_fit(pairs, n, level, p ? link->light[0].gain : 1, &differs, values);
        if (!p)
            *left = differs;
    }
    return 0;
}

/** Areas of both frames and room for their motions, which are none. */
static int begin(DfLink *link, const DfLinkEnd *frame, const DfLinkEnd *earlier)
{
    DeepfillMask *masks[] = { frame->mask, earlier->mask };

    link->back = link->repeated = 0;
    link->error = 0;
    for (int p = 0; p < 3; p++)
        link->light[p] = DF_LIGHT_SAME;
    df_arena_reset(&link->keep, (DfArenaMark){ 0 });
    if (df_areas_create(&link->areas, &frame->image.format, masks, 2) < 0)
        return -ENOMEM;
    link->motions = df_arena_take_zeroed(&link->keep, df_size_mul(link->areas.count, sizeof *link->motions));
    return link->motions ? 0 : -ENOMEM;
}

/**
 * Make do with a narrower ring where a copy holds no more: it was made without knowing of a hole that has
 * moved on for some frames since.
 */
static void narrow(DfArea *area, const DfLinkEnd *end)
{
    for (int i = 0; end->shown && i < end->shown->count; i++) {
        DfRect common = df_rect_clip(area->outer, end->shown->items[i].place);
        if (df_rect_contains(common, area->hole))
            area->outer = common;
    }
}

/** Look at all areas. @return 1; 0 where the earlier frame has no copy of one of them; -ENOMEM */
static int look_at_all(Pair *pairs, DfLink *link, const DfLinkEnd *frame, const DfLinkEnd *earlier,
                       DfArena *scratch)
{
    for (int i = 0; i < link->areas.count; i++) {
        Pair *pair = &pairs[i];
        narrow(&link->areas.items[i], earlier);
        pair->outer = link->areas.items[i].outer;
        if (!find_planes(&pair->frame, frame, pair->outer) ||
            !find_planes(&pair->earlier, earlier, pair->outer))
            return 0;
        if (look_at(&pair->look, &pair->frame, frame, scratch) < 0 ||
            look_at(&pair->earlier_look, &pair->earlier, earlier, scratch) < 0)
            return -ENOMEM;
    }
    return 1;
}

/** Estimate all motions. @return 1: one shot; 0: another one; -ENOMEM */
static int estimate(DfLink *link, const Pair *pairs, DfArena *scratch)
{
    float corners = 0, survived = 0;

    for (int i = 0; i < link->areas.count; i++) {
        DfMotion *m = &link->motions[i];
        if (df_motion(m, &pairs[i].look, &pairs[i].earlier_look, &link->keep, scratch) < 0)
            return -ENOMEM;
        corners += (float)m->corners;
        survived += (float)m->corners * m->survived;
        link->error = DF_MAX(link->error, m->error);
    }
    /* What has no corners cannot tell a cut. */
    return corners < 8 || survived >= DF_MOTION_CUT * corners;
}

/**
 * Levels of 8 bits by which a frame without corners in common may differ on average once it is as dark as the
 * earlier one: in the last frames of a fade to black nothing can be tracked, and what was seen
 * before serves.
 */
#define NOTHING_LEFT 1.0f

static int make(DfLink *link, const DfLinkEnd *frame, const DfLinkEnd *earlier, int back, DfArena *scratch)
{
    Pair *pairs = df_arena_take(scratch, df_size_mul(DF_MAX(link->areas.count, 1), sizeof *pairs));
    int ret = pairs ? look_at_all(pairs, link, frame, earlier, scratch) : -ENOMEM;
    float left;

    if (ret <= 0 || (ret = estimate(link, pairs, scratch)) < 0)
        return ret;
    if (!ret) {
        memset(link->motions, 0, link->areas.count * sizeof *link->motions);
        link->error = 0;
    }
    int is_shot = ret;
    if ((ret = measure_light(link, pairs, &frame->image.format, &left, scratch)) < 0)
        return ret;
    if (is_shot || (link->light[0].gain < 1 && left < NOTHING_LEFT))
        link->back = back;
    return 0;
}

int df_link_make(DfLink *link, const DfLinkEnd *frame, const DfLinkEnd *earlier, int back, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    int ret = begin(link, frame, earlier);

    if (ret < 0)
        return ret;
    /* Where neither has a hole nothing is carried across, and nothing needs to be known. */
    if (!link->areas.count || (link->repeated = is_repeated(link, frame, earlier)))
        link->back = back;
    else
        ret = make(link, frame, earlier, back, scratch);
    df_arena_reset(scratch, mark);
    return ret;
}

/** A share of a motion, moved from one area's samples to another's. */
static DfAffine part_of(const DfAffine *whole, double share, int dx, int dy)
{
    DfAffine a = *whole;

    a.x[0] += a.x[1] * dx + a.x[2] * dy;
    a.y[0] += a.y[1] * dx + a.y[2] * dy;
    for (int i = 0; i < 3; i++) {
        a.x[i] *= share;
        a.y[i] *= share;
    }
    return a;
}

static void interpolate(DfLink *link, const DfLink *whole, double share)
{
    for (int i = 0; i < link->areas.count; i++) {
        DfRect outer = link->areas.items[i].outer;
        for (int k = 0; k < whole->areas.count; k++) {
            DfRect from = whole->areas.items[k].outer;
            if (df_rect_empty(df_rect_clip(outer, from)))
                continue;
            link->motions[i].to_b = part_of(&whole->motions[k].to_b, share, outer.x0 - from.x0,
                                            outer.y0 - from.y0);
            link->motions[i].to_a = part_of(&whole->motions[k].to_a, share, outer.x0 - from.x0,
                                            outer.y0 - from.y0);
        }
    }
}

int df_link_interpolate(DfLink *link, const DfLink *whole, double share, const DfLinkEnd *frame,
                        const DfLinkEnd *earlier, int back, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    int ret = begin(link, frame, earlier);

    if (ret < 0)
        return ret;
    Pair *pairs = df_arena_take(scratch, df_size_mul(DF_MAX(link->areas.count, 1), sizeof *pairs));
    float left;
    ret = pairs ? look_at_all(pairs, link, frame, earlier, scratch) : -ENOMEM;
    if (ret > 0) {
        interpolate(link, whole, share);
        link->back = back;
        ret = measure_light(link, pairs, &frame->image.format, &left, scratch);
    }
    df_arena_reset(scratch, mark);
    return DF_MIN(ret, 0);
}

void df_link_free(DfLink *link)
{
    df_areas_free(&link->areas);
    df_arena_free(&link->keep);
    *link = (DfLink){ 0 };
}
