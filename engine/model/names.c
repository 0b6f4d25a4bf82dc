/**
 * @file
 * The projects' names as tables.
 */
#include "model/names.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------------------- DeepFillv2 -- */

static const DfLayerNames nipponjo[] = {
    { "stage1.conv", 1, 1 },
    { "stage1.down_block1.conv1_downsample", 0, 0 },
    { "stage1.down_block1.conv", 2, 2 },
    { "stage1.down_block2.conv1_downsample", 0, 0 },
    { "stage1.down_block2.conv", 2, 2 },
    { "stage1.conv_bn", 1, 7 },
    { "stage1.up_block1.conv1_upsample", 0, 0 },
    { "stage1.up_block1.conv", 2, 2 },
    { "stage1.up_block2.conv1_upsample", 0, 0 },
    { "stage1.up_block2.conv", 2, 2 },
    { "stage1.conv_to_rgb", 0, 0 },
    { "stage2.conv_conv", 1, 1 },
    { "stage2.conv_down_block1.conv1_downsample", 0, 0 },
    { "stage2.conv_down_block1.conv", 2, 2 },
    { "stage2.conv_down_block2.conv1_downsample", 0, 0 },
    { "stage2.conv_down_block2.conv", 2, 2 },
    { "stage2.conv_conv_bn", 1, 5 },
    { "stage2.ca_conv", 1, 1 },
    { "stage2.ca_down_block1.conv1_downsample", 0, 0 },
    { "stage2.ca_down_block1.conv", 2, 2 },
    { "stage2.ca_down_block2.conv1_downsample", 0, 0 },
    { "stage2.ca_down_block2.conv", 2, 2 },
    { "stage2.ca_conv_bn", 1, 1 },
    { "stage2.ca_conv_bn", 4, 5 },
    { "stage2.conv_bn", 6, 7 },
    { "stage2.up_block1.conv1_upsample", 0, 0 },
    { "stage2.up_block1.conv", 2, 2 },
    { "stage2.up_block2.conv1_upsample", 0, 0 },
    { "stage2.up_block2.conv", 2, 2 },
    { "stage2.conv_to_rgb", 0, 0 },
};

static const DfLayerNames mmagic[] = {
    { "stage1.encoder.enc", 1, 6 },
    { "stage1.dilation_neck.dilation_convs.", 0, 3 },
    { "stage1.decoder.dec", 1, 7 },
    { "stage2.encoder_conv.enc", 1, 6 },
    { "stage2.dilation_neck.dilation_convs.", 0, 3 },
    { "stage2.encoder_attention.enc", 1, 6 },
    { "stage2.contextual_attention_neck.conv", 1, 2 },
    { "stage2.decoder.dec", 1, 7 },
};

static const DfLayerNames yangyu12[] = {
    { "coarse_network.", 0, 16 },
    { "refinement_conv_branch.", 0, 9 },
    { "refinement_ctx_branch_1.", 0, 5 },
    { "refinement_ctx_branch_2.", 0, 1 },
    { "refinement_decoder.", 0, 6 },
};

static const DfLayerNames csqiangwen[] = {
    { "coarse.", 0, 16 },
    { "refine_conv.", 0, 9 },
    { "refine_atten_1.", 0, 5 },
    { "refine_atten_2.", 0, 1 },
    { "refine_combine.", 0, 6 },
};

/* ------------------------------------------------------------------------- partial convolution -- */

static const DfLayerNames naoto0804[] = {
    { "enc_", 1, 7 },
    { "dec_", 7, 1 },
};

static const DfLayerNames pconv_mmagic[] = {
    { "encoder.enc", 1, 7 },
    { "decoder.dec", 7, 1 },
};

/* ---------------------------------------------------------------------------------- the table -- */

static const DfNames known[] = {
    {
        .variant = "deepfill", .net = &df_deepfillv2, .semantics = "official", .own = 1, .sketch = 1,
        .marks = { "xconv1.weight", "allconv17.weight" }, .every = "*",
        .parts = { [DF_WEIGHT] = ".weight", [DF_BIAS] = ".bias" },
    },
    {
        .variant = "official", .net = &df_deepfillv2, .semantics = "official", .sketch = 1, .hwio = 1,
        .marks = { "inpaint_net/xconv1/kernel", "inpaint_net/allconv17/kernel" }, .every = "inpaint_net/*",
        .parts = { [DF_WEIGHT] = "/kernel", [DF_BIAS] = "/bias" },
        .up_parts = { [DF_WEIGHT] = "/*_conv/kernel", [DF_BIAS] = "/*_conv/bias" },
    },
    {
        .variant = "nipponjo_tf", .net = &df_deepfillv2, .semantics = "nipponjo_tf",
        .marks = { "xconv1.conv.weight", "allconv17.conv.weight" }, .every = "*",
        .parts = { [DF_WEIGHT] = ".conv.weight", [DF_BIAS] = ".conv.bias" },
        .up_parts = { [DF_WEIGHT] = ".conv.conv.weight", [DF_BIAS] = ".conv.conv.bias" },
    },
    {
        .variant = "nipponjo", .net = &df_deepfillv2, .semantics = "nipponjo",
        .marks = { "stage2.ca_conv1.conv.weight", "stage1.conv_to_rgb.conv.weight" }, .layers = nipponjo,
        .parts = { [DF_WEIGHT] = ".conv.weight", [DF_BIAS] = ".conv.bias" },
        .up_parts = { [DF_WEIGHT] = ".conv.conv.weight", [DF_BIAS] = ".conv.conv.bias" },
    },
    {
        .variant = "mmagic", .net = &df_deepfillv2, .semantics = "mmagic", .layers = mmagic,
        .marks = { "stage2.encoder_attention.enc1.conv.conv.weight", "stage1.encoder.enc1.conv.conv.weight" },
        .parts = { [DF_WEIGHT] = ".conv.conv.weight", [DF_BIAS] = ".conv.conv.bias" },
    },
    {
        .variant = "yangyu12", .net = &df_deepfillv2, .semantics = "official", .layers = yangyu12,
        .marks = { "refinement_ctx_branch_1.0.weight", "coarse_network.0.weight" },
        .parts = { [DF_WEIGHT] = ".weight", [DF_BIAS] = ".bias" },
    },
    {
        .variant = "csqiangwen", .net = &df_deepfillv2, .semantics = "csqiangwen", .layers = csqiangwen,
        .marks = { "refine_atten_1.0.conv2d.weight", "refine_combine.0.conv2d.weight" },
        .parts = {
            [DF_WEIGHT] = ".conv2d.weight", [DF_BIAS] = ".conv2d.bias",
            [DF_GATE_WEIGHT] = ".mask_conv2d.weight", [DF_GATE_BIAS] = ".mask_conv2d.bias",
        },
        .up_parts = {
            [DF_WEIGHT] = ".gated_conv2d.conv2d.module.weight_bar",
            [DF_BIAS] = ".gated_conv2d.conv2d.module.bias",
            [DF_U] = ".gated_conv2d.conv2d.module.weight_u",
            [DF_GATE_WEIGHT] = ".gated_conv2d.mask_conv2d.module.weight_bar",
            [DF_GATE_BIAS] = ".gated_conv2d.mask_conv2d.module.bias",
            [DF_GATE_U] = ".gated_conv2d.mask_conv2d.module.weight_u",
        },
    },
    {
        .variant = "deepfill", .net = &df_partialconv, .semantics = "pconv_mmagic", .own = 1,
        .marks = { "enc7.weight", "dec7.weight" }, .every = "*",
        .parts = {
            [DF_WEIGHT] = ".weight", [DF_BIAS] = ".bias", [DF_SCALE] = ".scale", [DF_SHIFT] = ".shift",
        },
    },
    {
        .variant = "naoto0804", .net = &df_partialconv, .semantics = "naoto0804", .layers = naoto0804,
        .marks = { "enc_7.conv.input_conv.weight", "dec_1.conv.input_conv.weight" },
        .parts = {
            [DF_WEIGHT] = ".conv.input_conv.weight", [DF_BIAS] = ".conv.input_conv.bias",
            [DF_NORM_WEIGHT] = ".bn.weight", [DF_NORM_BIAS] = ".bn.bias",
            [DF_NORM_MEAN] = ".bn.running_mean", [DF_NORM_VARIANCE] = ".bn.running_var",
        },
    },
    {
        .variant = "pconv_mmagic", .net = &df_partialconv, .semantics = "pconv_mmagic",
        .layers = pconv_mmagic,
        .marks = { "encoder.enc7.conv.weight", "decoder.dec1.conv.weight" },
        .parts = {
            [DF_WEIGHT] = ".conv.weight", [DF_BIAS] = ".conv.bias",
            [DF_NORM_WEIGHT] = ".bn.weight", [DF_NORM_BIAS] = ".bn.bias",
            [DF_NORM_MEAN] = ".bn.running_mean", [DF_NORM_VARIANCE] = ".bn.running_var",
        },
    },
};

const DfNames *df_names_at(int i)
{
    return i >= 0 && i < (int)DF_COUNT(known) ? &known[i] : NULL;
}

/* -------------------------------------------------------------------------------------- others -- */

#define ZHAOYUZHI "is of zhaoyuzhi/deepfillv2, whose layers are normalised: another network, not supported"
#define NO_GENERATOR(what) "holds " what " and no generator: name the checkpoint that has it"

static const DfStranger strangers[] = {
    { "refinement.0.conv2d.weight", ZHAOYUZHI },
    { "down1.conv2d.weight", ZHAOYUZHI },
    { "*discriminator", NO_GENERATOR("a discriminator") },
    { "*disc.conv1", NO_GENERATOR("a discriminator") },
    { "*conv1.conv_sn", NO_GENERATOR("a discriminator") },
    { "*exp_avg", NO_GENERATOR("the state of an optimiser") },
};

const DfStranger *df_stranger_at(int i)
{
    return i >= 0 && i < (int)DF_COUNT(strangers) ? &strangers[i] : NULL;
}

/* --------------------------------------------------------------------------------------- names -- */

/** How many rows with weights come before. */
static int layer_of(const DfNet *net, int row)
{
    int layer = 0;
    while (row-- > 0)
        layer += df_row_is_conv(&net->rows[row]);
    return layer;
}

/** Write the name of that layer; the tables cover all of them. */
static void layer_name(const DfLayerNames *layers, int layer, char *text, size_t size)
{
    for (;; layers++) {
        int step = layers->first <= layers->last ? 1 : -1;
        int count = (layers->last - layers->first) * step + 1;
        if (layer < count) {
            if (layers->first || layers->last)
                snprintf(text, size, "%s%d", layers->stem, layers->first + layer * step);
            else
                snprintf(text, size, "%s", layers->stem);
            return;
        }
        layer -= count;
    }
}

/** Append a text in which "*" stands for the row's name. */
static void append(char *text, const char *pattern, const char *row)
{
    size_t at = strlen(text);
    for (; *pattern; pattern++) {
        const char *piece = *pattern == '*' ? row : pattern;
        int length = *pattern == '*' ? (int)strlen(row) : 1;
        at += snprintf(text + at, DF_NAME_ROOM - at, "%.*s", length, piece);
    }
}

int df_names_tensor(const DfNames *names, int row, enum DfRole role, char *text)
{
    const DfRow *r = &names->net->rows[row];
    int up = r->op == DF_OP_UPGATED && names->up_parts[DF_WEIGHT];
    const char *part = up ? names->up_parts[role] : names->parts[role];
    if (!part)
        return 0;
    *text = 0;
    if (names->every)
        append(text, names->every, r->name);
    else
        layer_name(names->layers, layer_of(names->net, row), text, DF_NAME_ROOM);
    append(text, part, r->name);
    return 1;
}
