/**
 * @file
 * What moves otherwise than the affine around a hole, from dense flow, continued smoothly into the hole.
 */
#include "motion/parts.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "motion/between.h"
#include "plane/membrane.h"
#include "plane/rect.h"

#define RIM 32       /* px from the hole: flow farther out has no effect inside */
#define AGREE 0.7f   /* px: as near to where it began must flow there and back come */
#define NOISE 1.0f   /* px: a residual below it is the flow's noise, the affine is right */

/** The flow from one picture to the other, what belongs to each end, and the way back. */
typedef struct Way {
    const DfMotionInput *from, *to;
    DfFlow there, back;
    const DfAffine *affine;
} Way;

/** Where a picture's flow is of use. */
static uint8_t *rim_of(const DfMotionInput *input, DfArena *scratch)
{
    DfPlane picture = input->pyramid.levels[0];
    size_t n = (size_t)picture.width * picture.height;
    uint8_t *rim = df_arena_take(scratch, n);

    for (size_t i = 0; rim && i < n; i++)
        rim[i] = input->distance[i] <= RIM && !input->distrusted[i];
    return rim;
}

static int flow_take(DfFlow *flow, DfArena *arena, int width, int height)
{
    flow->x = df_plane_take(arena, width, height);
    flow->y = df_plane_take(arena, width, height);
    return flow->x.data && flow->y.data ? 0 : -ENOMEM;
}

static int flow_between(DfFlow *flow, const DfMotionInput *from, const DfMotionInput *to, const DfAffine *start,
                        DfArena *scratch)
{
    DfPlane picture = from->pyramid.levels[0];

    if (flow_take(flow, scratch, picture.width, picture.height))
        return -ENOMEM;
    DfArenaMark mark = df_arena_mark(scratch);
    uint8_t *rim = rim_of(from, scratch);
    int ret = rim ? df_dense_flow(*flow, &from->pyramid, &to->pyramid, start, rim, scratch) : -ENOMEM;
    df_arena_reset(scratch, mark);
    return ret;
}

/** @return whether one of the four pixels around a position is distrusted */
static int is_distrusted(const DfMotionInput *input, float x, float y)
{
    int width = input->pyramid.levels[0].width, x0 = (int)x, y0 = (int)y;
    int x1 = DF_MIN(x0 + 1, width - 1), y1 = DF_MIN(y0 + 1, input->pyramid.levels[0].height - 1);
    const uint8_t *top = input->distrusted + (size_t)y0 * width;
    const uint8_t *bottom = input->distrusted + (size_t)y1 * width;

    return top[x0] | top[x1] | bottom[x0] | bottom[x1];
}

/** @return whether flow begins and ends at trusted pixels and its way back agrees */
static int is_sound(const Way *way, int x, int y)
{
    DfPlane picture = way->from->pyramid.levels[0];
    size_t i = (size_t)y * picture.width + x;

    if (way->from->distrusted[i] || way->from->distance[i] > RIM)
        return 0;
    float dx = df_plane_row(way->there.x, y)[x], dy = df_plane_row(way->there.y, y)[x];
    float qx = x + dx, qy = y + dy;
    if (!df_is_between(picture.width, picture.height, qx, qy) || is_distrusted(way->to, qx, qy))
        return 0;
    dx += df_between(way->back.x, qx, qy);
    dy += df_between(way->back.y, qx, qy);
    return dx * dx + dy * dy < AGREE * AGREE;
}

/** Residuals in a box where flow is sound, `unknown` elsewhere. @return whether any is above the noise */
static int tell(DfPlane planes[2], uint8_t *unknown, const Way *way, DfRect box)
{
    int any = 0;

    for (int y = box.y0; y < box.y1; y++)
        for (int x = box.x0; x < box.x1; x++, unknown++) {
            float dx = 0, dy = 0;
            *unknown = !is_sound(way, x, y);
            if (!*unknown) {
                df_affine_at(way->affine, x, y, &dx, &dy);
                dx = df_plane_row(way->there.x, y)[x] - dx;
                dy = df_plane_row(way->there.y, y)[x] - dy;
                if (dx * dx + dy * dy <= NOISE * NOISE)
                    dx = dy = 0;
                any |= dx != 0 || dy != 0;
            }
            df_plane_row(planes[0], y - box.y0)[x - box.x0] = dx;
            df_plane_row(planes[1], y - box.y0)[x - box.x0] = dy;
        }
    return any;
}

static void copy(DfPlane to, DfPlane from, int x0, int y0)
{
    for (int y = 0; y < to.height; y++)
        memcpy(df_plane_row(to, y), df_plane_row(from, y0 + y) + x0, to.width * sizeof(float));
}

static int complete(DfResidual *residual, const Way *way, DfArena *keep, DfArena *scratch)
{
    DfPlane picture = way->from->pyramid.levels[0];
    DfRect hole = df_rect_bounds(way->from->hole, picture.width, picture.height);
    DfRect box = df_rect_clip(df_rect_grow(hole, RIM), (DfRect){ 0, 0, picture.width, picture.height });
    int width = df_rect_width(box), height = df_rect_height(box);

    if (df_rect_empty(hole))
        return 0;
    DfPlane planes[2] = { df_plane_take(scratch, width, height), df_plane_take(scratch, width, height) };
    uint8_t *unknown = df_arena_take(scratch, df_size_mul(width, height));
    if (!planes[0].data || !planes[1].data || !unknown)
        return -ENOMEM;
    if (!tell(planes, unknown, way, box))
        return 0;
    int left = df_residual_validate(planes, unknown, way->from->distance, picture.width, box, scratch);
    if (left <= 0)
        return left;
    if (df_membrane(planes, 2, unknown, scratch) ||
        flow_take(&residual->flow, keep, df_rect_width(hole), df_rect_height(hole))) {
        residual->flow = (DfFlow){ 0 };
        return -ENOMEM;
    }
    residual->x0 = hole.x0;
    residual->y0 = hole.y0;
    copy(residual->flow.x, planes[0], hole.x0 - box.x0, hole.y0 - box.y0);
    copy(residual->flow.y, planes[1], hole.x0 - box.x0, hole.y0 - box.y0);
    return 0;
}

int df_residuals(DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, DfArena *keep, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    DfFlow there, back;
    int ret = flow_between(&there, a, b, &motion->to_b, scratch);

    if (!ret)
        ret = flow_between(&back, b, a, &motion->to_a, scratch);
    if (!ret)
        ret = complete(&motion->residual_to_b, &(Way){ a, b, there, back, &motion->to_b }, keep, scratch);
    if (!ret)
        ret = complete(&motion->residual_to_a, &(Way){ b, a, back, there, &motion->to_a }, keep, scratch);
    df_arena_reset(scratch, mark);
    return ret;
}
