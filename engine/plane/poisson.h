/**
 * @file
 * Colours whose gradients are given (Perez, Gangnet, Blake, "Poisson Image Editing", 2003), by multigrid.
 */
#ifndef DF_PLANE_POISSON_H
#define DF_PLANE_POISSON_H

#include "plane/plane.h"

/**
 * Solve lap(u) = div(gx, gy) where `hole` is set, u fixed elsewhere; no flow through the plane's own edges.
 * Where a part of the hole touches nothing fixed, its mean stays that of u as given.
 *
 * @param u          in: the fixed values, and a guess in the hole; out: the solution there
 * @param gx         (x, y): target difference u(x + 1, y) - u(x, y); the last column is not read
 * @param gy         (x, y): target difference u(x, y + 1) - u(x, y); the last row is not read
 * @param hole       height rows of width bytes, without padding
 * @param tolerance  largest error allowed against the exact solution, in u's units (about; by the residual)
 * @param scratch    used and given back
 * @return 0 or -ENOMEM
 */
int df_poisson(DfPlane u, DfPlane gx, DfPlane gy, const uint8_t *hole, float tolerance, DfArena *scratch);

#endif
