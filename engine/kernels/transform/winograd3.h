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

static inline void NAME(winograd3_in)(float *data, size_t plane, const float *const *at, int c PART)
{
    VECTOR columns[6 * 6], line[6], out[6];
    UNROLL(6)
    for (int x = 0; x < 6; x++) {
        UNROLL(6)
        for (int y = 0; y < 6; y++)
            line[y] = LOAD(at[6 * y + x] + c);
        NAME(winograd3_in_line)(line, columns + x, 6);
    }
    UNROLL(6)
    for (int y = 0; y < 6; y++) {
        NAME(winograd3_in_line)(columns + 6 * y, out, 1);
        UNROLL(6)
        for (int x = 0; x < 6; x++, data += plane)
            STORE(data, out[x]);
    }
}

static inline void NAME(winograd3_out_line)(const VECTOR m[6], VECTOR *out, int step)
{
    VECTOR sum = m[1] + m[2], gap = m[1] - m[2], sum2 = m[3] + m[4], gap2 = m[3] - m[4];
    out[0] = m[0] + sum + sum2;
    out[step] = gap + 2 * gap2;
    out[2 * step] = sum + 4 * sum2;
    out[3 * step] = gap + 8 * gap2 + m[5];
}

static inline void NAME(winograd3_out)(VECTOR out[16], const float *sums, size_t plane PART)
{
    VECTOR columns[4 * 6], line[6];
    UNROLL(6)
    for (int x = 0; x < 6; x++) {
        UNROLL(6)
        for (int y = 0; y < 6; y++)
            line[y] = LOAD(sums + (6 * y + x) * plane);
        NAME(winograd3_out_line)(line, columns + x, 6);
    }
    UNROLL(4)
    for (int y = 0; y < 4; y++)
        NAME(winograd3_out_line)(columns + 6 * y, out + 4 * y, 1);
}
