/**
 * @file
 * With x the fill, y - x = k a (c - x) + noise: k is the slope of a line through 0, by weighted least squares of fine
 * detail (what the fill is off by is broad). The change of y - x since the frame before tells the change of k as well,
 * and better where the fill is off by the same in both. A scalar Kalman filter joins them: most overlays do not fade,
 * so a change counts only where it is significant, and a factor near 1 or 0 is taken for that.
 */
#include "overlay/fade.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "plane/gaussian.h"

/** Sigma, in samples, of what is taken away for fine detail, and of the residual's mean square around a pixel. */
#define DETAIL 3.0f

/** Levels squared that are added to the residual's mean square, so that no weight is without bound. */
#define FLOOR 10.0f

/** Pixels that are off together, in number. */
#define CORRELATED 9.0f

/** Variance of what the fill is off by in k, beyond what its residual tells. */
#define BIAS (0.05f * 0.05f)

/** A change counts where its square is that many times its variance; else it is as good as this much of a change. */
#define SIGNIFICANT 6.0f
#define STEADY (0.01f * 0.01f)

/** Factors nearer to 1 and 0 than this, and their own deviation more, are taken for 1 and 0. */
#define NEAR_ALL 0.12f
#define NEAR_NONE 0.06f

/** A slope and its variance. */
typedef struct Slope {
    float value, variance;
} Slope;

/** Take away the Gaussian mean. @return 0 or -ENOMEM */
static int keep_detail(DfPlane plane, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    DfPlane mean = df_plane_take(scratch, plane.width, plane.height);
    int ret = mean.data ? df_gaussian_mean(mean, plane, NULL, DETAIL, scratch) : -ENOMEM;

    for (int y = 0; !ret && y < plane.height; y++)
        for (int x = 0; x < plane.width; x++)
            df_plane_row(plane, y)[x] -= df_plane_row(mean, y)[x];
    df_arena_reset(scratch, mark);
    return ret;
}

/** Squares of what a slope leaves, averaged around each pixel, and FLOOR. @return 0 or -ENOMEM */
static int residuals(DfPlane out, DfPlane value, DfPlane per, float slope, DfArena *scratch)
{
    for (int y = 0; y < value.height; y++) {
        const float *v = df_plane_row(value, y), *q = df_plane_row(per, y);
        float *row = df_plane_row(out, y);
        for (int x = 0; x < value.width; x++)
            row[x] = (v[x] - slope * q[x]) * (v[x] - slope * q[x]);
    }
    int ret = df_gaussian_mean(out, out, NULL, DETAIL, scratch);
    for (int y = 0; !ret && y < out.height; y++)
        for (int x = 0; x < out.width; x++)
            df_plane_row(out, y)[x] += FLOOR;
    return ret;
}

/** value = slope * per by least squares; `spread`: mean squares around each pixel, NULL: all alike. */
static Slope fit(DfPlane value, DfPlane per, const DfPlane *spread)
{
    double top = 0, bottom = 0, noise = 0;

    for (int y = 0; y < value.height; y++) {
        const float *v = df_plane_row(value, y), *q = df_plane_row(per, y);
        const float *s = spread ? df_plane_row(*spread, y) : NULL;
        for (int x = 0; x < value.width; x++) {
            float w = s ? 1 / s[x] : 1;
            top += w * v[x] * q[x];
            bottom += w * q[x] * q[x];
        }
    }
    float slope = bottom > 0 ? (float)(top / bottom) : 0;
    for (int y = 0; y < value.height; y++) {
        const float *v = df_plane_row(value, y), *q = df_plane_row(per, y);
        const float *s = spread ? df_plane_row(*spread, y) : NULL;
        for (int x = 0; x < value.width; x++) {
            float w = s ? 1 / s[x] : 1, left = v[x] - slope * q[x];
            noise += w * w * left * left * q[x] * q[x];
        }
    }
    return (Slope){ slope, bottom > 0 ? CORRELATED * (float)(noise / (bottom * bottom)) : INFINITY };
}

/** The slope of fine detail, pixels weighted by what is left around them. @return 0 or -ENOMEM */
static int fit_robustly(Slope *slope, DfPlane value, DfPlane per, DfArena *scratch)
{
    DfPlane spread = df_plane_take(scratch, value.width, value.height);
    int ret = spread.data ? keep_detail(value, scratch) : -ENOMEM;

    if (!ret)
        *slope = fit(value, per, NULL);
    for (int i = 0; !ret && i < 2; i++)
        if (!(ret = residuals(spread, value, per, slope->value, scratch)))
            *slope = fit(value, per, &spread);
    return ret;
}

/** Move what is known on by a frame: by its change and by what the frame itself tells. */
static void update(DfFade *fade, Slope own, Slope change)
{
    int is_significant = change.value * change.value > SIGNIFICANT * change.variance;
    float own_variance = 2 * own.variance + BIAS;

    if (!fade->variance) {
        /* Nothing is known: overlays that are there are there in full, most of the time. */
        fade->factor = 1;
        fade->variance = 0.15f * 0.15f;
    } else {
        fade->factor += is_significant ? change.value : 0;
        fade->variance += is_significant ? change.variance : fminf(change.variance, STEADY);
    }
    float gain = fade->variance / (fade->variance + own_variance);
    fade->factor = fminf(fmaxf(fade->factor + gain * (own.value - fade->factor), 0), 1.1f);
    fade->variance *= 1 - gain;
}

static float settled(const DfFade *fade)
{
    float deviation = sqrtf(fade->variance);

    if (fabsf(fade->factor - 1) < NEAR_ALL + deviation)
        return 1;
    return fade->factor < NEAR_NONE + deviation / 2 ? 0 : fade->factor;
}

int df_fade_estimate(DfFade *fade, const DfRestored *restored, const DfOverlayPlane *plane, float *factor,
                     DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    int width = restored->seen.width, height = restored->seen.height;
    DfPlane value = df_plane_take(scratch, width, height), change = df_plane_take(scratch, width, height);
    DfPlane per = df_plane_take(scratch, width, height);
    Slope own = { 0 }, since = { 0, INFINITY };
    int ret = value.data && change.data && per.data ? 0 : -ENOMEM, had = fade->before != NULL;

    if (!ret && !had && !(fade->before = df_alloc(df_size_mul(df_size_mul(width, height), sizeof *fade->before))))
        ret = -ENOMEM;
    for (int y = 0; !ret && y < height; y++) {
        const float *seen = df_plane_row(restored->seen, y), *fill = df_plane_row(restored->fill, y);
        float *before = fade->before + (size_t)y * width;
        for (int x = 0; x < width; x++) {
            size_t at = (size_t)y * width + x;
            float usable = df_plane_row(restored->usable, y)[x], d = usable * (seen[x] - fill[x]);
            df_plane_row(per, y)[x] = usable * (plane->light[at] - plane->opacity[at] * fill[x]);
            df_plane_row(value, y)[x] = d;
            df_plane_row(change, y)[x] = d - before[x];
            before[x] = d;
        }
    }
    if (!ret && !(ret = keep_detail(per, scratch)) &&
        !(ret = fit_robustly(&own, value, per, scratch)) && had)
        ret = fit_robustly(&since, change, per, scratch);
    if (!ret) {
        update(fade, own, since);
        *factor = settled(fade);
    }
    df_arena_reset(scratch, mark);
    return ret;
}

void df_fade_free(DfFade *fade)
{
    df_free(fade->before);
    *fade = (DfFade){ 0 };
}
