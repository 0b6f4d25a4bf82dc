/**
 * @file
 * For tests: checkpoints with the names and layouts of any project, in memory. A value follows from the row
 * and the place that it has in this project's own form, wherever in the file it lies.
 */
#ifndef TESTS_FOREIGN_FILE_H
#define TESTS_FOREIGN_FILE_H

#include "model/names.h"
#include "model_file.h"
#include "weights/weights.h"

/** What is to be written. */
typedef struct Foreign {
    const DfNames *names;
    const DfSemantics *semantics;
    int cnum, sketch;
    const char *prefix;   /**< in front of all names */
    const char *metadata; /**< JSON; NULL: none */
    const char *more;     /**< the name of a tensor of one value beside the others; NULL: none */
} Foreign;

/** The names of that project for that network. */
static inline const DfNames *foreign_names(const char *variant, const DfNet *net)
{
    for (int i = 0; df_names_at(i); i++)
        if (!strcmp(df_names_at(i)->variant, variant) && df_names_at(i)->net == net)
            return df_names_at(i);
    abort();
}

/** What a project writes when nothing else is asked for. */
static inline Foreign foreign_of(const DfNames *names)
{
    return (Foreign){ .names = names, .semantics = df_semantics_find(names->semantics), .cnum = 8,
                      .prefix = "" };
}

static inline int foreign_is_split(const DfNames *names)
{
    return names->parts[DF_GATE_WEIGHT] != NULL;
}

static inline int foreign_is_weight(enum DfRole role)
{
    return role == DF_WEIGHT || role == DF_GATE_WEIGHT;
}

/** Roles of the gate have the channels behind those of the feature: role and channel as if they were one. */
static inline enum DfRole foreign_role(enum DfRole role)
{
    switch (role) {
    case DF_GATE_WEIGHT: return DF_WEIGHT;
    case DF_GATE_BIAS: return DF_BIAS;
    case DF_GATE_U: return DF_U;
    default: return role;
    }
}

static inline int foreign_is_gate(enum DfRole role)
{
    return foreign_role(role) != role;
}

/** The value at (out, in, ky * kernel + kx); a variance is above 0. */
static inline float foreign_value(int row, enum DfRole role, int out, int in, int k)
{
    uint32_t seed = (((uint32_t)row * 16 + role) * 1031 + out) * 2053 + in * 53 + k;
    seed = (seed ^ seed >> 15) * 0x2c1b3c6du;
    seed = (seed ^ seed >> 12) * 0x297a2d39u;
    seed ^= seed >> 15;
    float value = ((float)(seed >> 8) / (1 << 23) - 1) / 4;
    return role == DF_NORM_VARIANCE ? value + 0.5f : value;
}

/** Whether the file has such a tensor: rows at the ends have a bias where others have a normalisation. */
static inline int foreign_has(const Foreign *f, int row, enum DfRole role)
{
    const DfNet *net = f->names->net;
    char name[DF_NAME_ROOM];
    int at_end = row == 1 || row == net->count - 1;
    if (!df_names_tensor(f->names, row, role, name))
        return 0;
    if (net == &df_deepfillv2 || role == DF_WEIGHT)
        return 1;
    return (role == DF_BIAS) == at_end;
}

static inline void foreign_put(float **at, const Foreign *f, int row, enum DfRole role, const DfConv *conv)
{
    int out = conv->out >> foreign_is_split(f->names), first = foreign_is_gate(role) ? out : 0;
    int in = foreign_is_weight(role) ? conv->in : 1;
    int area = foreign_is_weight(role) ? conv->kernel * conv->kernel : 1;
    for (int i = 0; i < out * in * area; i++) {
        int o = i / (in * area), c = i / area % in, k = i % area;
        if (f->names->hwio) { /* [k][in][out] */
            k = i / (in * out);
            c = i / out % in;
            o = i % out;
        }
        *(*at)++ = foreign_value(row, foreign_role(role), first + o, c, k);
    }
}

static inline void foreign_describe(ModelHeader *header, const Foreign *f, int row, enum DfRole role,
                                    const DfConv *conv)
{
    int out = conv->out >> foreign_is_split(f->names), k = conv->kernel;
    char name[DF_NAME_ROOM], shape[64];
    size_t count = out;
    df_names_tensor(f->names, row, role, name);
    snprintf(shape, sizeof shape, "%d", out);
    if (foreign_is_weight(role)) {
        count *= conv->in * k * k;
        if (f->names->hwio)
            snprintf(shape, sizeof shape, "%d,%d,%d,%d", k, k, conv->in, out);
        else
            snprintf(shape, sizeof shape, "%d,%d,%d,%d", out, conv->in, k, k);
    }
    header->length += snprintf(header->text + header->length, sizeof header->text - header->length,
                               "%s\"%s%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}",
                               header->length > 1 ? "," : "", f->prefix, name, shape, header->end,
                               header->end + 4 * count);
    header->end += 4 * count;
}

/** The whole file. */
static inline ModelFile foreign_file(const Foreign *f)
{
    const DfNet *net = f->names->net;
    ModelHeader *header = calloc(1, sizeof *header);
    float *values = malloc(64 << 20), *at = values;
    header->length = snprintf(header->text, sizeof header->text, "{%s%s",
                              f->metadata ? "\"__metadata__\":" : "", f->metadata ? f->metadata : "");
    for (int row = 0; row < net->count; row++) {
        if (!df_row_is_conv(&net->rows[row]))
            continue;
        DfConv conv = df_semantics_conv_of(f->semantics, row, f->cnum, f->sketch);
        for (int role = 0; role < DF_ROLES; role++)
            if (foreign_has(f, row, role)) {
                foreign_describe(header, f, row, role, &conv);
                foreign_put(&at, f, row, role, &conv);
            }
    }
    if (f->more) {
        *at = 1;
        header->length += snprintf(header->text + header->length, sizeof header->text - header->length,
                                   ",\"%s\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%zu,%zu]}",
                                   f->more, header->end, header->end + 4);
        header->end += 4;
    }
    snprintf(header->text + header->length, sizeof header->text - header->length, "}");
    model_file_little(values, header->end / 4);
    ModelFile file = model_file_join(header->text, values, header->end);
    free(values);
    free(header);
    return file;
}

/** Weights of a file that is in memory; the test fails where it is not understood. */
static inline DfWeights *foreign_weights(ModelFile file)
{
    DfWeights *weights = NULL;
    df_error_clear();
    if (df_weights_parse(&weights, "FILE", file.bytes, file.size) < 0) {
        fprintf(stderr, "%s\n", df_error_text());
        abort();
    }
    return weights;
}

#endif
