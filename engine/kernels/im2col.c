/**
 * @file
 * Windows of a convolution laid out as rows of a matrix. In NHWC a window's row is made of contiguous runs,
 * so that memcpy() does the work and no CPU level has a version of its own.
 */
#include "base.h"
#include "kernels/kernels.h"

#include <stdlib.h>
#include <string.h>

/** Where a row or column outside 0..n-1 is mirrored from, the edge itself not repeated. */
static int mirrored(int i, int n)
{
    int period = DF_MAX(2 * (n - 1), 1);
    i = abs(i) % period;
    return DF_MIN(i, period - i);
}

/** A whole window row, runs of `channels` floats; x is the seen column of its first pixel. */
static float *copy_pixels(float *out, const DfWindow *w, const float *line, int x)
{
    int seen = w->width << w->up;
    for (int kx = 0; kx < w->kernel; kx++, x += w->rate, out += w->channels) {
        int inside = x >= 0 && x < seen;
        if (!inside && !w->reflect) {
            memset(out, 0, w->channels * sizeof *out);
            continue;
        }
        int from = inside ? x : mirrored(x, seen);
        memcpy(out, line + (size_t)(from >> w->up) * w->channels, w->channels * sizeof *out);
    }
    return out;
}

/** The same where neighbours in the window are neighbours in memory: one run. */
static float *copy_run(float *out, const DfWindow *w, const float *line, int x)
{
    if (x < 0 || x + w->kernel > w->width)
        return copy_pixels(out, w, line, x);
    size_t run = (size_t)w->kernel * w->channels;
    memcpy(out, line + (size_t)x * w->channels, run * sizeof *out);
    return out + run;
}

static float *copy_window(float *out, const DfWindow *w, const float *source, int y, int x)
{
    int dense = w->rate == 1 && !w->up, seen = w->height << w->up;
    for (int ky = 0; ky < w->kernel; ky++, y += w->rate) {
        int inside = y >= 0 && y < seen;
        if (!inside && !w->reflect) {
            memset(out, 0, (size_t)w->kernel * w->channels * sizeof *out);
            out += w->kernel * w->channels;
            continue;
        }
        int from = inside ? y : mirrored(y, seen);
        const float *line = source + (size_t)(from >> w->up) * w->width * w->channels;
        out = dense ? copy_run(out, w, line, x) : copy_pixels(out, w, line, x);
    }
    return out;
}

void df_im2col(float *rows, const DfWindow *w, const float *source, int first, int count)
{
    int y = first / w->out_width, x = first % w->out_width;
    while (count--) {
        rows = copy_window(rows, w, source, y * w->stride - w->top, x * w->stride - w->left);
        if (++x == w->out_width) {
            x = 0;
            y++;
        }
    }
}
