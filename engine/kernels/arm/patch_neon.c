/**
 * @file
 * Inverse search's loops with NEON.
 */
#include "kernels/arm/vector.h"
#include "kernels/arm/versions.h"

#include "kernels/vector/patch.h"

const DfPatchKernels df_patch_neon = PATCH;
