/**
 * @file
 * White noise that follows from where it is alone.
 */
#ifndef DF_KERNELS_NORMAL_H
#define DF_KERNELS_NORMAL_H

#include <stdint.h>

/** @return an integer whose bits look independent of those of neighbouring arguments' (a finaliser of MurmurHash3) */
static inline uint32_t df_hash(uint32_t value)
{
    value ^= value >> 16;
    value *= 0x85ebca6bu;
    value ^= value >> 13;
    value *= 0xc2b2ae35u;
    return value ^ value >> 16;
}

/**
 * A row of values near a normal distribution of mean 0 and variance 1, within 3.5 of 0: sums of four bytes.
 *
 * @param seed  of the row
 * @param x     number of the first value; the value at an x does not depend on where a row begins
 */
void df_normal_row(float *out, uint32_t seed, int x, int n);

#endif
