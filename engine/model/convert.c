/**
 * @file
 * A network's rows, read as they are used, to a file of ours.
 */
#include "model/convert.h"
#include "model/binding.h"
#include "weights/write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Weight, bias, scale and shift of a row. */
#define MOST_PARTS 4

/** The tensors while they are gathered. */
typedef struct Gathered {
    DfOutTensor tensors[MOST_PARTS * DF_MOST_ROWS];
    char names[MOST_PARTS * DF_MOST_ROWS][40];
    size_t count;
    float *values, *end; /* of all tensors, one after another, and where the next ones go */
} Gathered;

static size_t row_values(const DfBinding *binding, int row)
{
    const DfConv *conv = &binding->rows[row].conv;
    return df_conv_weights(conv) + (MOST_PARTS - 1) * (size_t)conv->out;
}

/** Room for a tensor's values, of so many dimensions of the shape. */
static float *add(Gathered *g, const char *row, const char *part, const uint64_t *shape, int rank)
{
    DfOutTensor *tensor = &g->tensors[g->count];
    char *name = g->names[g->count++];
    float *values = g->end;
    size_t count = 1;
    snprintf(name, sizeof g->names[0], "%s.%s", row, part);
    *tensor = (DfOutTensor){ .name = name, .rank = rank, .values = values };
    for (int i = 0; i < rank; i++)
        count *= tensor->shape[i] = shape[i];
    g->end += count;
    return values;
}

static int gather_row(Gathered *g, const DfBinding *binding, int row)
{
    const DfBoundRow *bound = &binding->rows[row];
    const DfConv *conv = &bound->conv;
    const char *name = binding->names->net->rows[row].name;
    uint64_t shape[] = { conv->out, conv->in, conv->kernel, conv->kernel };
    DfRowValues values = { .weight = add(g, name, "weight", shape, 4) };
    if (bound->tensors[DF_BIAS])
        values.bias = add(g, name, "bias", shape, 1);
    if (df_binding_has_norm(binding, row)) {
        values.scale = add(g, name, "scale", shape, 1);
        values.shift = add(g, name, "shift", shape, 1);
    }
    return df_binding_read(binding, row, &values);
}

static int gather(Gathered *g, const DfBinding *binding)
{
    const DfNet *net = binding->names->net;
    size_t room = 0;
    for (int row = 0; row < net->count; row++)
        if (df_row_is_conv(&net->rows[row]))
            room += row_values(binding, row);
    g->values = g->end = df_alloc(df_size_mul(room, sizeof *g->values));
    int ret = g->values ? 0 : -ENOMEM;
    for (int row = 0; !ret && row < net->count; row++)
        if (df_row_is_conv(&net->rows[row]))
            ret = gather_row(g, binding, row);
    return ret;
}

static int save(const Gathered *g, const DfBinding *binding, const char *path, int f16)
{
    const DfBindingInfo *info = &binding->info;
    char input[40], size[16], architecture[32], semantics[32];
    const DfMeta meta[] = {
        { "architecture", architecture }, { "input", input }, { "semantics", semantics }, { "size", size },
    };
    snprintf(architecture, sizeof architecture, "%s", binding->names->net->name);
    snprintf(semantics, sizeof semantics, "%s", info->semantics->name);
    snprintf(size, sizeof size, "%d", info->size);
    df_binding_planes(info->semantics, info->order, info->sketch, input, sizeof input);
    DfOutFile file = { .tensors = g->tensors, .tensor_count = g->count, .meta = meta,
                       .meta_count = DF_COUNT(meta), .f16 = f16 };
    return df_safetensors_write(path, &file);
}

int df_convert(const DfBinding *binding, const char *path, int f16)
{
    Gathered *g = df_alloc(sizeof *g);
    if (!g)
        return -ENOMEM;
    int ret = gather(g, binding);
    if (!ret)
        ret = save(g, binding, path, f16);
    df_free(g->values);
    df_free(g);
    return ret;
}
