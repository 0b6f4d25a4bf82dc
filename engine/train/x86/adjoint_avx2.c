/**
 * @file
 * The adjoints with AVX2.
 */
#include "train/x86/versions.h"

#define WIDE(...)
#include "train/x86/adjoint.h"

const DfAdjointKernels df_adjoint_avx2 = ADJOINTS;
