/**
 * @file
 * Boxes around edges that persist.
 *
 * Cores are where the strength passes a threshold that adapts to what the rest of the frame has. Around each core
 * weaker edges are taken as well, where they connect to it.
 */
#include "overlay/boxes.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base.h"
#include "plane/select.h"
#include "plane/widen.h"

/* Pixels at the frame's edge that are not looked at. */
#define MARGIN 3
/* Parts nearer than twice this belong together, in pixels at scale 1. */
#define GAP 6
/* Strength that moving backgrounds leave at most, and how much more than the frame's 80th percentile it has to be. */
#define LEAST_STRENGTH .2f
#define ABOVE_REST 1.8f
/* Edges stand still all over where the 90th percentile passes the first. More certainty is asked for above the second,
   with one background, and above the third, with few. */
#define LOCKED .2f
/* Of few frames that are all of other backgrounds, each leaves its edges: t of 1 / sqrt(backgrounds), and so much
   more. */
#define SINGLE 1.2f
#define SINGLE_BACKGROUNDS 8
#define UNSURE .15f
#define NEARLY_LOCKED .17f
/* How far a core's peak has to pass the threshold. */
#define CERTAIN 1.4f
#define VERY_CERTAIN 2.2f
#define ENOUGH_BACKGROUNDS 4
#define MANY_BACKGROUNDS 20
/* Pixels of a core. */
#define LEAST_CORE 20
/* Least t of an edge beside a core, and how much more than the frame's 98th percentile it has to be, but for edges that
   have this part of the core's own t. */
#define LEAST_T .3f
#define ABOVE_EDGES 1.5f
#define EDGE_PART .6f
/* Part of the threshold that the strength has along the edges of an overlay. */
#define ALONG .7f

/** Values at two quantiles, of every third sample. @return 0 or -ENOMEM */
static int quantiles(const float *values, size_t count, const double at[2], float result[2])
{
    size_t few = (count + 2) / 3;
    float *third = df_alloc(few * sizeof *third);
    if (!third)
        return -ENOMEM;
    for (size_t i = 0; i < few; i++)
        third[i] = values[3 * i];
    for (int k = 0; k < 2; k++)
        result[k] = df_select(third, (int)few, (int)(at[k] * (few - 1)));
    df_free(third);
    return 0;
}

/** Set the part of the mask that is connected to a pixel to `value`. `stack` has room for every pixel. */
static void flood(uint8_t *mask, int width, int height, int start, uint8_t value, int *stack)
{
    int depth = 0;
    mask[start] = value;
    stack[depth++] = start;
    while (depth) {
        int at = stack[--depth], x = at % width, y = at / width;
        const int next[4] = { x ? at - 1 : -1, x < width - 1 ? at + 1 : -1, y ? at - width : -1,
                              y < height - 1 ? at + width : -1 };
        for (int i = 0; i < 4; i++)
            if (next[i] >= 0 && mask[next[i]] == 255) {
                mask[next[i]] = value;
                stack[depth++] = next[i];
            }
    }
}

/* --------------------------------------------------------------------------------------- cores -- */

/** Add the core that was flooded with `value`, where it is certain enough. */
static void add_core(DfBoxes *found, const float *strength, const uint8_t *parts, int width, int height, uint8_t value,
                     float certain)
{
    DfOverlayBox box = { .rect = { width, height, 0, 0 } };
    float peak = 0;
    int pixels = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            size_t i = (size_t)y * width + x;
            if (parts[i] != value || strength[i] <= found->threshold)
                continue;
            pixels++;
            peak = fmaxf(peak, strength[i]);
            box.rect = df_rect_union(box.rect, (DfRect){ x, y, x + 1, y + 1 });
        }
    box.confidence = peak / found->threshold;
    if (box.confidence < certain || pixels < LEAST_CORE)
        return;
    int at = DF_MIN(found->count, DF_BOXES_MOST - 1);
    if (found->count == DF_BOXES_MOST && found->boxes[at].confidence >= box.confidence)
        return;
    for (; at && found->boxes[at - 1].confidence < box.confidence; at--)
        found->boxes[at] = found->boxes[at - 1];
    found->boxes[at] = box;
    found->count = DF_MIN(found->count + 1, DF_BOXES_MOST);
}

static int find_cores(DfBoxes *found, const float *strength, int width, int height, DfRect within, float certain)
{
    size_t count = (size_t)width * height;
    uint8_t *parts = df_alloc(count);
    int *stack = df_alloc(df_size_mul(count, sizeof *stack));
    int ret = parts && stack ? 0 : -ENOMEM;
    for (int y = within.y0; y < within.y1 && !ret; y++)
        for (int x = within.x0; x < within.x1; x++)
            parts[(size_t)y * width + x] = strength[(size_t)y * width + x] > found->threshold ? 255 : 0;
    if (!ret)
        ret = df_widen(parts, width, height, (int)(GAP * found->scale));
    for (size_t i = 0; i < count && !ret; i++)
        if (parts[i] == 255) {
            flood(parts, width, height, (int)i, 1, stack);
            add_core(found, strength, parts, width, height, 1, certain);
            /* Flooded once more, it is no part any longer. */
            for (size_t k = i; k < count; k++)
                if (parts[k] == 1)
                    parts[k] = 0;
        }
    df_free(parts);
    df_free(stack);
    return ret;
}

/* --------------------------------------------------------------------------------------- edges -- */

/** The least t of an overlay's edges: what stands out, and is not much weaker than the core's own edges. */
static int edge_threshold(float *least, const float *t, const float *strength, int width, DfRect rect,
                          const DfBoxes *found)
{
    float *inside = df_alloc(df_rect_area(rect) * sizeof *inside);
    size_t count = 0;
    if (!inside)
        return -ENOMEM;
    for (int y = rect.y0; y < rect.y1; y++)
        for (int x = rect.x0; x < rect.x1; x++)
            if (strength[(size_t)y * width + x] > found->threshold)
                inside[count++] = t[(size_t)y * width + x];
    float core = df_select(inside, (int)count, count ? (int)((count - 1) * 9 / 10) : 0);
    *least = count ? fmaxf(fminf(found->least_t, EDGE_PART * core), .1f) : found->least_t;
    df_free(inside);
    return 0;
}

int df_boxes_edges(uint8_t *edges, const float *t, const float *strength, int width, int height, DfRect rect,
                   const DfBoxes *found)
{
    size_t count = (size_t)width * height;
    int gap = (int)(GAP * found->scale);
    DfRect area = { rect.x0 - df_rect_width(rect) / 2 - 2 * gap, rect.y0 - df_rect_height(rect) / 2 - 2 * gap,
                    rect.x1 + df_rect_width(rect) / 2 + 2 * gap, rect.y1 + df_rect_height(rect) / 2 + 2 * gap };
    area = df_rect_clip(area, (DfRect){ MARGIN, MARGIN, width - MARGIN, height - MARGIN });
    uint8_t *parts = df_alloc(count);
    int *stack = df_alloc(df_size_mul(count, sizeof *stack));
    float least = 0;
    int ret = parts && stack ? edge_threshold(&least, t, strength, width, rect, found) : -ENOMEM;
    memset(edges, 0, count);
    for (int y = area.y0; y < area.y1 && !ret; y++)
        for (int x = area.x0; x < area.x1; x++) {
            size_t i = (size_t)y * width + x;
            edges[i] = parts[i] = t[i] > least && strength[i] > ALONG * found->threshold ? 255 : 0;
        }
    if (!ret)
        ret = df_widen(parts, width, height, gap);
    for (int y = rect.y0; y < rect.y1 && !ret; y++)
        for (int x = rect.x0; x < rect.x1; x++) {
            int i = y * width + x;
            if (edges[i] && parts[i] == 255 && strength[i] > found->threshold)
                flood(parts, width, height, i, 1, stack);
        }
    for (size_t i = 0; i < count && !ret; i++)
        edges[i] = edges[i] && parts[i] == 1 ? 255 : 0;
    /* Straight edges between corners have no other direction near them. */
    DfRect bounds = df_rect_bounds(edges, width, height);
    for (int y = bounds.y0; y < bounds.y1 && !ret; y++)
        for (int x = bounds.x0; x < bounds.x1; x++)
            if (t[(size_t)y * width + x] > least)
                edges[(size_t)y * width + x] = 255;
    df_free(parts);
    df_free(stack);
    return ret;
}

/* ---------------------------------------------------------------------------------- the whole -- */

/** Let each core's box reach around its edges, and join boxes that overlap. */
static int take_edges(DfBoxes *found, const float *t, const float *strength, int width, int height)
{
    uint8_t *edges = df_alloc((size_t)width * height);
    int ret = edges ? 0 : -ENOMEM, count = 0;
    for (int k = 0; k < found->count && !ret; k++) {
        DfOverlayBox box = found->boxes[k];
        ret = df_boxes_edges(edges, t, strength, width, height, box.rect, found);
        DfRect rect = df_rect_bounds(edges, width, height);
        /* A gradient reaches a pixel farther than what makes it. */
        if (df_rect_width(rect) > 2 && df_rect_height(rect) > 2)
            box.rect = df_rect_grow(rect, -1);
        int same = 0;
        while (same < count && df_rect_empty(df_rect_clip(found->boxes[same].rect, box.rect)))
            same++;
        if (same < count)
            found->boxes[same].rect = df_rect_union(found->boxes[same].rect, box.rect);
        else
            found->boxes[count++] = box;
    }
    found->count = count;
    df_free(edges);
    return ret;
}

int df_boxes_find(DfBoxes *found, const float *t, const float *strength, int width, int height, float scale,
                  int backgrounds, DfRect within)
{
    static const double at[2] = { .8, .9 }, of_t[2] = { .5, .98 };
    float value[2], edge[2];
    DfRect inside = { MARGIN, MARGIN, width - MARGIN, height - MARGIN };
    int everywhere = df_rect_empty(within);
    *found = (DfBoxes){ .scale = scale };
    int ret = quantiles(strength, (size_t)width * height, at, value);
    if (!ret)
        ret = quantiles(t, (size_t)width * height, of_t, edge);
    if (ret < 0)
        return ret;
    float single = backgrounds >= SINGLE_BACKGROUNDS ? SINGLE / sqrtf(backgrounds) : 0;
    found->locked = value[1] > fmaxf(LOCKED, single);
    found->threshold = fmaxf(LEAST_STRENGTH, ABOVE_REST * value[0]);
    found->least_t = fmaxf(LEAST_T, ABOVE_EDGES * edge[1]);
    int enough = backgrounds >= ENOUGH_BACKGROUNDS || (backgrounds == 1 && value[1] < UNSURE);
    int sure = !everywhere || (enough && (backgrounds >= MANY_BACKGROUNDS || value[1] < NEARLY_LOCKED));
    ret = find_cores(found, strength, width, height, everywhere ? inside : df_rect_clip(within, inside),
                     sure ? CERTAIN : VERY_CERTAIN);
    return ret < 0 ? ret : take_edges(found, t, strength, width, height);
}
