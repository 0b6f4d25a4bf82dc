/**
 * @file
 * Weights that were published, known by their checksums.
 */
#ifndef DF_PUBLISHED_H
#define DF_PUBLISHED_H

#include "model/binding.h"

/**
 * Whether a file's first layer is that of the official weights, whoever converted them, and in which order it
 * has their colours.
 * @param order  gets it where it is; else left as it was
 * @return 0, -ENOMEM
 */
int df_published_order(DfBinding *binding, enum DfOrder *order);

#endif
