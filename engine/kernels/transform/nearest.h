/**
 * @file
 * 3x3 on the picture at twice its size, nearest neighbour: 25 products for 144, with additions alone.
 *
 * Along one side, with taps w0 w1 w2 and small pixels x0 x1 x2 = x[i], x[i+1], x[i+2], four outputs are
 *
 *   y[2i+1] = (w0 + w1) x0 + w2 x1 = A + C         A = (w0 + w1) (x0 - x1)
 *   y[2i+2] = w0 x0 + (w1 + w2) x1 = B + C         B = w0 (x0 - x1)
 *   y[2i+3] = (w0 + w1) x1 + w2 x2 = C - D         C = (w0 + w1 + w2) x1
 *   y[2i+4] = w0 x1 + (w1 + w2) x2 = C - E         D = w2 (x1 - x2)
 *                                                  E = (w1 + w2) (x1 - x2)
 *
 * Tiles begin at an odd output. Of pixels there are but three combinations a side, x0 - x1, x1, x1 - x2: 9 planes
 * of data for 25 of sums.
 */

static inline void NAME(nearest_in_line)(const VECTOR d[3], VECTOR *out, int step)
{
    out[0] = d[0] - d[1];
    out[step] = d[1];
    out[2 * step] = d[1] - d[2];
}

static inline void NAME(nearest_out_line)(const VECTOR m[5], VECTOR *out, int step)
{
    out[0] = m[2] + m[0];
    out[step] = m[2] + m[1];
    out[2 * step] = m[2] - m[3];
    out[3 * step] = m[2] - m[4];
}
