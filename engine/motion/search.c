/**
 * @file
 * Inverse search: the patch's own gradients serve every step, so that a step costs one comparison
 * (Baker and Matthews, "Lucas-Kanade 20 Years On", 2004). Raster order there and back, as in PatchMatch,
 * carries a motion that fits across the picture.
 */
#include "motion/search.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "kernels/patch.h"

#define STEP 4 /* samples from a patch to the next: each sample lies under four */
#define ITERATIONS 6 /* at most, at each of two visits */
/* Samples; a shorter step is below what noise allows, and ends the descent. */
#define SHORT_STEP 0.01f
/* Samples; a neighbour's motion closer than this is found by descent anyway. */
#define ALIKE 0.1f
/* Levels^2 a sample that the gradients' products are raised by, so that flat patches stay where they are.
 * More brings flows there and back closer to each other, and further from the truth. */
#define DAMPING 1.0f

typedef struct Search {
    const DfPatchGrid *patches;
    const DfPatchKernels *kernels;
    const DfAffine *start;
    DfPlane a, b;
    float scale;
    float (*motion)[2];  /* of each patch, in samples */
    DfPatchMatch *match; /* of each patch at its motion */
    DfPlane sums[3];     /* of weights; of weights times x and y */
} Search;

/** A patch at work. */
typedef struct Patch {
    int x, y; /* of its first sample */
    int taken;
    DfPatchTemplate image;
    float motion[2];
    DfPatchMatch match;
} Patch;

/* ----------------------------------------------------------------------------------- samples -- */

/** Samples of a window that sticks out of the picture, which repeats its outermost ones. */
typedef float Copy[DF_PATCH + 2][DF_PATCH + 2];

/** @return `side` rows of `side` samples from (x, y) on: the plane's own, or a copy of them */
static const float *window(DfPlane plane, int x, int y, int side, Copy copy, ptrdiff_t *row_floats)
{
    *row_floats = plane.row_floats;
    if (x >= 0 && y >= 0 && x + side <= plane.width && y + side <= plane.height)
        return df_plane_row(plane, y) + x;
    *row_floats = DF_PATCH + 2;
    for (int i = 0; i < side; i++) {
        const float *row = df_plane_row(plane, DF_CLAMP(y + i, 0, plane.height - 1));
        for (int j = 0; j < side; j++)
            copy[i][j] = row[DF_CLAMP(x + j, 0, plane.width - 1)];
    }
    return copy[0];
}

static void take(const Search *s, Patch *patch)
{
    Copy copy;
    ptrdiff_t row_floats;
    const float *from = window(s->a, patch->x - 1, patch->y - 1, DF_PATCH + 2, copy, &row_floats);

    s->kernels->take(&patch->image, from + row_floats + 1, row_floats);
    patch->taken = 1;
}

/** The view of b at a motion; where that leads out of the picture, from just outside it. */
static DfPatchView view_at(const Search *s, const Patch *patch, const float motion[2], Copy copy)
{
    float x = DF_CLAMP(patch->x + motion[0], -DF_PATCH, s->b.width);
    float y = DF_CLAMP(patch->y + motion[1], -DF_PATCH, s->b.height);
    int left = (int)(x + DF_PATCH) - DF_PATCH, top = (int)(y + DF_PATCH) - DF_PATCH;
    DfPatchView view = { .fx = x - left, .fy = y - top };

    view.from = window(s->b, left, top, DF_PATCH + 1, copy, &view.row_floats);
    return view;
}

static DfPatchMatch compare(const Search *s, const Patch *patch, const float motion[2])
{
    Copy copy;
    DfPatchView view = view_at(s, patch, motion, copy);
    DfPatchMatch match;

    s->kernels->compare(&match, &patch->image, &view);
    return match;
}

/* ------------------------------------------------------------------------------------ search -- */

/** Take over another motion where the patch looks more alike there. @return whether it does */
static int consider(const Search *s, Patch *patch, const float motion[2])
{
    if (fabsf(motion[0] - patch->motion[0]) + fabsf(motion[1] - patch->motion[1]) < ALIKE)
        return 0;
    if (!patch->taken)
        take(s, patch);
    DfPatchMatch match = compare(s, patch, motion);
    if (match.error >= patch->match.error)
        return 0;
    memcpy(patch->motion, motion, sizeof patch->motion);
    patch->match = match;
    return 1;
}

/** Gauss-Newton steps while they help. One that ends further than a patch away from its start was lost. */
static void descend(const Search *s, Patch *patch)
{
    const DfPatchTemplate *image = &patch->image;
    float xx = image->xx + DAMPING * DF_PATCH_AREA, yy = image->yy + DAMPING * DF_PATCH_AREA;
    float scale = 1 / (xx * yy - image->xy * image->xy), moved = 1, motion[2];
    Patch begin = { .motion = { patch->motion[0], patch->motion[1] }, .match = patch->match };

    for (int i = 0; i < ITERATIONS && moved > SHORT_STEP * SHORT_STEP; i++) {
        const DfPatchMatch *m = &patch->match;
        float x = scale * (yy * m->x - image->xy * m->y), y = scale * (xx * m->y - image->xy * m->x);
        motion[0] = patch->motion[0] - x;
        motion[1] = patch->motion[1] - y;
        DfPatchMatch match = compare(s, patch, motion);
        if (!(match.error < m->error))
            break;
        memcpy(patch->motion, motion, sizeof motion);
        patch->match = match;
        moved = x * x + y * y;
    }
    float x = patch->motion[0] - begin.motion[0], y = patch->motion[1] - begin.motion[1];
    if (x * x + y * y > DF_PATCH * DF_PATCH) {
        memcpy(patch->motion, begin.motion, sizeof motion);
        patch->match = begin.match;
    }
}

static Patch patch_at(const Search *s, int column, int row)
{
    return (Patch){ .x = df_patch_start(column, s->patches->width),
                    .y = df_patch_start(row, s->patches->height) };
}

/** What the affine says of a patch, in samples. */
static void affine_motion(const Search *s, const Patch *patch, float motion[2])
{
    float x = patch->x + (DF_PATCH - 1) / 2.0f, y = patch->y + (DF_PATCH - 1) / 2.0f;

    df_affine_at(s->start, s->scale * x, s->scale * y, &motion[0], &motion[1]);
    motion[0] /= s->scale;
    motion[1] /= s->scale;
}

/** The first visit: from the coarser size's motion, the affine's or that of a patch to the left or above. */
static void visit(const Search *s, DfFlow flow, int column, int row)
{
    int i = row * s->patches->columns + column;
    Patch patch = patch_at(s, column, row);
    int x = DF_MIN(patch.x + DF_PATCH / 2, s->a.width - 1);
    int y = DF_MIN(patch.y + DF_PATCH / 2, s->a.height - 1);
    float motion[2];

    take(s, &patch);
    patch.motion[0] = df_plane_row(flow.x, y)[x] / s->scale;
    patch.motion[1] = df_plane_row(flow.y, y)[x] / s->scale;
    patch.match = compare(s, &patch, patch.motion);
    if (s->start) {
        affine_motion(s, &patch, motion);
        consider(s, &patch, motion);
    }
    if (column > 0 && s->patches->active[i - 1])
        consider(s, &patch, s->motion[i - 1]);
    if (row > 0 && s->patches->active[i - s->patches->columns])
        consider(s, &patch, s->motion[i - s->patches->columns]);
    descend(s, &patch);
    memcpy(s->motion[i], patch.motion, sizeof patch.motion);
    s->match[i] = patch.match;
}

/** The second visit, on the way back: from a patch to the right or below, where that fits better. */
static void revisit(const Search *s, int column, int row)
{
    int columns = s->patches->columns, i = row * columns + column, better = 0;
    Patch patch = patch_at(s, column, row);

    memcpy(patch.motion, s->motion[i], sizeof patch.motion);
    patch.match = s->match[i];
    if (column + 1 < columns && s->patches->active[i + 1])
        better |= consider(s, &patch, s->motion[i + 1]);
    if (row + 1 < s->patches->rows && s->patches->active[i + columns])
        better |= consider(s, &patch, s->motion[i + columns]);
    if (!better)
        return;
    descend(s, &patch);
    memcpy(s->motion[i], patch.motion, sizeof patch.motion);
    s->match[i] = patch.match;
}

/* -------------------------------------------------------------------------------- every sample -- */

/** The next run of active patches in a row, from column *first on. @return its length, 0: there is none */
static int next_run(const DfPatchGrid *patches, int row, int *first)
{
    const uint8_t *active = patches->active + (size_t)row * patches->columns;
    int end;

    while (*first < patches->columns && !active[*first])
        (*first)++;
    for (end = *first; end < patches->columns && active[end]; end++)
        ;
    return end - *first;
}

typedef void RunFunction(const Search *s, DfFlow flow, int x, int y, int width);

/** Call a function for the samples under each run of patches, row by row; rows overlap. */
static void each_run(const Search *s, DfFlow flow, RunFunction *function)
{
    const DfPatchGrid *patches = s->patches;

    for (int row = 0; row < patches->rows; row++)
        for (int first = 0, n; (n = next_run(patches, row, &first)); first += n) {
            int x = df_patch_start(first, patches->width), y = df_patch_start(row, patches->height);
            int end = df_patch_start(first + n - 1, patches->width) + DF_PATCH;
            for (int i = 0; i < DF_PATCH; i++)
                function(s, flow, x, y + i, end - x);
        }
}

static void clear_run(const Search *s, DfFlow flow, int x, int y, int width)
{
    (void)flow;
    for (int i = 0; i < 3; i++)
        memset(df_plane_row(s->sums[i], y) + x, 0, width * sizeof(float));
}

static void divide_run(const Search *s, DfFlow flow, int x, int y, int width)
{
    const float *weight = df_plane_row(s->sums[0], y) + x;
    int n = DF_MIN(width, flow.x.width - x);

    if (y >= flow.x.height)
        return;
    s->kernels->quotient(df_plane_row(flow.x, y) + x, df_plane_row(s->sums[1], y) + x, weight, n);
    s->kernels->quotient(df_plane_row(flow.y, y) + x, df_plane_row(s->sums[2], y) + x, weight, n);
}

/** A sample's motion is the mean of its patches'; those that are right about the sample itself count more. */
static void spread(const Search *s, int column, int row)
{
    const float *motion = s->motion[row * s->patches->columns + column];
    float flow[2] = { s->scale * motion[0], s->scale * motion[1] }, *sums[3];
    Patch patch = patch_at(s, column, row);
    Copy copy;
    DfPatchView view = view_at(s, &patch, motion, copy);

    take(s, &patch);
    for (int i = 0; i < 3; i++)
        sums[i] = df_plane_row(s->sums[i], patch.y) + patch.x;
    s->kernels->spread(sums, s->sums[0].row_floats, &patch.image, &view, flow);
}

/* ------------------------------------------------------------------------------------ a size -- */

int df_patch_start(int i, int side)
{
    return DF_MAX(DF_MIN(STEP * i, side - DF_PATCH), 0);
}

static int patches_along(int side)
{
    return side <= DF_PATCH ? 1 : (side - DF_PATCH + STEP - 1) / STEP + 1;
}

int df_patch_grid_take(DfPatchGrid *patches, DfArena *arena, int width, int height)
{
    *patches = (DfPatchGrid){ width, height, patches_along(width), patches_along(height), NULL };
    patches->active = df_arena_take_zeroed(arena, df_size_mul(patches->columns, patches->rows));
    return patches->active ? 0 : -ENOMEM;
}

static int take_search(Search *s, DfArena *scratch)
{
    size_t count = df_size_mul(s->patches->columns, s->patches->rows);

    s->motion = df_arena_take(scratch, df_size_mul(count, sizeof *s->motion));
    s->match = df_arena_take(scratch, df_size_mul(count, sizeof *s->match));
    if (!s->motion || !s->match)
        return -ENOMEM;
    for (int i = 0; i < 3; i++) {
        s->sums[i] = df_plane_take(scratch, DF_MAX(s->a.width, DF_PATCH), DF_MAX(s->a.height, DF_PATCH));
        if (!s->sums[i].data)
            return -ENOMEM;
    }
    return 0;
}

int df_patch_grid_search(const DfPatchGrid *patches, DfPlane a, DfPlane b, DfFlow flow, const DfAffine *start,
                      float scale, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    Search s = { .patches = patches, .kernels = df_patch_kernels(), .start = start, .a = a, .b = b,
                 .scale = scale };
    int count = patches->columns * patches->rows, ret = take_search(&s, scratch);

    if (ret)
        goto end;
    for (int i = 0; i < count; i++)
        if (patches->active[i])
            visit(&s, flow, i % patches->columns, i / patches->columns);
    for (int i = count - 1; i >= 0; i--)
        if (patches->active[i])
            revisit(&s, i % patches->columns, i / patches->columns);
    each_run(&s, flow, clear_run);
    for (int i = 0; i < count; i++)
        if (patches->active[i])
            spread(&s, i % patches->columns, i / patches->columns);
    each_run(&s, flow, divide_run);
end:
    df_arena_reset(scratch, mark);
    return ret;
}
