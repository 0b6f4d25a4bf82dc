/**
 * @file
 * A tile's transform, from those of its lines: along the columns, then along the rows. A line stays in
 * registers.
 */
#include "kernels/unroll.h"

/* side x side pixels, whose channels from c on are taken, to as many planes of data. */
#define TRANSFORM_IN(kind, side)                                                                                  \
    static inline void NAME(kind##_in)(float *data, size_t plane, const float *const *at, int c PART)             \
    {                                                                                                             \
        VECTOR columns[side * side], line[side];                                                                  \
        UNROLL(11) for (int x = 0; x < side; x++)                                                                 \
        {                                                                                                         \
            UNROLL(11) for (int y = 0; y < side; y++)                                                             \
                line[y] = LOAD(at[side * y + x] + c);                                                             \
            NAME(kind##_in_line)(line, columns + x, side);                                                        \
        }                                                                                                         \
        UNROLL(11) for (int y = 0; y < side; y++)                                                                 \
        {                                                                                                         \
            NAME(kind##_in_line)(columns + side * y, line, 1);                                                    \
            UNROLL(11) for (int x = 0; x < side; x++, data += plane)                                              \
                STORE(data, line[x]);                                                                             \
        }                                                                                                         \
    }

/* side x side planes of sums to 4 x 4 outputs. */
#define TRANSFORM_OUT(kind, side)                                                                                 \
    static inline void NAME(kind##_out)(VECTOR out[16], const float *sums, size_t plane PART)                     \
    {                                                                                                             \
        VECTOR columns[4 * side], line[side];                                                                     \
        UNROLL(11) for (int x = 0; x < side; x++)                                                                 \
        {                                                                                                         \
            UNROLL(11) for (int y = 0; y < side; y++)                                                             \
                line[y] = LOAD(sums + (side * y + x) * plane);                                                    \
            NAME(kind##_out_line)(line, columns + x, side);                                                       \
        }                                                                                                         \
        UNROLL(4) for (int y = 0; y < 4; y++)                                                                     \
            NAME(kind##_out_line)(columns + side * y, out + 4 * y, 1);                                            \
    }
