/**
 * @file
 * DeepFillv2 as rows of a table, and what follows from a row and a width. Everything that walks the network
 * (binding of weights, planning of memory, running) reads these rows.
 */
#ifndef DF_TABLE_H
#define DF_TABLE_H

#include "layers/layers.h"

/** What a row does. */
enum DfOp {
    DF_OP_INPUT,      /**< picture, sketch and hole to the first stage's planes */
    DF_OP_GATED,      /**< convolution, ELU times sigmoid */
    DF_OP_GATED_RELU, /**< convolution, ReLU times sigmoid */
    DF_OP_UPGATED,    /**< GATED of the input at twice its size */
    DF_OP_PLAIN,      /**< convolution to three colours, tanh */
    DF_OP_COARSE,     /**< second stage's input: the first stage's output in the hole, the picture around */
    DF_OP_ATTENTION,  /**< contextual attention */
    DF_OP_JOIN        /**< channels of `from` in front of those of the row before */
};

/** One row. A row's activation is known by the row's index. */
typedef struct DfRow {
    const char *name; /**< of its tensors: name.weight, name.bias */
    enum DfOp op;
    const char *from; /**< the row that it reads; NULL: the row before */
    int out;          /**< channels before gating, in quarters of cnum; 0: as the op says */
    int kernel, stride, rate; /**< of a convolution */
} DfRow;

/** Rows in the order of execution. */
enum { DF_ROWS = 46 };
extern const DfRow df_table[DF_ROWS];

/** @return whether the row has weights. */
int df_row_is_conv(const DfRow *row);

/** @return the index of the row of that name; it must exist. */
int df_row_find(const char *name);

/** @return the index of the row that this one reads (DF_OP_JOIN: the first of two); -1 for the first row. */
int df_row_source(int row);

/** @return channels of each row's activation for a network of this width. */
int df_row_channels(int row, int cnum, int input_channels);

/** @return the row's convolution, without its weights. */
DfConv df_row_conv(int row, int cnum, int input_channels);

#endif
