/**
 * @file
 * Pull-push over the hole's rectangle and two samples around it. Every level is relaxed on the way up, so
 * that smooth errors are gone before there are many samples: two sweeps at full size then end five times
 * closer to the harmonic continuation than twenty at full size alone.
 */
#include "plane/membrane.h"

#include <errno.h>
#include <string.h>

#include "kernels/smooth.h"
#include "plane/rect.h"

/* Known samples that are averaged lie this close to the hole's rectangle: a membrane is tied to its rim,
 * and samples beyond it blur that. */
#define MARGIN 2
/* Sweeps over both colours of the checkerboard at full size; each coarser level has twice as many, which cost
 * half as much as a level's before it, up to enough for any wave that the levels below it leave. */
#define SWEEPS 2
#define MOST_SWEEPS 16
/* Each halves a side of at most INT_MAX. */
#define MOST_LEVELS 32

/** One size of the rectangle. Planes have a frame of a sample, and room for vectors beyond it. */
typedef struct Level {
    DfPlane value, known; /* known: 1 or 0; frame: 0 */
} Level;

typedef struct Pyramid {
    DfRect rect; /* in the picture: the hole's bounds with a margin */
    int count;
    Level levels[MOST_LEVELS];
} Pyramid;

/* ------------------------------------------------------------------------------------- levels -- */

static int take_framed(DfPlane *plane, DfArena *arena, int width, int height)
{
    DfPlane whole = df_plane_take(arena, width + 2 * 8, height + 2);

    if (!whole.data)
        return -ENOMEM;
    memset(whole.data, 0, whole.row_floats * whole.height * sizeof(float));
    *plane = (DfPlane){ whole.data + whole.row_floats + 8, width, height, whole.row_floats };
    return 0;
}

static int take_level(Pyramid *pyramid, DfArena *arena, int width, int height)
{
    Level *level = &pyramid->levels[pyramid->count++];
    int ret = take_framed(&level->value, arena, width, height);

    return ret ? ret : take_framed(&level->known, arena, width, height);
}

/** Average `from` into `to`. @return whether all of `to` is known */
static int pull(const Level *to, const Level *from)
{
    int whole = 1;

    for (int y = 0; y < to->value.height; y++) {
        const float *rows[2] = { df_plane_row(from->value, 2 * y), df_plane_row(from->value, 2 * y + 1) };
        const float *known[2] = { df_plane_row(from->known, 2 * y), df_plane_row(from->known, 2 * y + 1) };
        float *seen = df_plane_row(to->known, y);
        df_smooth_kernels()->halve(df_plane_row(to->value, y), seen, rows, known, to->value.width);
        for (int x = 0; whole && x < to->value.width; x++)
            whole = seen[x] > 0;
    }
    return whole;
}

/** Lay the levels out, down to one without a hole. They hold the averages of what the first level holds. */
static int take_levels(Pyramid *pyramid, DfArena *arena)
{
    for (int whole = 0; !whole;) {
        const Level *last = &pyramid->levels[pyramid->count - 1];
        int width = last->value.width, height = last->value.height;
        if (width == 1 && height == 1)
            break;
        int ret = take_level(pyramid, arena, (width + 1) / 2, (height + 1) / 2);
        if (ret)
            return ret;
        whole = pull(last + 1, last);
    }
    return 0;
}

/* ---------------------------------------------------------------------------------- push, relax -- */

/** Repeat the outermost samples in the frame: nothing flows through the rectangle's edges. */
static void fill_frame(DfPlane plane)
{
    for (int y = 0; y < plane.height; y++) {
        float *row = df_plane_row(plane, y);
        row[-1] = row[0];
        row[plane.width] = row[plane.width - 1];
    }
    size_t bytes = (plane.width + 2) * sizeof(float);
    memcpy(df_plane_row(plane, -1) - 1, df_plane_row(plane, 0) - 1, bytes);
    memcpy(df_plane_row(plane, plane.height) - 1, df_plane_row(plane, plane.height - 1) - 1, bytes);
}

/** Interpolate what `to` does not know from `from`, whose samples are the centres of 2x2 of to's. */
static void push(const Level *to, const Level *from)
{
    static const float quarter[2] = { 0.25f, 0.25f };
    const DfSmoothKernels *kernels = df_smooth_kernels();

    fill_frame(from->value);
    for (int y = 0; y < to->value.height; y++) {
        const float *near = df_plane_row(from->value, y / 2);
        const float *far = df_plane_row(from->value, y % 2 ? y / 2 + 1 : y / 2 - 1);
        kernels->widen(df_plane_row(to->value, y), df_plane_row(to->known, y), near, far, 0.25f, quarter,
                       to->value.width);
    }
}

static int sweeps_at(int level)
{
    return level < 3 ? SWEEPS << level : MOST_SWEEPS;
}

/** Gauss-Seidel on a checkerboard: white samples from black ones, then black from white. */
static void relax(const Level *level, int sweeps)
{
    const DfSmoothKernels *kernels = df_smooth_kernels();
    DfPlane value = level->value;

    for (int half = 0; half < 2 * sweeps; half++) {
        fill_frame(value);
        for (int y = 0; y < value.height; y++)
            kernels->sweep(df_plane_row(value, y), df_plane_row(value, y - 1), df_plane_row(value, y + 1),
                           df_plane_row(level->known, y), (y + half) & 1, value.width);
    }
}

/* ------------------------------------------------------------------------------------ a plane -- */

/** The rectangle's samples, zero in the hole, so that its former values (NaN, too) have no effect. */
static void load(const Pyramid *pyramid, DfPlane plane, const uint8_t *hole)
{
    const Level *level = &pyramid->levels[0];

    for (int y = 0; y < df_rect_height(pyramid->rect); y++) {
        const float *from = df_plane_row(plane, pyramid->rect.y0 + y) + pyramid->rect.x0;
        const uint8_t *in = hole + (size_t)(pyramid->rect.y0 + y) * plane.width + pyramid->rect.x0;
        float *value = df_plane_row(level->value, y), *known = df_plane_row(level->known, y);
        for (int x = 0; x < df_rect_width(pyramid->rect); x++) {
            value[x] = in[x] ? 0 : from[x];
            known[x] = in[x] ? 0 : 1;
        }
    }
}

static void store(const Pyramid *pyramid, DfPlane plane, const uint8_t *hole)
{
    for (int y = 0; y < df_rect_height(pyramid->rect); y++) {
        float *to = df_plane_row(plane, pyramid->rect.y0 + y) + pyramid->rect.x0;
        const uint8_t *in = hole + (size_t)(pyramid->rect.y0 + y) * plane.width + pyramid->rect.x0;
        const float *value = df_plane_row(pyramid->levels[0].value, y);
        for (int x = 0; x < df_rect_width(pyramid->rect); x++)
            to[x] = in[x] ? value[x] : to[x];
    }
}

static void continue_plane(const Pyramid *pyramid)
{
    for (int l = 1; l < pyramid->count; l++)
        pull(&pyramid->levels[l], &pyramid->levels[l - 1]);
    for (int l = pyramid->count - 2; l >= 0; l--) {
        push(&pyramid->levels[l], &pyramid->levels[l + 1]);
        relax(&pyramid->levels[l], sweeps_at(l));
    }
}

int df_membrane(DfPlane *planes, int count, const uint8_t *hole, DfArena *scratch)
{
    Pyramid pyramid = { 0 };
    DfArenaMark mark = df_arena_mark(scratch);
    DfRect bounds = count < 1 ? (DfRect){ 0 } : df_rect_bounds(hole, planes->width, planes->height);
    int ret = 0;

    if (df_rect_empty(bounds))
        return 0;
    pyramid.rect = df_rect_clip(df_rect_grow(bounds, MARGIN), (DfRect){ 0, 0, planes->width, planes->height });
    if ((ret = take_level(&pyramid, scratch, df_rect_width(pyramid.rect), df_rect_height(pyramid.rect))))
        goto end;
    load(&pyramid, planes[0], hole);
    if ((ret = take_levels(&pyramid, scratch)))
        goto end;
    for (int i = 0; i < count; i++) {
        load(&pyramid, planes[i], hole);
        continue_plane(&pyramid);
        store(&pyramid, planes[i], hole);
    }
end:
    df_arena_reset(scratch, mark);
    return ret;
}
