/**
 * @file
 * The matrices of kernels/transform/, transposed, along one side. `sums`: A times a line of outputs' gradients;
 * `pixels`: B times a line of data.
 */

static inline void NAME(winograd3_sums_line)(const VECTOR d[4], VECTOR *out, int step)
{
    VECTOR even = d[0] + d[2], odd = d[1] + d[3], even2 = d[0] + 4 * d[2], odd2 = 2 * d[1] + 8 * d[3];
    out[0] = d[0];
    out[step] = even + odd;
    out[2 * step] = even - odd;
    out[3 * step] = even2 + odd2;
    out[4 * step] = even2 - odd2;
    out[5 * step] = d[3];
}

static inline void NAME(winograd3_pixels_line)(const VECTOR v[6], VECTOR *out, int step)
{
    VECTOR sum = v[1] + v[2], gap = v[1] - v[2], sum2 = v[3] + v[4], gap2 = v[3] - v[4];
    out[0] = 4 * v[0];
    out[step] = 4 * (v[5] - gap) - 2 * gap2;
    out[2 * step] = -5 * v[0] - 4 * sum - sum2;
    out[3 * step] = gap + 2 * gap2 - 5 * v[5];
    out[4 * step] = v[0] + sum + sum2;
    out[5 * step] = v[5];
}

static inline void NAME(winograd5_sums_line)(const VECTOR d[4], VECTOR *out, int step)
{
    VECTOR even = d[0] + d[2], odd = d[1] + d[3], even2 = d[0] + 4 * d[2], odd2 = 2 * d[1] + 8 * d[3];
    VECTOR even3 = d[0] + 0.25f * d[2], odd3 = 0.5f * d[1] + 0.125f * d[3];
    out[0] = d[0];
    out[step] = even + odd;
    out[2 * step] = even - odd;
    out[3 * step] = even2 + odd2;
    out[4 * step] = even2 - odd2;
    out[5 * step] = even3 + odd3;
    out[6 * step] = even3 - odd3;
    out[7 * step] = d[3];
}

static inline void NAME(winograd5_pixels_line)(const VECTOR v[8], VECTOR *out, int step)
{
    VECTOR sum1 = v[1] + v[2], gap1 = v[1] - v[2], sum2 = v[3] + v[4], gap2 = v[3] - v[4];
    VECTOR sum3 = v[5] + v[6], gap3 = v[5] - v[6];
    out[0] = v[0];
    out[step] = gap1 + 0.5f * gap2 + 2 * gap3 - v[7];
    out[2 * step] = sum1 + 0.25f * sum2 + 4 * sum3 - 5.25f * v[0];
    out[3 * step] = 5.25f * v[7] - 4.25f * gap1 - 2.5f * (gap2 + gap3);
    out[4 * step] = 5.25f * v[0] - 4.25f * sum1 - 1.25f * sum2 - 5 * sum3;
    out[5 * step] = gap1 + 2 * gap2 + 0.5f * gap3 - 5.25f * v[7];
    out[6 * step] = sum1 + sum2 + sum3 - v[0];
    out[7 * step] = v[7];
}

static inline void NAME(stride5_pixels_line)(const VECTOR v[11], VECTOR *out, int step)
{
    VECTOR sum = v[7] + v[8], gap = v[7] - v[8], sum2 = v[9] + v[10], gap2 = v[9] - v[10];
    NAME(winograd3_pixels_line)(v, out, 2 * step);
    out[step] = 4 * v[6];
    out[3 * step] = -4 * gap - 2 * gap2;
    out[5 * step] = -5 * v[6] - 4 * sum - sum2;
    out[7 * step] = gap + 2 * gap2;
    out[9 * step] = v[6] + sum + sum2;
}

static inline void NAME(nearest_sums_line)(const VECTOR d[4], VECTOR *out, int step)
{
    out[0] = d[0];
    out[step] = d[1];
    out[2 * step] = (d[0] + d[1]) + (d[2] + d[3]);
    out[3 * step] = -d[2];
    out[4 * step] = -d[3];
}

static inline void NAME(nearest_pixels_line)(const VECTOR v[3], VECTOR *out, int step)
{
    out[0] = v[0];
    out[step] = v[1] - v[0] + v[2];
    out[2 * step] = -v[2];
}

static inline void NAME(stride_sums_line)(const VECTOR d[2], VECTOR *out, int step)
{
    out[0] = d[0];
    out[step] = d[0] + d[1];
    out[2 * step] = d[1];
}

static inline void NAME(stride_pixels_line)(const VECTOR v[5], VECTOR *out, int step)
{
    out[0] = v[0];
    out[step] = v[1];
    out[2 * step] = v[2] - v[0] - v[3];
    out[3 * step] = v[4];
    out[4 * step] = v[3];
}
