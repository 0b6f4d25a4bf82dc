/**
 * @file
 * The metadata by which a file names its semantics.
 */
#include "model/metadata.h"

#include <errno.h>
#include <string.h>

/* How a file's metadata call a semantics' sampling; the first is what a file without metadata is. */
static const struct {
    const char *downsample, *semantics;
} known[] = {
    { "aligned", "official" },
    { "stride", "stride" },
};

/* Metadata of which one value is known: the others would be other networks. */
static const struct {
    const char *key, *value;
} fixed[] = {
    { "architecture", "deepfillv2" },
    { "padding", "same" },
    { "upsample", "nearest" },
    { "fuse", "1" },
};

/* Planes of the first stage's input. */
static const struct {
    const char *planes;
    int channels;
    enum DfOrder order;
} inputs[] = {
    { "rgb,ones,mask", 5, DF_RGB },
    { "bgr,ones,mask", 5, DF_BGR },
    { "rgb,sketch,ones,mask", 6, DF_RGB },
    { "bgr,sketch,ones,mask", 6, DF_BGR },
};

static int refuse(const DfWeights *weights, const char *key, const char *value, const char *expected)
{
    return df_error(-EINVAL, "%s: its metadata say '%s' is '%.40s', expected %s", weights->name, key, value,
                    expected);
}

static int check_fixed(const DfWeights *weights)
{
    for (size_t i = 0; i < DF_COUNT(fixed); i++) {
        const char *value = df_weights_meta(weights, fixed[i].key);
        if (value && strcmp(value, fixed[i].value))
            return refuse(weights, fixed[i].key, value, fixed[i].value);
    }
    return 0;
}

static int find_sampling(const DfWeights *weights, const DfSemantics **semantics)
{
    const char *value = df_weights_meta(weights, "downsample");
    *semantics = df_semantics_find(known[0].semantics);
    for (size_t i = 0; value && i < DF_COUNT(known); i++)
        if (!strcmp(value, known[i].downsample)) {
            *semantics = df_semantics_find(known[i].semantics);
            return 0;
        }
    return value ? refuse(weights, "downsample", value, "aligned or stride") : 0;
}

static int find_order(const DfWeights *weights, int input_channels, enum DfOrder *order)
{
    const char *value = df_weights_meta(weights, "input");
    for (size_t i = 0; value && i < DF_COUNT(inputs); i++)
        if (!strcmp(value, inputs[i].planes) && inputs[i].channels == input_channels) {
            *order = inputs[i].order;
            return 0;
        }
    if (!value)
        return 0;
    return refuse(weights, "input", value,
                  input_channels == 6 ? "rgb,sketch,ones,mask or bgr,sketch,ones,mask"
                                      : "rgb,ones,mask or bgr,ones,mask");
}

int df_metadata_recognise(const DfWeights *weights, int input_channels, const DfSemantics **semantics,
                          enum DfOrder *order)
{
    int error = check_fixed(weights);
    if (!error)
        error = find_sampling(weights, semantics);
    if (error < 0)
        return error;
    *order = df_semantics_order(*semantics);
    return find_order(weights, input_channels, order);
}
