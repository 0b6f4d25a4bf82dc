/**
 * @file
 * Inverse search's loops with AVX2.
 */
#include "kernels/x86/vector.h"
#include "kernels/x86/versions.h"

#include "kernels/vector/patch.h"

const DfPatchKernels df_patch_avx2 = PATCH;
