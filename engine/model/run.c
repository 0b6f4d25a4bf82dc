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

static void attend(const Walk *walk, int row, const float *source, float *out)
{
    DfShape shape = walk->plan->shapes[row];
    df_attention_forward(shape, walk->model->semantics->index, source, walk->run->hole, walk->plan->height,
                         walk->plan->width, out, walk->workspace + walk->plan->scratch[row]);
    if (walk->run->attention)
        memcpy(walk->run->attention, out, df_shape_count(shape) * sizeof *out);
}

static void join(const Walk *walk, int row, float *out)
{
    int first = df_row_source(row), second = row - 1;
    DfShape a = walk->plan->shapes[first], b = walk->plan->shapes[second];
    df_join_forward(a.height * a.width, activation(walk, first), a.channels, activation(walk, second),
                    b.channels, out);
}

static void step(const Walk *walk, int row)
{
    const DfRun *run = walk->run;
    int source = df_row_source(row), pixels = region_pixels(walk);
    const float *in = source < 0 ? NULL : activation(walk, source);
    float *out = activation(walk, row);
    switch (df_table[row].op) {
    case DF_OP_INPUT:
        df_compose_input(pixels, walk->model->input_channels, walk->model->order, run->image, run->hole,
                         run->sketch, out);
        break;
    case DF_OP_COARSE:
        df_compose_coarse(pixels, walk->model->order, in, run->image, run->hole, out);
        break;
    case DF_OP_ATTENTION:
        attend(walk, row, in, out);
        break;
    case DF_OP_JOIN:
        join(walk, row, out);
        break;
    default:
        df_conv_forward(&walk->model->convs[row], walk->plan->shapes[source], in, out,
                        walk->workspace + walk->plan->scratch[row]);
    }
}

static void walk_to(const Walk *walk, int first, int last)
{
    for (int row = first; row <= last; row++)
        step(walk, row);
}

/* No further than the last output that is wanted. */
void df_model_run(const DeepfillModel *model, const DfPlan *plan, void *workspace, const DfRun *run)
{
    Walk walk = { model, plan, workspace, run };
    int stage1 = df_row_find("conv17"), attention = df_row_find("attention"), stage2 = DF_ROWS - 1;
    walk_to(&walk, 0, stage1);
    if (run->stage1)
        df_compose_rgb(region_pixels(&walk), model->order, activation(&walk, stage1), run->stage1);
    if (run->attention && !run->stage2)
        walk_to(&walk, stage1 + 1, attention);
    if (!run->stage2)
        return;
    walk_to(&walk, stage1 + 1, stage2);
    df_compose_rgb(region_pixels(&walk), model->order, activation(&walk, stage2), run->stage2);
}
