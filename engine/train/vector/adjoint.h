/**
 * @file
 * The adjoints for whole vectors and for the channels that are left; a file that has wider ones, too, defines
 * WIDE(kernel, arguments), the loop over what fills them.
 */
#include "train/adjoint.h"

#define VECTOR Vector
#define NAME(x) x##_whole
#define LOAD load
#define STORE store
#define STORE_OUT store
#define PART
#define PASS
#include "train/adjoint/all.h"

#define VECTOR Vector
#define NAME(x) x##_rest
#define LOAD(p) load_first(p, rest)
#define STORE store
#define STORE_OUT(p, v) store_first(p, v, rest)
#define PART , int rest
#define PASS , rest
#include "train/adjoint/all.h"

#define EACH(kernel, ...)                             \
    {                                                 \
        int c = 0;                                    \
        WIDE(kernel, __VA_ARGS__)                     \
        for (; c + WIDTH <= channels; c += WIDTH)     \
            kernel##_whole(__VA_ARGS__);              \
        if (c < channels)                             \
            kernel##_rest(__VA_ARGS__, channels - c); \
    }
#include "train/adjoint/loops.h"
