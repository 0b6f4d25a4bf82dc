/**
 * @file
 * The adjoints channel by channel.
 */
#include "train/adjoint.h"

#define VECTOR float
#define NAME(x) x##_1
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define STORE_OUT STORE
#define PART
#define PASS
#include "train/adjoint/all.h"

#define EACH(kernel, ...)                  \
    {                                      \
        for (int c = 0; c < channels; c++) \
            kernel##_1(__VA_ARGS__);       \
    }
#include "train/adjoint/loops.h"

const DfAdjointKernels df_adjoint_c = ADJOINTS;
