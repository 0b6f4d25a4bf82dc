/**
 * @file
 * Weights that were published, known by their checksums.
 */
#ifndef DF_PUBLISHED_H
#define DF_PUBLISHED_H

#include "model/binding.h"

/**
 * Recognise the official weights by a file's first layer, whatever program converted them, and the order of its
 * colours.
 * @param order  set where they are recognised; else left as it was
 * @return 0, -ENOMEM
 */
int df_published_order(DfBinding *binding, enum DfOrder *order);

#endif
