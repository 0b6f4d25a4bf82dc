/**
 * @file
 * Tensors of a file and rows of a table: all that the network wants is there, and of the right shape. Widths
 * are the file's own; each row must read as many channels as the row before it gives.
 */
#include "model/binding.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Of any layer, before gating: the widest published has 512. */
#define MOST_CHANNELS 1024

/* -------------------------------------------------------------------------------------- shapes -- */

/** Where a weight's dimensions lie. */
static int out_axis(const DfBinding *binding)
{
    return binding->names->hwio ? 3 : 0;
}

static int in_axis(const DfBinding *binding)
{
    return binding->names->hwio ? 2 : 1;
}

static uint64_t side_of(DfBinding *binding, int row, int axis)
{
    const DfTensor *weight = df_binding_find(binding, row, DF_WEIGHT);
    return weight && weight->rank == 4 ? DF_MIN(weight->shape[axis], MOST_CHANNELS * 8) : 0;
}

/** Whether feature and gate are convolutions of their own. */
static int is_split(const DfBinding *binding)
{
    return binding->names->parts[DF_GATE_WEIGHT] != NULL;
}

int df_binding_out(DfBinding *binding, int row)
{
    return (int)side_of(binding, row, out_axis(binding)) << is_split(binding);
}

int df_binding_in(DfBinding *binding, int row)
{
    return (int)side_of(binding, row, in_axis(binding));
}

/** "8x4x3x3", with "N" for 0: any number; in the file's order. */
static void shape_text(const DfBinding *binding, const DfConv *conv, int out, char *text, size_t size)
{
    char width[16] = "N";
    if (out)
        snprintf(width, sizeof width, "%d", out);
    if (binding->names->hwio)
        snprintf(text, size, "%dx%dx%dx%s", conv->kernel, conv->kernel, conv->in, width);
    else
        snprintf(text, size, "%sx%dx%dx%d", width, conv->in, conv->kernel, conv->kernel);
}

/** The first layer of a guided model has a channel more. */
static void add_guided(const DfBinding *binding, const DfConv *conv, char *text, size_t size)
{
    DfConv guided = *conv;
    char other[64];
    guided.in++;
    shape_text(binding, &guided, 0, other, sizeof other);
    size_t at = strlen(text);
    snprintf(text + at, size - at, ", or %s with a sketch", other);
}

/** Layers behind that row whose weights are not there either. */
static int count_missing(DfBinding *binding, int row)
{
    const DfNet *net = binding->names->net;
    int missing = 0;
    while (++row < net->count)
        missing += df_row_is_conv(&net->rows[row]) && !df_binding_find(binding, row, DF_WEIGHT);
    return missing;
}

static int refuse_missing(DfBinding *binding, int row, enum DfRole role, const char *expected)
{
    const DfNet *net = binding->names->net;
    int others = count_missing(binding, row);
    char more[64] = "";
    if (others)
        snprintf(more, sizeof more, " and the weights of %d layer%s more", others, others > 1 ? "s" : "");
    return df_error(-EINVAL, "%s: lacks tensor '%.200s' (%s)%s: no whole %s model", binding->weights->name,
                    df_binding_name(binding, row, role), expected, more,
                    net->masked ? "partial-convolution" : "DeepFillv2");
}

static int refuse_shape(const DfBinding *binding, const DfTensor *tensor, const char *expected)
{
    char found[160];
    df_tensor_shape_text(found, sizeof found, tensor->shape, tensor->rank);
    return df_error(-EINVAL, "%s: tensor '%.200s' is %s, expected %s", binding->weights->name, tensor->name,
                    found, expected);
}

/* --------------------------------------------------------------------------------------- bytes -- */

/**
 * A file may say that many values lie at one place: a few bytes would become as much as its shapes say.
 * Values of one tensor lie apart where each step of a dimension leaps over all that closer ones reach.
 */
static int lies_apart(const DfTensor *tensor)
{
    uint64_t reach = 1;
    unsigned seen = 0;
    for (int i = 0; i < tensor->rank; i++) {
        int next = -1;
        for (int j = 0; j < tensor->rank; j++)
            if (!(seen & 1u << j) && (next < 0 || tensor->stride[j] < tensor->stride[next]))
                next = j;
        seen |= 1u << next;
        if (tensor->shape[next] < 2)
            continue;
        if (tensor->stride[next] < reach)
            return 0;
        reach += tensor->stride[next] * (tensor->shape[next] - 1);
    }
    return 1;
}

/** Nor may all tensors together be more than the files. */
static int check_bytes(const DfBinding *binding)
{
    uint64_t used = 0, there = 0;
    for (int row = 0; row < binding->names->net->count; row++)
        for (int role = 0; role < DF_ROLES; role++) {
            const DfTensor *tensor = binding->rows[row].tensors[role];
            if (!tensor)
                continue;
            if (!lies_apart(tensor))
                return df_error(-EINVAL, "%s: values of tensor '%.200s' lie at the same place in the file: "
                                "it is damaged", binding->weights->name, tensor->name);
            used += tensor->count * (tensor->type == DF_F32 ? 4 : 2);
        }
    for (size_t i = 0; i < binding->weights->file_count; i++)
        there += binding->weights->files[i].size;
    if (binding->weights->file_count && used > there)
        return df_error(-EINVAL, "%s: its tensors lie at the same places in the file: it is damaged",
                        binding->weights->name);
    return 0;
}

/* --------------------------------------------------------------------------------------- roles -- */

/** A tensor of one value a channel; where it may lack, *tensor stays NULL. */
static int bind_vector(DfBinding *binding, int row, enum DfRole role, int count, int may_lack)
{
    char expected[24];
    const DfTensor *tensor = df_binding_find(binding, row, role);
    snprintf(expected, sizeof expected, "%d", count);
    if (!tensor)
        return may_lack ? 0 : refuse_missing(binding, row, role, expected);
    if (tensor->rank != 1 || tensor->shape[0] != (uint64_t)count)
        return refuse_shape(binding, tensor, expected);
    binding->rows[row].tensors[role] = tensor;
    return 0;
}

static int is_partial(const DfBinding *binding)
{
    return binding->names->net->masked;
}

static int is_gated(const DfBinding *binding, const DfConv *conv)
{
    return !is_partial(binding) && conv->activation != DF_TANH;
}

/** Pictures are made by the last row of either stage. */
static int makes_picture(const DfBinding *binding, int row)
{
    return row == binding->names->net->coarse || row == df_binding_last(binding);
}

/** Output channels of the weight that the row must have; 0: its own affair. */
static int wanted_out(const DfBinding *binding, int row)
{
    const DfConv *conv = &binding->rows[row].conv;
    if (!makes_picture(binding, row))
        return 0;
    return is_gated(binding, conv) && !is_split(binding) ? 6 : 3;
}

/** Whether a weight has the shape that row and file want, its output channels aside. */
static int has_shape(const DfBinding *binding, const DfConv *conv, const DfTensor *weight)
{
    int hwio = binding->names->hwio;
    uint64_t side = conv->kernel;
    return weight->rank == 4 && weight->shape[hwio ? 0 : 2] == side && weight->shape[hwio ? 1 : 3] == side &&
           weight->shape[in_axis(binding)] == (uint64_t)conv->in;
}

/** Layers without gates hand on all of their channels: the second one tells. */
static int looks_ungated(const DfBinding *binding, int row, const DfTensor *weight)
{
    int first = df_binding_first(binding);
    const DfConv *before = &binding->rows[first].conv;
    return weight->rank == 4 && row == first + 1 && is_gated(binding, before) &&
           weight->shape[in_axis(binding)] == (uint64_t)before->out;
}

static int bind_weight(DfBinding *binding, int row, enum DfRole role, int out)
{
    DfConv *conv = &binding->rows[row].conv;
    const DfTensor *weight = df_binding_find(binding, row, role);
    char expected[96];
    shape_text(binding, conv, out, expected, sizeof expected);
    if (!weight)
        return refuse_missing(binding, row, role, expected);
    if (role == DF_WEIGHT && !has_shape(binding, conv, weight) && looks_ungated(binding, row, weight))
        return df_error(-EINVAL, "%s: its layers have no gates (tensor '%.200s'): is it the first DeepFill? "
                        "That is another network", binding->weights->name, weight->name);
    uint64_t found = weight->rank == 4 ? weight->shape[out_axis(binding)] : 0;
    int gates = is_gated(binding, conv) && !is_split(binding) ? 2 : 1;
    if (!has_shape(binding, conv, weight) || (out && found != (uint64_t)out)) {
        if (row == df_binding_first(binding) && binding->names->sketch)
            add_guided(binding, conv, expected, sizeof expected);
        return refuse_shape(binding, weight, expected);
    }
    if (found < 1 || found > MOST_CHANNELS / (is_split(binding) ? 2 : 1) || found % gates) {
        size_t at = strlen(expected);
        snprintf(expected + at, sizeof expected - at, " with %sN up to %d", gates == 2 ? "an even " : "",
                 MOST_CHANNELS / (is_split(binding) ? 2 : 1));
        return refuse_shape(binding, weight, expected);
    }
    conv->out = (int)found;
    binding->rows[row].tensors[role] = weight;
    return 0;
}

/** Of batch normalisation all or nothing; the first and the last layer have none. */
static int bind_norm(DfBinding *binding, int row, int out)
{
    static const enum DfRole ours[] = { DF_SCALE, DF_SHIFT };
    static const enum DfRole trained[] = { DF_NORM_WEIGHT, DF_NORM_BIAS, DF_NORM_MEAN, DF_NORM_VARIANCE };
    int own = binding->names->parts[DF_SCALE] != NULL;
    const enum DfRole *roles = own ? ours : trained;
    int count = own ? DF_COUNT(ours) : DF_COUNT(trained), ret = 0;
    int at_end = row == df_binding_first(binding) || row == df_binding_last(binding);
    if (at_end && !df_binding_find(binding, row, roles[0]))
        return 0;
    for (int i = 0; !ret && i < count; i++)
        ret = bind_vector(binding, row, roles[i], out, 0);
    return ret;
}

/* ---------------------------------------------------------------------------------------- rows -- */

/** Weight and bias of the gate, where they are tensors of their own, and spectral norms. */
static int bind_gate(DfBinding *binding, int row, int out)
{
    int ret = bind_weight(binding, row, DF_GATE_WEIGHT, out);
    if (!ret)
        ret = bind_vector(binding, row, DF_GATE_BIAS, out, 0);
    if (!ret && df_binding_name(binding, row, DF_U))
        ret = bind_vector(binding, row, DF_U, out, 0);
    if (!ret && df_binding_name(binding, row, DF_GATE_U))
        ret = bind_vector(binding, row, DF_GATE_U, out, 0);
    return ret;
}

/** Partial convolutions have one only where no normalisation follows: the last, of either project. */
static int may_lack_bias(const DfBinding *binding, int row)
{
    return is_partial(binding) && row != df_binding_last(binding);
}

static int bind_row(DfBinding *binding, int row)
{
    DfConv *conv = &binding->rows[row].conv;
    int ret = bind_weight(binding, row, DF_WEIGHT, wanted_out(binding, row)), out = conv->out;
    if (!ret)
        ret = bind_vector(binding, row, DF_BIAS, out, may_lack_bias(binding, row));
    if (!ret && is_split(binding)) {
        ret = bind_gate(binding, row, out);
        conv->out = 2 * out;
    }
    if (!ret && is_partial(binding))
        ret = bind_norm(binding, row, out);
    return ret;
}

/** Channels of a row's activation, given those of the rows before. */
static int channels_after(const DfBinding *binding, int row, const int *channels)
{
    const DfNet *net = binding->names->net;
    const DfSemantics *semantics = binding->info.semantics;
    const DfConv *conv = &binding->rows[row].conv;
    int source = df_row_source(net, row);
    switch (net->rows[row].op) {
    case DF_OP_INPUT: return df_semantics_inputs(semantics->input, binding->info.sketch).channels;
    case DF_OP_COARSE: return df_semantics_inputs(semantics->refined, 0).channels;
    case DF_OP_JOIN:
    case DF_OP_UP_JOIN: return channels[source] + channels[row - 1];
    case DF_OP_ATTENTION: return channels[source];
    default: return is_gated(binding, conv) ? conv->out / 2 : conv->out;
    }
}

int df_binding_bind(DfBinding *binding)
{
    const DfNet *net = binding->names->net;
    int channels[DF_MOST_ROWS], ret = 0;
    for (int row = 0; !ret && row < net->count; row++) {
        DfConv *conv = &binding->rows[row].conv;
        if (df_row_is_conv(&net->rows[row])) {
            *conv = df_semantics_conv(binding->info.semantics, row);
            conv->in = channels[df_row_source(net, row)];
            ret = bind_row(binding, row);
        }
        channels[row] = channels_after(binding, row, channels);
    }
    if (ret < 0)
        return ret;
    binding->info.cnum = binding->rows[df_binding_first(binding)].conv.out;
    binding->info.input_channels = channels[0];
    return check_bytes(binding);
}
