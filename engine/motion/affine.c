/**
 * @file
 * An affine by iteratively reweighted least squares. Points are taken relative to their weighted mean, so
 * that translation and linear part hardly mix; both axes share one 3x3 system.
 */
#include "motion/affine.h"

#include <math.h>
#include <string.h>

#include "motion/median.h"

#define ROUNDS 10
#define LEAST_TRACKS 8
#define LEAST_SCALE 0.15f /* px: residuals below it are noise and not weighed against each other */

/*
 * px^2, a prior on the linear part: tracks weigh w * distance^2 against it, thousands where they surround a
 * hole. Where they lie on a line the prior decides: the motion does not change across the line.
 */
#define PRIOR 4.0

/** Least squares of motion against (1, px, py): the matrix's upper triangle and both right sides. */
typedef struct Normal {
    double one, px, py, xx, xy, yy;
    double to_x[3], to_y[3];
} Normal;

/** A track in the fit's direction. */
typedef struct Pair {
    double px, py, dx, dy;
} Pair;

static Pair pair_of(const DfTrack *track, int backwards)
{
    if (backwards)
        return (Pair){ track->to_x, track->to_y, track->x - track->to_x, track->y - track->to_y };
    return (Pair){ track->x, track->y, track->to_x - track->x, track->to_y - track->y };
}

static void add(Normal *sum, const Pair *pair, double weight, const double centre[2])
{
    double px = pair->px - centre[0], py = pair->py - centre[1];
    double row[3] = { weight, weight * px, weight * py };

    sum->one += row[0];
    sum->px += row[1];
    sum->py += row[2];
    sum->xx += row[1] * px;
    sum->xy += row[1] * py;
    sum->yy += row[2] * py;
    for (int i = 0; i < 3; i++) {
        sum->to_x[i] += row[i] * pair->dx;
        sum->to_y[i] += row[i] * pair->dy;
    }
}

/** Solve for one axis: the mean's row, then the 2x2 system that it leaves, kept regular by the prior. */
static void solve(double out[3], const Normal *sum, const double right[3])
{
    double mx = sum->px / sum->one, my = sum->py / sum->one;
    double xx = sum->xx - mx * sum->px + PRIOR, yy = sum->yy - my * sum->py + PRIOR;
    double xy = sum->xy - mx * sum->py;
    double rx = right[1] - mx * right[0], ry = right[2] - my * right[0], scale = 1 / (xx * yy - xy * xy);

    out[1] = (rx * yy - ry * xy) * scale;
    out[2] = (ry * xx - rx * xy) * scale;
    out[0] = right[0] / sum->one - mx * out[1] - my * out[2];
}

static float residual_of(const DfAffine *affine, const Pair *pair)
{
    double x = affine->x[0] + affine->x[1] * pair->px + affine->x[2] * pair->py - pair->dx;
    double y = affine->y[0] + affine->y[1] * pair->px + affine->y[2] * pair->py - pair->dy;

    return (float)sqrt(x * x + y * y);
}

/** One round: solve with the current weights. `centre` keeps the numbers small. */
static void fit(DfAffine *affine, const DfTrack *tracks, const float *weights, int count, int backwards)
{
    Pair first = pair_of(&tracks[0], backwards);
    double centre[2] = { first.px, first.py };
    Normal sum = { 0 };

    for (int i = 0; i < count; i++) {
        Pair pair = pair_of(&tracks[i], backwards);
        add(&sum, &pair, weights[i], centre);
    }
    solve(affine->x, &sum, sum.to_x);
    solve(affine->y, &sum, sum.to_y);
    affine->x[0] -= affine->x[1] * centre[0] + affine->x[2] * centre[1];
    affine->y[0] -= affine->y[1] * centre[0] + affine->y[2] * centre[1];
}

float df_affine_residual(const DfAffine *affine, const DfTrack *track, int backwards)
{
    Pair pair = pair_of(track, backwards);
    return residual_of(affine, &pair);
}

/** Weights for the next round; they never reach zero. */
static void reweigh(float *weights, float *residuals, float *scratch, const DfAffine *affine,
                    const DfTrack *tracks, int count, int backwards)
{
    for (int i = 0; i < count; i++)
        residuals[i] = scratch[i] = df_affine_residual(affine, &tracks[i], backwards);
    float scale = fmaxf(1.5f * df_median(scratch, count), LEAST_SCALE);
    for (int i = 0; i < count; i++) {
        float r = residuals[i] / scale, cauchy = 1 + r * r;
        weights[i] = tracks[i].weight / (cauchy * cauchy);
    }
}

int df_affine_fit(DfAffine *affine, const DfTrack *tracks, int count, int backwards)
{
    float weights[DF_AFFINE_TRACKS], residuals[DF_AFFINE_TRACKS], scratch[DF_AFFINE_TRACKS];

    *affine = (DfAffine){ 0 };
    count = count < DF_AFFINE_TRACKS ? count : DF_AFFINE_TRACKS;
    if (count < LEAST_TRACKS)
        return 0;
    for (int i = 0; i < count; i++)
        weights[i] = tracks[i].weight;
    for (int round = 0; round < ROUNDS; round++) {
        fit(affine, tracks, weights, count, backwards);
        if (round + 1 < ROUNDS)
            reweigh(weights, residuals, scratch, affine, tracks, count, backwards);
    }
    return 1;
}
