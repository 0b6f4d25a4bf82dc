/**
 * @file
 * The geometry of boxes. Scales are counted in quarters, so that a hole that grows a little does not
 * change the scale of its fill with every frame.
 */
#include "image/layout.h"

/** Known pixels around a hole, least and most: fewer starve the network, more cost time and add little. */
#define LEAST_CONTEXT 64
#define MOST_CONTEXT 256

/** Pixels that neighbouring tiles blend over. */
#define TILE_OVERLAP 32

int df_layout_context(const DfRules *rules, DfRect hole)
{
    int shorter = DF_MIN(df_rect_width(hole), df_rect_height(hole));

    /* With room for the feather twice, so that a hole that moves need not leave its box at once. */
    return DF_CLAMP(DF_MAX(shorter, 2 * rules->feather), LEAST_CONTEXT, MOST_CONTEXT);
}

DfRect df_layout_surroundings(const DfRules *rules, DfRect hole, int context)
{
    return df_rect_clip(df_rect_grow(hole, context), (DfRect){ 0, 0, rules->width, rules->height });
}

/** The ladder of box sides: few sizes, so that plans and graphs can be kept. */
static int ladder(int side)
{
    static const int lower[] = { 64, 96, 128, 192 };

    for (size_t i = 0; i < DF_COUNT(lower); i++)
        if (side <= lower[i])
            return lower[i];
    return df_round_up(side, 64);
}

/** The network's side for `need` of a frame's `whole` pixels, at `quarters` / 4 pixels of the frame each. */
static int net_side(const DfRules *rules, int need, int whole, int quarters)
{
    int side = df_round_up(ladder(df_ceil_div(4 * need, quarters)), rules->alignment);
    int most = df_round_up(df_ceil_div(4 * whole, quarters), rules->alignment);

    return DF_MAX(DF_MIN(DF_MIN(side, most), rules->size), rules->least_side);
}

static int frame_side(int net, int quarters, int grid)
{
    return df_round_up(df_ceil_div(net * quarters, 4), grid);
}

/** Where a box of `side` begins: around the middle of its hole, moved into the frame, on the chroma grid. */
static int place(int hole0, int hole1, int side, int whole, int grid)
{
    int start = (hole0 + hole1) / 2 - side / 2;
    int last = DF_MAX(df_round_up(whole, grid) - side, 0);

    return DF_CLAMP(start, 0, last) / grid * grid;
}

/** One row of tiles along x; callers turn the frame for rows along y. */
typedef struct Row {
    int start, end; /* of all boxes */
    int tiles, length, overlap, net;
} Row;

/**
 * Cut `need0`..`need1` into boxes of at most `longest` pixels, each with its context at both ends.
 * The context shrinks to a quarter of a box, or no territory would be left between two of them.
 */
static Row cut_row(const DfRules *rules, int need0, int need1, int whole, int context, int quarters, int grid)
{
    int longest = rules->size * quarters / 4, length = need1 - need0;
    int overlap = DF_MIN(TILE_OVERLAP, longest / 8);
    int shared = 2 * DF_MIN(context, longest / 4) + overlap;
    int tiles = 1 + df_ceil_div(length - longest, longest - shared);
    int least = df_ceil_div(length + (tiles - 1) * shared, tiles);
    Row row = { .start = need0 / grid * grid, .end = df_round_up(need1, grid), .tiles = tiles,
                .overlap = overlap };

    row.net = net_side(rules, least, whole, quarters);
    row.length = frame_side(row.net, quarters, grid);
    return row;
}

/**
 * What a box must hold along x: an eighth of a large context may go where it saves a rung, or a cut. At the
 * frame's edge both sides' eighths go on one side, which must still hold the feather.
 */
static int least_need(const DfRules *rules, DfRect hole, DfRect need, int context)
{
    int spare = DF_MIN(DF_MIN(context / 8, context - LEAST_CONTEXT), (context - rules->feather) / 2);
    int half = DF_MIN(df_rect_width(need), df_rect_width(hole) + context);

    return DF_MAX(df_rect_width(need) - 2 * spare, half);
}

/** A single box along x, or a row of tiles where the hole is too long. */
static Row lay_row(const DfRules *rules, DfRect hole, DfRect need, int whole, int context, int quarters,
                   int grid)
{
    int least = least_need(rules, hole, need, context);

    if (4 * (int64_t)least > (int64_t)rules->size * quarters)
        return cut_row(rules, need.x0, need.x1, whole, context, quarters, grid);
    Row row = { .tiles = 1, .net = net_side(rules, least, whole, quarters) };
    row.length = frame_side(row.net, quarters, grid);
    row.start = place(hole.x0, hole.x1, row.length, whole, grid);
    row.end = row.start + row.length;
    return row;
}

static DfRect turned(DfRect r)
{
    return (DfRect){ r.y0, r.x0, r.y1, r.x1 };
}

DfLayout df_layout(const DfRules *rules, DfRect hole)
{
    int context = df_layout_context(rules, hole);
    DfRect need = df_layout_surroundings(rules, hole, context);
    int shorter = DF_MIN(df_rect_width(need), df_rect_height(need));
    int quarters = DF_MAX(4, df_ceil_div(4 * shorter, rules->size));
    Row x = lay_row(rules, hole, need, rules->width, context, quarters, rules->grid_x);
    Row y = lay_row(rules, turned(hole), turned(need), rules->height, context, quarters, rules->grid_y);
    Row *along = y.tiles > 1 ? &y : &x;

    return (DfLayout){
        .outer = { x.start, y.start, x.end, y.end },
        .vertical = along == &y,
        .tiles = along->tiles,
        .length = along->length,
        .overlap = along->overlap,
        .net_width = x.net,
        .net_height = y.net,
    };
}

/** Where tile `i` begins, counted from the outer box's beginning: evenly spread, on the chroma grid. */
static int tile_start(const DfLayout *layout, int whole, int grid, int i)
{
    if (layout->tiles == 1)
        return 0;
    return (int)((int64_t)(whole - layout->length) * i / (layout->tiles - 1)) / grid * grid;
}

static int row_length(const DfLayout *layout)
{
    return layout->vertical ? df_rect_height(layout->outer) : df_rect_width(layout->outer);
}

/** The outer box with `start`..`end` of its length alone. */
static DfRect slice(const DfLayout *layout, int start, int end)
{
    DfRect r = layout->outer;

    if (layout->vertical)
        return (DfRect){ r.x0, r.y0 + start, r.x1, r.y0 + end };
    return (DfRect){ r.x0 + start, r.y0, r.x0 + end, r.y1 };
}

DfRect df_layout_box(const DfRules *rules, const DfLayout *layout, int i)
{
    int grid = layout->vertical ? rules->grid_y : rules->grid_x;
    int start = tile_start(layout, row_length(layout), grid, i);

    return slice(layout, start, start + layout->length);
}

/** The middle of what tiles `i` and `i` + 1 share. */
static int seam(const DfLayout *layout, int whole, int grid, int i)
{
    return (tile_start(layout, whole, grid, i) + layout->length + tile_start(layout, whole, grid, i + 1)) / 2;
}

DfRect df_layout_territory(const DfRules *rules, const DfLayout *layout, int i)
{
    int grid = layout->vertical ? rules->grid_y : rules->grid_x, whole = row_length(layout);
    int start = 0, end = whole;

    if (i > 0)
        start = seam(layout, whole, grid, i - 1) - layout->overlap / 2;
    if (i < layout->tiles - 1)
        end = seam(layout, whole, grid, i) - layout->overlap / 2 + layout->overlap;
    return slice(layout, start, end);
}
