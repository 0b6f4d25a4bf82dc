/**
 * @file
 * Inverse search's loops, plainly.
 */
#include "kernels/patch.h"

#include <math.h>

static void take(DfPatchTemplate *patch, const float *from, ptrdiff_t row_floats)
{
    float *dx = patch->dx, *dy = patch->dy, mean_x = 0, mean_y = 0;

    for (int i = 0; i < DF_PATCH_AREA; i++) {
        const float *at = from + i / DF_PATCH * row_floats + i % DF_PATCH;
        patch->value[i] = *at;
        dx[i] = 0.5f * (at[1] - at[-1]);
        dy[i] = 0.5f * (at[row_floats] - at[-row_floats]);
        mean_x += dx[i] / DF_PATCH_AREA;
        mean_y += dy[i] / DF_PATCH_AREA;
    }
    patch->xx = patch->xy = patch->yy = 0;
    for (int i = 0; i < DF_PATCH_AREA; i++) {
        dx[i] -= mean_x;
        dy[i] -= mean_y;
        patch->xx += dx[i] * dx[i];
        patch->xy += dx[i] * dy[i];
        patch->yy += dy[i] * dy[i];
    }
}

/** d less its mean. */
static void differences(float d[DF_PATCH_AREA], const DfPatchTemplate *patch, const DfPatchView *view)
{
    float mean = 0;

    for (int i = 0; i < DF_PATCH_AREA; i++) {
        const float *top = view->from + i / DF_PATCH * view->row_floats + i % DF_PATCH;
        const float *bottom = top + view->row_floats;
        float above = top[0] + view->fx * (top[1] - top[0]);
        float below = bottom[0] + view->fx * (bottom[1] - bottom[0]);
        d[i] = above + view->fy * (below - above) - patch->value[i];
        mean += d[i] / DF_PATCH_AREA;
    }
    for (int i = 0; i < DF_PATCH_AREA; i++)
        d[i] -= mean;
}

static void compare(DfPatchMatch *match, const DfPatchTemplate *patch, const DfPatchView *view)
{
    float d[DF_PATCH_AREA];

    differences(d, patch, view);
    *match = (DfPatchMatch){ 0, 0, 0 };
    for (int i = 0; i < DF_PATCH_AREA; i++) {
        match->x += d[i] * patch->dx[i];
        match->y += d[i] * patch->dy[i];
        match->error += d[i] * d[i];
    }
}

static void spread(float *const sums[3], ptrdiff_t row_floats, const DfPatchTemplate *patch,
                   const DfPatchView *view, const float flow[2])
{
    float d[DF_PATCH_AREA];

    differences(d, patch, view);
    for (int i = 0; i < DF_PATCH_AREA; i++) {
        ptrdiff_t at = i / DF_PATCH * row_floats + i % DF_PATCH;
        float weight = 1 / fmaxf(1, fabsf(d[i]));
        sums[0][at] += weight;
        sums[1][at] += weight * flow[0];
        sums[2][at] += weight * flow[1];
    }
}

static void quotient(float *out, const float *sum, const float *weight, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = sum[i] / weight[i];
}

const DfPatchKernels df_patch_c = { .take = take, .compare = compare, .spread = spread,
                                            .quotient = quotient };
