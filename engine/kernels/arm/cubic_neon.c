/**
 * @file
 * Bicubic interpolation with NEON: a row's four taps are loaded position by position.
 */
#include "kernels/arm/vector.h"
#include "kernels/arm/versions.h"

/** Four taps of 8 bits in `low`, or two of 16 in either; the first lowest in each lane. */
typedef struct Taps {
    uint32x4_t low, high;
} Taps;

static inline Taps taps_at(const DfTexture *t, Vector x, Vector y, int row, int bytes)
{
    const uint8_t *from = t->data + row * t->stride - bytes;
    int32x4_t column = vmulq_n_s32(vcvtq_s32_f32(x), bytes);
    int32x4_t offsets = vmlaq_n_s32(column, vcvtq_s32_f32(y), (int)t->stride);
    uint32_t low[WIDTH], high[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
        memcpy(&low[i], from + offsets[i], 4);
        if (bytes == 2)
            memcpy(&high[i], from + offsets[i] + 4, 4);
    }
    return (Taps){ vld1q_u32(low), bytes == 2 ? vld1q_u32(high) : vdupq_n_u32(0) };
}

static inline Vector tap(Taps taps, int i, int bytes)
{
    uint32x4_t lanes = bytes == 2 && i >= 2 ? taps.high : taps.low;
    lanes >>= 8 * bytes * i & 31;
    return vcvtq_f32_u32(vandq_u32(lanes, vdupq_n_u32(bytes == 1 ? 255 : 65535)));
}

#include "kernels/vector/cubic.h"

int df_cubic_inside_neon(float *out, const DfTexture *t, const float *x, const float *y, int n)
{
    return cubic_inside(out, t, x, y, n);
}
