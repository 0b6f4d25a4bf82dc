/**
 * @file
 * The transforms for whole vectors and for the channels that are left; a file that has wider ones, too, defines
 * WIDE(function, channels, arguments), the loop over what fills them.
 */
#include "kernels/tile.h"

#include "kernels/vector/exp.h"

#include "kernels/transform/weights.h"

#define VECTOR Vector
#define NAME(x) x##_whole
#define LOAD load
#define STORE store
#define STORE_OUT store
#define GATE vector_gate
#define SIGMOID vector_sigmoid
#define TANH vector_tanh
#define PART
#define PASS
#include "kernels/transform/all.h"

#define VECTOR Vector
#define NAME(x) x##_rest
#define LOAD(p) load_first(p, rest)
#define STORE store
#define STORE_OUT(p, v) store_first(p, v, rest)
#define GATE vector_gate
#define SIGMOID vector_sigmoid
#define TANH vector_tanh
#define PART , int rest
#define PASS , rest
#include "kernels/transform/all.h"

/*
 * A kind's transforms, the widest vectors first. Channels that are left are done with some before them, which are
 * the same again: a surplus stored behind a plane would overwrite the next one, where planes lie behind one another.
 */
#define IN(kind)                                                                           \
    static void kind##_in(float *data, size_t plane, const float *const *at, int channels) \
    {                                                                                      \
        int c = 0;                                                                         \
        WIDE(kind##_in, channels, data + c, plane, at, c)                                  \
        for (; c + WIDTH <= channels; c += WIDTH)                                          \
            kind##_in_whole(data + c, plane, at, c);                                       \
        if (c < channels && channels >= WIDTH)                                             \
            kind##_in_whole(data + channels - WIDTH, plane, at, channels - WIDTH);         \
        else if (c < channels)                                                             \
            kind##_in_rest(data + c, plane, at, c, channels - c);                          \
    }
#define OUT(kind)                                                                                 \
    static void kind##_out(float *const *to, const float *sums, size_t plane, int channels,       \
                           const float *bias, enum DfActivation activation)                       \
    {                                                                                             \
        int half = activation >= DF_TANH ? 0 : channels / 2, all = half ? half : channels, c = 0; \
        WIDE(kind##_finish, all, to, sums, plane, half, c, bias, activation)                      \
        for (; c + WIDTH <= all; c += WIDTH)                                                      \
            kind##_finish_whole(to, sums, plane, half, c, bias, activation);                      \
        if (c < all)                                                                              \
            kind##_finish_rest(to, sums, plane, half, c, bias, activation, all - c);              \
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
