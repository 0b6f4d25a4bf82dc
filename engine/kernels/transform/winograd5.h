/**
 * @file
 * F(4x4, 5x5), points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity (Lavin and Gray's F(6x6, 3x3) has the same B'): 64
 * products for 400.
 *
 *        1    0 -21/4     0  21/4     0 -1  0
 *        0    1     1 -17/4 -17/4     1  1  0          1  1  1  1  1   1    1  0
 *        0   -1     1  17/4 -17/4    -1  1  0     A' = 0  1 -1  2 -2 1/2 -1/2  0
 *   B' = 0  1/2   1/4  -5/2  -5/4     2  1  0          0  1  1  4  4 1/4  1/4  0
 *        0 -1/2   1/4   5/2  -5/4    -2  1  0          0  1 -1  8 -8 1/8 -1/8  1
 *        0    2     4  -5/2    -5   1/2  1  0
 *        0   -2     4   5/2    -5  -1/2  1  0
 *        0   -1     0  21/4     0 -21/4  0  1
 */

static inline void NAME(winograd5_in_line)(const VECTOR d[8], VECTOR *out, int step)
{
    VECTOR even1 = d[2] - 4.25f * d[4] + d[6], odd1 = d[1] - 4.25f * d[3] + d[5];
    VECTOR even2 = 0.25f * d[2] - 1.25f * d[4] + d[6], odd2 = 0.5f * d[1] - 2.5f * d[3] + 2 * d[5];
    VECTOR even3 = 4 * d[2] - 5 * d[4] + d[6], odd3 = 2 * d[1] - 2.5f * d[3] + 0.5f * d[5];
    out[0] = d[0] - d[6] + 5.25f * (d[4] - d[2]);
    out[step] = even1 + odd1;
    out[2 * step] = even1 - odd1;
    out[3 * step] = even2 + odd2;
    out[4 * step] = even2 - odd2;
    out[5 * step] = even3 + odd3;
    out[6 * step] = even3 - odd3;
    out[7 * step] = d[7] - d[1] + 5.25f * (d[3] - d[5]);
}

static inline void NAME(winograd5_out_line)(const VECTOR m[8], VECTOR *out, int step)
{
    VECTOR sum1 = m[1] + m[2], gap1 = m[1] - m[2], sum2 = m[3] + m[4], gap2 = m[3] - m[4];
    VECTOR sum3 = m[5] + m[6], gap3 = m[5] - m[6];
    out[0] = m[0] + sum1 + sum2 + sum3;
    out[step] = gap1 + 2 * gap2 + 0.5f * gap3;
    out[2 * step] = sum1 + 4 * sum2 + 0.25f * sum3;
    out[3 * step] = gap1 + 8 * gap2 + 0.125f * gap3 + m[7];
}
