/**
 * @file
 * The adjoints with AVX2.
 */
#include "train/adjoint.h"

#if HAVE_X86

#define WIDE(...)
#include "train/x86/adjoint.h"

const DfAdjointKernels df_adjoint_avx2 = ADJOINTS;

#endif
