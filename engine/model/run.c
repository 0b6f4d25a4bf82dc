/**
 * @file
 * A run of the network: a walk along the rows.
 */
#include "model/internal.h"

#include <string.h>

/* What a walk needs to know. */
typedef struct Walk {
    const DeepfillModel *model;
    const DfPlan *plan;
    char *workspace;
    const DfRun *run;
} Walk;

static float *activation(const Walk *walk, int row)
{
    return (float *)(walk->workspace + walk->plan->places[row]);
}

static int region_pixels(const Walk *walk)
{
    return walk->plan->height * walk->plan->width;
}

static void *scratch(const Walk *walk, int row)
{
    return walk->workspace + walk->plan->scratch[row];
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
        break;
    case DF_OP_COARSE:
        compose(walk, &model->refined, in, out);
        break;
    case DF_OP_ATTENTION:
        df_attention_forward(plan->shapes[row], &model->semantics->attention, in, walk->run->hole,
                             plan->height, plan->width, out, scratch(walk, row));
        break;
    case DF_OP_JOIN:
        join(walk, row, source, out);
        break;
    default:
        df_conv_forward(&model->convs[row], plan->shapes[source], in, out, scratch(walk, row));
    }
}

/* Rows `first` to `last`, whose activation is a picture. */
static void walk_to(const Walk *walk, int first, int last, float *picture)
{
    const DfRun *run = walk->run;
    for (int row = first; row <= last; row++) {
        step(walk, row);
        if (run->watch)
            run->watch(run->opaque, walk->model->semantics->net->rows[row].name, walk->plan->shapes[row],
                       activation(walk, row));
    }
    if (picture)
        df_compose_rgb(region_pixels(walk), &walk->model->range, activation(walk, last), picture);
}

/* No further than the last output that is wanted. */
void df_model_run(const DeepfillModel *model, const DfPlan *plan, void *workspace, const DfRun *run)
{
    const DfNet *net = model->semantics->net;
    Walk walk = { model, plan, workspace, run };
    int last = net->count - 1;
    if (net->coarse < 0) {
        walk_to(&walk, 0, last, run->stage2 ? run->stage2 : run->stage1);
        if (run->stage1 && run->stage2)
            memcpy(run->stage1, run->stage2, 3 * (size_t)region_pixels(&walk) * sizeof *run->stage1);
        return;
    }
    walk_to(&walk, 0, net->coarse, run->stage1);
    if (run->stage2)
        walk_to(&walk, net->coarse + 1, last, run->stage2);
}
