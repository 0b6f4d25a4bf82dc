/**
 * @file
 * The transforms for vectors of eight and for the one to seven channels that are left; a file that has wider ones
 * too defines WIDE(function, channels, arguments), the loop over what fills them.
 */
#include "kernels/tile.h"

#include "kernels/x86/exp.h"
#include "kernels/x86/lanes.h"

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

/* The first n (1 .. 7) floats of a vector to memory: masked stores are slow on many processors. */
static inline void store_rest(float *to, __m256 v, int n)
{
    __m128 low = _mm256_castps256_ps128(v);
    if (n & 4) {
        _mm_storeu_ps(to, low);
        low = _mm256_extractf128_ps(v, 1);
        to += 4;
    }
    if (n & 2) {
        _mm_storel_pi((__m64 *)to, low);
        low = _mm_movehl_ps(low, low);
        to += 2;
    }
    if (n & 1)
        _mm_store_ss(to, low);
}

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

/* A form's transforms, the widest vectors first. */
#define FORM(form)                                                                                       \
    static void form##_in(float *data, size_t plane, const float *const *at, int channels)               \
    {                                                                                                    \
        int c = 0;                                                                                       \
        WIDE(form##_in, channels, data + c, plane, at, c)                                                \
        for (; c + 8 <= channels; c += 8)                                                                \
            form##_in_8(data + c, plane, at, c);                                                         \
        if (c < channels)                                                                                \
            form##_in_rest(data + c, plane, at, c, channels - c);                               \
    }                                                                                                    \
    static void form##_out(float *const *to, const float *sums, size_t plane, int channels,              \
                           const float *bias, enum DfActivation activation)                              \
    {                                                                                                    \
        int half = activation == DF_TANH ? 0 : channels / 2, all = half ? half : channels, c = 0;        \
        WIDE(form##_finish, all, to, sums, plane, half, c, bias, activation)                             \
        for (; c + 8 <= all; c += 8)                                                                     \
            form##_finish_8(to, sums, plane, half, c, bias, activation);                                 \
        if (c < all)                                                                                     \
            form##_finish_rest(to, sums, plane, half, c, bias, activation, all - c);            \
    }
FORM(winograd3)
FORM(winograd5)
FORM(nearest)
FORM(stride)

#define FORMS                                            \
    {                                                    \
        [DF_FORM_3] = { winograd3_in, winograd3_out },   \
        [DF_FORM_5] = { winograd5_in, winograd5_out },   \
        [DF_FORM_NEAREST] = { nearest_in, nearest_out }, \
        [DF_FORM_STRIDE] = { stride_in, stride_out },    \
    }
