/**
 * @file
 * A generator's passes: along the rows of its table, and back.
 */
#include "train/activation_backward.h"
#include "train/attention_backward.h"
#include "train/conv_backward.h"
#include "train/generator_parts.h"
#include "train/join_backward.h"

#include <string.h>

/** A pass of one picture. */
typedef struct Pass {
    DfGenerator *generator;
    int slot;
    const DfPicture *picture;
    unsigned char has_gradient[DF_MOST_ROWS]; /* backward: 1: the row's gradient has a part already */
} Pass;

static int pixels_of(DfShape shape)
{
    return shape.height * shape.width;
}

/* --------------------------------------------------------------------------------------- forward -- */

static void forward_conv(const Pass *pass, int i, int source)
{
    DfGenerator *g = pass->generator;
    const DfTrainRow *row = &g->rows[i];
    float *product = df_train_product(g, pass->slot, i);
    df_conv_forward(&row->linear, g->rows[source].shape, df_train_activation(g, pass->slot, source), NULL, &g->parallel,
                    product, g->scratch);
    df_activation_forward(g->model.convs[i].activation, pixels_of(row->shape), row->linear.out, product, &g->parallel,
                          df_train_activation(g, pass->slot, i));
}

static void forward_row(const Pass *pass, int i)
{
    DfGenerator *g = pass->generator;
    const DeepfillModel *model = &g->model;
    const DfNet *net = model->semantics->net;
    const DfTrainRow *row = &g->rows[i];
    int source = df_row_source(net, i), side = g->shape.side, pixels = pixels_of(row->shape);
    const float *in = source < 0 ? NULL : df_train_activation(g, pass->slot, source);
    float *out = df_train_activation(g, pass->slot, i);
    switch (net->rows[i].op) {
    case DF_OP_INPUT:
        df_compose_input(pixels, &model->input, &model->range, pass->picture, NULL, out);
        break;
    case DF_OP_COARSE:
        df_compose_input(pixels, &model->refined, &model->range, pass->picture, in, out);
        break;
    case DF_OP_ATTENTION:
        df_attention_forward(row->shape, &model->semantics->attention, in, pass->picture->hole, side, side, NULL,
                             &g->parallel, out, g->scratch);
        break;
    case DF_OP_JOIN:
        df_join_forward(pixels, in, g->rows[source].shape.channels, df_train_activation(g, pass->slot, i - 1),
                        g->rows[i - 1].shape.channels, out);
        break;
    default:
        forward_conv(pass, i, source);
    }
}

DfStages df_generator_forward(DfGenerator *g, int slot, const DfPicture *picture)
{
    const DfNet *net = g->model.semantics->net;
    Pass pass = { .generator = g, .slot = slot, .picture = picture };
    for (int i = 0; i < net->count; i++)
        forward_row(&pass, i);
    return (DfStages){ df_train_activation(g, slot, net->coarse), df_train_activation(g, slot, net->count - 1) };
}

/* -------------------------------------------------------------------------------------- backward -- */

static float *gradient(const Pass *pass, int i)
{
    return pass->generator->gradients + pass->generator->rows[i].gradient;
}

/** Where a part of a row's gradient is to be written: in its place, or beside it where there is one already. */
static float *gradient_target(const Pass *pass, int i)
{
    DfGenerator *g = pass->generator;
    return pass->has_gradient[i] ? g->gradients + g->d_part : gradient(pass, i);
}

static void add_gradient(Pass *pass, int i)
{
    DfGenerator *g = pass->generator;
    const float *part = g->gradients + g->d_part;
    float *sum = gradient(pass, i);
    size_t count = pass->has_gradient[i] ? df_shape_count(g->rows[i].shape) : 0;
    for (size_t k = 0; k < count; k++)
        sum[k] += part[k];
    pass->has_gradient[i] = 1;
}

static void backward_conv(const Pass *pass, int i, int source, float *d_source)
{
    DfGenerator *g = pass->generator;
    const DfTrainRow *row = &g->rows[i];
    float *d_product = g->gradients + g->d_product, *sums = g->sums + row->sums;
    df_activation_backward(g->model.convs[i].activation, pixels_of(row->shape), row->linear.out,
                           df_train_product(g, pass->slot, i), gradient(pass, i), &g->parallel, d_product);
    df_conv_backward(&row->linear, g->adjoint + row->adjoint, g->rows[source].shape,
                     df_train_activation(g, pass->slot, source), d_product, &g->parallel, d_source, sums,
                     sums + df_conv_backward_sums(&row->linear), g->scratch);
}

/** The gradient of the network's input is not computed. */
static void backward_row(Pass *pass, int i)
{
    DfGenerator *g = pass->generator;
    const DeepfillModel *model = &g->model;
    const DfNet *net = model->semantics->net;
    const DfTrainRow *row = &g->rows[i];
    int source = df_row_source(net, i), side = g->shape.side, pixels = pixels_of(row->shape);
    float *d_source = source > 0 ? gradient_target(pass, source) : NULL;
    switch (net->rows[i].op) {
    case DF_OP_INPUT:
        return;
    case DF_OP_COARSE:
        df_compose_input_backward(pixels, &model->refined, pass->picture->hole, gradient(pass, i), d_source);
        break;
    case DF_OP_ATTENTION:
        df_attention_backward(row->shape, &model->semantics->attention, df_train_activation(g, pass->slot, source),
                              pass->picture->hole, side, side, gradient(pass, i), &g->parallel, d_source, g->scratch);
        break;
    case DF_OP_JOIN:
        /* The second of the two is read by this row alone. */
        df_join_backward(pixels, gradient(pass, i), g->rows[source].shape.channels, g->rows[i - 1].shape.channels,
                         d_source, gradient(pass, i - 1));
        pass->has_gradient[i - 1] = 1;
        break;
    default:
        backward_conv(pass, i, source, d_source);
    }
    if (d_source)
        add_gradient(pass, source);
}

static void recompute_activations(const Pass *pass)
{
    DfGenerator *g = pass->generator;
    for (int i = 0; i < g->model.semantics->net->count; i++)
        if (g->rows[i].recomputed)
            df_activation_recompute(pixels_of(g->rows[i].shape), g->rows[i].linear.out,
                                    df_train_product(g, pass->slot, i), &g->parallel,
                                    df_train_activation(g, pass->slot, i));
}

void df_generator_backward(DfGenerator *g, int slot, const DfPicture *picture, DfStages d_stages)
{
    const DfNet *net = g->model.semantics->net;
    Pass pass = { .generator = g, .slot = slot, .picture = picture };
    size_t bytes = 3 * sizeof(float) * g->shape.side * g->shape.side;
    memcpy(gradient(&pass, net->coarse), d_stages.coarse, bytes);
    memcpy(gradient(&pass, net->count - 1), d_stages.refined, bytes);
    pass.has_gradient[net->coarse] = pass.has_gradient[net->count - 1] = 1;
    recompute_activations(&pass);
    for (int i = net->count - 1; i >= 0; i--)
        backward_row(&pass, i);
}
