/**
 * @file
 * Pyramidal Lucas and Kanade: at each level, from the coarsest, the displacement that makes a window of b
 * equal to that of a, by Gauss and Newton's steps. Windows are compared less their means, so that a change of
 * light is not taken for motion.
 */
#include "motion/track.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "kernels/track.h"

#define STEPS 30         /* of a level, at most */
#define STEP_ENDS 0.01f  /* px: a shorter step is the last */
#define LEAST_EIGEN 0.1f /* (levels per px)^2, of the mean structure tensor about its mean: less is flat */
#define MEAN (1.0f / (DF_WINDOW * DF_WINDOW))
#define RETURNS 0.5f     /* px: as near to where it began must a track come back */

enum { HALF = DF_WINDOW / 2, PATCH_ROWS = DF_WINDOW + 3, PATCH_ROW_FLOATS = 32 };

/** The pixels that a kernel reads: in the plane itself, or copied with its edge samples repeated. */
typedef struct Patch {
    int x0, y0; /* of its first pixel, where `from` is set */
    const float *from;
    ptrdiff_t row_floats;
    float copy[PATCH_ROWS * PATCH_ROW_FLOATS];
} Patch;

static void copy_row(float *to, const float *row, int x0, int columns, int width)
{
    int left = DF_CLAMP(-x0, 0, columns), right = DF_CLAMP(width - x0, left, columns);

    for (int x = 0; x < left; x++)
        to[x] = row[0];
    memcpy(to + left, row + x0 + left, (right - left) * sizeof *to);
    for (int x = right; x < columns; x++)
        to[x] = row[width - 1];
}

/** Make `columns` floats of `rows` rows from (x0, y0) on readable, unless the step before has made them. */
static void patch_at(Patch *patch, DfPlane plane, int x0, int y0, int columns, int rows)
{
    int inside = x0 >= 0 && y0 >= 0 && x0 + columns <= plane.width && y0 + rows <= plane.height;

    if (patch->from && patch->x0 == x0 && patch->y0 == y0)
        return;
    patch->x0 = x0;
    patch->y0 = y0;
    patch->from = inside ? df_plane_row(plane, y0) + x0 : patch->copy;
    patch->row_floats = inside ? plane.row_floats : PATCH_ROW_FLOATS;
    for (int y = 0; !inside && y < rows; y++) {
        const float *row = df_plane_row(plane, DF_CLAMP(y0 + y, 0, plane.height - 1));
        copy_row(patch->copy + y * PATCH_ROW_FLOATS, row, x0, columns, plane.width);
    }
}

/** Whether nothing of a window with this centre can lie in the picture, or it is not a number. */
static int is_lost(DfPlane plane, DfCorner at)
{
    return !(at.x > -DF_WINDOW && at.y > -DF_WINDOW && at.x < plane.width + DF_WINDOW &&
             at.y < plane.height + DF_WINDOW);
}

/** The template at a place; its sums of products become those of gradients less their mean. */
static void take(DfTemplate *window, DfPlane plane, DfCorner at)
{
    float left = floorf(at.x), top = floorf(at.y);
    Patch patch;

    patch.from = NULL;
    patch_at(&patch, plane, (int)left - HALF - 1, (int)top - HALF - 1, DF_TAKE_COLUMNS, DF_WINDOW + 3);
    df_track_kernels()->take(window, patch.from, patch.row_floats, at.x - left, at.y - top);
    window->xx -= window->x * window->x * MEAN;
    window->xy -= window->x * window->y * MEAN;
    window->yy -= window->y * window->y * MEAN;
}

/** Sums of differences less their mean times gradients. */
static void match(float sums[3], const DfTemplate *window, Patch *patch, DfPlane plane, DfCorner at)
{
    float left = floorf(at.x), top = floorf(at.y);

    patch_at(patch, plane, (int)left - HALF, (int)top - HALF, DF_MATCH_COLUMNS, DF_WINDOW + 1);
    df_track_kernels()->match(sums, window, patch->from, patch->row_floats, at.x - left, at.y - top);
    sums[0] -= sums[2] * window->x * MEAN;
    sums[1] -= sums[2] * window->y * MEAN;
}

/** @return whether the window has texture in both directions, or else motion cannot be told */
static int is_textured(const DfTemplate *window)
{
    float difference = window->xx - window->yy;
    float root = sqrtf(difference * difference + 4 * window->xy * window->xy);

    return (window->xx + window->yy - root) / 2 >= LEAST_EIGEN * DF_WINDOW * DF_WINDOW;
}

/** Move `to` to where the plane equals the template. @return 0: it left the picture */
static int converge(DfCorner *to, const DfTemplate *window, DfPlane plane)
{
    float scale = 1 / (window->xx * window->yy - window->xy * window->xy), sums[3];
    DfCorner last = { 0, 0 };
    Patch patch;

    patch.from = NULL;
    for (int i = 0; i < STEPS; i++) {
        if (is_lost(plane, *to))
            return 0;
        match(sums, window, &patch, plane, *to);
        DfCorner step = { (window->xy * sums[1] - window->yy * sums[0]) * scale,
                          (window->xy * sums[0] - window->xx * sums[1]) * scale };
        to->x += step.x;
        to->y += step.y;
        if (step.x * step.x + step.y * step.y < STEP_ENDS * STEP_ENDS)
            break;
        /* To and fro about the solution: it lies in the middle. */
        if (i && fabsf(step.x + last.x) < STEP_ENDS && fabsf(step.y + last.y) < STEP_ENDS) {
            to->x -= step.x / 2;
            to->y -= step.y / 2;
            break;
        }
        last = step;
    }
    return !is_lost(plane, *to);
}

/** @return whether the corner was found in b; what fails at a coarse level may succeed at a finer one */
static int track(DfCorner *to, const DfPyramid *a, const DfPyramid *b, DfCorner from)
{
    int level = DF_MIN(DF_MIN(a->count, b->count), DF_TRACK_LEVELS) - 1, found = 0;
    DfCorner guess = { from.x / (1 << level), from.y / (1 << level) };
    DfTemplate window;

    for (; level >= 0; level--) {
        DfCorner here = { from.x / (1 << level), from.y / (1 << level) }, next = guess;
        if (is_lost(a->levels[level], here))
            return 0;
        take(&window, a->levels[level], here);
        found = is_textured(&window) && converge(&next, &window, b->levels[level]);
        if (found)
            guess = next;
        if (level)
            guess = (DfCorner){ 2 * guess.x, 2 * guess.y };
    }
    *to = guess;
    return found;
}

static int is_inside(DfPlane plane, DfCorner at)
{
    return at.x >= 0 && at.y >= 0 && at.x <= plane.width - 1 && at.y <= plane.height - 1;
}

int df_track(DfTrack *tracks, const DfPyramid *a, const DfPyramid *b, const DfCorner *corners, int count)
{
    int survivors = 0;

    for (int i = 0; i < count; i++) {
        DfCorner from = corners[i], to, back;
        if (!track(&to, a, b, from) || !is_inside(b->levels[0], to) || !track(&back, b, a, to))
            continue;
        if (hypotf(back.x - from.x, back.y - from.y) >= RETURNS)
            continue;
        tracks[survivors++] = (DfTrack){ from.x, from.y, to.x, to.y, 1 };
    }
    return survivors;
}
