/**
 * @file
 * A generator's parameters: from a model, from chance, to a file; and their gradients.
 */
#include "model/binding.h"
#include "train/conv_backward.h"
#include "train/generator_parts.h"
#include "train/random.h"
#include "weights/write.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static int is_conv(const DfGenerator *g, int row)
{
    return df_row_is_conv(&g->model.semantics->net->rows[row]);
}

/* ------------------------------------------------------------------------------------- from chance -- */

void df_generator_draw(DfGenerator *g, uint64_t seed)
{
    for (int i = 0; i < g->model.semantics->net->count; i++) {
        if (!is_conv(g, i))
            continue;
        const DfConv *conv = &g->rows[i].linear;
        float *weight = g->parameters + g->rows[i].parameters;
        size_t count = df_conv_weights(conv);
        DfRandom random = df_random_open(seed, DF_RANDOM_WEIGHTS, 0, i);
        float deviation = sqrtf(2.0f / (float)(conv->in * conv->kernel * conv->kernel));
        for (size_t k = 0; k < count; k++)
            weight[k] = deviation * (float)df_random_normal(&random);
        memset(weight + count, 0, conv->out * sizeof *weight);
    }
}

/* ------------------------------------------------------------------------------------ from a model -- */

/** Open a model's tensors and bind them to rows; both are to be closed whatever comes back. */
static int bind(DfWeights **weights, DfBinding **binding, const char *name)
{
    int ret = df_model_open_weights(weights, name);
    return ret < 0 ? ret : df_binding_create(binding, *weights, NULL);
}

int df_generator_describe(DfGeneratorShape *shape, const char *name)
{
    DfWeights *weights = NULL;
    DfBinding *binding = NULL;
    int ret = bind(&weights, &binding, name);
    if (!ret) {
        const DfBindingInfo *info = df_binding_info(binding);
        shape->semantics = info->semantics;
        shape->cnum = info->cnum;
        shape->sketch = info->sketch;
        shape->size = info->size;
    }
    df_binding_close(&binding);
    df_weights_close(&weights);
    return ret;
}

static int same_conv(const DfConv *a, const DfConv *b)
{
    return a->in == b->in && a->out == b->out;
}

static int read_row(DfGenerator *g, const DfBinding *binding, int row, const char *name)
{
    const DfConv *conv = &g->rows[row].linear;
    DfConv its = df_binding_conv(binding, row);
    if (!same_conv(conv, &its))
        return df_error(-EINVAL, "%s: layer '%s' has %d channels of %d, expected %d of %d: a network of another width, "
                        "or with a sketch where this one has none", name, g->model.semantics->net->rows[row].name,
                        its.out, its.in, conv->out, conv->in);
    float *weight = g->parameters + g->rows[row].parameters;
    DfRowValues values = { .weight = weight, .bias = weight + df_conv_weights(conv) };
    return df_binding_read(binding, row, &values);
}

int df_generator_load(DfGenerator *g, const char *name)
{
    DfWeights *weights = NULL;
    DfBinding *binding = NULL;
    int ret = bind(&weights, &binding, name);
    if (!ret && df_binding_info(binding)->semantics != g->model.semantics)
        ret = df_error(-EINVAL, "%s: its semantics are %s, expected %s", name,
                       df_binding_info(binding)->semantics->name, g->model.semantics->name);
    for (int i = 0; !ret && i < g->model.semantics->net->count; i++)
        if (is_conv(g, i))
            ret = read_row(g, binding, i, name);
    df_binding_close(&binding);
    df_weights_close(&weights);
    return ret;
}

/* ---------------------------------------------------------------------------------------- to a file -- */

/** Two tensors a row. @return how many */
static size_t list_tensors(const DfGenerator *g, const float *parameters, DfOutTensor *tensors, char (*names)[40])
{
    size_t count = 0;
    for (int i = 0; i < g->model.semantics->net->count; i++) {
        if (!is_conv(g, i))
            continue;
        const DfConv *conv = &g->rows[i].linear;
        const char *row = g->model.semantics->net->rows[i].name;
        const float *weight = parameters + g->rows[i].parameters;
        snprintf(names[count], sizeof *names, "%s.weight", row);
        snprintf(names[count + 1], sizeof *names, "%s.bias", row);
        tensors[count] = (DfOutTensor){ names[count], 4, { conv->out, conv->in, conv->kernel, conv->kernel }, weight };
        tensors[count + 1] = (DfOutTensor){ names[count + 1], 1, { conv->out }, weight + df_conv_weights(conv) };
        count += 2;
    }
    return count;
}

int df_generator_save(const DfGenerator *g, const float *parameters, const char *path)
{
    const DfSemantics *semantics = g->model.semantics;
    DfOutTensor tensors[2 * DF_MOST_ROWS];
    char names[2 * DF_MOST_ROWS][40], input[40], size[16];
    DfMeta meta[] = {
        { "architecture", (char *)semantics->net->name }, { "input", input }, { "semantics", (char *)semantics->name },
        { "size", size },
    };
    df_binding_planes(semantics, g->model.range.order, g->shape.sketch, input, sizeof input);
    snprintf(size, sizeof size, "%d", g->shape.size);
    DfOutFile file = { .tensors = tensors, .tensor_count = list_tensors(g, parameters, tensors, names), .meta = meta,
                       .meta_count = DF_COUNT(meta) };
    return df_safetensors_write(path, &file);
}

/* ---------------------------------------------------------------------------------------- gradients -- */

/** A row's gradient, and the one that finish_row() writes for all. */
typedef struct Finish {
    DfGenerator *generator;
    float *gradient;
} Finish;

static void finish_row(void *opaque, int i, int thread)
{
    const Finish *finish = opaque;
    DfGenerator *g = finish->generator;
    const DfTrainRow *row = &g->rows[i];
    (void)thread;
    if (!is_conv(g, i))
        return;
    float *weight = finish->gradient + row->parameters, *sums = g->sums + row->sums;
    size_t count = df_conv_backward_sums(&row->linear);
    df_conv_backward_weights(&row->linear, sums, weight);
    memcpy(weight + df_conv_weights(&row->linear), sums + count, row->linear.out * sizeof *weight);
    memset(sums, 0, (count + row->linear.out) * sizeof *sums);
}

void df_generator_gradient(DfGenerator *g, float *gradient)
{
    Finish finish = { g, gradient };
    df_parallel_for(&g->parallel, g->model.semantics->net->count, finish_row, &finish);
}
