/**
 * @file
 * Gaussian means of a plane's known samples.
 */
#ifndef DF_PLANE_GAUSSIAN_H
#define DF_PLANE_GAUSSIAN_H

#include "plane/plane.h"

/** Greatest sigma, in samples. */
#define DF_GAUSSIAN_MOST 8.0f

/**
 * Weighted means: out = G(known in) / G(known), with G the Gaussian, cut off at 3 sigma. Where no known sample is that
 * near, the mean is 0.
 *
 * @param in     may be `out`
 * @param known  weight of each sample, 0..1, of the same size; NULL: all are known
 * @param sigma  in samples, up to DF_GAUSSIAN_MOST
 * @return 0 or -ENOMEM
 */
int df_gaussian_mean(DfPlane out, DfPlane in, const DfPlane *known, float sigma, DfArena *scratch);

#endif
