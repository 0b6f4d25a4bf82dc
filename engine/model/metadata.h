/**
 * @file
 * The metadata by which a file names its semantics.
 */
#ifndef DF_METADATA_H
#define DF_METADATA_H

#include "model/semantics.h"
#include "weights/weights.h"

/**
 * Recognise a file's semantics from its metadata; a file that says nothing is taken as the official one.
 * @param[out] order  of the network's colours
 * @return 0; -EINVAL where the metadata name something unknown
 */
int df_metadata_recognise(const DfWeights *weights, int input_channels, const DfSemantics **semantics,
                          enum DfOrder *order);

#endif
