/**
 * @file
 * The adjoints with AVX2.
 */
#include "train/x86/versions.h"

#include "kernels/x86/vector.h"

#define WIDE(...)
#include "train/vector/adjoint.h"

const DfAdjointKernels df_adjoint_avx2 = ADJOINTS;
