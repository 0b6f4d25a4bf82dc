/**
 * @file
 * 5x5, every other output: 121 products for 400.
 *
 * Along one side, even taps see even pixels and odd taps odd ones, each a convolution of stride 1: three taps and two.
 * Both are F(4, 3), the second with a last tap of 0, whose product at infinity is 0; they share sums, so that each
 * sum is one over up to four times as many channels, and the transform back is F(4, 3)'s.
 */

static inline void NAME(stride5_in_line)(const VECTOR d[11], VECTOR *out, int step)
{
    const VECTOR even[6] = { d[0], d[2], d[4], d[6], d[8], d[10] };
    VECTOR both = d[9] - 4 * d[5], gap = d[7] - 4 * d[3], near = d[9] - d[5], far = 2 * (d[7] - d[3]);
    NAME(winograd3_in_line)(even, out, step);
    out[6 * step] = 4 * d[1] - 5 * d[5] + d[9];
    out[7 * step] = both + gap;
    out[8 * step] = both - gap;
    out[9 * step] = near + far;
    out[10 * step] = near - far;
}
