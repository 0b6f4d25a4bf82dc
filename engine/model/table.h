/**
 * @file
 * Networks as rows of a table. Everything that walks a network (binding of weights, planning of memory,
 * running) reads these rows.
 */
#ifndef DF_TABLE_H
#define DF_TABLE_H

#include "layers/layers.h"

/** What a row does. */
enum DfOp {
    DF_OP_INPUT,      /**< picture, sketch and hole to the first stage's planes */
    DF_OP_GATED,      /**< convolution, ELU times sigmoid */
    DF_OP_GATED_ATTN, /**< the same in front of the attention: ReLU or ELU, as the semantics say */
    DF_OP_UPGATED,    /**< GATED of the input at twice its size */
    DF_OP_PLAIN,      /**< convolution to three colours, gated or not as the semantics say, tanh */
    DF_OP_COARSE,     /**< second stage's input: the first stage's output in the hole, the picture around */
    DF_OP_ATTENTION,  /**< contextual attention */
    DF_OP_JOIN,       /**< channels of `from` in front of those of the row before */
    DF_OP_PARTIAL,       /**< partial convolution, ReLU */
    DF_OP_PARTIAL_LEAKY, /**< the same with leaky ReLU */
    DF_OP_PARTIAL_PLAIN, /**< the same to three colours, as they are */
    DF_OP_UP_JOIN     /**< channels of the row before, at twice its size, in front of those of `from` */
};

/** One row. A row's activation is known by the row's index. */
typedef struct DfRow {
    const char *name; /**< of its tensors: name.weight, name.bias */
    enum DfOp op;
    const char *from; /**< the row that it reads; NULL: the row before */
    int out;          /**< channels before gating in networks of a cnum, in quarters of it; 0: as the op says.
                           Checkpoints have widths of their own */
    int kernel, stride, rate; /**< of a convolution */
} DfRow;

/** Rows in the order of execution. */
typedef struct DfNet {
    const char *name; /**< the architecture: "deepfillv2" or "partialconv" */
    const DfRow *rows;
    int count;
    int coarse; /**< the row whose activation is the first stage's picture; -1: there is one stage only. The
                     last row's activation is the picture */
    int masked; /**< 1: activations have masks, as partial convolutions want them */
} DfNet;

extern const DfNet df_deepfillv2, df_partialconv;

enum { DF_MOST_ROWS = 48 };

/** @return whether the row has weights. */
int df_row_is_conv(const DfRow *row);

/** @return the index of the row of that name; it must exist. */
int df_row_find(const DfNet *net, const char *name);

/** @return the index of the row that this one reads (of two: `from`); -1 for the first row. */
int df_row_source(const DfNet *net, int row);

/** @return whether the row reads the row before it, too. */
int df_row_reads_two(const DfNet *net, int row);

#endif
