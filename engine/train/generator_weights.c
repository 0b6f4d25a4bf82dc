/**
 * @file
 * A generator's parameters: from a model, from chance, to a file; and their gradients.
 */
#include "model/binding.h"
#include "train/conv_backward.h"
#include "train/generator_parts.h"
#include "train/random.h"
#include "train/widen.h"
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

void df_generator_initialise(DfGenerator *g, uint64_t seed)
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

/** Whether a model of that binding can become a generator of that width, with or without a sketch. */
static int check_width(const DfBindingInfo *info, int cnum, int sketch, const char *name)
{
    if (cnum % info->cnum)
        return df_error(-EINVAL, "%s: its cnum is %d, and %d is no multiple of it", name, info->cnum, cnum);
    if (info->sketch > sketch)
        return df_error(-EINVAL, "%s: is guided by sketches, but no sketch was asked for: give --sketch", name);
    return 0;
}

int df_generator_describe(DfGeneratorShape *shape, const char *name)
{
    DfWeights *weights = NULL;
    DfBinding *binding = NULL;
    int ret = bind(&weights, &binding, name);
    if (!ret)
        ret = check_width(df_binding_info(binding), shape->cnum, shape->sketch, name);
    if (!ret) {
        const DfBindingInfo *info = df_binding_info(binding);
        shape->semantics = info->semantics;
        shape->cnum = shape->cnum ? shape->cnum : info->cnum;
        shape->size = info->size;
    }
    df_binding_close(&binding);
    df_weights_close(&weights);
    return ret;
}

/** A model without a sketch has all other planes. */
static void map_input(const DfInputs *planes, int has_sketch, DfChannelMap *map)
{
    for (int i = 0; i < planes->count; i++) {
        int channels = planes->list[i] == DF_INPUT_COLOURS ? 3 : 1;
        df_channel_map_repeat(map, planes->list[i] == DF_INPUT_SKETCH && !has_sketch ? 0 : channels, channels, 1);
    }
}

/** What a row's activation has of the model's, given those of the rows before. */
static void map_activation(const DfGenerator *g, const DfBinding *binding, int row, DfChannelMap *maps)
{
    const DfNet *net = g->model.semantics->net;
    int source = df_row_source(net, row), halves = 1 + df_is_gate(g->model.convs[row].activation), narrow, wide;
    double scale;
    switch (net->rows[row].op) {
    case DF_OP_INPUT:
        map_input(&g->model.input, df_binding_info(binding)->sketch, &maps[row]);
        break;
    case DF_OP_COARSE:
        df_channel_map_repeat(&maps[row], g->model.refined.channels, g->model.refined.channels, 1);
        break;
    case DF_OP_ATTENTION:
        df_channel_map_join(&maps[row], &maps[source]);
        break;
    case DF_OP_JOIN:
        df_channel_map_join(&maps[row], &maps[source]);
        df_channel_map_join(&maps[row], &maps[row - 1]);
        break;
    default:
        narrow = df_binding_conv(binding, row).out / halves;
        wide = g->rows[row].linear.out / halves;
        scale = net->rows[row].op == DF_OP_GATED_ATTN ? sqrt((double)narrow / wide) : 1;
        df_channel_map_repeat(&maps[row], narrow, wide, scale);
    }
}

static int read_row(DfGenerator *g, const DfBinding *binding, int row, const DfChannelMap *maps)
{
    DfConv narrow = df_binding_conv(binding, row);
    size_t weights = df_conv_weights(&narrow);
    float *weight = df_alloc(df_size_mul(weights + narrow.out, sizeof *weight));
    DfRowValues values = { .weight = weight, .bias = weight + weights };
    DfChannelMap out = maps[row];
    int ret = weight ? df_binding_read(binding, row, &values) : -ENOMEM;
    if (df_is_gate(narrow.activation))
        df_channel_map_repeat(&out, narrow.out / 2, maps[row].count, 1);
    if (!ret)
        df_widen_conv(&narrow, &maps[df_row_source(g->model.semantics->net, row)], &out,
                      df_random_open(0, DF_RANDOM_SHARES, 0, row), weight, g->parameters + g->rows[row].parameters);
    df_free(weight);
    return ret;
}

static int read_rows(DfGenerator *g, const DfBinding *binding)
{
    const DfNet *net = g->model.semantics->net;
    DfChannelMap *maps = df_alloc(net->count * sizeof *maps);
    int ret = maps ? 0 : -ENOMEM;
    for (int row = 0; !ret && row < net->count; row++) {
        map_activation(g, binding, row, maps);
        if (is_conv(g, row))
            ret = read_row(g, binding, row, maps);
    }
    df_free(maps);
    return ret;
}

/** Check that a model's layers can become the generator's. */
static int check_model(const DfGenerator *g, const DfBinding *binding, const char *name)
{
    const DfBindingInfo *info = df_binding_info(binding);
    const DfSemantics *semantics = g->model.semantics;
    if (info->semantics != semantics)
        return df_error(-EINVAL, "%s: its semantics are %s, expected %s", name, info->semantics->name, semantics->name);
    int ret = check_width(info, g->shape.cnum, g->shape.sketch, name);
    if (ret < 0)
        return ret;
    for (int row = 0; row < semantics->net->count; row++) {
        if (!is_conv(g, row))
            continue;
        DfConv its = df_binding_conv(binding, row);
        DfConv expected = df_semantics_conv_of(semantics, row, info->cnum, info->sketch);
        if (its.in != expected.in || its.out != expected.out)
            return df_error(-EINVAL, "%s: layer '%s' has %d channels of %d, expected %d of %d: its widths are its own",
                            name, semantics->net->rows[row].name, its.out, its.in, expected.out, expected.in);
    }
    return 0;
}

int df_generator_load(DfGenerator *g, const char *name)
{
    DfWeights *weights = NULL;
    DfBinding *binding = NULL;
    int ret = bind(&weights, &binding, name);
    if (!ret)
        ret = check_model(g, binding, name);
    if (!ret)
        ret = read_rows(g, binding);
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

/** A row's gradient, and the one that write_row_gradient() writes for all. */
typedef struct GradientOutput {
    DfGenerator *generator;
    float *gradient;
} GradientOutput;

static void write_row_gradient(void *opaque, int i, int thread)
{
    const GradientOutput *output = opaque;
    DfGenerator *g = output->generator;
    const DfTrainRow *row = &g->rows[i];
    (void)thread;
    if (!is_conv(g, i))
        return;
    float *weight = output->gradient + row->parameters, *sums = g->sums + row->sums;
    size_t count = df_conv_backward_sums(&row->linear);
    df_conv_backward_weights(&row->linear, sums, weight);
    memcpy(weight + df_conv_weights(&row->linear), sums + count, row->linear.out * sizeof *weight);
    memset(sums, 0, (count + row->linear.out) * sizeof *sums);
}

void df_generator_gradient(DfGenerator *g, float *gradient)
{
    GradientOutput output = { g, gradient };
    df_parallel_for(&g->parallel, g->model.semantics->net->count, write_row_gradient, &output);
}
