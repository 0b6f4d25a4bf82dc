/**
 * @file
 * The direct method's loops with NEON.
 */
#include "kernels/arm/vector.h"
#include "kernels/arm/versions.h"

#include "kernels/vector/direct.h"

const DfKernels df_direct_neon = DIRECT;
