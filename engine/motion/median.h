/**
 * @file
 * Median by selection.
 */
#ifndef DF_MOTION_MEDIAN_H
#define DF_MOTION_MEDIAN_H

#include "plane/select.h"

/** @return the value at place n / 2 of the sorted ones; 0 for n = 0. The values are reordered. */
static inline float df_median(float *values, int n)
{
    return df_select(values, n, n / 2);
}

#endif
