/**
 * @file
 * How projects name the tensors of a network's rows: a name is a prefix of the file's, the layer's name, and
 * what the tensor is to it.
 */
#ifndef DF_NAMES_H
#define DF_NAMES_H

#include "model/table.h"

/** What a tensor is to its row. */
enum DfRole {
    DF_WEIGHT,
    DF_BIAS,
    DF_GATE_WEIGHT, /**< of a gate that is a convolution of its own: DF_WEIGHT is the feature's */
    DF_GATE_BIAS,
    DF_U,           /**< of a spectral norm: DF_WEIGHT is to be divided by it */
    DF_GATE_U,
    DF_SCALE,       /**< batch normalisation as one factor and one summand */
    DF_SHIFT,
    DF_NORM_WEIGHT, /**< or as it was trained */
    DF_NORM_BIAS,
    DF_NORM_MEAN,
    DF_NORM_VARIANCE,
    DF_ROLES
};

/** Layers with consecutive rows whose names differ in a number: first, first +- 1, ..., last; 0, 0: none. */
typedef struct DfLayerNames {
    const char *stem;
    int first, last;
} DfLayerNames;

/** A project's names. In layers and parts "*" stands for the row's own name. */
typedef struct DfNames {
    const char *variant;
    const DfNet *net;
    const char *semantics; /**< what the project makes of them */
    const char *marks[2];  /**< tensors of this project alone; where both are missing, the file is of another */
    const char *every;     /**< name of every layer; NULL: */
    const DfLayerNames *layers; /**< names of all rows with weights, in order */
    const char *parts[DF_ROLES];    /**< what follows the layer's name; NULL: has none */
    const char *up_parts[DF_ROLES]; /**< the same of rows that enlarge, where their weight has a name here */
    int hwio;   /**< 1: kernels are [ky][kx][in][out], as in TensorFlow; 0: [out][in][ky][kx] */
    int own;    /**< 1: this project's, for networks of any: metadata or shapes tell of which */
    int sketch; /**< 1: the project has models with a sketch channel */
} DfNames;

/** @return the i-th project's names, or NULL beyond the last. */
const DfNames *df_names_at(int i);

/**
 * A tensor's name without the prefix.
 * @param text  room for DF_NAME_ROOM bytes
 * @return whether the project has such a tensor
 */
int df_names_tensor(const DfNames *names, int row, enum DfRole role, char *text);
enum { DF_NAME_ROOM = 128 };

/** A file that is known, but no model of this library's. */
typedef struct DfStranger {
    const char *mark; /**< how a tensor's name ends, or "*" and what it contains */
    const char *what; /**< "NAME: " and this */
} DfStranger;

/** @return the i-th stranger, or NULL beyond the last. */
const DfStranger *df_stranger_at(int i);

#endif
