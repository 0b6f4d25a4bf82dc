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

static float distance_at(const DfLook *look, const float at[2])
{
    size_t x = (size_t)(at[0] + 0.5f), y = (size_t)(at[1] + 0.5f);
    return look->distance[y * look->pyramid.levels[0].width + x];
}

/** A position of both pictures' levels, if it counts: clear of both holes, in the ring around one of them. */
static int is_of_use(const DfLook *a, const DfLook *b, const float from[2], const float to[2], int level)
{
    DfPlane full = a->pyramid.levels[0], plane = a->pyramid.levels[level];
    float scale = 1.0f / (1 << level);

    for (int i = 0; i < 2; i++) {
        const float *at = i ? to : from;
        if (!df_is_between(full.width, full.height, at[0], at[1]) ||
            !df_is_between(plane.width, plane.height, at[0] * scale, at[1] * scale))
            return 0;
    }
    float near_a = distance_at(a, from), near_b = distance_at(b, to);
    return near_a > DF_MOTION_KEEP_OFF && near_b > DF_MOTION_KEEP_OFF && (near_a <= REACH || near_b <= REACH);
}

/**
 * The difference halfway along the motion at (x, y): both pictures are then sampled as far between their
 * pixels and lose as much by it, where one sampled between and one at its pixels would differ by that alone.
 * @return 0: it does not count
 */
static int difference_at(float *difference, const DfLook *a, const DfLook *b, const DfAffine *to_b, int level,
                         int x, int y)
{
    float scale = 1.0f / (1 << level), dx, dy;

    df_affine_at(to_b, x, y, &dx, &dy);
    df_affine_at(to_b, x - dx / 2, y - dy / 2, &dx, &dy);
    float from[2] = { x - dx / 2, y - dy / 2 }, to[2] = { x + dx / 2, y + dy / 2 };
    if (!is_of_use(a, b, from, to, level))
        return 0;
    *difference = df_between(b->pyramid.levels[level], to[0] * scale, to[1] * scale) -
                  df_between(a->pyramid.levels[level], from[0] * scale, from[1] * scale);
    return 1;
}

static int collect(float *values, const DfLook *a, const DfLook *b, const DfAffine *to_b, int level, int skip)
{
    DfPlane full = a->pyramid.levels[0];
    int count = 0, step = 1 << level;

    for (int y = 0; y < full.height; y += step)
        for (int x = (y >> level) % skip * step; x < full.width; x += step * skip)
            count += difference_at(&values[count], a, b, to_b, level, x, y);
    return count;
}

int df_ring_error(float *error, const DfLook *a, const DfLook *b, const DfAffine *to_b, DfArena *scratch)
{
    int level = DF_MIN(LEVEL, a->pyramid.count - 1);
    DfPlane plane = a->pyramid.levels[level];
    size_t samples = df_size_mul(plane.width, plane.height);
    int skip = 1 + (int)(samples / ENOUGH);
    DfArenaMark mark = df_arena_mark(scratch);
    float *values = df_arena_take(scratch, df_size_mul(samples, sizeof *values));

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
