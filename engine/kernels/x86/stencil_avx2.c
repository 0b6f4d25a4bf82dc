/**
 * @file
 * Multigrid's loops with AVX2.
 */
#include "kernels/x86/vector.h"
#include "kernels/x86/versions.h"

#include "kernels/vector/stencil.h"

const DfStencilKernels df_stencil_avx2 = STENCIL;
