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

static inline void NAME(nearest_in)(float *data, size_t plane, const float *const *at, int c PART)
{
    VECTOR columns[3 * 3], line[3], out[3];
    UNROLL(3)
    for (int x = 0; x < 3; x++) {
        UNROLL(3)
        for (int y = 0; y < 3; y++)
            line[y] = LOAD(at[3 * y + x] + c);
        NAME(nearest_in_line)(line, columns + x, 3);
    }
    UNROLL(3)
    for (int y = 0; y < 3; y++) {
        NAME(nearest_in_line)(columns + 3 * y, out, 1);
        UNROLL(3)
        for (int x = 0; x < 3; x++, data += plane)
            STORE(data, out[x]);
    }
}

static inline void NAME(nearest_out_line)(const VECTOR m[5], VECTOR *out, int step)
{
    out[0] = m[2] + m[0];
    out[step] = m[2] + m[1];
    out[2 * step] = m[2] - m[3];
    out[3 * step] = m[2] - m[4];
}

static inline void NAME(nearest_out)(VECTOR out[16], const float *sums, size_t plane PART)
{
    VECTOR columns[4 * 5], line[5];
    UNROLL(5)
    for (int x = 0; x < 5; x++) {
        UNROLL(5)
        for (int y = 0; y < 5; y++)
            line[y] = LOAD(sums + (5 * y + x) * plane);
        NAME(nearest_out_line)(line, columns + x, 5);
    }
    UNROLL(4)
    for (int y = 0; y < 4; y++)
        NAME(nearest_out_line)(columns + 5 * y, out + 4 * y, 1);
}
