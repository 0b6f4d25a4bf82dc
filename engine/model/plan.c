/**
 * @file
 * Where activations lie in a workspace. Each lives from the row that writes it to the last row that reads it;
 * what a row needs while it runs lives in that row alone. Two whose lives overlap may not overlap in memory.
 * The largest are placed first, each at the lowest offset where it fits (as in "Efficient Memory Management
 * for Deep Neural Net Inference", Pisarchyk and Lee, 2020: greedy by size).
 */
#include "model/internal.h"

#include <errno.h>
#include <stdlib.h>

/* A span of rows and the bytes that it needs. */
typedef struct Item {
    size_t bytes, *place; /* place: where the offset goes */
    int from, to;         /* first and last row of its life */
} Item;

/* Activations and scratch. */
typedef struct Items {
    Item list[2 * DF_ROWS];
    int count;
} Items;

/* -------------------------------------------------------------------------------------- shapes -- */

static DfShape row_shape(const DfPlan *plan, const DeepfillModel *model, int row)
{
    int source = df_row_source(row);
    if (df_row_is_conv(&df_table[row]))
        return df_conv_shape(&model->convs[row], plan->shapes[source]);
    DfShape shape = { plan->height, plan->width, df_row_channels(row, model->cnum, model->input_channels) };
    if (source >= 0) {
        shape.height = plan->shapes[source].height;
        shape.width = plan->shapes[source].width;
    }
    return shape;
}

static size_t row_scratch(const DfPlan *plan, const DeepfillModel *model, int row)
{
    if (df_row_is_conv(&df_table[row]))
        return df_conv_scratch(&model->convs[row], plan->shapes[df_row_source(row)]);
    return df_table[row].op == DF_OP_ATTENTION ? df_attention_scratch(plan->shapes[row]) : 0;
}

static int reads(int reader, int row)
{
    return df_row_source(reader) == row || (df_table[reader].op == DF_OP_JOIN && reader - 1 == row);
}

/* The last row that reads this one; the output of either stage is read after its row, before the next. */
static int last_reader(int row)
{
    int last = row;
    for (int reader = row + 1; reader < DF_ROWS; reader++)
        if (reads(reader, row))
            last = reader;
    return last;
}

/* -------------------------------------------------------------------------------------- places -- */

static void add(Items *items, size_t bytes, size_t *place, int from, int to)
{
    if (bytes)
        items->list[items->count++] = (Item){ bytes, place, from, to };
}

static int larger_first(const void *a, const void *b)
{
    const Item *s = a, *t = b;
    if (s->bytes != t->bytes)
        return s->bytes > t->bytes ? -1 : 1;
    return s->from - t->from; /* so that the order is a total one */
}

static int clash(const Item *placed, const Item *item, size_t at)
{
    int alive = placed->from <= item->to && item->from <= placed->to;
    return alive && *placed->place < at + item->bytes && at < *placed->place + placed->bytes;
}

/* Past every placed item that is in the way, until none is. */
static size_t lowest(const Items *items, int placed, const Item *item)
{
    size_t at = 0;
    for (int i = 0; i < placed; i++)
        if (clash(&items->list[i], item, at)) {
            at = *items->list[i].place + items->list[i].bytes;
            i = -1;
        }
    return at;
}

static void place_all(DfPlan *plan, Items *items)
{
    qsort(items->list, items->count, sizeof *items->list, larger_first);
    for (int i = 0; i < items->count; i++) {
        Item *item = &items->list[i];
        *item->place = lowest(items, i, item);
        plan->workspace = DF_MAX(plan->workspace, *item->place + item->bytes);
    }
}

static int measure(DfPlan *plan, const DeepfillModel *model, Items *items)
{
    size_t all = 0;
    for (int row = 0; row < DF_ROWS; row++) {
        plan->shapes[row] = row_shape(plan, model, row);
        size_t bytes = df_size_align(df_size_mul(df_shape_count(plan->shapes[row]), sizeof(float)));
        size_t scratch = df_size_align(row_scratch(plan, model, row));
        add(items, bytes, &plan->places[row], row, last_reader(row));
        add(items, scratch, &plan->scratch[row], row, row);
        all = df_size_add(all, df_size_add(bytes, scratch));
    }
    /* No offset exceeds the sum of all. */
    return all < DF_SIZE_BAD / 2 ? 0 : df_error(-ENOMEM, "a region of %dx%d pixels is beyond all memory",
                                                plan->width, plan->height);
}

static int check_size(const char *name, int side)
{
    if (side >= DF_MODEL_LEAST_SIDE && side % DF_MODEL_ALIGNMENT == 0 && side <= 1 << 15)
        return 0;
    return df_error(-EINVAL, "a region's %s is %d pixels, expected a multiple of %d from %d up", name, side,
                    DF_MODEL_ALIGNMENT, DF_MODEL_LEAST_SIDE);
}

int df_plan_create(DfPlan **plan, const DeepfillModel *model, int width, int height)
{
    Items items = { .count = 0 };
    int error = check_size("width", width);
    if (!error)
        error = check_size("height", height);
    if (error < 0)
        return error;
    DfPlan *p = df_alloc(sizeof *p);
    if (!p)
        return -ENOMEM;
    p->height = height;
    p->width = width;
    error = measure(p, model, &items);
    if (error < 0) {
        df_plan_close(&p);
        return error;
    }
    place_all(p, &items);
    *plan = p;
    return 0;
}

void df_plan_close(DfPlan **plan)
{
    df_free(*plan);
    *plan = NULL;
}

size_t df_plan_workspace(const DfPlan *plan)
{
    return plan->workspace;
}
