/**
 * @file
 * Motions composed for one area, as long as a single area of each frame's motion concerns it.
 */
#include "temporal/forward_area.h"

#include <limits.h>
#include <math.h>

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

void df_forward_area_extend(DfForwardArea *area, const DfFrameMotion *motion, int k)
{
    static const DfAffine none;
    int i = 0, found = find_areas(&motion->areas, area->rect, &i);

    area->motion[k] = k ? area->motion[k - 1] : none;
    area->coarse[k] = k ? area->coarse[k - 1] : none;
    area->travel[k] = k ? area->travel[k - 1] : 0;
    area->layer[k] = NULL;
    if (!found)
        return;
    const DfMotion *step = &motion->motions[i];
    const DfAffine *to_a = df_forward_area_step(area, step);
    if (step->layer.side)
        area->layer[k] = &step->layer;
    area->motion[k] = df_affine_compose(&area->motion[k], to_a);
    area->rect = move_rect(to_a, area->rect);
    if (!df_frame_motion_is_still(motion, i)) {
        area->coarse[k] = df_affine_compose(&area->coarse[k], to_a);
        area->travel[k] += motion->travel[i];
    }
    if (found == 1 && area->affine == k && !step->residual_to_a.flow.x.data)
        area->affine = k + 1;
    if (area->affine == k + 1 && area->alike == k && !df_frame_motion_is_still(motion, i))
        area->alike = k + 1;
}
