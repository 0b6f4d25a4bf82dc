/**
 * @file
 * The fit: blocks of the least variance are believed, which texture and errors of motion only add to.
 */
#include "plane/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "kernels/cubic.h"
#include "plane/select.h"

#define LEAST_BLOCKS 24   /* fewer tell nothing */
#define ROUNDS 4          /* of fitting the taps */
#define BELIEVED 0.25f    /* share of the blocks, those of the least variance, that is taken for free of texture */
#define BELIEVED_IS 0.87f /* variance at that place among blocks of noise alone, in shares of their mean */
#define CUT_OFF 1.4f      /* in variances: blocks of more are left out of the mean */
#define CUT_OFF_TAKES 0.97f /* what that leaves of the mean of blocks of noise alone */
#define LEAST_TAP (-0.3f)

DfNoiseAxis df_noise_axis(float tap, float fraction)
{
    float weights[4] = { 0, 1, 0, 0 }, taps[3] = { tap, 1, tap }, all[9] = { 0 }, near[3] = { 0 };
    float white = 1 + 2 * tap * tap;

    if (fraction > 0)
        df_cubic_weights(weights, fraction);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 3; k++)
            all[i + k] += weights[i] * taps[k];
    for (int d = 0; d < 3; d++)
        for (int i = 0; i < 6; i++)
            near[d] += all[i] * all[i + d] / white;
    return (DfNoiseAxis){ near[0], 6 * near[0] - 8 * near[1] + 2 * near[2] };
}

float df_noise_tap(float q, float least)
{
    /* q = (6 - 16 tap + 14 tap^2) / (1 + 2 tap^2) */
    float a = 14 - 2 * q, root = 256 - 4 * a * (6 - q);

    if (!(q > 0) || root <= 0)
        return q > 6 ? least : DF_NOISE_MOST_TAP;
    /* The same root as (16 - sqrt(root)) / (2 a), which a may be 0 of. */
    return DF_CLAMP(2 * (6 - q) / (16 + sqrtf(root)), least, DF_NOISE_MOST_TAP);
}

void df_noise_block(DfNoiseBlock *block, const float *samples)
{
    float across[DF_NOISE_READ][DF_NOISE_BLOCK], xx = 0, yy = 0, xy = 0;
    const float count = DF_NOISE_BLOCK * DF_NOISE_BLOCK;

    for (int y = 0; y < DF_NOISE_READ; y++) {
        const float *s = samples + y * DF_NOISE_READ;
        for (int x = 0; x < DF_NOISE_BLOCK; x++)
            across[y][x] = s[x] - 2 * s[x + 1] + s[x + 2];
    }
    for (int y = 0; y < DF_NOISE_BLOCK; y++) {
        const float *above = samples + y * DF_NOISE_READ + 1, *here = above + DF_NOISE_READ;
        const float *below = here + DF_NOISE_READ;
        for (int x = 0; x < DF_NOISE_BLOCK; x++) {
            float down = above[x] - 2 * here[x] + below[x];
            float both = across[y][x] - 2 * across[y + 1][x] + across[y + 2][x];
            xx += across[y + 1][x] * across[y + 1][x];
            yy += down * down;
            xy += both * both;
        }
    }
    block->xx = xx / count;
    block->yy = yy / count;
    block->xy = xy / count;
}

/** What noise of some taps has along x and y, by the fraction of its interpolation in steps; the last is that of 0. */
#define STEPS 16
typedef struct Expected {
    DfNoiseAxis x[STEPS + 1], y[STEPS + 1];
} Expected;

static void expect_all(Expected *all, const float tap[2])
{
    for (int i = 0; i <= STEPS; i++) {
        all->x[i] = df_noise_axis(tap[0], (float)(i % STEPS) / STEPS);
        all->y[i] = df_noise_axis(tap[1], (float)(i % STEPS) / STEPS);
    }
}

/** Mean squares that noise of variance 1 has in a block. */
static void expect(const DfNoiseBlock *block, const Expected *all, float *xx, float *yy, float *xy)
{
    const DfNoiseAxis *x = &all->x[0], *y = &all->y[0];

    *xx = x->q;
    *yy = y->q;
    *xy = x->q * y->q;
    if (block->fraction[0] < 0)
        return;
    float again = block->gain * block->gain;
    x = &all->x[(int)(block->fraction[0] * STEPS + 0.5f)];
    y = &all->y[(int)(block->fraction[1] * STEPS + 0.5f)];
    *xx += again * x->q * y->variance;
    *yy += again * x->variance * y->q;
    *xy += again * x->q * y->q;
}

static float variance_of(const DfNoiseBlock *block, const Expected *all)
{
    float xx, yy, xy;

    expect(block, all, &xx, &yy, &xy);
    return (block->xx + block->yy + block->xy) / (xx + yy + xy);
}

/** The variance above which blocks have more than noise. @param values  are reordered */
static float cut_off(float *values, int count)
{
    return df_select(values, count, (int)(BELIEVED * (float)count)) / BELIEVED_IS * CUT_OFF;
}

static float mean_below(const float *values, int count, float most)
{
    float sum = 0;
    int n = 0;

    for (int i = 0; i < count; i++)
        if (values[i] <= most) {
            sum += values[i];
            n++;
        }
    return n ? sum / (float)n / CUT_OFF_TAKES : 0;
}

/** Taps of the blocks below the cut-off, from what their second differences have in excess of each other. */
static void fit_taps(float tap[2], const Expected *all, const DfNoiseBlock *blocks, int count, float most)
{
    double xx = 0, yy = 0, xy = 0, qx = all->x[0].q, qy = all->y[0].q;

    for (int i = 0; i < count; i++) {
        const DfNoiseBlock *b = &blocks[i];
        float of_xx, of_yy, of_xy;
        if (b->variance > most)
            continue;
        expect(b, all, &of_xx, &of_yy, &of_xy);
        xx += b->xx * qx / of_xx;
        yy += b->yy * qy / of_yy;
        xy += b->xy * qx * qy / of_xy;
    }
    if (xx <= 0 || yy <= 0)
        return;
    tap[0] = df_noise_tap((float)(xy / yy), LEAST_TAP);
    tap[1] = df_noise_tap((float)(xy / xx), LEAST_TAP);
}

/** Variances of blocks whose luma lies within `reach` ranges of one. @return how many */
static int gather(float *values, const DfNoiseBlock *blocks, int count, int level, int reach)
{
    int n = 0;

    for (int i = 0; i < count; i++) {
        int own = DF_CLAMP((int)(blocks[i].luma * DF_NOISE_LEVELS), 0, DF_NOISE_LEVELS - 1);
        if (abs(own - level) <= reach)
            values[n++] = blocks[i].variance;
    }
    return n;
}

/**
 * How even the variance of the blocks is, in shares of their luma's: noise is everywhere, while texture, errors of
 * motion and what a codec has left differ from block to block. Flat blocks (bars, what is clipped) say nothing.
 */
static float evenness(const DfNoise *noise, const DfNoiseBlock *blocks, int count, float *scratch)
{
    int n = 0;

    for (int i = 0; i < count; i++) {
        float sigma = df_noise_sigma(noise, blocks[i].luma);
        if (sigma > 0 && (blocks[i].variance > 0 || blocks[i].fraction[0] >= 0))
            scratch[n++] = blocks[i].variance / (sigma * sigma);
    }
    if (n < LEAST_BLOCKS)
        return 0;
    float quarter = df_select(scratch, n, n / 4);
    return df_select(scratch, n, n / 20) / fmaxf(quarter, 1e-9f);
}

int df_noise_fit(DfNoise *noise, DfNoiseBlock *blocks, int count, float *scratch)
{
    Expected all;

    *noise = (DfNoise){ 0 };
    if (count < LEAST_BLOCKS)
        return 0;
    for (int round = 0; round < ROUNDS; round++) {
        expect_all(&all, noise->tap);
        for (int i = 0; i < count; i++) {
            blocks[i].variance = variance_of(&blocks[i], &all);
            scratch[i] = blocks[i].variance;
        }
        if (round + 1 < ROUNDS)
            fit_taps(noise->tap, &all, blocks, count, cut_off(scratch, count));
    }
    for (int level = 0; level < DF_NOISE_LEVELS; level++) {
        int n = 0;
        for (int reach = 0; n < LEAST_BLOCKS; reach++)
            n = gather(scratch, blocks, count, level, reach);
        float most = cut_off(scratch, n);
        noise->variance[level] = mean_below(scratch, n, most);
    }
    noise->evenness = evenness(noise, blocks, count, scratch);
    return 1;
}

int df_noise_is_any(const DfNoise *noise)
{
    for (int i = 0; i < DF_NOISE_LEVELS; i++)
        if (noise->variance[i] > 0)
            return 1;
    return 0;
}

float df_noise_sigma(const DfNoise *noise, float luma)
{
    float at = DF_CLAMP(luma * DF_NOISE_LEVELS - 0.5f, 0, DF_NOISE_LEVELS - 1);
    int level = DF_MIN((int)at, DF_NOISE_LEVELS - 2);
    float share = at - (float)level;

    return (1 - share) * sqrtf(noise->variance[level]) + share * sqrtf(noise->variance[level + 1]);
}
