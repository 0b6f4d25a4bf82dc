/**
 * @file
 * kernels/match.c with NEON: two pixels are a vector.
 */
#include "kernels/arm/versions.h"

#include <arm_neon.h>

/** Squares of differences, added to `sums`: four sums. */
static inline int32x4_t add_squares(int32x4_t sums, int16x8_t a, int16x8_t b)
{
    int16x8_t d = vsubq_s16(a, b);
    return vmlal_high_s16(vmlal_s16(sums, vget_low_s16(d), vget_low_s16(d)), d, d);
}

/** The two pixels of a patch's guide that are compared, of the row that begins at `row`. */
static inline int16x8_t guide_points(const int16_t *row)
{
    return vcombine_s16(vld1_s16(row + DF_MATCH_CHANNELS), vld1_s16(row + DF_MATCH_CHANNELS * 6));
}

static int32_t distance(const DfMatchPlanes *planes, ptrdiff_t a, ptrdiff_t b, int32_t limit)
{
    const int16_t *p = planes->guide + DF_MATCH_CHANNELS * (a + planes->width);
    const int16_t *q = planes->guide + DF_MATCH_CHANNELS * (b + planes->width);
    ptrdiff_t row = DF_MATCH_CHANNELS * planes->width;
    int32x4_t guide = add_squares(vdupq_n_s32(0), guide_points(p), guide_points(q));
    int32_t sum = vaddvq_s32(add_squares(guide, guide_points(p + 5 * row), guide_points(q + 5 * row)));

    p = planes->picture + DF_MATCH_CHANNELS * a;
    q = planes->picture + DF_MATCH_CHANNELS * b;
    for (int half = 0; half < 2 && sum < limit; half++) {
        int32x4_t left = vdupq_n_s32(0), right = left;
#pragma GCC unroll 4
        for (int y = 0; y < DF_MATCH_SIDE / 2; y++, p += row, q += row) {
            left = add_squares(left, vld1q_s16(p), vld1q_s16(q));
            right = add_squares(right, vld1q_s16(p + 8), vld1q_s16(q + 8));
            left = add_squares(left, vld1q_s16(p + 16), vld1q_s16(q + 16));
            right = add_squares(right, vld1q_s16(p + 24), vld1q_s16(q + 24));
        }
        sum += vaddvq_s32(vaddq_s32(left, right));
    }
    return sum;
}

const DfMatchKernels df_match_neon = { .distance = distance };
