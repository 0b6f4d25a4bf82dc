/**
 * @file
 * Windows of a convolution laid out as rows of a matrix. In NHWC a window's row is made of contiguous runs,
 * so that memcpy() does the work and no CPU level has a version of its own.
 */
#include "kernels/kernels.h"

#include <string.h>

/** A whole window row, runs of `channels` floats; x is the seen column of its first pixel. */
static float *copy_pixels(float *out, const DfWindow *w, const float *line, int x)
{
    for (int kx = 0; kx < w->kernel; kx++, x += w->rate, out += w->channels) {
        int from = df_window_pixel(w, x, w->width);
        if (from < 0)
            memset(out, 0, w->channels * sizeof *out);
        else
            memcpy(out, line + (size_t)from * w->channels, w->channels * sizeof *out);
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
    int dense = w->rate == 1 && !w->up;
    for (int ky = 0; ky < w->kernel; ky++, y += w->rate) {
        int from = df_window_pixel(w, y, w->height);
        if (from < 0) {
            memset(out, 0, (size_t)w->kernel * w->channels * sizeof *out);
            out += w->kernel * w->channels;
            continue;
        }
        const float *line = source + (size_t)from * w->width * w->channels;
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
