/**
 * @file
 * F(4x4, 3x3), points 0, 1, -1, 2, -2 and infinity (Lavin and Gray, section 4.3): 36 products for 144.
 *
 *        4  0 -5  0  1  0          1  1  1  1  1  0
 *        0 -4 -4  1  1  0          0  1 -1  2 -2  0
 *   B' = 0  4 -4 -1  1  0     A' = 0  1  1  4  4  0
 *        0 -2 -1  2  1  0          0  1 -1  8 -8  1
 *        0  2 -1 -2  1  0
 *        0  4  0 -5  0  1
 *
 * data = B' pixels B, outputs = A' sums A, one side after the other.
 */

static inline void NAME(winograd3_in_line)(const VECTOR d[6], VECTOR *out, int step)
{
    VECTOR even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1];
    VECTOR near = d[4] - d[2], far = 2 * (d[3] - d[1]);
    out[0] = 4 * d[0] - 5 * d[2] + d[4];
    out[step] = even + odd;
    out[2 * step] = even - odd;
    out[3 * step] = near + far;
    out[4 * step] = near - far;
    out[5 * step] = 4 * d[1] - 5 * d[3] + d[5];
}

static inline void NAME(winograd3_out_line)(const VECTOR m[6], VECTOR *out, int step)
{
    VECTOR sum = m[1] + m[2], gap = m[1] - m[2], sum2 = m[3] + m[4], gap2 = m[3] - m[4];
    out[0] = m[0] + sum + sum2;
    out[step] = gap + 2 * gap2;
    out[2 * step] = sum + 4 * sum2;
    out[3 * step] = gap + 8 * gap2 + m[5];
}
