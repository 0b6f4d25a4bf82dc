/**
 * @file
 * Frames of the same background, by the correlation of block means.
 */
#include "overlay/backgrounds.h"

#include <errno.h>
#include <math.h>

#include "base.h"

/* Frames are of one background where they correlate by at least this. Exposure and people that pass leave .9 and more,
   a pan by a fifth of the frame less. */
#define ALIKE .8f
/* Energy of a block's mean that says nothing: noise of (2 levels)^2. */
#define NOISE (4.f * DF_GRID)

void df_grid(DfGrid *grid, const float *luma, int width, int height)
{
    float mean = 0;
    for (int j = 0; j < DF_GRID_Y; j++)
        for (int i = 0; i < DF_GRID_X; i++) {
            int x0 = width * i / DF_GRID_X, x1 = width * (i + 1) / DF_GRID_X;
            int y0 = height * j / DF_GRID_Y, y1 = height * (j + 1) / DF_GRID_Y;
            float sum = 0;
            for (int y = y0; y < y1; y++)
                for (int x = x0; x < x1; x++)
                    sum += luma[(size_t)y * width + x];
            mean += grid->means[j * DF_GRID_X + i] = sum / ((x1 - x0) * (y1 - y0));
        }
    mean /= DF_GRID;
    grid->energy = 0;
    for (int i = 0; i < DF_GRID; i++) {
        grid->means[i] -= mean;
        grid->energy += grid->means[i] * grid->means[i];
    }
}

float df_grid_alike(const DfGrid *a, const DfGrid *b)
{
    float sum = 0;
    for (int i = 0; i < DF_GRID; i++)
        sum += a->means[i] * b->means[i];
    return (sum + NOISE) / sqrtf((a->energy + NOISE) * (b->energy + NOISE));
}

/** @return the earliest remembered background that the frame shows; -1: none */
static int look_for(const DfBackgrounds *backgrounds, const DfGrid *grid)
{
    for (int i = 0; i < backgrounds->kept; i++)
        if (df_grid_alike(&backgrounds->grids[i], grid) >= ALIKE)
            return i;
    return -1;
}

int df_backgrounds_add(DfBackgrounds *backgrounds, const DfGrid *grid)
{
    /* One slot more: the background at hand, where it is not remembered. */
    if (!backgrounds->grids)
        backgrounds->grids = df_alloc((DF_BACKGROUNDS_MOST + 1) * sizeof(DfGrid));
    if (!backgrounds->grids)
        return -ENOMEM;
    int slot = DF_MIN(backgrounds->at, DF_BACKGROUNDS_MOST);
    if (backgrounds->count && df_grid_alike(&backgrounds->grids[slot], grid) >= ALIKE)
        return DF_SEEN_SAME;
    int earlier = look_for(backgrounds, grid);
    if (earlier >= 0) {
        backgrounds->at = earlier;
        return DF_SEEN_BEFORE;
    }
    backgrounds->at = backgrounds->count++;
    backgrounds->kept = DF_MIN(backgrounds->count, DF_BACKGROUNDS_MOST);
    backgrounds->grids[DF_MIN(backgrounds->at, DF_BACKGROUNDS_MOST)] = *grid;
    return DF_SEEN_NEW;
}

void df_backgrounds_free(DfBackgrounds *backgrounds)
{
    df_free(backgrounds->grids);
    *backgrounds = (DfBackgrounds){ 0 };
}
