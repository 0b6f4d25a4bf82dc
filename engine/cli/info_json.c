/**
 * @file
 * What is known of a checkpoint, for programs.
 */
#include "cli/info.h"
#include "cli/text.h"

static void put_network(DfJsonOut *json, const DfInfo *info)
{
    const DfBindingInfo *about = df_binding_info(info->checkpoint->binding);
    df_json_text(json, "variant", about->variant);
    df_json_text(json, "prefix", about->prefix);
    df_json_text(json, "network", about->semantics->net->name);
    df_json_text(json, "semantics", about->semantics->name);
    df_json_text(json, "colours", about->order == DF_BGR ? "bgr" : "rgb");
    df_json_number(json, "width", about->cnum);
    df_json_text(json, "input", info->input);
    df_json_number(json, "input_channels", about->input_channels);
    df_json_bool(json, "sketch", about->sketch);
    df_json_number(json, "alignment", about->semantics->alignment);
    df_json_number(json, "least_side", about->semantics->least_side);
    df_json_number(json, "size", about->size);
    if (!info->error)
        df_json_number(json, "parameters", info->parameters);
}

static void put_tensor(DfJsonOut *json, const DfInfo *info, size_t i)
{
    const DfTensor *tensor = &info->checkpoint->weights->tensors[i];
    df_json_open(json, NULL, '{');
    df_json_text(json, "name", tensor->name);
    df_json_text(json, "type", df_info_type(tensor));
    df_json_open(json, "shape", '[');
    for (int d = 0; d < tensor->rank; d++)
        df_json_number(json, NULL, tensor->shape[d]);
    df_json_close(json, ']');
    df_json_bool(json, "used", df_info_uses(info, i));
    df_json_close(json, '}');
}

static void put_weights(DfJsonOut *json, const DfInfo *info)
{
    const DfWeights *weights = info->checkpoint->weights;
    df_json_open(json, "metadata", '{');
    for (size_t i = 0; i < weights->meta_count; i++)
        df_json_text(json, weights->meta[i].key, weights->meta[i].value);
    df_json_close(json, '}');
    df_json_open(json, "tensors", '[');
    for (size_t i = 0; i < weights->tensor_count; i++)
        put_tensor(json, info, i);
    df_json_close(json, ']');
    df_json_open(json, "files", '[');
    for (size_t i = 0; info->files && i < info->file_count; i++) {
        df_json_open(json, NULL, '{');
        df_json_text(json, "path", info->files[i].path);
        df_json_number(json, "bytes", info->files[i].size);
        df_json_text(json, "sha256", info->files[i].digest);
        df_json_close(json, '}');
    }
    df_json_close(json, ']');
}

int df_info_json(const DfInfo *info)
{
    DfJsonOut json = { .to = stdout };
    df_json_open(&json, NULL, '{');
    df_json_text(&json, "name", info->checkpoint->name);
    df_json_text(&json, "error", info->error);
    if (info->checkpoint->weights)
        df_json_text(&json, "container", info->checkpoint->weights->container);
    if (info->checkpoint->binding)
        put_network(&json, info);
    if (info->checkpoint->weights)
        put_weights(&json, info);
    df_json_close(&json, '}');
    return 0;
}
