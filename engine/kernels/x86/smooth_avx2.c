/**
 * @file
 * Loops between two sizes with AVX2.
 */
#include "kernels/x86/vector.h"
#include "kernels/x86/versions.h"

#include "kernels/vector/smooth.h"

const DfSmoothKernels df_smooth_avx2 = SMOOTH;
