/**
 * @file
 * Vectors of which a loop's last one may be part.
 */
#ifndef DF_KERNELS_VECTOR_SOME_H
#define DF_KERNELS_VECTOR_SOME_H

#include "kernels/unroll.h"

/** Up to n lanes, zeros in the others, whose memory is not touched: masks are slow where all are wanted. */
INLINE Vector load_some(const float *p, int n)
{
    return n >= WIDTH ? load(p) : load_first(p, n);
}

INLINE void store_some(float *p, Vector v, int n)
{
    if (n >= WIDTH)
        store(p, v);
    else if (n > 0)
        store_first(p, v, n);
}

#endif
