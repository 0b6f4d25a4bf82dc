/**
 * @file
 * Rows of a picture between two sizes, and relaxation of what is unknown in them: portable versions.
 */
#include "kernels/smooth.h"

static void halve(float *out, float *out_known, const float *const rows[2], const float *const known[2],
                   int n)
{
    for (int i = 0; i < n; i++) {
        float sum = 0, count = 0;
        for (int r = 0; r < 2; r++) {
            sum += rows[r][2 * i] * known[r][2 * i] + rows[r][2 * i + 1] * known[r][2 * i + 1];
            count += known[r][2 * i] + known[r][2 * i + 1];
        }
        out[i] = count > 0 ? sum / count : 0;
        out_known[i] = count > 0;
    }
}

static void widen(float *out, const float *known, const float *near, const float *far, float mix,
                  const float shift[2], int n)
{
    for (int i = 0; i < n; i++) {
        int at = i / 2, next = i % 2 ? at + 1 : at - 1;
        float here = near[at] + mix * (far[at] - near[at]);
        float there = near[next] + mix * (far[next] - near[next]);
        if (known[i] == 0)
            out[i] = here + shift[i % 2] * (there - here);
    }
}

static void sweep(float *row, const float *above, const float *below, const float *known, int odd, int n)
{
    for (int i = odd; i < n; i += 2)
        if (known[i] == 0)
            row[i] = 0.25f * ((above[i] + below[i]) + (row[i - 1] + row[i + 1]));
}

const DfSmoothKernels df_smooth_c = { .halve = halve, .widen = widen, .sweep = sweep };
