/**
 * @file
 * The error around the holes after alignment, at a quarter of the size: grain is averaged away there, what
 * moves by itself (water, leaves, a crowd) is not.
 */
#include "motion/parts.h"

#include <errno.h>
#include <math.h>

#include "motion/between.h"
#include "motion/median.h"

#define LEVEL 2
#define REACH 48     /* px from the hole: what moves there is likely to move behind it, too */
#define ENOUGH 16384 /* positions that are looked at, about; a median needs no more */
#define LEAST 32     /* with fewer samples nothing is said */

/** @return whether a position lies in the ring around a hole */
static int is_around(const DfLook *look, int x, int y)
{
    float distance = look->distance[(size_t)y * look->pyramid.levels[0].width + x];
    return distance > DF_MOTION_KEEP_OFF && distance <= REACH;
}

/** The difference at a level's sample, positions being in the picture; @return 0: it does not count */
static int difference_at(float *difference, const DfLook *a, const DfLook *b, const DfAffine *to_b, int level, int x,
                         int y)
{
    DfPlane full = b->pyramid.levels[0], plane = b->pyramid.levels[level];
    float scale = 1.0f / (1 << level), dx, dy;

    df_affine_at(to_b, x, y, &dx, &dy);
    float qx = x + dx, qy = y + dy, px = qx * scale, py = qy * scale;
    if (!df_is_between(full.width, full.height, qx, qy) || !df_is_between(plane.width, plane.height, px, py))
        return 0;
    int bx = (int)(qx + 0.5f), by = (int)(qy + 0.5f);
    if (b->distance[(size_t)by * full.width + bx] <= DF_MOTION_KEEP_OFF)
        return 0;
    if (!is_around(a, x, y) && !is_around(b, bx, by))
        return 0;
    *difference = df_between(plane, px, py) - df_plane_row(a->pyramid.levels[level], y >> level)[x >> level];
    return 1;
}

static int collect(float *values, const DfLook *a, const DfLook *b, const DfAffine *to_b, int level, int skip)
{
    DfPlane full = a->pyramid.levels[0];
    int count = 0, step = 1 << level;

    for (int y = 0; y < full.height; y += step)
        for (int x = (y >> level) % skip * step; x < full.width; x += step * skip)
            if (a->distance[(size_t)y * full.width + x] > DF_MOTION_KEEP_OFF)
                count += difference_at(&values[count], a, b, to_b, level, x, y);
    return count;
}

int df_ring_error(float *error, const DfLook *a, const DfLook *b, const DfAffine *to_b, DfArena *scratch)
{
    int level = DF_MIN(LEVEL, a->pyramid.count - 1);
    DfPlane plane = a->pyramid.levels[level];
    int skip = 1 + plane.width * plane.height / ENOUGH;
    DfArenaMark mark = df_arena_mark(scratch);
    float *values = df_arena_take(scratch, df_size_mul(df_size_mul(plane.width, plane.height), sizeof *values));

    *error = 0;
    if (!values)
        return -ENOMEM;
    int count = collect(values, a, b, to_b, level, skip);
    if (count >= LEAST) {
        float middle = df_median(values, count);
        for (int i = 0; i < count; i++)
            values[i] = fabsf(values[i] - middle);
        *error = df_median(values, count);
    }
    df_arena_reset(scratch, mark);
    return 0;
}
