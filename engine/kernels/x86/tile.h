/**
 * @file
 * The transforms for vectors of eight and for the one to seven channels that are left; a file that has wider ones
 * too defines WIDE(function, channels, arguments), the loop over what fills them.
 */
#include "kernels/tile.h"

#include "kernels/x86/exp.h"
#include "kernels/x86/lanes.h"

#include "kernels/transform/weights.h"

#define VECTOR __m256
#define NAME(x) x##_8
#define LOAD _mm256_loadu_ps
#define STORE _mm256_storeu_ps
#define STORE_OUT _mm256_storeu_ps
#define GATE gate8
#define SIGMOID sigmoid8
#define TANH tanh8
#define PART
#define PASS
#include "kernels/transform/all.h"

#define VECTOR __m256
#define NAME(x) x##_rest
#define LOAD(p) _mm256_maskload_ps(p, first_lanes(rest))
#define STORE _mm256_storeu_ps
#define STORE_OUT(p, v) store_rest(p, v, rest)
#define GATE gate8
#define SIGMOID sigmoid8
#define TANH tanh8
#define PART , int rest
#define PASS , rest
#include "kernels/transform/all.h"

/* A kind's transforms, the widest vectors first. */
#define IN(kind)                                                                                         \
    static void kind##_in(float *data, size_t plane, const float *const *at, int channels)               \
    {                                                                                                    \
        int c = 0;                                                                                       \
        WIDE(kind##_in, channels, data + c, plane, at, c)                                                \
        for (; c + 8 <= channels; c += 8)                                                                \
            kind##_in_8(data + c, plane, at, c);                                                         \
        if (c < channels)                                                                                \
            kind##_in_rest(data + c, plane, at, c, channels - c);                                        \
    }
#define OUT(kind)                                                                                        \
    static void kind##_out(float *const *to, const float *sums, size_t plane, int channels,              \
                           const float *bias, enum DfActivation activation)                              \
    {                                                                                                    \
        int half = activation >= DF_TANH ? 0 : channels / 2, all = half ? half : channels, c = 0;        \
        WIDE(kind##_finish, all, to, sums, plane, half, c, bias, activation)                             \
        for (; c + 8 <= all; c += 8)                                                                     \
            kind##_finish_8(to, sums, plane, half, c, bias, activation);                                 \
        if (c < all)                                                                                     \
            kind##_finish_rest(to, sums, plane, half, c, bias, activation, all - c);            \
    }
IN(winograd3)
IN(winograd5)
IN(nearest)
IN(stride)
IN(stride5)
OUT(winograd3)
OUT(nearest)
OUT(stride)

#include "kernels/transform/table.h"
