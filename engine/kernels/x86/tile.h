/**
 * @file
 * The transforms for vectors of eight, of four, and of the one to three channels that are left; a file that has
 * wider ones too defines WIDE(form_in), the loop over what fits them.
 */
#include "kernels/tile.h"

#include "kernels/x86/exp.h"
#include "kernels/x86/lanes.h"

static inline __m128 gate4(__m128 f, __m128 g, int relu)
{
    return _mm256_castps256_ps128(gate8(_mm256_castps128_ps256(f), _mm256_castps128_ps256(g), relu));
}

static inline __m128 sigmoid4(__m128 f, __m128 g)
{
    return f / (1 + exp4(-g));
}

static inline __m128 tanh4(__m128 x)
{
    return _mm256_castps256_ps128(tanh8(_mm256_castps128_ps256(x)));
}

#define VECTOR __m256
#define NAME(x) x##_8
#define LOAD _mm256_loadu_ps
#define STORE _mm256_storeu_ps
#define GATE gate8
#define SIGMOID sigmoid8
#define TANH tanh8
#define PART
#define PASS
#include "kernels/transform/all.h"

#define VECTOR __m128
#define NAME(x) x##_4
#define LOAD _mm_loadu_ps
#define STORE _mm_storeu_ps
#define GATE gate4
#define SIGMOID sigmoid4
#define TANH tanh4
#define PART
#define PASS
#include "kernels/transform/all.h"

#define VECTOR __m128
#define NAME(x) x##_rest
#define LOAD(p) _mm_maskload_ps(p, rest)
#define STORE(p, v) _mm_maskstore_ps(p, rest, v)
#define GATE gate4
#define SIGMOID sigmoid4
#define TANH tanh4
#define PART , __m128i rest
#define PASS , rest
#include "kernels/transform/all.h"

/* The first n (1 .. 3) lanes. */
static inline __m128i rest_of(int n)
{
    return _mm256_castsi256_si128(first_lanes(n));
}

/* A form's transforms, the widest vectors first. */
#define FORM(form)                                                                                       \
    static void form##_in(float *data, size_t plane, const float *const *at, int channels)               \
    {                                                                                                    \
        int c = 0;                                                                                       \
        WIDE(form##_in, channels, data + c, plane, at, c)                                                \
        for (; c + 8 <= channels; c += 8)                                                                \
            form##_in_8(data + c, plane, at, c);                                                         \
        for (; c + 4 <= channels; c += 4)                                                                \
            form##_in_4(data + c, plane, at, c);                                                         \
        if (c < channels)                                                                                \
            form##_in_rest(data + c, plane, at, c, rest_of(channels - c));                               \
    }                                                                                                    \
    static void form##_out(float *const *to, const float *sums, size_t plane, int channels,              \
                           const float *bias, enum DfActivation activation)                              \
    {                                                                                                    \
        int half = activation == DF_TANH ? 0 : channels / 2, all = half ? half : channels, c = 0;        \
        WIDE(form##_finish, all, to, sums, plane, half, c, bias, activation)                             \
        for (; c + 8 <= all; c += 8)                                                                     \
            form##_finish_8(to, sums, plane, half, c, bias, activation);                                 \
        for (; c + 4 <= all; c += 4)                                                                     \
            form##_finish_4(to, sums, plane, half, c, bias, activation);                                 \
        if (c < all)                                                                                     \
            form##_finish_rest(to, sums, plane, half, c, bias, activation, rest_of(all - c));            \
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
