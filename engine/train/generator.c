/**
 * @file
 * Generators in training: opened, prepared, closed.
 */
#include "train/conv_backward.h"
#include "train/attention_backward.h"
#include "train/generator_parts.h"
#include "train/widen.h"

#include <errno.h>

/* ----------------------------------------------------------------------------------- open, close -- */

static int check_shape(const DfGeneratorShape *shape)
{
    if (shape->semantics->net->masked)
        return df_error(-EINVAL, "networks of partial convolutions cannot be trained: expected gated ones");
    if (shape->cnum < 4 || shape->cnum % 4 || shape->cnum > DF_MOST_CHANNELS / 4)
        return df_error(-EINVAL, "cnum is %d, expected a multiple of 4, 4 to %d", shape->cnum, DF_MOST_CHANNELS / 4);
    return 0;
}

/** The network's rows as DeepfillModel has them, but for weights. */
static void describe(DfGenerator *g)
{
    const DfGeneratorShape *shape = &g->shape;
    const DfSemantics *semantics = shape->semantics;
    DeepfillModel *model = &g->model;
    model->semantics = semantics;
    model->input = df_semantics_inputs(semantics->input, shape->sketch);
    model->refined = df_semantics_inputs(semantics->refined, 0);
    model->range = df_semantics_range(semantics, df_semantics_order(semantics));
    for (int row = 0; row < semantics->net->count; row++)
        if (df_row_is_conv(&semantics->net->rows[row])) {
            DfConv *conv = &model->convs[row];
            *conv = df_semantics_conv_of(semantics, row, shape->cnum, shape->sketch);
            conv->method = df_conv_backward_choose(conv);
        }
}

/** Each row's room is rounded up, so that rows are aligned. */
static size_t reserve(size_t *end, size_t floats)
{
    size_t at = *end;
    *end = df_size_add(at, df_size_align(df_size_mul(floats, sizeof(float))) / sizeof(float));
    return at;
}

static size_t conv_scratch(const DfConv *conv, DfShape in, int threads)
{
    return DF_MAX(df_conv_scratch(conv, in, threads), df_conv_backward_scratch(conv, in, threads));
}

/** Gates keep both factors in the product's place: a multiplication is less than memory for each picture. */
static int is_recomputed(const DfGenerator *g, int i)
{
    enum DfActivation activation = g->model.convs[i].activation;
    return df_row_is_conv(&g->model.semantics->net->rows[i]) &&
           (activation == DF_GATE_ELU || activation == DF_GATE_RELU);
}

/** Floats of each array, in `ends`' fields of a row that lies behind the last. @return bytes of scratch */
static size_t lay_out(DfGenerator *g, const DfPlan *plan, DfTrainRow *ends)
{
    const DfNet *net = g->model.semantics->net;
    size_t scratch = 0, product = 0, activation = 0;
    for (int i = 0; i < net->count; i++) {
        DfTrainRow *row = &g->rows[i];
        row->shape = plan->shapes[i];
        size_t floats = df_shape_count(row->shape);
        row->recomputed = is_recomputed(g, i);
        row->activation = reserve(row->recomputed ? &ends->activation : &g->slot, floats);
        row->gradient = reserve(&ends->gradient, floats);
        activation = DF_MAX(activation, floats);
        if (net->rows[i].op == DF_OP_ATTENTION)
            scratch = DF_MAX(scratch, DF_MAX(df_attention_scratch(row->shape, g->parallel.threads),
                                             df_attention_backward_scratch(row->shape, g->parallel.threads)));
        if (!df_row_is_conv(&net->rows[i]))
            continue;
        const DfConv *conv = &g->model.convs[i];
        row->linear = *conv;
        row->linear.activation = DF_LINEAR;
        size_t products = df_size_mul(df_size_mul(row->shape.height, row->shape.width), conv->out);
        row->product = reserve(&g->slot, products);
        product = DF_MAX(product, products);
        row->parameters = g->count;
        g->count += df_conv_weights(conv) + conv->out;
        row->prepared = reserve(&ends->prepared, df_conv_prepared(&row->linear));
        row->adjoint = reserve(&ends->adjoint, df_conv_backward_prepared(&row->linear));
        row->sums = reserve(&ends->sums, df_conv_backward_sums(&row->linear) + conv->out);
        scratch = DF_MAX(scratch, conv_scratch(&row->linear, plan->shapes[df_row_source(net, i)], g->parallel.threads));
    }
    g->d_product = reserve(&ends->gradient, product);
    g->d_part = reserve(&ends->gradient, activation);
    return scratch;
}

static float *floats(size_t count)
{
    return df_alloc(df_size_mul(count, sizeof(float)));
}

static int allocate(DfGenerator *g, const DfPlan *plan)
{
    const DfNet *net = g->model.semantics->net;
    DfTrainRow ends = { 0 };
    size_t scratch = lay_out(g, plan, &ends);
    g->parameters = floats(g->count);
    g->prepared = floats(ends.prepared);
    g->adjoint = floats(ends.adjoint);
    g->sums = floats(ends.sums);
    g->gradients = floats(ends.gradient);
    g->slots = floats(df_size_mul(g->shape.batch, g->slot));
    g->activations = floats(ends.activation);
    g->scratch = df_alloc(scratch);
    if (!g->parameters || !g->prepared || !g->adjoint || !g->sums || !g->gradients || !g->slots ||
        !g->activations || !g->scratch)
        return -ENOMEM;
    for (int i = 0; i < net->count; i++) {
        DfTrainRow *row = &g->rows[i];
        row->linear.weight = g->prepared + row->prepared;
        row->linear.bias = g->parameters + row->parameters + df_conv_weights(&row->linear);
    }
    return 0;
}

int df_generator_open(DfGenerator **generator, const DfGeneratorShape *shape, DfParallel parallel)
{
    DfPlan *plan = NULL;
    int ret = check_shape(shape);
    if (ret < 0)
        return ret;
    DfGenerator *g = df_alloc(sizeof *g);
    if (!g)
        return -ENOMEM;
    g->shape = *shape;
    g->parallel = parallel;
    describe(g);
    ret = df_plan_create(&plan, &g->model, shape->side, shape->side, parallel.threads);
    if (!ret)
        ret = allocate(g, plan);
    df_plan_close(&plan);
    if (ret < 0)
        df_generator_close(&g);
    else
        *generator = g;
    return ret;
}

void df_generator_close(DfGenerator **generator)
{
    DfGenerator *g = *generator;
    if (!g)
        return;
    *generator = NULL;
    df_free(g->parameters);
    df_free(g->prepared);
    df_free(g->adjoint);
    df_free(g->sums);
    df_free(g->gradients);
    df_free(g->slots);
    df_free(g->activations);
    df_free(g->scratch);
    df_free(g);
}

/* ------------------------------------------------------------------------------------ parameters -- */

const char *df_generator_semantics(const DfGenerator *g)
{
    return g->shape.semantics->name;
}

float *df_generator_parameters(DfGenerator *g)
{
    return g->parameters;
}

size_t df_generator_count(const DfGenerator *g)
{
    return g->count;
}

const DfRange *df_generator_range(const DfGenerator *g)
{
    return &g->model.range;
}

float *df_train_activation(const DfGenerator *g, int slot, int row)
{
    return (g->rows[row].recomputed ? g->activations : g->slots + slot * g->slot) + g->rows[row].activation;
}

float *df_train_product(const DfGenerator *g, int slot, int row)
{
    return g->slots + slot * g->slot + g->rows[row].product;
}

static void prepare_row(void *opaque, int i, int thread)
{
    DfGenerator *g = opaque;
    DfTrainRow *row = &g->rows[i];
    (void)thread;
    if (!df_row_is_conv(&g->model.semantics->net->rows[i]))
        return;
    const float *raw = g->parameters + row->parameters;
    df_conv_prepare(&row->linear, g->prepared + row->prepared, raw);
    df_conv_backward_prepare(&row->linear, g->adjoint + row->adjoint, raw);
}

void df_generator_prepare(DfGenerator *g)
{
    df_parallel_for(&g->parallel, g->model.semantics->net->count, prepare_row, g);
}
