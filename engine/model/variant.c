/**
 * @file
 * The project that a checkpoint is of: recognised by tensors of that project alone, at any place of a tree of names.
 */
#include "model/binding.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------------------- recognition -- */

/** How long the prefix of a tensor's name is before that mark; -1 where the mark is not the name's end. */
static long prefix_length(const char *name, const char *mark)
{
    size_t length = strlen(name), end = strlen(mark);
    if (length < end || strcmp(name + length - end, mark))
        return -1;
    size_t prefix = length - end;
    return !prefix || name[prefix - 1] == '.' || name[prefix - 1] == '/' ? (long)prefix : -1;
}

/** The tensor with the shortest prefix before the mark, or NULL. */
static const DfTensor *find_mark(const DfWeights *weights, const char *mark, long *prefix)
{
    const DfTensor *found = NULL;
    for (size_t i = 0; i < weights->tensor_count; i++) {
        long length = prefix_length(weights->tensors[i].name, mark);
        if (length >= 0 && (!found || length < *prefix)) {
            found = &weights->tensors[i];
            *prefix = length;
        }
    }
    return found;
}

/** A second mark, so that a file that lacks a single tensor is told which. */
static const DfTensor *find_names(DfBinding *binding, long *prefix)
{
    for (int mark = 0; mark < 2; mark++)
        for (int i = 0; (binding->names = df_names_at(i)); i++) {
            const DfTensor *found = find_mark(binding->weights, binding->names->marks[mark], prefix);
            if (found)
                return found;
        }
    return NULL;
}

static int is_stranger(const DfStranger *stranger, const DfTensor *tensor)
{
    const char *mark = stranger->mark;
    return *mark == '*' ? strstr(tensor->name, mark + 1) != NULL : prefix_length(tensor->name, mark) >= 0;
}

/** "deepfill, official, ..." */
static void list_variants(const DfNet *net, char *text, size_t size)
{
    const DfNames *names;
    size_t at = 0;
    for (int i = 0; (names = df_names_at(i)); i++)
        if (names->net == net && at < size)
            at += snprintf(text + at, size - at, "%s%s", at ? ", " : "", names->variant);
}

static int refuse_stranger(const DfWeights *weights)
{
    const DfStranger *stranger;
    char deepfillv2[160], partialconv[160];
    if (!weights->tensor_count)
        return df_error(-EINVAL, "%s: holds no tensors", weights->name);
    for (int i = 0; (stranger = df_stranger_at(i)); i++)
        for (size_t j = 0; j < weights->tensor_count; j++)
            if (is_stranger(stranger, &weights->tensors[j]))
                return df_error(-EINVAL, "%s: %s", weights->name, stranger->what);
    list_variants(&df_deepfillv2, deepfillv2, sizeof deepfillv2);
    list_variants(&df_partialconv, partialconv, sizeof partialconv);
    return df_error(-EINVAL, "%s: names its tensors ('%.80s', ...) as no model that is known: neither a "
                    "DeepFillv2 (%s) nor a partial convolution (%s)", weights->name,
                    weights->tensors[0].name, deepfillv2, partialconv);
}

static int recognise(DfBinding *binding)
{
    long length = 0;
    const DfTensor *mark = find_names(binding, &length);
    if (!mark)
        return refuse_stranger(binding->weights);
    binding->prefix = df_strdup(mark->name);
    binding->name = df_alloc(length + DF_NAME_ROOM);
    if (!binding->prefix || !binding->name)
        return -ENOMEM;
    binding->prefix[length] = 0;
    binding->info.variant = binding->names->variant;
    binding->info.prefix = binding->prefix;
    return 0;
}

/* --------------------------------------------------------------------------------------- names -- */

const char *df_binding_name(DfBinding *binding, int row, enum DfRole role)
{
    size_t length = strlen(binding->prefix);
    memcpy(binding->name, binding->prefix, length);
    return df_names_tensor(binding->names, row, role, binding->name + length) ? binding->name : NULL;
}

const DfTensor *df_binding_find(DfBinding *binding, int row, enum DfRole role)
{
    const char *name = df_binding_name(binding, row, role);
    return name ? df_weights_find(binding->weights, name) : NULL;
}

int df_binding_first(const DfBinding *binding)
{
    int row = 0;
    while (!df_row_is_conv(&binding->names->net->rows[row]))
        row++;
    return row;
}

int df_binding_second(const DfBinding *binding)
{
    const DfNet *net = binding->names->net;
    return net->coarse < 0 ? -1 : net->coarse + 2; /* behind the row that makes its input */
}

int df_binding_last(const DfBinding *binding)
{
    return binding->names->net->count - 1;
}

/* -------------------------------------------------------------------------------------- public -- */

int df_binding_create(DfBinding **binding, const DfWeights *weights, const char *semantics)
{
    DfBinding *b = df_alloc(sizeof *b);
    if (!b)
        return -ENOMEM;
    b->weights = weights;
    int ret = recognise(b);
    if (!ret)
        ret = df_binding_choose(b, semantics);
    if (!ret)
        ret = df_binding_bind(b);
    if (ret < 0)
        df_binding_close(&b);
    else
        *binding = b;
    return ret;
}

void df_binding_close(DfBinding **binding)
{
    DfBinding *b = *binding;
    if (!b)
        return;
    df_free(b->prefix);
    df_free(b->name);
    df_free(b);
    *binding = NULL;
}

const DfBindingInfo *df_binding_info(const DfBinding *binding)
{
    return &binding->info;
}

DfConv df_binding_conv(const DfBinding *binding, int row)
{
    return binding->rows[row].conv;
}

int df_binding_has_norm(const DfBinding *binding, int row)
{
    const DfTensor *const *tensors = binding->rows[row].tensors;
    return tensors[DF_SCALE] || tensors[DF_NORM_WEIGHT];
}

int df_binding_uses(const DfBinding *binding, size_t index)
{
    const DfTensor *tensor = &binding->weights->tensors[index];
    for (int row = 0; row < binding->names->net->count; row++)
        for (int role = 0; role < DF_ROLES; role++)
            if (binding->rows[row].tensors[role] == tensor)
                return 1;
    return 0;
}
