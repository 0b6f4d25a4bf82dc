/**
 * @file
 * DeepFillv2 on one screen (Yu et al., "Free-Form Image Inpainting with Gated Convolution", ICCV 2019, with
 * the layer names of its published code).
 */
#include "model/table.h"

#include <string.h>

/* Widths count in quarters of cnum, the narrowest layer's unit. */
#define C 4
#define RGB 0
#define INPUT DF_OP_INPUT
#define GATED DF_OP_GATED
#define BEFORE DF_OP_GATED_ATTN
#define UPGATED DF_OP_UPGATED
#define PLAIN DF_OP_PLAIN
#define COARSE DF_OP_COARSE
#define ATTENTION DF_OP_ATTENTION
#define JOIN DF_OP_JOIN
#define PREV NULL

static const DfRow rows[] = {
    /*  name                   op          from               out   k  s  rate */
    /* First stage: a coarse fill. */
    { "input",                 INPUT,      PREV,                0,  0, 0,  0 },
    { "conv1",                 GATED,      PREV,                C,  5, 1,  1 },
    { "conv2_downsample",      GATED,      PREV,              2*C,  3, 2,  1 },
    { "conv3",                 GATED,      PREV,              2*C,  3, 1,  1 },
    { "conv4_downsample",      GATED,      PREV,              4*C,  3, 2,  1 },
    { "conv5",                 GATED,      PREV,              4*C,  3, 1,  1 },
    { "conv6",                 GATED,      PREV,              4*C,  3, 1,  1 },
    { "conv7_atrous",          GATED,      PREV,              4*C,  3, 1,  2 },
    { "conv8_atrous",          GATED,      PREV,              4*C,  3, 1,  4 },
    { "conv9_atrous",          GATED,      PREV,              4*C,  3, 1,  8 },
    { "conv10_atrous",         GATED,      PREV,              4*C,  3, 1, 16 },
    { "conv11",                GATED,      PREV,              4*C,  3, 1,  1 },
    { "conv12",                GATED,      PREV,              4*C,  3, 1,  1 },
    { "conv13_upsample",       UPGATED,    PREV,              2*C,  3, 1,  1 },
    { "conv14",                GATED,      PREV,              2*C,  3, 1,  1 },
    { "conv15_upsample",       UPGATED,    PREV,                C,  3, 1,  1 },
    { "conv16",                GATED,      PREV,              C/2,  3, 1,  1 },
    { "conv17",                PLAIN,      PREV,              RGB,  3, 1,  1 },
    /* Second stage: its input, */
    { "coarse",                COARSE,     PREV,                0,  0, 0,  0 },
    /* a branch that invents, */
    { "xconv1",                GATED,      PREV,                C,  5, 1,  1 },
    { "xconv2_downsample",     GATED,      PREV,                C,  3, 2,  1 },
    { "xconv3",                GATED,      PREV,              2*C,  3, 1,  1 },
    { "xconv4_downsample",     GATED,      PREV,              2*C,  3, 2,  1 },
    { "xconv5",                GATED,      PREV,              4*C,  3, 1,  1 },
    { "xconv6",                GATED,      PREV,              4*C,  3, 1,  1 },
    { "xconv7_atrous",         GATED,      PREV,              4*C,  3, 1,  2 },
    { "xconv8_atrous",         GATED,      PREV,              4*C,  3, 1,  4 },
    { "xconv9_atrous",         GATED,      PREV,              4*C,  3, 1,  8 },
    { "xconv10_atrous",        GATED,      PREV,              4*C,  3, 1, 16 },
    /* a branch that copies, */
    { "pmconv1",               GATED,      "coarse",            C,  5, 1,  1 },
    { "pmconv2_downsample",    GATED,      PREV,                C,  3, 2,  1 },
    { "pmconv3",               GATED,      PREV,              2*C,  3, 1,  1 },
    { "pmconv4_downsample",    GATED,      PREV,              4*C,  3, 2,  1 },
    { "pmconv5",               GATED,      PREV,              4*C,  3, 1,  1 },
    { "pmconv6",               BEFORE,     PREV,              4*C,  3, 1,  1 },
    { "attention",             ATTENTION,  PREV,                0,  0, 0,  0 },
    { "pmconv9",               GATED,      PREV,              4*C,  3, 1,  1 },
    { "pmconv10",              GATED,      PREV,              4*C,  3, 1,  1 },
    /* and both together. */
    { "join",                  JOIN,       "xconv10_atrous",    0,  0, 0,  0 },
    { "allconv11",             GATED,      PREV,              4*C,  3, 1,  1 },
    { "allconv12",             GATED,      PREV,              4*C,  3, 1,  1 },
    { "allconv13_upsample",    UPGATED,    PREV,              2*C,  3, 1,  1 },
    { "allconv14",             GATED,      PREV,              2*C,  3, 1,  1 },
    { "allconv15_upsample",    UPGATED,    PREV,                C,  3, 1,  1 },
    { "allconv16",             GATED,      PREV,              C/2,  3, 1,  1 },
    { "allconv17",             PLAIN,      PREV,              RGB,  3, 1,  1 },
};

enum { COARSE_ROW = 17 };

const DfNet df_deepfillv2 = {
    .name = "deepfillv2", .rows = rows, .count = DF_COUNT(rows), .coarse = COARSE_ROW,
};

int df_row_is_conv(const DfRow *row)
{
    return row->kernel > 0;
}

int df_row_find(const DfNet *net, const char *name)
{
    int row = 0;
    while (strcmp(net->rows[row].name, name))
        row++;
    return row;
}

int df_row_source(const DfNet *net, int row)
{
    return net->rows[row].from ? df_row_find(net, net->rows[row].from) : row - 1;
}

int df_row_reads_two(const DfNet *net, int row)
{
    return net->rows[row].op == DF_OP_JOIN || net->rows[row].op == DF_OP_UP_JOIN;
}
