/**
 * @file
 * Where tiles lie.
 */
#include "layers/tiling.h"

#include <stdlib.h>

static DfAxis axis_of(const DfForm *form, const DfConv *conv, int source, int outputs)
{
    int of_phase = (outputs + conv->rate - 1) / conv->rate;
    return (DfAxis){
        .source = source, .outputs = outputs, .rate = conv->rate,
        .tiles = (of_phase - form->first + form->out - 1) / form->out,
        .in = form->in, .out = form->out, .step = form->step, .first_out = form->first,
        /* Padding is a multiple of the rate; before an enlarged source's tile lies one small pixel. */
        .first_in = conv->up ? -1 : -df_conv_padding(conv, source) / conv->rate,
        .reflect = conv->padding == DF_PAD_REFLECT, .up = conv->up,
    };
}

DfTiling df_tiling(const DfForm *form, const DfConv *conv, DfShape in)
{
    DfShape out = df_conv_shape(conv, in);
    return (DfTiling){ form, axis_of(form, conv, in.height, out.height), axis_of(form, conv, in.width, out.width) };
}

static int numbers(const DfAxis *axis)
{
    return axis->rate * axis->tiles;
}

size_t df_tiling_count(const DfTiling *tiling)
{
    return (size_t)numbers(&tiling->y) * numbers(&tiling->x);
}

int df_axis_output(const DfAxis *axis, int tile, int i)
{
    int phase = tile / axis->tiles, number = tile % axis->tiles;
    return phase + axis->rate * (axis->first_out + axis->out * number + i);
}

/* Where a pixel outside is mirrored from; at twice its size, the edge's twin is the first to be met. */
static int mirrored(const DfAxis *axis, int i)
{
    if (axis->up)
        return DF_CLAMP(i, 0, axis->source - 1);
    int period = DF_MAX(2 * (axis->source - 1), 1);
    i = abs(i) % period;
    return DF_MIN(i, period - i);
}

int df_axis_pixel(const DfAxis *axis, int tile, int j)
{
    int phase = tile / axis->tiles, number = tile % axis->tiles;
    int i = phase + axis->rate * (axis->first_in + axis->step * number + j);
    if (i >= 0 && i < axis->source)
        return i;
    return axis->reflect ? mirrored(axis, i) : -1;
}

static int inside(const DfAxis *axis, int i)
{
    return i >= 0 && i < axis->outputs;
}

/* Whether a tile has an output that is needed. */
static int is_needed(const DfTiling *t, const uint8_t *needed, int ty, int tx)
{
    for (int i = 0; i < t->y.out; i++) {
        int y = df_axis_output(&t->y, ty, i), x = df_axis_output(&t->x, tx, 0);
        if (!inside(&t->y, y))
            continue;
        const uint8_t *row = needed ? needed + (size_t)y * t->x.outputs : NULL;
        for (int j = 0; j < t->x.out; j++, x += t->x.rate)
            if (inside(&t->x, x) && (!row || row[x]))
                return 1;
    }
    return 0;
}

size_t df_tiling_list(const DfTiling *t, const uint8_t *needed, DfTile *list)
{
    size_t count = 0;
    for (int y = 0; y < numbers(&t->y); y++)
        for (int x = 0; x < numbers(&t->x); x++)
            if (is_needed(t, needed, y, x))
                list[count++] = (DfTile){ (uint16_t)y, (uint16_t)x };
    return count;
}

static void mark_tile(const DfTiling *t, int ty, int tx, uint8_t *pixels)
{
    int columns[DF_MOST_TILE_IN];
    for (int j = 0; j < t->x.in; j++)
        columns[j] = df_axis_pixel(&t->x, tx, j);
    for (int i = 0; i < t->y.in; i++) {
        int y = df_axis_pixel(&t->y, ty, i);
        for (int j = 0; y >= 0 && j < t->x.in; j++)
            if (columns[j] >= 0)
                pixels[(size_t)y * t->x.source + columns[j]] = 1;
    }
}

void df_tiling_mark(const DfTiling *t, const uint8_t *needed, uint8_t *pixels)
{
    for (int y = 0; y < numbers(&t->y); y++)
        for (int x = 0; x < numbers(&t->x); x++)
            if (is_needed(t, needed, y, x))
                mark_tile(t, y, x, pixels);
}
