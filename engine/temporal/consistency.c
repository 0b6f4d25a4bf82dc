/**
 * @file
 * Differences at the rim, averaged in cells, continued as a membrane.
 */
#include "temporal/consistency.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "plane/membrane.h"

/** Where the rim is looked at: so many pixels outside the hole, the mean of a square of 2 * HALF + 1. */
#define OUTSIDE 4
#define HALF 2

/** Difference that is believed to come from noise, coding and imprecise motion, in levels of 8 bits. */
#define BELIEVED 10.0f

/** Where less than one in so many pixels would be lost, a doubt costs more than it is worth. */
#define SLIGHT 10

/** The plane that is looked at: luma, or green. */
static int plane_of(const DeepfillFormat *format)
{
    return format->layout == DEEPFILL_RGB ? 1 : 0;
}

/** Mean of the square around (x, y), which lies inside the plane. */
static float mean_around(const uint8_t *data, ptrdiff_t stride, int bytes, int x, int y)
{
    unsigned sum = 0;

    for (int v = y - HALF; v <= y + HALF; v++)
        for (int u = x - HALF; u <= x + HALF; u++)
            sum += df_sample_load(data + v * stride, u, bytes);
    return (float)sum / ((2 * HALF + 1) * (2 * HALF + 1));
}

/** The same between samples: half a pixel off, texture would look unlike itself. */
static float mean_between(const uint8_t *data, ptrdiff_t stride, int bytes, float x, float y)
{
    int x0 = (int)x, y0 = (int)y;
    float fx = x - (float)x0, fy = y - (float)y0;
    float above = mean_around(data, stride, bytes, x0, y0);
    float below = mean_around(data, stride, bytes, x0, y0 + 1);

    above += fx * (mean_around(data, stride, bytes, x0 + 1, y0) - above);
    below += fx * (mean_around(data, stride, bytes, x0 + 1, y0 + 1) - below);
    return above + fy * (below - above);
}

/** Whether the square around (x, y) lies in `inside` and, at its corners and middle, outside a hole. */
static int is_known(const DeepfillMask *mask, DfRect inside, int x, int y)
{
    if (x - HALF < inside.x0 || y - HALF < inside.y0 || x + HALF >= inside.x1 || y + HALF >= inside.y1)
        return 0;
    return !mask || !(df_mask_hole(mask, x, y) || df_mask_hole(mask, x - HALF, y - HALF) ||
                      df_mask_hole(mask, x + HALF, y - HALF) || df_mask_hole(mask, x - HALF, y + HALF) ||
                      df_mask_hole(mask, x + HALF, y + HALF));
}

/**
 * How unlike source and frame are beyond the rim pixel (x, y), looking towards (dx, dy).
 * @return 0: cannot tell
 */
static int compare(const DfFrameState *s, const DfSourceMap *map, const DfMapPixel *pixel, int x, int y, int dx,
                   int dy, float *difference)
{
    const DfReference *reference = &map->references[pixel->reference];
    const DfSource *source = reference->source;
    const DeepfillFormat *format = &s->image.format;
    int p = plane_of(format), bytes = df_sample_bytes(format);
    int at_x = x + OUTSIDE * dx, at_y = y + OUTSIDE * dy;
    float from_x, from_y;

    df_source_map_position(map, pixel, x, y, &from_x, &from_y);
    const DfCopy *copy = df_copies_near(&source->shown, from_x, from_y);
    from_x += (float)(OUTSIDE * dx);
    from_y += (float)(OUTSIDE * dy);
    if (!copy || !is_known(s->source->mask, (DfRect){ 0, 0, format->width, format->height }, at_x, at_y) ||
        from_x < 0 || from_y < 0 || !is_known(source->mask, copy->place, (int)from_x, (int)from_y) ||
        !is_known(source->mask, copy->place, (int)from_x + 1, (int)from_y + 1) ||
        df_source_keeps_out(s->source, (float)at_x, (float)at_y) || df_source_keeps_out(source, from_x, from_y))
        return 0;
    float here = mean_around(s->image.data[p], s->image.stride[p], bytes, at_x, at_y);
    float there = mean_between(copy->planes.data[p], copy->planes.stride[p], bytes,
                               from_x - (float)copy->place.x0, from_y - (float)copy->place.y0);
    *difference = fabsf(df_light_apply(reference->light[p], there) - here) * 255.0f /
                  (float)((1 << format->depth) - 1);
    return 1;
}

/** Sums of what one area's rim says, in cells. */
typedef struct Cells {
    DfPlane sum;
    uint8_t *unknown;
    float *count;
} Cells;

/** Add the differences of one rim pixel to its cell. */
static void add_pixel(const DfFrameState *s, const DfSourceMap *map, const DfMapArea *area, int x, int y,
                      const Cells *cells)
{
    static const int directions[][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
    DfRect hole = area->hole;
    const DfMapPixel *pixel = &area->pixels[(size_t)(y - hole.y0) * df_rect_width(hole) + (x - hole.x0)];
    float difference;

    if (pixel->reference == DF_NO_REFERENCE || map->references[pixel->reference].kind != DF_KIND_SHOWN)
        return;
    for (int i = 0; i < 4; i++) {
        int dx = directions[i][0], dy = directions[i][1];
        if (df_mask_hole(s->source->mask, x + dx, y + dy) ||
            df_layer_has(&area->layer, (float)x, (float)y) !=
                df_layer_has(&area->layer, (float)(x + OUTSIDE * dx), (float)(y + OUTSIDE * dy)) ||
            !compare(s, map, pixel, x, y, dx, dy, &difference))
            continue;
        int cx = (x - hole.x0) / DF_DOUBT_CELL, cy = (y - hole.y0) / DF_DOUBT_CELL;
        df_plane_row(cells->sum, cy)[cx] += difference;
        cells->count[(size_t)cy * cells->sum.width + cx]++;
    }
}

static int take_cells(Cells *cells, DfRect hole, DfArena *arena)
{
    int width = df_doubt_width(hole), height = df_ceil_div(df_rect_height(hole), DF_DOUBT_CELL);

    cells->sum = df_plane_take(arena, width, height);
    cells->unknown = df_arena_take(arena, df_size_mul(width, height));
    cells->count = df_arena_take_zeroed(arena, df_size_mul(df_size_mul(width, height), sizeof *cells->count));
    if (!cells->sum.data || !cells->unknown || !cells->count)
        return -ENOMEM;
    memset(cells->sum.data, 0, cells->sum.row_floats * height * sizeof(float));
    return 0;
}

/** Turn sums into means. */
static void settle_cells(const Cells *cells)
{
    for (int y = 0; y < cells->sum.height; y++) {
        float *row = df_plane_row(cells->sum, y), *count = cells->count + (size_t)y * cells->sum.width;
        for (int x = 0; x < cells->sum.width; x++) {
            cells->unknown[(size_t)y * cells->sum.width + x] = count[x] == 0;
            if (count[x] > 0)
                row[x] /= count[x];
        }
    }
}

/** Whether enough of an area's pixels are doubted that it matters. */
static int is_worth_it(const DfMapArea *area, const Cells *cells)
{
    int width = df_rect_width(area->hole);
    int64_t known = 0, doubted = 0;

    for (int y = 0; y < df_rect_height(area->hole); y++) {
        const DfMapPixel *row = area->pixels + (size_t)y * width;
        const float *cell = df_plane_row(cells->sum, y / DF_DOUBT_CELL);
        for (int x = 0; x < width; x++) {
            known += row[x].reference != DF_NO_REFERENCE;
            doubted += row[x].reference != DF_NO_REFERENCE && cell[x / DF_DOUBT_CELL] > BELIEVED;
        }
    }
    return doubted * SLIGHT > known;
}

/**
 * Store an area's doubts: the mean of what this frame's rim says and what was stored for the frame before. A doubt
 * that comes and goes with each frame would switch sources on and off.
 *
 * @param cells   in: this frame's; out: what is stored
 * @param before  stored for the frame before; NULL: nothing was
 * @return whether any is above BELIEVED
 */
static int store_doubts(uint8_t *doubts, DfPlane cells, const uint8_t *before)
{
    int is_doubtful = 0;

    for (int y = 0; y < cells.height; y++) {
        float *row = df_plane_row(cells, y);
        for (int x = 0; x < cells.width; x++) {
            float own = row[x] * DF_DOUBT_STEPS, doubt = before ? (own + (float)*before++) / 2 : own;
            *doubts = (uint8_t)(DF_CLAMP(doubt, 0, UINT8_MAX) + 0.5f);
            row[x] = (float)*doubts++ / DF_DOUBT_STEPS;
            is_doubtful |= row[x] > BELIEVED;
        }
    }
    return is_doubtful;
}

/** What was stored for the same hole in the frame before; NULL: nothing was. */
static const uint8_t *doubts_before(const DfSourceMap *before, DfRect hole, enum DfSide side)
{
    for (int i = 0; before && i < before->area_count; i++)
        if (!memcmp(&before->areas[i].hole, &hole, sizeof hole))
            return before->areas[i].doubts[side];
    return NULL;
}

static int check_area(const DfFrameState *s, const DfSourceMap *map, const DfMapArea *area, enum DfSide side,
                      const DfSourceMap *before, DfArena *scratch)
{
    DfRect hole = area->hole;
    int width = df_rect_width(hole);
    Cells cells;

    if (take_cells(&cells, hole, scratch) < 0)
        return -ENOMEM;
    for (int y = hole.y0; y < hole.y1; y++)
        for (int x = hole.x0; x < hole.x1; x++)
            if (df_mask_rim(s->source->mask, x, y))
                add_pixel(s, map, area, x, y, &cells);
    settle_cells(&cells);
    if (df_membrane(&cells.sum, 1, cells.unknown, scratch) < 0)
        return -ENOMEM;
    if (!store_doubts(area->doubts[side], cells.sum, doubts_before(before, hole, side)) || !is_worth_it(area, &cells))
        return 0;
    for (int y = 0; y < df_rect_height(hole); y++)
        for (int x = 0; x < width; x++)
            if (df_plane_row(cells.sum, y / DF_DOUBT_CELL)[x / DF_DOUBT_CELL] > BELIEVED)
                area->pixels[(size_t)y * width + x].reference = DF_NO_REFERENCE;
    return 0;
}

int df_consistency_check(DfSourceMap *map, const DfFrameState *state, enum DfSide side, const DfSourceMap *before,
                         DfArena *scratch)
{
    int ret = 0;

    for (int i = 0; ret >= 0 && i < map->area_count; i++) {
        DfArenaMark mark = df_arena_mark(scratch);
        ret = check_area(state, map, &map->areas[i], side, before, scratch);
        df_arena_reset(scratch, mark);
    }
    return ret;
}
