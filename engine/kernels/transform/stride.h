/**
 * @file
 * 3x3, every other output: 25 products for 36, with additions alone.
 *
 * Along one side, with taps w0 w1 w2 and pixels e0 o0 e1 o1 e2, two outputs are
 *
 *   y0 = w0 e0 + w1 o0 + w2 e1 = w0 (e0 - e1) + w1 o0 + C         C = (w0 + w2) e1
 *   y1 = w0 e1 + w1 o1 + w2 e2 = C + w2 (e2 - e1) + w1 o1
 *
 * What is y0's alone is one sum over twice as many channels, and so is what is y1's alone: of the 25 planes of
 * data come 9 of sums.
 */

static inline void NAME(stride_in_line)(const VECTOR d[5], VECTOR *out, int step)
{
    out[0] = d[0] - d[2];
    out[step] = d[1];
    out[2 * step] = d[2];
    out[3 * step] = d[4] - d[2];
    out[4 * step] = d[3];
}

static inline void NAME(stride_out)(VECTOR out[4], const float *sums, size_t plane PART)
{
    VECTOR m[9];
    for (int i = 0; i < 9; i++)
        m[i] = LOAD(sums + i * plane);
    out[0] = (m[0] + m[1]) + (m[3] + m[4]);
    out[1] = (m[1] + m[2]) + (m[4] + m[5]);
    out[2] = (m[3] + m[4]) + (m[6] + m[7]);
    out[3] = (m[4] + m[5]) + (m[7] + m[8]);
}
