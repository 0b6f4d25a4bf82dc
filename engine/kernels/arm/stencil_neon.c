/**
 * @file
 * Multigrid's loops with NEON.
 */
#include "kernels/arm/vector.h"
#include "kernels/arm/versions.h"

#include "kernels/vector/stencil.h"

const DfStencilKernels df_stencil_neon = STENCIL;
