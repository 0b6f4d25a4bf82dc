/**
 * @file
 * Rectangles united until none overlap.
 */
#include "temporal/area.h"

#include <errno.h>

/**
 * Parts whose middles lie in one square of this side share an area from the start: specks cost no time
 * squared.
 */
#define CELL 64

static DfRect surroundings(const DeepfillFormat *format, DfRect hole)
{
    int grid_x = 1 << format->sub_x, grid_y = 1 << format->sub_y;
    DfRect r = df_rect_grow(hole, DF_AREA_RING);

    r = df_rect_clip(r, (DfRect){ 0, 0, format->width, format->height });
    return (DfRect){ r.x0 & -grid_x, r.y0 & -grid_y, DF_MIN(df_round_up(r.x1, grid_x), format->width),
                     DF_MIN(df_round_up(r.y1, grid_y), format->height) };
}

static void add(DfAreas *areas, const DeepfillFormat *format, DfRect hole)
{
    areas->items[areas->count++] = (DfArea){ hole, surroundings(format, hole) };
}

/** One frame's parts; those whose middles share a cell are united, whichever frame they are of. */
static void add_parts(DfAreas *areas, const DeepfillFormat *format, const DeepfillMask *mask,
                      int *first, int columns)
{
    for (int i = 0; i < mask->part_count; i++) {
        DfRect part = mask->parts[i];
        int cell = (part.y0 + part.y1) / 2 / CELL * columns + (part.x0 + part.x1) / 2 / CELL;
        if (first[cell] < 0) {
            first[cell] = areas->count;
            add(areas, format, part);
        } else {
            DfArea *area = &areas->items[first[cell]];
            area->hole = df_rect_union(area->hole, part);
            area->outer = surroundings(format, area->hole);
        }
    }
}

/** An area that grew is held against all others again; each union makes one fewer, so this ends. */
static void unite(DfAreas *areas, const DeepfillFormat *format)
{
    for (int a = 0; a < areas->count; a++) {
        for (int b = 0; b < areas->count; b++) {
            if (a == b || df_rect_empty(df_rect_clip(areas->items[a].outer, areas->items[b].outer)))
                continue;
            areas->items[a].hole = df_rect_union(areas->items[a].hole, areas->items[b].hole);
            areas->items[a].outer = surroundings(format, areas->items[a].hole);
            areas->items[b] = areas->items[--areas->count];
            if (a == areas->count)
                a = b;
            b = -1;
        }
    }
}

int df_areas_create(DfAreas *areas, const DeepfillFormat *format, DeepfillMask *const *masks, int count)
{
    int columns = df_ceil_div(format->width, CELL), cells = columns * df_ceil_div(format->height, CELL);
    size_t parts = 0;

    df_areas_free(areas);
    for (int i = 0; i < count; i++)
        parts += masks[i] ? masks[i]->part_count : 0;
    if (!parts)
        return 0;
    int *first = df_alloc(df_size_mul(cells, sizeof *first));
    areas->items = df_alloc(df_size_mul(parts, sizeof *areas->items));
    if (!first || !areas->items) {
        df_free(first);
        df_areas_free(areas);
        return -ENOMEM;
    }
    for (int i = 0; i < cells; i++)
        first[i] = -1;
    for (int i = 0; i < count; i++)
        if (masks[i] && (i == 0 || masks[i] != masks[i - 1]))
            add_parts(areas, format, masks[i], first, columns);
    df_free(first);
    unite(areas, format);
    return 0;
}

void df_areas_free(DfAreas *areas)
{
    df_free(areas->items);
    *areas = (DfAreas){ 0 };
}

const DfArea *df_areas_find(const DfAreas *areas, DfRect rect)
{
    for (int i = 0; i < areas->count; i++)
        if (df_rect_contains(areas->items[i].outer, rect))
            return &areas->items[i];
    return NULL;
}
