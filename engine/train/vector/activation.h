/**
 * @file
 * Activations for whole vectors and for the floats that are left. Included with WIDE(kernel, count, arguments)
 * defined, the loop over what fills wider vectors, and PAIRS(kernel, arguments), a loop over what two pixels fill
 * together; both may be empty.
 */
#include "train/activation_backward.h"

#include "kernels/vector/exp.h"

#define VECTOR Vector
#define NAME(x) x##_whole
#define LOAD load
#define STORE store
#define LOAD_OUT LOAD
#define STORE_OUT STORE
#define SET set
#define EXP vector_exp
#define TANH vector_tanh
#define LEAST smaller
#define WHERE_POSITIVE(f, a, b) choose(positive(f), a, b)
#define PART
#define PASS
#include "train/activation_block.h"

#define VECTOR Vector
#define NAME(x) x##_rest
#define LOAD(p) load_first(p, rest)
#define STORE(p, v) store_first(p, v, rest)
#define LOAD_OUT LOAD
#define STORE_OUT STORE
#define SET set
#define EXP vector_exp
#define TANH vector_tanh
#define LEAST smaller
#define WHERE_POSITIVE(f, a, b) choose(positive(f), a, b)
#define PART , int rest
#define PASS , rest
#include "train/activation_block.h"

#define WHOLE(kernel, count, ...)            \
    WIDE(kernel, count, __VA_ARGS__)         \
    for (; c + WIDTH <= (count); c += WIDTH) \
        kernel##_whole(__VA_ARGS__);
#define EACH(kernel, count, ...)                                  \
    {                                                             \
        size_t c = 0;                                             \
        WHOLE(kernel, count, __VA_ARGS__)                         \
        if (c < (count))                                          \
            kernel##_rest(__VA_ARGS__, (int)((count) - c));       \
    }
#define GATES(kernel, ...)                \
    PAIRS(kernel, __VA_ARGS__)            \
    for (; pixels > 0; pixels--, NEXT(1)) \
        EACH(kernel, half, __VA_ARGS__)
#include "train/activation_loops.h"
