/**
 * @file
 * The adjoints with NEON.
 */
#include "train/arm/versions.h"

#include "kernels/arm/vector.h"

#define WIDE(...)
#include "train/vector/adjoint.h"

const DfAdjointKernels df_adjoint_neon = ADJOINTS;
