/**
 * @file
 * Where tiles lie.
 */
#include "layers/tiling.h"

#include <stdlib.h>
#include <string.h>

static DfAxis axis_of(const DfTransform *transform, const DfConv *conv, int source, int outputs)
{
    int of_phase = (outputs + conv->rate - 1) / conv->rate;
    return (DfAxis){
        .source = source, .outputs = outputs, .rate = conv->rate,
        .tiles = (of_phase - transform->first + transform->out - 1) / transform->out,
        .in = transform->in, .out = transform->out, .step = transform->step, .first_out = transform->first,
        /* Padding is a multiple of the rate; before an enlarged source's tile lies one small pixel. */
        .first_in = conv->up ? -1 : -df_conv_padding(conv, source) / conv->rate,
        .reflect = conv->padding == DF_PAD_REFLECT, .up = conv->up,
    };
}

DfTiling df_tiling(const DfTransform *transform, const DfConv *conv, DfShape in)
{
    DfShape out = df_conv_shape(conv, in);
    DfAxis y = axis_of(transform, conv, in.height, out.height), x = axis_of(transform, conv, in.width, out.width);
    return (DfTiling){ transform, y, x };
}

size_t df_tiling_count(const DfTiling *tiling)
{
    const DfAxis *y = &tiling->y, *x = &tiling->x;
    return (size_t)(y->rate * y->tiles) * (size_t)(x->rate * x->tiles);
}

/** Where a pixel outside is mirrored from; at twice its size, the edge's twin is the first to be met. */
static int mirrored(const DfAxis *axis, int i)
{
    if (axis->up)
        return DF_CLAMP(i, 0, axis->source - 1);
    int period = DF_MAX(2 * (axis->source - 1), 1);
    i = abs(i) % period;
    return DF_MIN(i, period - i);
}

void df_axis_pixels(const DfAxis *axis, int first, int *pixels)
{
    for (int j = 0, i = first; j < axis->in; j++, i += axis->rate) {
        if (i >= 0 && i < axis->source)
            pixels[j] = i;
        else
            pixels[j] = axis->reflect ? mirrored(axis, i) : -1;
    }
}

/** Whether one of a tile's outputs, which begin at (first_y, first_x), is needed. */
static int is_needed(const DfTiling *t, const uint8_t *needed, int first_y, int first_x)
{
    const DfAxis *ay = &t->y, *ax = &t->x;
    int end_y = DF_MIN(first_y + ay->out * ay->rate, ay->outputs);
    int end_x = DF_MIN(first_x + ax->out * ax->rate, ax->outputs);
    for (int y = first_y < 0 ? first_y + ay->rate : first_y; y < end_y; y += ay->rate)
        for (int x = first_x < 0 ? first_x + ax->rate : first_x; x < end_x; x += ax->rate)
            if (!needed || needed[(size_t)y * ax->outputs + x])
                return 1;
    return 0;
}

/** Where the tile behind this one begins along an axis; behind the last one it may wrap around: it is not used. */
static void next(const DfAxis *axis, int16_t *in, int16_t *out)
{
    *in = (int16_t)(*in + axis->rate * axis->step);
    *out = (int16_t)(*out + axis->rate * axis->out);
}

/** Where the first tile of a phase begins. */
static void begin(const DfAxis *axis, int phase, int16_t *in, int16_t *out)
{
    *in = (int16_t)(phase + axis->rate * axis->first_in);
    *out = (int16_t)(phase + axis->rate * axis->first_out);
}

/** Called for each tile. */
typedef void Show(void *opaque, const DfTiling *tiling, DfTile tile);

/** The columns between which a row of tiles has needed outputs; of most rows there are none. */
static void find_span(const DfTiling *t, const uint8_t *needed, int first_y, int *begin, int *end)
{
    int width = t->x.outputs, last = DF_MIN(first_y + t->y.out, t->y.outputs);
    *begin = width;
    *end = 0;
    for (int y = DF_MAX(first_y, 0); y < last; y++) {
        const uint8_t *row = needed + (size_t)y * width, *found = memchr(row, 1, *begin);
        if (found)
            *begin = (int)(found - row);
        for (int x = width; x > *end && x > *begin; x--)
            if (row[x - 1])
                *end = x;
    }
}

static inline void show_row(const DfTiling *t, const uint8_t *needed, DfTile tile, Show *show, void *opaque)
{
    int first = 0, end = t->x.outputs;
    if (needed && t->x.rate == 1)
        find_span(t, needed, tile.out_y, &first, &end);
    for (int phase = 0; phase < t->x.rate; phase++) {
        begin(&t->x, phase, &tile.in_x, &tile.out_x);
        for (int x = 0; x < t->x.tiles && tile.out_x < end; x++, next(&t->x, &tile.in_x, &tile.out_x))
            if (tile.out_x + t->x.out > first && is_needed(t, needed, tile.out_y, tile.out_x))
                show(opaque, t, tile);
    }
}

/** Call the function for the tiles with needed outputs, row by row, phase by phase. */
static inline void each_needed(const DfTiling *t, const uint8_t *needed, Show *show, void *opaque)
{
    DfTile tile;
    for (int phase = 0; phase < t->y.rate; phase++) {
        begin(&t->y, phase, &tile.in_y, &tile.out_y);
        for (int y = 0; y < t->y.tiles; y++, next(&t->y, &tile.in_y, &tile.out_y))
            show_row(t, needed, tile, show, opaque);
    }
}

static void append(void *end, const DfTiling *t, DfTile tile)
{
    DfTile **next = end;
    (void)t;
    *(*next)++ = tile;
}

size_t df_tiling_list(const DfTiling *t, const uint8_t *needed, DfTile *list)
{
    DfTile *end = list;
    each_needed(t, needed, append, &end);
    return end - list;
}

static void mark(void *opaque, const DfTiling *t, DfTile tile)
{
    uint8_t *pixels = opaque;
    int rows[DF_MOST_TILE_IN], columns[DF_MOST_TILE_IN], in = t->x.in;
    df_axis_pixels(&t->y, tile.in_y, rows);
    df_axis_pixels(&t->x, tile.in_x, columns);
    int side_by_side = t->x.rate == 1 && columns[0] >= 0 && columns[in - 1] == columns[0] + in - 1;
    for (int i = 0; i < t->y.in; i++) {
        uint8_t *row = pixels + (size_t)DF_MAX(rows[i], 0) * t->x.source;
        if (rows[i] < 0)
            continue;
        if (side_by_side)
            memset(row + columns[0], 1, in);
        for (int j = 0; !side_by_side && j < in; j++)
            if (columns[j] >= 0)
                row[columns[j]] = 1;
    }
}

void df_tiling_mark(const DfTiling *t, const uint8_t *needed, uint8_t *pixels)
{
    each_needed(t, needed, mark, pixels);
}
