/**
 * @file
 * `deepfill info`: what a checkpoint is, and what is in it.
 */
#include "cli/info.h"

#include <errno.h>
#include <stdio.h>

#include "base.h"
#include "cli/cli.h"
#include "model/binding.h"
#include "model/model.h"

enum Option { JSON = 256, SEMANTICS, TENSORS };

static const struct option options[] = {
    { "json", no_argument, NULL, JSON },
    { "semantics", required_argument, NULL, SEMANTICS },
    { "tensors", no_argument, NULL, TENSORS },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

const char *df_info_type(const DfTensor *tensor)
{
    static const char *const names[] = {
        [DF_F32] = "float32", [DF_F16] = "float16", [DF_BF16] = "bfloat16", [DF_OTHER_TYPE] = "other",
    };
    return names[tensor->type];
}

int df_info_uses(const DfInfo *info, size_t tensor)
{
    return info->checkpoint->binding && df_binding_uses(info->checkpoint->binding, tensor);
}

static int describe_files(DfInfo *info)
{
    const DfCheckpoint *checkpoint = info->checkpoint;
    const DfWeights *weights = checkpoint->weights;
    info->file_count = checkpoint->builtin ? 1 : weights->file_count;
    info->files = df_alloc(df_size_mul(info->file_count, sizeof *info->files));
    if (!info->files)
        return -ENOMEM;
    for (size_t i = 0; i < info->file_count; i++) {
        DfInfoFile *file = &info->files[i];
        const uint8_t *bytes = checkpoint->builtin ? checkpoint->builtin : weights->files[i].bytes;
        file->path = checkpoint->builtin ? checkpoint->name : weights->files[i].path;
        file->size = checkpoint->builtin ? checkpoint->builtin_size : weights->files[i].size;
        if (df_digest(file->digest, bytes, file->size) < 0)
            return -ENOMEM;
    }
    return 0;
}

/** What only a model tells: its parameters, and that every value is a number and every checksum fits. */
static int try_model(DfInfo *info, const char *semantics)
{
    DeepfillModel *model = NULL;
    DeepfillModelInfo about;
    int ret = df_model_load(&model, info->checkpoint->name, semantics);
    if (ret < 0)
        return ret;
    deepfill_model_info(model, &about);
    info->parameters = about.parameters;
    deepfill_model_close(&model);
    return 0;
}

static int describe(DfInfo *info, const DfCheckpoint *checkpoint, const char *semantics)
{
    int ret = describe_files(info);
    if (ret < 0 || !checkpoint->binding)
        return ret;
    const DfBindingInfo *about = df_binding_info(checkpoint->binding);
    df_binding_planes(about->semantics, about->order, about->sketch, info->input, sizeof info->input);
    return try_model(info, semantics);
}

static enum DfExit tell(const char *name, const char *semantics, int json, int tensors)
{
    DfCheckpoint checkpoint;
    DfInfo info = { .checkpoint = &checkpoint, .tensors = tensors };
    int ret = df_checkpoint_open(&checkpoint, name, semantics);
    char *words = ret < 0 ? df_strdup(deepfill_error()) : NULL;
    if (checkpoint.weights) {
        int undescribed = describe(&info, &checkpoint, semantics);
        if (undescribed < 0 && !ret) {
            ret = undescribed;
            words = df_strdup(deepfill_error());
        }
    }
    info.error = ret < 0 ? words ? words : "out of memory" : NULL;
    if (json)
        df_info_json(&info);
    else if (checkpoint.weights && df_info_text(&info) < 0)
        ret = -ENOMEM;
    if (ret < 0) {
        df_error_clear();
        df_error(ret, "%s", info.error ? info.error : "out of memory");
    }
    df_free(words);
    df_free(info.files);
    df_checkpoint_close(&checkpoint);
    return ret < 0 ? df_cli_failed() : DF_EXIT_DONE;
}

static enum DfExit run(int argc, char **argv)
{
    const char *semantics = NULL;
    int json = 0, tensors = 0, option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
        switch (option) {
        case JSON: json = 1; break;
        case SEMANTICS: semantics = optarg; break;
        case TENSORS: tensors = 1; break;
        case 'h': return df_cli_help(&df_command_info);
        default: return df_cli_unknown(&df_command_info);
        }
    if (argc - optind != 1)
        return df_cli_misused(&df_command_info, "takes one checkpoint, not %d", argc - optind);
    return tell(argv[optind], semantics, json, tensors);
}

const DfCommand df_command_info = {
    .name = "info",
    .arguments = "FILE [OPTION]...",
    .summary = "tell what a checkpoint is and what is in it",
    .help =
        "Tells a checkpoint's container, whose network it holds and how that works, which tensors are used\n"
        "and which are not, what is missing, and the SHA-256 of its files. FILE is a safetensors, PyTorch\n"
        "(.pth, .pt) or TensorFlow checkpoint (its prefix, .index, or folder), or a built-in model's name\n"
        "(small).\n"
        "The exit status is 1 where it is no model that is known.\n"
        "\n"
        "      --tensors         list every tensor: its name, shape and type, and whether it is used\n"
        "      --json            the same, always with every tensor, as JSON\n"
        "      --semantics NAME  take it as if it were NAME's, or its colours as rgb or bgr, or both:\n"
        "                        NAME+rgb; NAME: official, stride, nipponjo_tf, nipponjo, mmagic,\n"
        "                        csqiangwen, naoto0804, pconv_mmagic, auto (default: as its own project)\n"
        "  -h, --help            show this\n",
    .run = run,
};
