/**
 * @file
 * Every adjoint once, for vectors of one width, from those of its lines: along the columns, then along the rows.
 * Included with VECTOR, NAME, LOAD, STORE, STORE_OUT, PART and PASS as kernels/transform/all.h has them.
 */
#include "kernels/unroll.h"

#include "train/adjoint/lines.h"

/* outs x outs outputs' gradients, whose channels from c on are taken, to sums x sums planes. */
#define SUMS(kind, outs, sums)                                                                                    \
    static inline void NAME(kind##_sums)(float *to, size_t plane, const float *const *at, int c PART)             \
    {                                                                                                             \
        VECTOR columns[sums * outs], line[8];                                                                     \
        UNROLL(4) for (int x = 0; x < outs; x++)                                                                  \
        {                                                                                                         \
            UNROLL(4) for (int y = 0; y < outs; y++)                                                              \
                line[y] = LOAD(at[outs * y + x] + c);                                                             \
            NAME(kind##_sums_line)(line, columns + x, outs);                                                      \
        }                                                                                                         \
        UNROLL(11) for (int y = 0; y < sums; y++)                                                                  \
        {                                                                                                         \
            NAME(kind##_sums_line)(columns + outs * y, line, 1);                                                  \
            UNROLL(11) for (int x = 0; x < sums; x++, to += plane)                                                 \
                STORE(to, line[x]);                                                                               \
        }                                                                                                         \
    }
SUMS(winograd3, 4, 6)
SUMS(winograd5, 4, 8)
SUMS(nearest, 4, 5)
SUMS(stride, 2, 3)
#undef SUMS

/* side x side planes of data, added to as many pixels. */
#define PIXELS(kind, side)                                                                                        \
    static inline void NAME(kind##_pixels)(float *const *at, const float *data, size_t plane, int c PART)         \
    {                                                                                                             \
        VECTOR columns[side * side], line[side];                                                                  \
        UNROLL(11) for (int x = 0; x < side; x++)                                                                  \
        {                                                                                                         \
            UNROLL(11) for (int y = 0; y < side; y++)                                                              \
                line[y] = LOAD(data + (side * y + x) * plane + c);                                                \
            NAME(kind##_pixels_line)(line, columns + x, side);                                                    \
        }                                                                                                         \
        UNROLL(11) for (int y = 0; y < side; y++)                                                                  \
        {                                                                                                         \
            NAME(kind##_pixels_line)(columns + side * y, line, 1);                                                \
            UNROLL(11) for (int x = 0; x < side; x++)                                                              \
                STORE_OUT(at[side * y + x] + c, LOAD(at[side * y + x] + c) + line[x]);                            \
        }                                                                                                         \
    }
PIXELS(winograd3, 6)
PIXELS(winograd5, 8)
PIXELS(nearest, 3)
PIXELS(stride, 5)
PIXELS(stride5, 11)
#undef PIXELS

#undef VECTOR
#undef NAME
#undef LOAD
#undef STORE
#undef STORE_OUT
#undef PART
#undef PASS
