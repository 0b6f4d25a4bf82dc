/**
 * @file
 * How far two pictures differ around their holes, at less than their size. At a quarter grain is averaged away, what
 * moves by itself (water, leaves, a crowd) is not: the motion's error. At an eighth it is told whether grain is all.
 */
#include "motion/parts.h"

#include <errno.h>
#include <math.h>

#include "motion/between.h"
#include "motion/median.h"

#define ERROR_LEVEL 2
#define GRAIN_LEVEL 3 /* where grain of 20 levels is one of 2.5 */
#define MOST_GRAIN 3.0f /* levels: the median difference of two pictures of such grain, at most, is 2.4 */
#define TAIL 4.0f     /* medians: a normal distribution has .7 % beyond them */
#define SLIGHT 2.0f   /* levels: less is no matter, as where coding keeps some blocks and makes others anew */
#define OUTLIERS 0.02f /* share that may differ by more */
#define REACH 48     /* px from the hole: objects that pass there pass behind the hole, too */
#define ENOUGH 8192  /* positions that are looked at, about; a median needs no more */
#define LEAST 32     /* with fewer samples nothing is said */
#define FLAT 1.0     /* levels: a deviation below it says little of a gain */
#define ROUNDS 4     /* of weighing what differs less for what it says of light */
#define LEAST_SCALE 0.25f  /* levels: differences below it are not weighed against each other */

static size_t pixel_at(const DfMotionInput *input, const float at[2])
{
    return (size_t)(at[1] + 0.5f) * input->pyramid.levels[0].width + (size_t)(at[0] + 0.5f);
}

/**
 * Whether a pair of positions counts: both lie between pixels of their pictures, clear of holes and of what is kept
 * out, and one of them in the ring around its hole.
 */
static int is_of_use(const DfMotionInput *a, const DfMotionInput *b, const float from[2], const float to[2], int level)
{
    DfPlane full = a->pyramid.levels[0], plane = a->pyramid.levels[level];
    float scale = 1.0f / (1 << level);

    for (int i = 0; i < 2; i++) {
        const float *at = i ? to : from;
        if (!df_is_between(full.width, full.height, at[0], at[1]) ||
            !df_is_between(plane.width, plane.height, at[0] * scale, at[1] * scale))
            return 0;
    }
    size_t here = pixel_at(a, from), there = pixel_at(b, to);
    return a->clearance[here] > DF_MOTION_KEEP_OFF && b->clearance[there] > DF_MOTION_KEEP_OFF &&
           (a->distance[here] <= REACH || b->distance[there] <= REACH);
}

/**
 * Both pictures' values halfway along the motion at (x, y): both are then sampled as far between their pixels
 * and lose as much by it, where one sampled between and one at its pixels would differ by that alone.
 * @param moves  0: b's is taken where a's is, as between its pixels as along the motion
 * @return 0: they do not count
 */
static int values_at(float *of_a, float *of_b, const DfMotionInput *a, const DfMotionInput *b, const DfMotion *motion,
                     int moves, int level, int x, int y)
{
    float scale = 1.0f / (1 << level), dx, dy;

    const DfAffine *to_b = df_motion_to_b(motion, (float)x, (float)y);
    df_affine_at(to_b, x, y, &dx, &dy);
    df_affine_at(to_b, x - dx / 2, y - dy / 2, &dx, &dy);
    float from[2] = { x - dx / 2, y - dy / 2 }, to[2] = { from[0] + moves * dx, from[1] + moves * dy };
    if (!is_of_use(a, b, from, to, level))
        return 0;
    *of_a = df_between(a->pyramid.levels[level], from[0] * scale, from[1] * scale);
    *of_b = df_between(b->pyramid.levels[level], to[0] * scale, to[1] * scale);
    return 1;
}

static int collect(float *of_a, float *of_b, const DfMotionInput *a, const DfMotionInput *b, const DfMotion *motion,
                   int moves, int level)
{
    DfPlane full = a->pyramid.levels[0], plane = a->pyramid.levels[level];
    int skip = 1 + (int)(df_size_mul(plane.width, plane.height) / ENOUGH), count = 0, step = 1 << level;

    for (int y = 0; y < full.height; y += step)
        for (int x = (y >> level) % skip * step; x < full.width; x += step * skip)
            count += values_at(&of_a[count], &of_b[count], a, b, motion, moves, level, x, y);
    return count;
}

/** A change of light: a = gain * b + offset. */
typedef struct Light {
    double gain, offset;
} Light;

/** The median of |gain * b + offset - a|; the scratch holds the differences in no order afterwards. */
static float difference(const float *of_a, const float *of_b, float *scratch, int count, const Light *light)
{
    for (int i = 0; i < count; i++)
        scratch[i] = fabsf((float)(light->gain * of_b[i] + light->offset) - of_a[i]);
    return df_median(scratch, count);
}

/** Least squares for both, samples weighed by how well the light so far explains them; prior gain: 1. */
static void fit_light(Light *light, const float *of_a, const float *of_b, int count, float scale)
{
    double one = 0, a = 0, b = 0, ab = 0, bb = 0;

    for (int i = 0; i < count; i++) {
        double r = (light->gain * of_b[i] + light->offset - of_a[i]) / scale, weight = 1 / (1 + r * r);
        one += weight;
        a += weight * of_a[i];
        b += weight * of_b[i];
        ab += weight * of_a[i] * of_b[i];
        bb += weight * of_b[i] * of_b[i];
    }
    double prior = one * FLAT * FLAT;
    light->gain = DF_CLAMP((ab - a * b / one + prior) / (bb - b * b / one + prior), 0.5, 2);
    light->offset = (a - light->gain * b) / one;
}

/** What differs once light is made the same, by reweighted least squares that begin with a plain offset. */
static float unlikeness(const float *of_a, const float *of_b, float *scratch, int count)
{
    Light light = { 1, 0 };

    for (int i = 0; i < count; i++)
        scratch[i] = of_a[i] - of_b[i];
    light.offset = df_median(scratch, count);
    for (int round = 0; round < ROUNDS; round++) {
        float middle = difference(of_a, of_b, scratch, count, &light);
        fit_light(&light, of_a, of_b, count, fmaxf(1.5f * middle, LEAST_SCALE));
    }
    return difference(of_a, of_b, scratch, count, &light);
}

/** Values of both pictures at one level of their pyramids, and as much scratch. */
typedef struct Samples {
    float *of_a, *of_b, *scratch;
    int count;
} Samples;

static int take_samples(Samples *samples, const DfMotionInput *a, const DfMotionInput *b, const DfMotion *motion,
                        int moves, int level, DfArena *scratch)
{
    level = DF_MIN(level, a->pyramid.count - 1);
    DfPlane plane = a->pyramid.levels[level];
    size_t most = df_size_mul(plane.width, plane.height);
    float *values = df_arena_take(scratch, df_size_mul(df_size_mul(3, most), sizeof *values));

    if (!values)
        return -ENOMEM;
    *samples = (Samples){ values, values + most, values + 2 * most, 0 };
    samples->count = collect(samples->of_a, samples->of_b, a, b, motion, moves, level);
    return 0;
}

int df_ring_error(float *error, const DfMotionInput *a, const DfMotionInput *b, const DfMotion *motion,
                  DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    Samples s;
    int ret = take_samples(&s, a, b, motion, 1, ERROR_LEVEL, scratch);

    *error = 0;
    if (!ret && s.count >= LEAST)
        *error = unlikeness(s.of_a, s.of_b, s.scratch, s.count);
    df_arena_reset(scratch, mark);
    return ret;
}

int df_ring_grain(float *grain, const DfMotionInput *a, const DfMotionInput *b, const DfMotion *motion, int moves,
                  DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    Samples s;
    int ret = take_samples(&s, a, b, motion, moves, GRAIN_LEVEL, scratch), outliers = 0;

    *grain = INFINITY;
    if (!ret && s.count >= LEAST) {
        for (int i = 0; i < s.count; i++)
            s.scratch[i] = fabsf(s.of_a[i] - s.of_b[i]);
        float middle = df_median(s.scratch, s.count), limit = fmaxf(SLIGHT, TAIL * middle);
        for (int i = 0; i < s.count; i++)
            outliers += s.scratch[i] > limit;
        if (middle <= MOST_GRAIN && (float)outliers <= OUTLIERS * (float)s.count)
            *grain = middle;
    }
    df_arena_reset(scratch, mark);
    return ret;
}
