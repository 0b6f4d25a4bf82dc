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

/** A span of rows and the bytes that it needs. */
typedef struct Item {
    size_t bytes, *place; /* place: where the offset goes */
    int from, to;         /* first and last row of its life */
} Item;

/** Activations and scratch. */
typedef struct Items {
    Item list[2 * DF_MOST_ROWS];
    int count;
} Items;

/* -------------------------------------------------------------------------------------- shapes -- */

static int row_channels(const DfPlan *plan, const DeepfillModel *model, int row)
{
    const DfNet *net = model->semantics->net;
    const DfShape *shapes = plan->shapes;
    int source = df_row_source(net, row);
    switch (net->rows[row].op) {
    case DF_OP_INPUT: return model->input.channels;
    case DF_OP_COARSE: return model->refined.channels;
    case DF_OP_JOIN:
    case DF_OP_UP_JOIN: return shapes[source].channels + shapes[row - 1].channels;
    default: return shapes[source].channels;
    }
}

static DfShape row_shape(const DfPlan *plan, const DeepfillModel *model, int row)
{
    const DfNet *net = model->semantics->net;
    int source = df_row_source(net, row);
    if (df_row_is_conv(&net->rows[row]))
        return df_conv_shape(&model->convs[row], plan->shapes[source]);
    DfShape shape = { plan->height, plan->width, row_channels(plan, model, row) };
    if (source >= 0) {
        shape.height = plan->shapes[source].height;
        shape.width = plan->shapes[source].width;
    }
    return shape;
}

static size_t row_scratch(const DfPlan *plan, const DeepfillModel *model, int row)
{
    const DfNet *net = model->semantics->net;
    if (df_row_is_conv(&net->rows[row])) {
        DfShape in = plan->shapes[df_row_source(net, row)];
        const DfConv *conv = &model->convs[row];
        return net->masked ? df_partial_scratch(conv, in) : df_conv_scratch(conv, in, plan->threads);
    }
    if (net->rows[row].op != DF_OP_ATTENTION)
        return 0;
    return model->direct ? df_attention_naive_scratch(plan->shapes[row])
                         : df_attention_scratch(plan->shapes[row], plan->threads);
}

static int reads(const DfNet *net, int reader, int row)
{
    return df_row_source(net, reader) == row || (df_row_reads_two(net, reader) && reader - 1 == row);
}

/** An activation and the masks behind it. */
static size_t row_bytes(DfPlan *plan, const DeepfillModel *model, int row)
{
    const DfNet *net = model->semantics->net;
    DfShape shape = plan->shapes[row];
    int masks = net->masked ? 1 + df_row_reads_two(net, row) : 0;
    plan->masks[row] = df_size_align(df_size_mul(df_shape_count(shape), sizeof(float)));
    size_t pixels = df_size_mul(shape.height, shape.width);
    return df_size_add(plan->masks[row], df_size_align(df_size_mul(masks, pixels)));
}

/** The last row that reads this one; the output of either stage is read after its row, before the next. */
static int last_reader(const DfNet *net, int row)
{
    int last = row;
    for (int reader = row + 1; reader < net->count; reader++)
        if (reads(net, reader, row))
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

/** Past every placed item that is in the way, until none is. */
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

/** A byte for each pixel; a network of masks computes everything. */
static void lay_out_needs(DfPlan *plan, const DfNet *net)
{
    size_t end = 0;
    for (int row = 0; row < net->count && !net->masked; row++) {
        plan->needs[row] = end;
        end = df_size_add(end, df_size_mul(plan->shapes[row].height, plan->shapes[row].width));
    }
    plan->needs_bytes = df_size_align(end);
}

static int measure(DfPlan *plan, const DeepfillModel *model, Items *items)
{
    const DfNet *net = model->semantics->net;
    size_t all = 0;
    for (int row = 0; row < net->count; row++) {
        plan->shapes[row] = row_shape(plan, model, row);
        size_t bytes = row_bytes(plan, model, row);
        size_t scratch = df_size_align(row_scratch(plan, model, row));
        add(items, bytes, &plan->places[row], row, last_reader(net, row));
        add(items, scratch, &plan->scratch[row], row, row);
        all = df_size_add(all, df_size_add(bytes, scratch));
    }
    lay_out_needs(plan, net);
    all = df_size_add(all, plan->needs_bytes);
    /* No offset exceeds the sum of all. */
    return all < DF_SIZE_BAD / 2 ? 0 : df_error(-ENOMEM, "a region of %dx%d pixels is beyond all memory",
                                                plan->width, plan->height);
}

static int check_size(const DfSemantics *semantics, const char *name, int side)
{
    if (side >= semantics->least_side && side % semantics->alignment == 0 && side <= DF_MOST_SIDE)
        return 0;
    return df_error(-EINVAL, "a region's %s is %d pixels, expected a multiple of %d from %d up", name, side,
                    semantics->alignment, semantics->least_side);
}

int df_plan_create(DfPlan **plan, const DeepfillModel *model, int width, int height, int threads)
{
    Items items = { .count = 0 };
    int ret = check_size(model->semantics, "width", width);
    if (!ret)
        ret = check_size(model->semantics, "height", height);
    if (ret < 0)
        return ret;
    DfPlan *p = df_alloc(sizeof *p);
    if (!p)
        return -ENOMEM;
    p->height = height;
    p->width = width;
    p->threads = threads;
    ret = measure(p, model, &items);
    if (ret < 0) {
        df_plan_close(&p);
        return ret;
    }
    place_all(p, &items);
    p->maps = p->workspace;
    p->workspace += p->needs_bytes;
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
