/**
 * @file
 * The direct method's loops with AVX2.
 */
#include "kernels/x86/vector.h"
#include "kernels/x86/versions.h"

#include "kernels/vector/direct.h"

const DfKernels df_direct_avx2 = DIRECT;
