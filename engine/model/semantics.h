/**
 * @file
 * What checkpoints of the same architecture do differently: properties of a model, never of the code path.
 */
#ifndef DF_SEMANTICS_H
#define DF_SEMANTICS_H

#include "layers/layers.h"
#include "weights/weights.h"

/** How an original samples. */
typedef struct DfSemantics {
    const char *name;       /**< as DeepfillModelInfo tells it */
    const char *downsample; /**< what a file's metadata calls it */
    DfSourceIndex index;    /**< of features and hole on their way into the attention */
    enum DfOrder order;     /**< of the colours, where the metadata do not say */
} DfSemantics;

/**
 * Recognise a file's semantics from its metadata; a file that says nothing is taken as the official one.
 * @param[out] order  of the network's colours
 * @return 0; -EINVAL where the metadata name something unknown
 */
int df_semantics_recognise(const DfWeights *weights, int input_channels, const DfSemantics **semantics,
                           enum DfOrder *order);

#endif
