/**
 * @file
 * The predecessor: a U-Net of partial convolutions (Liu et al., "Image Inpainting for Irregular Holes Using
 * Partial Convolutions", ECCV 2018).
 */
#include "model/table.h"

static const DfRow rows[] = {
    /*  name                   op             from               out   k  s  rate */
    { "input",                 DF_OP_INPUT,   NULL,                0,  0, 0,  0 },
};

const DfNet df_partialconv = { "partialconv", rows, DF_COUNT(rows), -1 };
