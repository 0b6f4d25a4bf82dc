/**
 * @file
 * One of some values by its place in their order.
 */
#ifndef DF_PLANE_SELECT_H
#define DF_PLANE_SELECT_H

/** @return the value at `place`, 0 .. n - 1, of the sorted ones; 0 for n = 0. The values are reordered. */
float df_select(float *values, int n, int place);

#endif
