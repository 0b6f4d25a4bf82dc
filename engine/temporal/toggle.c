/**
 * @file
 * The difference of two holes, in connected parts.
 */
#include "temporal/toggle.h"

#include <errno.h>
#include <string.h>

#include "image/component.h"

/** A part whose rim lies at the frame's own hole by more than one in so many pixels is what a motion uncovers. */
#define MOTION_SHARE 4

static void add_rect(DfToggles *toggles, DfRect rect)
{
    for (int i = 0; i < toggles->count; i++)
        if (!memcmp(&toggles->items[i].rect, &rect, sizeof rect))
            return;
    if (toggles->count < DF_MOST_TOGGLES) {
        toggles->items[toggles->count++] = (DfToggle){ rect, 0 };
        return;
    }
    DfRect *last = &toggles->items[DF_MOST_TOGGLES - 1].rect;
    *last = df_rect_union(*last, rect);
}

/** Whether the difference within a rectangle has little of its rim in common with the frame's own hole. */
static int is_whole(const DeepfillMask *mask, const DeepfillMask *neighbour, DfRect rect)
{
    static const int directions[][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
    int64_t touching = 0, rim = 0;

    for (int y = rect.y0; y < rect.y1; y++)
        for (int x = rect.x0; x < rect.x1; x++) {
            if (!df_mask_hole(neighbour, x, y) || df_mask_hole(mask, x, y))
                continue;
            for (int i = 0; i < 4; i++) {
                int at_x = x + directions[i][0], at_y = y + directions[i][1], touches = df_mask_hole(mask, at_x, at_y);
                touching += touches;
                rim += touches || !df_mask_hole(neighbour, at_x, at_y);
            }
        }
    return touching * MOTION_SHARE < rim;
}

/** The hole of `neighbour` that is open in the frame as 255, in its extent. NULL: there is no memory */
static uint8_t *subtract(const DeepfillMask *mask, const DeepfillMask *neighbour)
{
    DfRect e = neighbour->extent;
    uint8_t *difference = df_alloc(df_rect_area(e)), *at = difference;
    const uint8_t *weight = neighbour->weight;

    for (int y = e.y0; difference && y < e.y1; y++)
        for (int x = e.x0; x < e.x1; x++)
            *at++ = *weight++ == DF_WEIGHT_HOLE && !df_mask_hole(mask, x, y) ? DF_WEIGHT_HOLE : 0;
    return difference;
}

int df_toggles_add(DfToggles *toggles, const DeepfillMask *mask, const DeepfillMask *neighbour)
{
    uint8_t *difference;
    DfRect *rects = NULL, e;
    int count;

    if (!neighbour || neighbour == mask || !neighbour->part_count)
        return 0;
    if (!mask || !mask->part_count) {
        for (int i = 0; i < neighbour->part_count; i++)
            add_rect(toggles, neighbour->parts[i]);
        return 0;
    }
    if (!(difference = subtract(mask, neighbour)))
        return -ENOMEM;
    e = neighbour->extent;
    count = df_components(&rects, difference, df_rect_width(e), df_rect_width(e), df_rect_height(e));
    for (int i = 0; i < count; i++) {
        DfRect rect = { rects[i].x0 + e.x0, rects[i].y0 + e.y0, rects[i].x1 + e.x0, rects[i].y1 + e.y0 };
        if (is_whole(mask, neighbour, rect))
            add_rect(toggles, rect);
    }
    df_free(rects);
    df_free(difference);
    return DF_MIN(count, 0);
}
