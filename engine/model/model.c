/**
 * @file
 * Models: opened from a name, their tensors checked against the table and prepared, counted, closed.
 */
#include "model/builtin.h"
#include "model/internal.h"
#include "model/metadata.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAST_CNUM 4
#define MOST_CNUM 64
/* Where a file does not tell: the size that the published models were shown at. */
#define DEFAULT_SIZE 512

/* ------------------------------------------------------------------------------------- tensors -- */

/* A tensor of this name and shape, or NULL with the cause recorded. */
static const DfTensor *expect(const DfWeights *weights, const char *row, const char *part,
                              const uint64_t *shape, int rank)
{
    char name[64], expected[96], found[160];
    snprintf(name, sizeof name, "%s.%s", row, part);
    df_tensor_shape_text(expected, sizeof expected, shape, rank);
    const DfTensor *tensor = df_weights_find(weights, name);
    if (!tensor) {
        df_error(-EINVAL, "%s: lacks tensor '%s' (%s): no DeepFillv2 model", weights->name, name, expected);
        return NULL;
    }
    if (tensor->rank != rank || memcmp(tensor->shape, shape, rank * sizeof *shape)) {
        df_tensor_shape_text(found, sizeof found, tensor->shape, tensor->rank);
        df_error(-EINVAL, "%s: tensor '%s' is %s, expected %s", weights->name, name, found, expected);
        return NULL;
    }
    return tensor;
}

/* Read one row's tensors; `raw` has room for its weights. Writes prepared weights and biases to `memory`. */
static int bind_row(DfConv *conv, const DfWeights *weights, const char *row, float *memory, float *raw)
{
    uint64_t shape[] = { conv->out, conv->in, conv->kernel, conv->kernel };
    const DfTensor *weight = expect(weights, row, "weight", shape, 4);
    const DfTensor *bias = weight ? expect(weights, row, "bias", shape, 1) : NULL;
    if (!bias || df_tensor_read(weights, weight, raw) < 0)
        return -EINVAL;
    df_conv_prepare(conv, memory, raw);
    conv->weight = memory;
    memory += df_conv_weights(conv);
    conv->bias = memory;
    return df_tensor_read(weights, bias, memory);
}

/* Floats that a row's weights and biases take, rounded up so that each row is aligned. */
static size_t row_room(const DfConv *conv)
{
    return df_size_align((df_conv_weights(conv) + conv->out) * sizeof(float)) / sizeof(float);
}

static int bind(DeepfillModel *model, const DfWeights *weights)
{
    const DfNet *net = model->semantics->net;
    int sketch = model->input.channels == 6;
    size_t room = 0, most = 0;
    for (int row = 0; row < net->count; row++)
        if (df_row_is_conv(&net->rows[row])) {
            DfConv *conv = &model->convs[row];
            *conv = df_semantics_conv_of(model->semantics, row, model->cnum, sketch);
            model->parameters += df_conv_weights(conv) + conv->out;
            room += row_room(conv);
            most = DF_MAX(most, df_conv_weights(conv));
        }
    float *raw = df_alloc(most * sizeof *raw);
    float *memory = model->memory = df_alloc(room * sizeof *memory);
    int error = raw && memory ? 0 : -ENOMEM;
    for (int row = 0; !error && row < net->count; row++)
        if (df_row_is_conv(&net->rows[row])) {
            error = bind_row(&model->convs[row], weights, net->rows[row].name, memory, raw);
            memory += row_room(&model->convs[row]);
        }
    df_free(raw);
    return error;
}

/* ------------------------------------------------------------------------------------ properties -- */

/* Width and input channels are those of the first convolution. */
static int find_width(DeepfillModel *model, const DfWeights *weights, int *input_channels)
{
    const DfTensor *first = df_weights_find(weights, "conv1.weight");
    if (!first || first->rank != 4)
        return df_error(-EINVAL, "%s: lacks tensor 'conv1.weight' of four dimensions: no DeepFillv2 model",
                        weights->name);
    if (first->shape[0] < LEAST_CNUM || first->shape[0] > MOST_CNUM || first->shape[0] % 4)
        return df_error(-EINVAL, "%s: tensor 'conv1.weight' has %llu output channels, expected a multiple of "
                        "4 in %d..%d", weights->name, (unsigned long long)first->shape[0], LEAST_CNUM,
                        MOST_CNUM);
    if (first->shape[1] != 5 && first->shape[1] != 6)
        return df_error(-EINVAL, "%s: tensor 'conv1.weight' has %llu input channels, expected 5 or 6",
                        weights->name, (unsigned long long)first->shape[1]);
    model->cnum = first->shape[0];
    *input_channels = first->shape[1];
    return 0;
}

static int find_size(DeepfillModel *model, const DfWeights *weights)
{
    const char *text = df_weights_meta(weights, "size");
    char *end;
    model->size = DEFAULT_SIZE;
    if (!text)
        return 0;
    long size = strtol(text, &end, 10);
    if (end == text || *end || size < model->semantics->least_side || size > 4096)
        return df_error(-EINVAL, "%s: its metadata say 'size' is '%.40s', expected %d..4096", weights->name,
                        text, model->semantics->least_side);
    model->size = size;
    return 0;
}

static int understand(DeepfillModel *model, const DfWeights *weights)
{
    enum DfOrder order;
    int channels = 0, error = find_width(model, weights, &channels);
    if (!error)
        error = df_metadata_recognise(weights, channels, &model->semantics, &order);
    if (!error)
        error = find_size(model, weights);
    if (error < 0)
        return error;
    model->input = df_semantics_inputs(model->semantics->input, channels == 6);
    model->refined = df_semantics_inputs(model->semantics->refined, 0);
    model->range = df_semantics_range(model->semantics, order);
    return bind(model, weights);
}

/* ---------------------------------------------------------------------------------------- public -- */

int deepfill_model_exists(const char *name)
{
    struct stat status;
    df_error_clear();
    if (!name || !*name)
        return df_error(-EINVAL, "no model is named: expected %s or a safetensors file", df_builtin_names());
    if (df_builtin_find(name))
        return 0;
    if (stat(name, &status) < 0 || access(name, R_OK) < 0)
        return df_error(-errno, "model '%s' is neither built in (%s) nor a readable file: %s", name,
                        df_builtin_names(), strerror(errno));
    if (!S_ISREG(status.st_mode))
        return df_error(-EINVAL, "%s: is not a regular file", name);
    return 0;
}

static int open_weights(DfWeights **weights, const char *name)
{
    const DfBuiltin *builtin = df_builtin_find(name);
    if (builtin)
        return df_weights_parse(weights, name, builtin->begin, builtin->end - builtin->begin);
    return df_weights_open(weights, name);
}

int deepfill_model_open(DeepfillModel **model, const char *name)
{
    DfWeights *weights = NULL;
    DeepfillModel *m = NULL;
    int error = deepfill_model_exists(name);
    if (error < 0)
        return error;
    if (!model)
        return df_error(-EINVAL, "no place for the model was given");
    error = open_weights(&weights, name);
    if (error < 0)
        goto fail;
    error = -ENOMEM;
    m = df_alloc(sizeof *m);
    if (!m)
        goto fail;
    atomic_init(&m->references, 1);
    m->name = df_strdup(name);
    if (!m->name)
        goto fail;
    error = understand(m, weights);
    if (error < 0)
        goto fail;
    df_weights_close(&weights);
    *model = m;
    return 0;
fail:
    df_weights_close(&weights);
    deepfill_model_close(&m);
    return error;
}

static int takes_sketch(const DeepfillModel *model)
{
    for (int i = 0; i < model->input.count; i++)
        if (model->input.list[i] == DF_INPUT_SKETCH)
            return 1;
    return 0;
}

void deepfill_model_info(const DeepfillModel *model, DeepfillModelInfo *info)
{
    *info = (DeepfillModelInfo){
        .name = model->name,
        .semantics = model->semantics->name,
        .cnum = model->cnum,
        .input_channels = model->input.channels,
        .sketch = takes_sketch(model),
        .alignment = model->semantics->alignment,
        .least_side = model->semantics->least_side,
        .size = model->size,
        .parameters = model->parameters,
    };
}

const DfSemantics *df_model_semantics(const DeepfillModel *model)
{
    return model->semantics;
}

enum DfOrder df_model_order(const DeepfillModel *model)
{
    return model->range.order;
}

DeepfillModel *df_model_ref(DeepfillModel *model)
{
    atomic_fetch_add(&model->references, 1);
    return model;
}

void deepfill_model_close(DeepfillModel **model)
{
    DeepfillModel *m = model ? *model : NULL;
    if (!m)
        return;
    *model = NULL;
    if (atomic_fetch_sub(&m->references, 1) > 1)
        return;
    df_free(m->memory);
    df_free(m->name);
    df_free(m);
}
