/**
 * @file
 * Loops between two sizes with NEON.
 */
#include "kernels/arm/vector.h"
#include "kernels/arm/versions.h"

#include "kernels/vector/smooth.h"

const DfSmoothKernels df_smooth_neon = SMOOTH;
