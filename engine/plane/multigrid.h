/**
 * @file
 * Poisson's equation on a hole of any shape, in time proportional to its size (Brandt 1977; Wesseling,
 * "An Introduction to Multigrid Methods", 1992, for grids whose unknowns lie at the cells' centres).
 */
#ifndef DF_PLANE_MULTIGRID_H
#define DF_PLANE_MULTIGRID_H

#include "plane/grid.h"

/**
 * Solve for the finest grid's e.
 *
 * @param finest     e = 0, r and inverse set. Without any fixed cell: r's sum must be 0, e's mean is free
 * @param tolerance  largest error allowed, estimated from how fast the corrections shrink
 * @return 0 or -ENOMEM
 */
int df_multigrid(DfGrid *finest, float tolerance, DfArena *arena);

#endif
