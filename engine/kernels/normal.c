/**
 * @file
 * Bytes of a hash, summed.
 */
#include "kernels/normal.h"

/** Standard deviation of the sum of four bytes, each 0..255 alike: sqrt(4 (256^2 - 1) / 12). */
#define SIGMA 147.8016f

void df_normal_row(float *out, uint32_t seed, int x, int n)
{
    for (int i = 0; i < n; i++) {
        uint32_t bits = df_hash(seed + 0x9e3779b9u * (uint32_t)(x + i));
        uint32_t pairs = (bits & 0xff00ffu) + (bits >> 8 & 0xff00ffu);
        out[i] = ((float)(int32_t)((pairs & 0xffff) + (pairs >> 16)) - 510.0f) * (1 / SIGMA);
    }
}
