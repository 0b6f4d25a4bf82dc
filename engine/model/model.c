/**
 * @file
 * Models: opened from a name, their weights prepared, counted, closed.
 */
#include "model/builtin.h"
#include "model/internal.h"
#include "model/variant.h"
#include "sized.h"

#include <errno.h>
#include <string.h>

/* --------------------------------------------------------------------------------------- weights -- */

/** Floats that a row's weights and biases take, rounded up so that each row is aligned. */
static size_t row_room(const DfConv *conv)
{
    return df_size_align((df_conv_prepared(conv) + conv->out) * sizeof(float)) / sizeof(float);
}

/** Floats of a row as they are read: weights, then factor and summand of a normalisation. */
static size_t raw_room(const DfConv *conv)
{
    return df_conv_weights(conv) + 2 * conv->out;
}

/** Read one row; `raw` has raw_room(). Writes prepared weights and biases to `memory`. */
static int prepare_row(DfConv *conv, const DfBinding *binding, int row, float *memory, float *raw)
{
    float *bias = memory + df_conv_prepared(conv);
    DfRowValues values = { .weight = raw, .bias = bias };
    int norm = df_binding_has_norm(binding, row);
    if (norm) {
        values.scale = raw + df_conv_weights(conv);
        values.shift = values.scale + conv->out;
    }
    int ret = df_binding_read(binding, row, &values);
    if (ret < 0)
        return ret;
    if (norm)
        df_partial_fold(conv, raw, bias, values.scale, values.shift);
    df_conv_prepare(conv, memory, raw);
    conv->weight = memory;
    conv->bias = bias;
    return 0;
}

static int prepare(DeepfillModel *model, const DfBinding *binding)
{
    const DfNet *net = model->semantics->net;
    size_t room = 0, most = 0;
    for (int row = 0; row < net->count; row++)
        if (df_row_is_conv(&net->rows[row])) {
            DfConv *conv = &model->convs[row];
            *conv = df_binding_conv(binding, row);
            conv->method = df_conv_choose(conv);
            model->blas |= conv->method == DF_METHOD_DIRECT;
            model->parameters += df_conv_weights(conv) + conv->out;
            room += row_room(conv);
            most = DF_MAX(most, raw_room(conv));
        }
    float *raw = df_alloc(most * sizeof *raw);
    float *memory = model->memory = df_alloc(room * sizeof *memory);
    int ret = raw && memory ? 0 : -ENOMEM;
    for (int row = 0; !ret && row < net->count; row++)
        if (df_row_is_conv(&net->rows[row])) {
            ret = prepare_row(&model->convs[row], binding, row, memory, raw);
            memory += row_room(&model->convs[row]);
        }
    df_free(raw);
    return ret;
}

static int understand(DeepfillModel *model, const DfWeights *weights, const char *semantics)
{
    DfBinding *binding = NULL;
    int ret = df_binding_create(&binding, weights, semantics);
    if (ret < 0)
        return ret;
    const DfBindingInfo *info = df_binding_info(binding);
    model->container = weights->container;
    model->variant = info->variant;
    model->semantics = info->semantics;
    model->input = df_semantics_inputs(info->semantics->input, info->sketch);
    model->refined = df_semantics_inputs(info->semantics->refined, 0);
    model->range = df_semantics_range(info->semantics, info->order);
    model->direct = df_is_direct();
    model->sketch = info->sketch;
    model->cnum = info->cnum;
    model->size = info->size;
    ret = prepare(model, binding);
    df_binding_close(&binding);
    return ret;
}

/* ---------------------------------------------------------------------------------------- public -- */

int deepfill_model_exists(const char *name)
{
    df_error_clear();
    if (!name || !*name)
        return df_error(-EINVAL, "no model is named: expected %s or a checkpoint file", df_builtin_names());
    int ret = df_builtin_find(name) ? 0 : df_weights_exist(name);
    if (ret < 0)
        return df_error(ret, "model '%s' is neither built in (%s) nor a readable file: %s", name,
                        df_builtin_names(), strerror(-ret));
    return 0;
}

int df_model_open_weights(DfWeights **weights, const char *name)
{
    const DfBuiltin *builtin = df_builtin_find(name);
    if (builtin)
        return df_weights_parse(weights, name, builtin->begin, builtin->end - builtin->begin);
    return df_weights_open(weights, name);
}

int df_model_load(DeepfillModel **model, const char *name, const char *semantics)
{
    DfWeights *weights = NULL;
    DeepfillModel *m = NULL;
    int ret = df_model_open_weights(&weights, name);
    if (ret < 0)
        goto fail;
    ret = -ENOMEM;
    m = df_alloc(sizeof *m);
    if (!m)
        goto fail;
    atomic_init(&m->references, 1);
    m->name = df_strdup(name);
    if (!m->name)
        goto fail;
    ret = understand(m, weights, semantics);
    if (ret < 0)
        goto fail;
    df_weights_close(&weights);
    *model = m;
    return 0;
fail:
    df_weights_close(&weights);
    deepfill_model_close(&m);
    return ret;
}

/** df_model_try() tries files alone: tests cover the built-in models. */
int deepfill_model_open(DeepfillModel **model, const char *name, const char *semantics)
{
    DeepfillModel *m = NULL;
    int ret = deepfill_model_exists(name);
    if (!ret && !model)
        ret = df_error(-EINVAL, "no place for the model was given");
    if (!ret)
        ret = df_model_load(&m, name, semantics);
    if (!ret && !df_builtin_find(name))
        ret = df_model_try(m);
    if (ret < 0)
        deepfill_model_close(&m);
    else
        *model = m;
    return ret;
}

void deepfill_model_info_sized(const DeepfillModel *model, DeepfillModelInfo *info, size_t size)
{
    DeepfillModelInfo own = {
        .name = model->name,
        .container = model->container,
        .variant = model->variant,
        .semantics = model->semantics->name,
        .cnum = model->cnum,
        .input_channels = model->input.channels,
        .sketch = model->sketch,
        .alignment = model->semantics->alignment,
        .least_side = model->semantics->least_side,
        .size = model->size,
        .parameters = model->parameters,
    };

    df_sized_give(info, size, &own, sizeof own);
}

const DfSemantics *df_model_semantics(const DeepfillModel *model)
{
    return model->semantics;
}

int df_model_uses_blas(const DeepfillModel *model)
{
    return model->blas;
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
