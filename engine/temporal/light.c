/**
 * @file
 * A plane's light by robust statistics. The gain is the ratio of both frames' contrasts, which noise and
 * imprecise motion change alike in both, where a regression would lose by either. Contrast is the covariance of
 * neighbouring blocks: their noise is independent and adds nothing.
 */
#include "temporal/light.h"

#include <math.h>

#include "motion/median.h"

/**
 * The ring's distances from either hole, in pixels: beyond what it smears into, and near enough to matter.
 */
#define RING_FROM 8
#define RING_TO 32

#define BLOCK 3            /* samples a side: a third of the grain remains, little of what is sharpened */
#define LEAST_PAIRS 50     /* fewer tell nothing */
#define ROUNDS 4           /* of weighting pairs by what the light so far leaves of them, at most */
#define SETTLED 5e-4       /* change of a gain: no more rounds */
#define CUT_OFF 4.0f       /* robust standard deviations: what differs more has no weight */
#define LEAST_SPREAD 0.15f /* levels of 8 bits: rounding, which leaves most samples of a slow fade unchanged */
#define LEAST_CONTRAST 0.3 /* levels of 8 bits, standard deviation: flatter rings tell no gain */
#define LEAST_CHANGE 0.003 /* of a gain */
#define EXPLAINS 0.5       /* what a gain must explain, in standard deviations of what it leaves */
#define CLEARLY 6.0f       /* standard errors of an offset */
#define MOST_GAIN 64.0

static float texel(const DfTexture *t, int x, int y)
{
    const uint8_t *row = t->data + DF_MIN(y, t->height - 1) * t->stride;

    return (float)df_sample_load(row, DF_MIN(x, t->width - 1), t->bytes);
}

/** Mean of the block whose first sample is (x, y), between samples by bilinear interpolation. */
static float block_mean(const DfTexture *t, float x, float y)
{
    int x0 = (int)x, y0 = (int)y;
    float fx = x - (float)x0, fy = y - (float)y0, sum = 0;

    for (int v = 0; v <= BLOCK; v++) {
        float row = 0, weight = v == 0 ? 1 - fy : v == BLOCK ? fy : 1;
        if (weight == 0)
            continue;
        for (int u = 1; u < BLOCK; u++)
            row += texel(t, x0 + u, y0 + v);
        row += (1 - fx) * texel(t, x0, y0 + v) + fx * texel(t, x0 + BLOCK, y0 + v);
        sum += weight * row;
    }
    return sum / (BLOCK * BLOCK);
}

/** Distance of a luma position from the hole, in px; 0 near what is kept out, and outside the picture. */
static float distance_at(const DfMotionInput *look, float x, float y)
{
    const DfPlane *luma = &look->pyramid.levels[0];

    if (!(x >= 0 && x <= (float)(luma->width - 1) && y >= 0 && y <= (float)(luma->height - 1)))
        return 0;
    size_t pixel = (size_t)(y + 0.5f) * luma->width + (size_t)(x + 0.5f);
    return look->clearance[pixel] > RING_FROM ? look->distance[pixel] : 0;
}

static int is_inside(const DfTexture *t, float x, float y)
{
    return x >= 0 && x <= (float)(t->width - BLOCK) && y >= 0 && y <= (float)(t->height - BLOCK);
}

/**
 * Both values of a block, each halfway along the motion: interpolation takes as much contrast from either.
 *
 * @param x, y  the block's first sample in the plane
 * @return 0: it is not known in both
 */
static int see_block(const DfRing *ring, const DfTexture *texture, const DfTexture *earlier, int sub_x,
                     int sub_y, int x, int y, float *of_earlier, float *of_frame)
{
    float middle_x = (float)((x + BLOCK / 2) << sub_x), middle_y = (float)((y + BLOCK / 2) << sub_y), dx, dy;

    df_affine_at(df_motion_to_b(ring->motion, middle_x, middle_y), (int)middle_x, (int)middle_y, &dx, &dy);
    dx /= 2;
    dy /= 2;
    float here = distance_at(ring->look, middle_x - dx, middle_y - dy);
    float there = distance_at(ring->earlier_look, middle_x + dx, middle_y + dy);
    if (fminf(here, there) <= RING_FROM || fminf(here, there) > RING_TO)
        return 0;
    dx /= (float)(1 << sub_x);
    dy /= (float)(1 << sub_y);
    if (!is_inside(texture, (float)x - dx, (float)y - dy) ||
        !is_inside(earlier, (float)x + dx, (float)y + dy))
        return 0;
    *of_frame = block_mean(texture, (float)x - dx, (float)y - dy);
    *of_earlier = block_mean(earlier, (float)x + dx, (float)y + dy);
    return 1;
}

int df_light_pairs(const DfRing *ring, const DfTexture *texture, const DfTexture *earlier, int sub_x,
                   int sub_y, DfLightPair *out, int most)
{
    int n = 0, step = 1;

    while ((int64_t)texture->width * texture->height / ((int64_t)step * step) > most)
        step++;
    for (int y = 0; y < texture->height; y += step)
        for (int x = 0; x < texture->width && n < most; x += step) {
            float *of_earlier = out[n].earlier, *of_frame = out[n].frame;
            n += see_block(ring, texture, earlier, sub_x, sub_y, x, y, of_earlier, of_frame) &&
                 see_block(ring, texture, earlier, sub_x, sub_y, x + BLOCK, y, of_earlier + 1, of_frame + 1);
        }
    return n;
}

/** What a light leaves of a pair. */
static float residual(const DfLightPair *p, DfLight light)
{
    return 0.5f * (p->frame[0] + p->frame[1] - light.gain * (p->earlier[0] + p->earlier[1])) - light.offset;
}

static float median_residual(const DfLightPair *pairs, int n, DfLight light, int absolute, float *scratch)
{
    for (int i = 0; i < n; i++) {
        float r = residual(&pairs[i], light);
        scratch[i] = absolute ? fabsf(r) : r;
    }
    return df_median(scratch, n);
}

/** Tukey's biweight. */
static double weight_of(float residual, float spread)
{
    double r = residual / (CUT_OFF * spread), w = 1 - r * r;

    return w > 0 ? w * w : 0;
}

/**
 * The ratio of both frames' contrasts, among the pairs that the light so far explains.
 *
 * @param contrast  the stronger one, as a standard deviation
 * @return gain in 1 / MOST_GAIN .. MOST_GAIN
 */
static double fit_gain(const DfLightPair *pairs, int n, DfLight light, float spread, double *contrast)
{
    double one = 0, earlier = 0, frame = 0, of_earlier = 0, of_frame = 0;

    for (int i = 0; i < n; i++) {
        double w = weight_of(residual(&pairs[i], light), spread);
        one += w;
        earlier += 0.5 * w * (pairs[i].earlier[0] + pairs[i].earlier[1]);
        frame += 0.5 * w * (pairs[i].frame[0] + pairs[i].frame[1]);
    }
    earlier /= one;
    frame /= one;
    for (int i = 0; i < n; i++) {
        double w = weight_of(residual(&pairs[i], light), spread);
        of_earlier += w * (pairs[i].earlier[0] - earlier) * (pairs[i].earlier[1] - earlier);
        of_frame += w * (pairs[i].frame[0] - frame) * (pairs[i].frame[1] - frame);
    }
    double most = fmax(of_earlier, of_frame), least = most / (MOST_GAIN * MOST_GAIN);
    *contrast = sqrt(fmax(most, 0) / one);
    return most > 0 ? sqrt(fmax(of_frame, least) / fmax(of_earlier, least)) : 1;
}

/** The median size of what a gain leaves, with the offset that goes with it, in levels of the frame of less light. */
static double unexplained(const DfLightPair *pairs, int n, double gain, float *scratch)
{
    DfLight light = { (float)gain, 0 };

    light.offset = median_residual(pairs, n, light, 0, scratch);
    return median_residual(pairs, n, light, 1, scratch) / fmax(gain, 1);
}

/** How far a ratio is from 1, 0 .. 1. */
static double change(double ratio)
{
    return 1 - fmin(ratio, 1 / ratio);
}

DfLight df_light_fit(const DfLightPair *pairs, int n, float level, float prior, float *left, float *scratch)
{
    DfLight light = { prior, 0 };
    double gain = prior, contrast = 0;
    float spread = 0;

    *left = INFINITY;
    if (n < LEAST_PAIRS)
        return DF_LIGHT_SAME;
    for (int round = 0; round < ROUNDS; round++) {
        light.gain = (float)gain;
        light.offset = 0;
        light.offset = median_residual(pairs, n, light, 0, scratch);
        spread = fmaxf(1.4826f * median_residual(pairs, n, light, 1, scratch), LEAST_SPREAD * level);
        gain = fit_gain(pairs, n, light, spread, &contrast);
        if (contrast < LEAST_CONTRAST * level) {
            gain = prior;
            break;
        }
        if (change(gain / light.gain) < SETTLED)
            break;
    }
    double doubt = fmax(LEAST_CHANGE, EXPLAINS * spread / contrast);
    if (change(gain / prior) < doubt)
        gain = prior;
    else if (change(gain) < doubt)
        gain = 1;
    /* Where neighbouring blocks have little in common, as of fine texture, the ratio is chance. */
    if (gain != prior && unexplained(pairs, n, gain, scratch) > unexplained(pairs, n, prior, scratch))
        gain = prior;
    light = (DfLight){ (float)gain, 0 };
    light.offset = median_residual(pairs, n, light, 0, scratch);
    if (gain == 1 && fabsf(light.offset) < CLEARLY * spread / sqrtf((float)n))
        light.offset = 0;
    *left = 0;
    for (int i = 0; i < n; i++)
        *left += fabsf(residual(&pairs[i], light)) / (level * (float)n);
    return light;
}
