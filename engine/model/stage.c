/**
 * @file
 * What follows from semantics: planes of a stage's input, a picture's range, a row's convolution.
 */
#include "model/semantics.h"

#include <string.h>

/* -------------------------------------------------------------------------------------- planes -- */

static const struct {
    const char *word;
    enum DfInput plane;
} words[] = {
    { "rgb", DF_INPUT_COLOURS },
    { "bgr", DF_INPUT_COLOURS },
    { "ones", DF_INPUT_ONES },
    { "mask", DF_INPUT_MASK },
};

enum DfOrder df_semantics_order(const DfSemantics *semantics)
{
    return strncmp(semantics->input, "bgr", 3) ? DF_RGB : DF_BGR;
}

static void add_plane(DfInputs *planes, enum DfInput plane)
{
    planes->list[planes->count++] = plane;
    planes->channels += plane == DF_INPUT_COLOURS ? 3 : 1;
}

DfInputs df_semantics_inputs(const char *list, int sketch)
{
    DfInputs planes = { .count = 0 };
    while (list && *list) {
        size_t length = strcspn(list, ",");
        for (size_t i = 0; i < DF_COUNT(words); i++)
            if (strlen(words[i].word) == length && !strncmp(words[i].word, list, length))
                add_plane(&planes, words[i].plane);
        if (sketch && planes.count == 1)
            add_plane(&planes, DF_INPUT_SKETCH);
        list += length + (list[length] == ',');
    }
    return planes;
}

/**
 * A project's value is affine in the level but for rounding, so that its ends say all. Where they are -1 and
 * 1 this gives exactly 1 and 0.
 */
DfRange df_semantics_range(const DfSemantics *semantics, enum DfOrder order)
{
    DfRange range = { .order = order, .hole = semantics->hole };
    for (int colour = 0; colour < 3; colour++) {
        float low = semantics->load(0, colour), high = semantics->load(255, colour);
        range.scale[colour] = (high - low) / 2;
        range.offset[colour] = (high + low) / 2;
    }
    return range;
}

/* --------------------------------------------------------------------------------- convolutions -- */

static enum DfActivation activation(const DfSemantics *semantics, enum DfOp op)
{
    switch (op) {
    case DF_OP_PLAIN: return semantics->gated_rgb ? DF_GATE_TANH : DF_TANH;
    case DF_OP_GATED_ATTN: return semantics->elu_attention ? DF_GATE_ELU : DF_GATE_RELU;
    case DF_OP_PARTIAL: return DF_RELU;
    case DF_OP_PARTIAL_LEAKY: return DF_LEAKY;
    case DF_OP_PARTIAL_PLAIN: return DF_LINEAR;
    default: return DF_GATE_ELU;
    }
}

DfConv df_semantics_conv(const DfSemantics *semantics, int row)
{
    const DfRow *r = &semantics->net->rows[row];
    return (DfConv){
        .kernel = r->kernel, .stride = r->stride, .rate = r->rate, .up = r->op == DF_OP_UPGATED,
        .padding = semantics->padding, .activation = activation(semantics, r->op),
    };
}

/** Output channels of rows 0 to `last` of a network made from a cnum, before gating or after. */
static int width(const DfSemantics *semantics, int row, int cnum, int sketch, int gated)
{
    const DfRow *r = &semantics->net->rows[row];
    int source = df_row_source(semantics->net, row);
    switch (r->op) {
    case DF_OP_INPUT: return df_semantics_inputs(semantics->input, sketch).channels;
    case DF_OP_COARSE: return df_semantics_inputs(semantics->refined, 0).channels;
    case DF_OP_PLAIN: return semantics->gated_rgb && !gated ? 6 : 3;
    case DF_OP_ATTENTION: return width(semantics, source, cnum, sketch, 1);
    case DF_OP_PARTIAL:
    case DF_OP_PARTIAL_LEAKY: return r->out * cnum / 4;
    case DF_OP_PARTIAL_PLAIN: return 3;
    case DF_OP_JOIN:
    case DF_OP_UP_JOIN:
        return width(semantics, source, cnum, sketch, 1) + width(semantics, row - 1, cnum, sketch, 1);
    default: return r->out * cnum / 4 / (gated ? 2 : 1);
    }
}

DfConv df_semantics_conv_of(const DfSemantics *semantics, int row, int cnum, int sketch)
{
    DfConv conv = df_semantics_conv(semantics, row);
    conv.in = width(semantics, df_row_source(semantics->net, row), cnum, sketch, 1);
    conv.out = width(semantics, row, cnum, sketch, 0);
    return conv;
}
