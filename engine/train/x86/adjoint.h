/**
 * @file
 * The adjoints for vectors of eight and for the one to seven channels that are left; a file that has wider ones too
 * defines WIDE(kernel, arguments), the loop over what fills them.
 */
#include "train/adjoint.h"

#include "kernels/x86/lanes.h"

#define VECTOR __m256
#define NAME(x) x##_8
#define LOAD _mm256_loadu_ps
#define STORE _mm256_storeu_ps
#define STORE_OUT _mm256_storeu_ps
#define PART
#define PASS
#include "train/adjoint/all.h"

#define VECTOR __m256
#define NAME(x) x##_rest
#define LOAD(p) _mm256_maskload_ps(p, first_lanes(rest))
#define STORE _mm256_storeu_ps
#define STORE_OUT(p, v) store_rest(p, v, rest)
#define PART , int rest
#define PASS , rest
#include "train/adjoint/all.h"

#define EACH(kernel, ...)                                \
    {                                                    \
        int c = 0;                                       \
        WIDE(kernel, __VA_ARGS__)                        \
        for (; c + 8 <= channels; c += 8)                \
            kernel##_8(__VA_ARGS__);                     \
        if (c < channels)                                \
            kernel##_rest(__VA_ARGS__, channels - c);    \
    }
#include "train/adjoint/loops.h"
