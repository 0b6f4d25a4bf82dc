/**
 * @file
 * Which pixels of each activation a run needs, found by going back through the rows from those of the picture
 * that are wanted. Nothing else is computed; what is, is the same to the bit.
 */
#ifndef DF_NEED_H
#define DF_NEED_H

#include "model/internal.h"

/**
 * Find them.
 * @param run   run->needed is not NULL
 * @param last  the last row of the run
 * @param maps  workspace for them, by plan->needs
 */
void df_need_find(const DeepfillModel *model, const DfPlan *plan, const DfRun *run, int last, uint8_t *maps);

#endif
