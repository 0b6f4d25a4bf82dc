/**
 * @file
 * Vectors of four floats with NEON, as kernels/vector/README.md names them.
 */
#ifndef DF_KERNELS_ARM_VECTOR_H
#define DF_KERNELS_ARM_VECTOR_H

#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

typedef float32x4_t Vector;
typedef uint32x4_t Lanes;
enum { WIDTH = 4 };

static inline Vector set(float v) { return vdupq_n_f32(v); }
static inline Vector load(const float *p) { return vld1q_f32(p); }
static inline void store(float *p, Vector v) { vst1q_f32(p, v); }

static inline Lanes first_lanes(int n)
{
    const int32x4_t lane = { 0, 1, 2, 3 };
    return vcgtq_s32(vdupq_n_s32(n), lane);
}

static inline Lanes every_second_lane(int first)
{
    const uint32x4_t even = { ~0u, 0, ~0u, 0 };
    return first ? vmvnq_u32(even) : even;
}

/* There are no masked loads and stores: a function each, or transforms of what is left would be long. */

static __attribute__((noinline, unused)) Vector load_first(const float *p, int n)
{
    switch (n) {
    case 1: return (Vector){ p[0] };
    case 2: return (Vector){ p[0], p[1] };
    case 3: return (Vector){ p[0], p[1], p[2] };
    default: return (Vector){ 0 };
    }
}

static __attribute__((noinline, unused)) void store_first(float *p, Vector v, int n)
{
    for (int i = 0; i < n; i++, v = vextq_f32(v, v, 1))
        vst1q_lane_f32(p + i, v, 0);
}

static inline void store_between(float *p, Vector v, int from, int to)
{
    float values[WIDTH];
    store(values, v);
    for (int i = from < 0 ? 0 : from; i < to && i < WIDTH; i++)
        p[i] = values[i];
}

static inline Vector multiply_add(Vector a, Vector b, Vector sum) { return vfmaq_f32(sum, a, b); }
static inline Vector multiply_subtract(Vector a, Vector b, Vector c) { return vfmaq_f32(vnegq_f32(c), a, b); }
static inline Vector larger(Vector a, Vector b) { return vmaxnmq_f32(a, b); }
static inline Vector larger_or_nan(Vector a, Vector b) { return vmaxq_f32(a, b); }
static inline Vector smaller(Vector a, Vector b) { return vminnmq_f32(a, b); }
static inline Vector square_root(Vector v) { return vsqrtq_f32(v); }
static inline Vector round_down(Vector v) { return vrndmq_f32(v); }
static inline Vector round_nearest(Vector v) { return vrndnq_f32(v); }
static inline Vector magnitude(Vector v) { return vabsq_f32(v); }
static inline Vector with_sign(Vector v, Vector sign) { return vbslq_f32(vdupq_n_u32(1u << 31), sign, v); }

static inline Vector two_to(Vector n)
{
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127)), 23));
}

static inline Lanes positive(Vector v) { return vcgtzq_f32(v); }
static inline Lanes zero_lanes(Vector v) { return vceqzq_f32(v); }
static inline Lanes at_least(Vector a, Vector b) { return vcgeq_f32(a, b); }
static inline Lanes not_below(Vector a, Vector b) { return vmvnq_u32(vcltq_f32(a, b)); }
static inline Lanes both(Lanes a, Lanes b) { return vandq_u32(a, b); }
static inline Vector choose(Lanes lanes, Vector a, Vector b) { return vbslq_f32(lanes, a, b); }

static inline Vector keep(Lanes lanes, Vector v)
{
    return vreinterpretq_f32_u32(vandq_u32(lanes, vreinterpretq_u32_f32(v)));
}

static inline unsigned lane_bits(Lanes lanes)
{
    const uint32x4_t bits = { 1, 2, 4, 8 };
    return vaddvq_u32(vandq_u32(lanes, bits));
}

static inline Lanes set_bytes(const uint8_t *bytes)
{
    uint32_t four;
    memcpy(&four, bytes, sizeof four);
    uint16x8_t wide = vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(four)));
    return vcgtq_u32(vmovl_u16(vget_low_u16(wide)), vdupq_n_u32(0));
}

static inline float sum_lanes(Vector v) { return vaddvq_f32(v); }
static inline float max_lanes(Vector v) { return vmaxnmvq_f32(v); }
static inline Vector sum_pairs(Vector low, Vector high) { return vpaddq_f32(low, high); }
static inline Vector spread_sum(Vector v) { return vdupq_n_f32(vaddvq_f32(v)); }

static inline void sum_lanes4(float sums[4], Vector a, Vector b, Vector c, Vector d)
{
    store(sums, vpaddq_f32(vpaddq_f32(a, b), vpaddq_f32(c, d)));
}

static inline Vector shifted_up(Vector before, Vector at) { return vextq_f32(before, at, 3); }
static inline Vector shifted_down(Vector at, Vector after) { return vextq_f32(at, after, 1); }

static inline void interleave(Vector even, Vector odd, Vector *first, Vector *second)
{
    *first = vzip1q_f32(even, odd);
    *second = vzip2q_f32(even, odd);
}

static inline void split(const float *p, Vector *even, Vector *odd)
{
    float32x4x2_t both = vld2q_f32(p);
    *even = both.val[0];
    *odd = both.val[1];
}

static inline Vector in_order(Vector v) { return v; }
static inline void prefetch(const float *p) { __builtin_prefetch(p); }

#endif
