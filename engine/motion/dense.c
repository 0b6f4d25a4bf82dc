/**
 * @file
 * Coarse to fine: which patches are searched for at each size, and the motion that the next size begins with.
 */
#include "motion/dense.h"

#include <errno.h>
#include <string.h>

#include "kernels/patch.h"
#include "kernels/smooth.h"
#include "motion/search.h"

/* Samples; a smaller size has few patches, each of which covers too much of the picture. */
#define LEAST_SIDE (3 * DF_PATCH)

/** One size of the search. */
typedef struct Level {
    DfPatchGrid patches;
    DfFlow flow; /* with room for a sample before and after each row */
} Level;

static int level_count(const DfPyramid *a)
{
    int count = 1;

    while (count < a->count && DF_MAX(a->levels[count].width, a->levels[count].height) >= LEAST_SIDE)
        count++;
    return count;
}

/* ------------------------------------------------------------------------------------- where -- */

/** @return whether any of up to 8 bytes is set */
static int any_set(const uint8_t *bytes, int n)
{
    uint64_t all = 0;

    memcpy(&all, bytes, n);
    return all != 0;
}

/** At full size: patches that touch a needed sample. */
static void activate_needed(DfPatchGrid *patches, const uint8_t *needed)
{
    int width = DF_MIN(patches->width, DF_PATCH), height = DF_MIN(patches->height, DF_PATCH);

    for (int i = 0; i < patches->rows * patches->columns; i++) {
        int x = df_patch_start(i % patches->columns, patches->width);
        int y = df_patch_start(i / patches->columns, patches->height);
        const uint8_t *row = needed + (size_t)y * patches->width + x;
        for (int r = 0; r < height && !patches->active[i]; r++, row += patches->width)
            patches->active[i] = any_set(row, width);
    }
}

/** The coarse patches of one side that contain the middle of a fine one at `start`, or lie within four samples. */
static void covering(int start, int count, int *first, int *last)
{
    int middle = (start + DF_PATCH / 2) / 2;

    *first = DF_CLAMP((middle - DF_PATCH) / 4, 0, count - 1);
    *last = DF_CLAMP((middle + DF_PATCH / 2) / 4, 0, count - 1);
}

/** Coarse patches that active fine ones start from, and their neighbours, whose motion may spread. */
static void activate_below(DfPatchGrid *coarse, const DfPatchGrid *fine)
{
    for (int i = 0; i < fine->rows * fine->columns; i++) {
        int x0, x1, y0, y1;
        if (!fine->active[i])
            continue;
        covering(df_patch_start(i % fine->columns, fine->width), coarse->columns, &x0, &x1);
        covering(df_patch_start(i / fine->columns, fine->height), coarse->rows, &y0, &y1);
        for (int y = y0; y <= y1; y++)
            memset(coarse->active + (size_t)y * coarse->columns + x0, 1, x1 - x0 + 1);
    }
}

/** The two coarsest sizes are searched everywhere: they are cheap, and large motions are found there. */
static void activate(Level *levels, int count, const uint8_t *needed)
{
    activate_needed(&levels[0].patches, needed);
    for (int l = 1; l < count; l++) {
        DfPatchGrid *patches = &levels[l].patches;
        if (l >= count - 2)
            memset(patches->active, 1, (size_t)patches->columns * patches->rows);
        else
            activate_below(patches, &levels[l - 1].patches);
    }
}

/* ------------------------------------------------------------------------------------ starts -- */

/** The coarsest size begins with the affine. */
static void begin(DfFlow flow, const DfAffine *start, float scale)
{
    for (int y = 0; y < flow.x.height; y++)
        for (int x = 0; x < flow.x.width; x++) {
            float *u = &df_plane_row(flow.x, y)[x], *v = &df_plane_row(flow.y, y)[x];
            *u = *v = 0;
            if (start)
                df_affine_at(start, x * scale, y * scale, u, v);
        }
}

/** Interpolate to twice the size: a coarse sample lies where every second fine one does. */
static void widen(DfPlane fine, DfPlane coarse, const float *nothing)
{
    static const float shift[2] = { 0, 0.5f };
    const DfSmoothKernels *kernels = df_smooth_kernels();

    for (int y = 0; y < coarse.height; y++) {
        float *row = df_plane_row(coarse, y);
        row[-1] = row[0];
        row[coarse.width] = row[coarse.width - 1];
    }
    for (int y = 0; y < fine.height; y++) {
        const float *near = df_plane_row(coarse, y / 2);
        const float *far = df_plane_row(coarse, DF_MIN(y / 2 + 1, coarse.height - 1));
        kernels->widen(df_plane_row(fine, y), nothing, near, far, y % 2 ? 0.5f : 0, shift, fine.width);
    }
}

/* -------------------------------------------------------------------------------------- all -- */

/** A plane whose rows have a sample before and after them. */
static DfPlane take_wide(DfArena *arena, int width, int height)
{
    DfPlane plane = df_plane_take(arena, width + 2 * 8, height);

    return (DfPlane){ plane.data ? plane.data + 8 : NULL, width, height, plane.row_floats };
}

static int take_levels(Level *levels, int count, const DfPyramid *a, DfFlow flow, DfArena *scratch)
{
    for (int l = 0; l < count; l++) {
        int width = a->levels[l].width, height = a->levels[l].height;
        levels[l].flow = flow;
        if (l > 0)
            levels[l].flow = (DfFlow){ take_wide(scratch, width, height), take_wide(scratch, width, height) };
        if (!levels[l].flow.x.data || !levels[l].flow.y.data)
            return -ENOMEM;
        int ret = df_patch_grid_take(&levels[l].patches, scratch, width, height);
        if (ret)
            return ret;
    }
    return 0;
}

int df_dense_flow(DfFlow flow, const DfPyramid *a, const DfPyramid *b, const DfAffine *start,
                  const uint8_t *needed, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    Level levels[DF_PYRAMID_LEVELS];
    int count = level_count(a), ret = take_levels(levels, count, a, flow, scratch);
    const float *nothing = df_arena_take_zeroed(scratch, df_size_mul(flow.x.width, sizeof(float)));

    if (!ret && !nothing)
        ret = -ENOMEM;
    if (ret)
        goto end;
    activate(levels, count, needed);
    begin(levels[count - 1].flow, start, 1 << (count - 1));
    for (int l = count - 1; l >= 0 && !ret; l--) {
        const Level *level = &levels[l];
        if (l < count - 1) {
            widen(level->flow.x, levels[l + 1].flow.x, nothing);
            widen(level->flow.y, levels[l + 1].flow.y, nothing);
        }
        ret = df_patch_grid_search(&level->patches, a->levels[l], b->levels[l], level->flow, start, 1 << l,
                                  scratch);
    }
end:
    df_arena_reset(scratch, mark);
    return ret;
}
