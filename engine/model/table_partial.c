/**
 * @file
 * The predecessor on one screen: a U-Net of partial convolutions (Liu et al., "Image Inpainting for Irregular
 * Holes Using Partial Convolutions", ECCV 2018, with seven layers down and up as its reimplementations have
 * them).
 */
#include "model/table.h"

/* Widths count in quarters of cnum, the channels of the first layer. */
#define C 4
#define RGB 0
#define INPUT DF_OP_INPUT
#define DOWN DF_OP_PARTIAL
#define JOIN DF_OP_UP_JOIN
#define UP DF_OP_PARTIAL_LEAKY
#define PLAIN DF_OP_PARTIAL_PLAIN
#define PREV NULL

static const DfRow rows[] = {
    /*  name      op     from      out   k  s  rate */
    { "input",  INPUT, PREV,       0,  0, 0,  0 },
    /* Down, until windows see past every hole, */
    { "enc1",   DOWN,  PREV,       C,  7, 2,  1 },
    { "enc2",   DOWN,  PREV,     2*C,  5, 2,  1 },
    { "enc3",   DOWN,  PREV,     4*C,  5, 2,  1 },
    { "enc4",   DOWN,  PREV,     8*C,  3, 2,  1 },
    { "enc5",   DOWN,  PREV,     8*C,  3, 2,  1 },
    { "enc6",   DOWN,  PREV,     8*C,  3, 2,  1 },
    { "enc7",   DOWN,  PREV,     8*C,  3, 2,  1 },
    /* and up again, each time beside what was there on the way down. */
    { "join7",  JOIN,  "enc6",     0,  0, 0,  0 },
    { "dec7",   UP,    PREV,     8*C,  3, 1,  1 },
    { "join6",  JOIN,  "enc5",     0,  0, 0,  0 },
    { "dec6",   UP,    PREV,     8*C,  3, 1,  1 },
    { "join5",  JOIN,  "enc4",     0,  0, 0,  0 },
    { "dec5",   UP,    PREV,     8*C,  3, 1,  1 },
    { "join4",  JOIN,  "enc3",     0,  0, 0,  0 },
    { "dec4",   UP,    PREV,     4*C,  3, 1,  1 },
    { "join3",  JOIN,  "enc2",     0,  0, 0,  0 },
    { "dec3",   UP,    PREV,     2*C,  3, 1,  1 },
    { "join2",  JOIN,  "enc1",     0,  0, 0,  0 },
    { "dec2",   UP,    PREV,       C,  3, 1,  1 },
    { "join1",  JOIN,  "input",    0,  0, 0,  0 },
    { "dec1",   PLAIN, PREV,     RGB,  3, 1,  1 },
};

const DfNet df_partialconv = {
    .name = "partialconv", .rows = rows, .count = DF_COUNT(rows), .coarse = -1, .masked = 1,
};
