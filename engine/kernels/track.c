/**
 * @file
 * Loops of corner tracking in portable C, the oracle of the others.
 */
#include "kernels/track.h"

#include <math.h>
#include <string.h>

static void binomial(float *out, const float *const rows[5], int n)
{
    for (int i = 0; i < n; i++)
        out[i] = (rows[0][i] + rows[4][i] + 4 * (rows[1][i] + rows[3][i]) + 6 * rows[2][i]) * (1 / 16.0f);
}

static void halve(float *out, const float *in, int n)
{
    for (int i = 0; i < n; i++, in += 2)
        out[i] = (in[0] + in[4] + 4 * (in[1] + in[3]) + 6 * in[2]) * (1 / 16.0f);
}

static void products(float *xx, float *xy, float *yy, const float *above, const float *row,
                     const float *below, int n)
{
    for (int i = 0; i < n; i++) {
        float left = above[i - 1] + 2 * row[i - 1] + below[i - 1];
        float right = above[i + 1] + 2 * row[i + 1] + below[i + 1];
        float dx = right - left;
        float dy = below[i - 1] + 2 * below[i] + below[i + 1] - (above[i - 1] + 2 * above[i] + above[i + 1]);
        xx[i] = dx * dx;
        xy[i] = dx * dy;
        yy[i] = dy * dy;
    }
}

static float sum9(const float *const rows[3], int i)
{
    float left = rows[0][i - 1] + rows[1][i - 1] + rows[2][i - 1];
    float middle = rows[0][i] + rows[1][i] + rows[2][i];
    float right = rows[0][i + 1] + rows[1][i + 1] + rows[2][i + 1];
    return left + middle + right;
}

static void corners(float *out, const float *const xx[3], const float *const xy[3],
                    const float *const yy[3], int n)
{
    for (int i = 0; i < n; i++) {
        float a = 0.5f * sum9(xx, i), b = sum9(xy, i), c = 0.5f * sum9(yy, i);
        out[i] = 0.5f * (a + c - sqrtf((a - c) * (a - c) + b * b));
    }
}

static float largest3(const float *row)
{
    return fmaxf(fmaxf(row[-1], row[0]), row[1]);
}

static int peaks(int *at, const float *above, const float *row, const float *below, float least, int n)
{
    int count = 0;

    for (int i = 0; i < n; i++) {
        float around = fmaxf(fmaxf(largest3(above + i), largest3(below + i)), fmaxf(row[i - 1], row[i + 1]));
        if (row[i] >= least && row[i] >= around)
            at[count++] = i;
    }
    return count;
}

/** What lies (fx, fy) beyond a pixel. */
static float between(const float *from, ptrdiff_t row_floats, float fx, float fy)
{
    float top = from[0] + fx * (from[1] - from[0]);
    float bottom = from[row_floats] + fx * (from[row_floats + 1] - from[row_floats]);
    return top + fy * (bottom - top);
}

static void take(DfTemplate *window, const float *from, ptrdiff_t row_floats, float fx, float fy)
{
    enum { SIDE = DF_WINDOW + 2 };
    float seen[SIDE][SIDE];

    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            seen[y][x] = between(from + y * row_floats + x, row_floats, fx, fy);
    memset(window, 0, sizeof *window);
    for (int y = 0; y < DF_WINDOW; y++)
        for (int x = 0; x < DF_WINDOW; x++) {
            const float *a = &seen[y][x], *b = a + SIDE, *c = b + SIDE;
            float dx = (3 * (a[2] - a[0] + c[2] - c[0]) + 10 * (b[2] - b[0])) / 32;
            float dy = (3 * (c[0] - a[0] + c[2] - a[2]) + 10 * (c[1] - a[1])) / 32;
            window->value[y][x] = b[1];
            window->dx[y][x] = dx;
            window->dy[y][x] = dy;
            window->x += dx;
            window->y += dy;
            window->xx += dx * dx;
            window->xy += dx * dy;
            window->yy += dy * dy;
        }
}

static void match(float sums[3], const DfTemplate *window, const float *from, ptrdiff_t row_floats, float fx,
                  float fy)
{
    sums[0] = sums[1] = sums[2] = 0;
    for (int y = 0; y < DF_WINDOW; y++)
        for (int x = 0; x < DF_WINDOW; x++) {
            float difference = between(from + y * row_floats + x, row_floats, fx, fy) - window->value[y][x];
            sums[0] += difference * window->dx[y][x];
            sums[1] += difference * window->dy[y][x];
            sums[2] += difference;
        }
}

const DfTrackKernels df_track_c = {
    .binomial = binomial, .halve = halve, .products = products, .corners = corners, .peaks = peaks,
    .take = take, .match = match,
};
