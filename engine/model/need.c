/**
 * @file
 * What is needed, row by row from the last to the first.
 */
#include "model/need.h"

#include <string.h>

/** What finding needs to know. */
typedef struct Finder {
    const DeepfillModel *model;
    const DfPlan *plan;
    const DfRun *run;
    uint8_t *maps;
} Finder;

static uint8_t *map(const Finder *f, int row)
{
    return f->maps + f->plan->needs[row];
}

static size_t pixels(const Finder *f, int row)
{
    return (size_t)f->plan->shapes[row].height * f->plan->shapes[row].width;
}

static void add(uint8_t *to, const uint8_t *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] |= from[i] != 0;
}

/** The second stage takes the first one's picture in the hole, and there alone. */
static void add_in_hole(const Finder *f, uint8_t *to, const uint8_t *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] |= from[i] && f->run->hole[i];
}

/** Mark what a row reads of the rows before it. */
static void look_back(const Finder *f, int row)
{
    const DfNet *net = f->model->semantics->net;
    int source = df_row_source(net, row);
    if (source < 0)
        return;
    switch (net->rows[row].op) {
    case DF_OP_COARSE:
        add_in_hole(f, map(f, source), map(f, row), pixels(f, row));
        break;
    case DF_OP_ATTENTION: /* any patch may be the one that is copied */
        if (memchr(map(f, row), 1, pixels(f, row)))
            memset(map(f, source), 1, pixels(f, source));
        break;
    case DF_OP_JOIN:
        add(map(f, source), map(f, row), pixels(f, row));
        add(map(f, row - 1), map(f, row), pixels(f, row));
        break;
    default:
        df_conv_need(&f->model->convs[row], f->plan->shapes[source], map(f, row), map(f, source));
    }
}

void df_need_find(const DeepfillModel *model, const DfPlan *plan, const DfRun *run, int last, uint8_t *maps)
{
    Finder finder = { model, plan, run, maps };
    int coarse = model->semantics->net->coarse;
    for (int row = 0; row <= last; row++)
        memset(map(&finder, row), 0, pixels(&finder, row));
    add(map(&finder, last), run->needed, pixels(&finder, last));
    if (run->stage1 && coarse >= 0 && coarse < last)
        add(map(&finder, coarse), run->needed, pixels(&finder, coarse));
    for (int row = last; row >= 0; row--)
        look_back(&finder, row);
}
