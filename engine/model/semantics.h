/**
 * @file
 * What checkpoints of the same architecture do differently: properties of a model, never of the code path.
 */
#ifndef DF_SEMANTICS_H
#define DF_SEMANTICS_H

#include "model/table.h"

/** A threshold that is none. */
#define DF_MASK_AS_IS (-1.0f)

/**
 * How a project treats what its paper leaves open; one row of a table. The project's pixel arithmetic is
 * float32, operation by operation, as there: known pixels need not come back as they were.
 */
typedef struct DfSemantics {
    const char *name;    /**< "official", "mmagic", ...: as `semantics=` and a file's metadata give it */
    const DfNet *net;    /**< the rows that it belongs to */
    const char *input;   /**< planes of the first stage: "bgr,ones,mask"; a sketch may follow the colours */
    const char *refined; /**< planes of the second stage: "bgr", "bgr,ones,mask" or "rgb,mask" */
    float (*load)(int level, int colour);  /**< 0..255 to the network's value; colour 0 red, 1 green, 2 blue;
                                                affine in level but for rounding */
    int (*store)(float value, int colour); /**< the network's value back to 0..255 */
    float hole;          /**< value of the network that a pixel of the hole gets */
    float threshold;     /**< mask value, 0..1, above which the project's own program takes a pixel for hole;
                              DF_MASK_AS_IS: it multiplies by what lies between as well */
    int crop;            /**< 1: the original cuts pictures down to the alignment; 0: it takes no others */
    int alignment;       /**< a region's sides are multiples of this, in pixels */
    int least_side;      /**< and at least this */
    enum DfPadding padding;
    int gated_rgb;       /**< 1: the last layers of both stages are gated (6 channels, f * sigmoid(g)) */
    int elu_attention;   /**< 1: ELU in front of the attention; 0: ReLU */
    DfAttentionRules attention;
    DfPartialRules partial; /**< of a net of partial convolutions */
} DfSemantics;

/** @return the semantics of that name, or NULL. */
const DfSemantics *df_semantics_find(const char *name);

/** @return the i-th of all semantics, or NULL beyond the last. */
const DfSemantics *df_semantics_at(int i);

/** @return whether both describe the same network, so that one may override the other for a file. */
int df_semantics_compatible(const DfSemantics *a, const DfSemantics *b);

/* -------------------------------------------------------------- what follows from semantics -- */

/** @return the order of the colours in its planes. */
enum DfOrder df_semantics_order(const DfSemantics *semantics);

/** @return the planes of a list such as "bgr,ones,mask"; with a sketch, its plane behind the colours. */
DfInputs df_semantics_inputs(const char *list, int sketch);

/** @return how its pictures follow from values of -1..1, with the colours in that order. */
DfRange df_semantics_range(const DfSemantics *semantics, enum DfOrder order);

/** @return a row's convolution, without weights; `in` and `out` are the checkpoint's: 0 here. */
DfConv df_semantics_conv(const DfSemantics *semantics, int row);

/** @return the same with the channels of a network made from a cnum, for tests and benchmarks. */
DfConv df_semantics_conv_of(const DfSemantics *semantics, int row, int cnum, int sketch);

#endif
