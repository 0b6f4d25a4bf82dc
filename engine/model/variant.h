/**
 * @file
 * Foreign checkpoints: how projects name and store the tensors of the table's rows, and a file recognised as
 * one of them.
 */
#ifndef DF_VARIANT_H
#define DF_VARIANT_H

#include "model/semantics.h"
#include "weights/weights.h"

/** A file understood: whose it is, what it computes, which tensor belongs to which row. */
typedef struct DfBinding DfBinding;

/** What a file was understood as. Strings are static or live as long as the binding. */
typedef struct DfBindingInfo {
    const char *variant; /**< "deepfill", "official", "nipponjo_tf", "mmagic", ...: whose names they are */
    const char *prefix;  /**< in front of all names of the network: "", "G.", "state_dict.generator." */
    const DfSemantics *semantics;
    enum DfOrder order;  /**< of the network's colours: the semantics' own unless file or user tell it */
    int sketch;          /**< 1: the input has a plane for a sketch */
    int cnum;            /**< channels of the first convolution, before gating */
    int input_channels;  /**< of the first layer */
    int size;            /**< longest side at which it works well, in pixels */
} DfBindingInfo;

/** A row's values in this project's own form, which files of ours hold, too. */
typedef struct DfRowValues {
    float *weight; /**< [out][in][ky][kx], feature channels before gate channels */
    float *bias;   /**< [out]; zeros where the file has none */
    float *scale, *shift; /**< [out], batch normalisation of a partial convolution: factor, summand */
} DfRowValues;

/**
 * Recognise a checkpoint from its names and shapes (and metadata, where there are any), and check that every
 * tensor of the network is there and of the right shape.
 *
 * @param semantics  NULL or "auto": as recognised; else words joined by "+": a semantics' name, or "rgb" or
 *                   "bgr" for the colours' order
 * @return 0; -EINVAL where it is none that is known, or the semantics do not fit it; -ENOMEM
 */
int df_binding_create(DfBinding **binding, const DfWeights *weights, const char *semantics);

/** Free a binding and set *binding to NULL; NULL is fine. The weights must live until then. */
void df_binding_close(DfBinding **binding);

const DfBindingInfo *df_binding_info(const DfBinding *binding);

/** @return the convolution of a row, shapes from the file, without weights. */
DfConv df_binding_conv(const DfBinding *binding, int row);

/** @return whether the file has a batch normalisation for that row (partial convolution). */
int df_binding_has_norm(const DfBinding *binding, int row);

/** Read a row's values. Pointers of `values` that are NULL are not wanted. @return 0, -EINVAL or -ENOMEM */
int df_binding_read(const DfBinding *binding, int row, const DfRowValues *values);

/** @return whether the network uses that tensor, weights->tensors[index]. */
int df_binding_uses(const DfBinding *binding, size_t index);

#endif
