/**
 * @file
 * A run of the network: a walk along the rows.
 */
#include "model/need.h"

#include <errno.h>
#include <string.h>

/** A run in progress. */
typedef struct Walk {
    const DeepfillModel *model;
    const DfPlan *plan;
    char *workspace;
    const DfRun *run;
    DfParallel parallel;
    const uint8_t *maps; /* of what is needed; NULL: everything is */
} Walk;

static float *activation(const Walk *walk, int row)
{
    return (float *)(walk->workspace + walk->plan->places[row]);
}

static uint8_t *masks(const Walk *walk, int row)
{
    return (uint8_t *)activation(walk, row) + walk->plan->masks[row];
}

static int region_pixels(const Walk *walk)
{
    return walk->plan->height * walk->plan->width;
}

static void *scratch(const Walk *walk, int row)
{
    return walk->workspace + walk->plan->scratch[row];
}

/** What is needed of a row; NULL: everything. */
static const uint8_t *needed(const Walk *walk, int row)
{
    return walk->maps ? walk->maps + walk->plan->needs[row] : NULL;
}

static void compose(const Walk *walk, const DfInputs *planes, const float *filled, float *out)
{
    const DfRun *run = walk->run;
    DfPicture picture = { run->image, run->hole, run->sketch };
    df_compose_input(region_pixels(walk), planes, &walk->model->range, &picture, filled, out);
}

static void join(const Walk *walk, int row, int first, float *out)
{
    int second = row - 1;
    DfShape a = walk->plan->shapes[first], b = walk->plan->shapes[second];
    df_join_forward(a.height * a.width, activation(walk, first), a.channels, activation(walk, second),
                    b.channels, out);
}

/* ------------------------------------------------------------------------- partial convolution -- */

/** Of the picture, everything outside the hole is known. */
static void know_input(const Walk *walk, int row)
{
    uint8_t *mask = masks(walk, row);
    for (int p = 0; p < region_pixels(walk); p++)
        mask[p] = !walk->run->hole[p];
}

static void up_join(const Walk *walk, int row, int skip, float *out)
{
    DfShape below = walk->plan->shapes[row - 1];
    df_up_join_forward(walk->plan->shapes[skip], activation(walk, row - 1), masks(walk, row - 1),
                       below.channels, activation(walk, skip), masks(walk, skip), out, masks(walk, row));
}

static void partial(const Walk *walk, int row, int source, float *out)
{
    const DfSemantics *semantics = walk->model->semantics;
    DfShape in = walk->plan->shapes[source];
    DfKnown known = { 1, { in.channels }, masks(walk, source) };
    if (df_row_reads_two(semantics->net, source)) {
        known.count = 2;
        known.channels[0] = walk->plan->shapes[source - 1].channels;
        known.channels[1] = in.channels - known.channels[0];
    }
    df_partial_forward(&walk->model->convs[row], &semantics->partial, in, activation(walk, source), &known,
                       out, masks(walk, row), scratch(walk, row));
}

/* ------------------------------------------------------------------------------------------ rows -- */

static void attend(const Walk *walk, int row, const float *in, float *out)
{
    const DfAttentionRules *rules = &walk->model->semantics->attention;
    DfShape shape = walk->plan->shapes[row];
    const uint8_t *hole = walk->run->hole;
    int height = walk->plan->height, width = walk->plan->width;
    if (walk->model->direct)
        df_attention_naive_forward(shape, rules, in, hole, height, width, out, scratch(walk, row));
    else
        df_attention_forward(shape, rules, in, hole, height, width, needed(walk, row), &walk->parallel, out,
                             scratch(walk, row));
}

static void step(const Walk *walk, int row)
{
    const DeepfillModel *model = walk->model;
    const DfPlan *plan = walk->plan;
    int source = df_row_source(model->semantics->net, row);
    const float *in = source < 0 ? NULL : activation(walk, source);
    float *out = activation(walk, row);
    switch (model->semantics->net->rows[row].op) {
    case DF_OP_INPUT:
        compose(walk, &model->input, NULL, out);
        if (model->semantics->net->masked)
            know_input(walk, row);
        break;
    case DF_OP_COARSE:
        compose(walk, &model->refined, in, out);
        break;
    case DF_OP_ATTENTION:
        attend(walk, row, in, out);
        break;
    case DF_OP_JOIN:
        join(walk, row, source, out);
        break;
    case DF_OP_UP_JOIN:
        up_join(walk, row, source, out);
        break;
    case DF_OP_PARTIAL:
    case DF_OP_PARTIAL_LEAKY:
    case DF_OP_PARTIAL_PLAIN:
        partial(walk, row, source, out);
        break;
    default:
        df_conv_forward(&model->convs[row], plan->shapes[source], in, needed(walk, row), &walk->parallel, out,
                        scratch(walk, row));
    }
}

/** Rows `first` to `last`, whose activation is a picture. @return 0 or -ECANCELED */
static int walk_to(const Walk *walk, int first, int last, float *picture)
{
    const DfRun *run = walk->run;
    for (int row = first; row <= last; row++) {
        if (df_thread_pool_is_cancelled(run->pool))
            return -ECANCELED;
        step(walk, row);
        if (run->watch)
            run->watch(run->opaque, walk->model->semantics->net->rows[row].name, walk->plan->shapes[row],
                       activation(walk, row));
    }
    if (picture)
        df_compose_rgb(region_pixels(walk), &walk->model->range, activation(walk, last), picture);
    return 0;
}

/** A network of masks computes everything. */
static void find_needed(Walk *walk, int last)
{
    const DfPlan *plan = walk->plan;
    uint8_t *maps = (uint8_t *)walk->workspace + plan->maps;
    if (!walk->run->needed || walk->model->semantics->net->masked)
        return;
    df_need_find(walk->model, plan, walk->run, last, maps);
    walk->maps = maps;
}

/** The walk ends at the last output that is asked for. */
int df_model_run(const DeepfillModel *model, const DfPlan *plan, void *workspace, const DfRun *run)
{
    const DfNet *net = model->semantics->net;
    Walk walk = { model, plan, workspace, run, { run->pool, plan->threads }, NULL };
    int last = net->count - 1, ret;
    find_needed(&walk, run->stage2 || net->coarse < 0 ? last : net->coarse);
    if (net->coarse < 0) {
        ret = walk_to(&walk, 0, last, run->stage2 ? run->stage2 : run->stage1);
        if (!ret && run->stage1 && run->stage2)
            memcpy(run->stage1, run->stage2, 3 * (size_t)region_pixels(&walk) * sizeof *run->stage1);
        return ret;
    }
    ret = walk_to(&walk, 0, net->coarse, run->stage1);
    return ret || !run->stage2 ? ret : walk_to(&walk, net->coarse + 1, last, run->stage2);
}
