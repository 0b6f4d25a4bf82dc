/**
 * @file
 * Distance of patches, plainly.
 */
#include "kernels/match.h"

/** Sum of squared differences of `count` values. */
static int32_t squares(const int16_t *a, const int16_t *b, int count)
{
    int32_t sum = 0;

    for (int i = 0; i < count; i++) {
        int32_t d = a[i] - b[i];
        sum += d * d;
    }
    return sum;
}

static int32_t distance(const DfMatchPlanes *planes, ptrdiff_t a, ptrdiff_t b, int32_t limit)
{
    static const int at[2] = { 1, 6 };
    int32_t sum = 0;

    for (int i = 0; i < 4; i++) {
        ptrdiff_t point = DF_MATCH_CHANNELS * (at[i / 2] * planes->width + at[i % 2]);
        sum += squares(planes->guide + DF_MATCH_CHANNELS * a + point, planes->guide + DF_MATCH_CHANNELS * b + point,
                       DF_MATCH_CHANNELS);
    }
    for (int y = 0; y < DF_MATCH_SIDE; y++) {
        if (y % (DF_MATCH_SIDE / 2) == 0 && sum >= limit)
            return sum;
        sum += squares(planes->picture + DF_MATCH_CHANNELS * (a + y * planes->width),
                       planes->picture + DF_MATCH_CHANNELS * (b + y * planes->width),
                       DF_MATCH_CHANNELS * DF_MATCH_SIDE);
    }
    return sum;
}

const DfMatchKernels df_match_c = { .distance = distance };
