/**
 * @file
 * An empirical Wiener filter with the fill as its prior, in two bands.
 *
 * With v the variance of what is restored (the noise of y times the gain squared, times the band's share of it) and D
 * the mean square by which both differ around a pixel, the fill's own variance is D - v, and the best mix of two
 * estimates of independent errors is fill + (1 - v / D) (restored - fill). Their errors are independent: the fill has
 * not seen the pixel (correlation 0 to .1 on 12 clips).
 *
 * D of few pixels is uncertain: it is drawn towards what the whole overlay has on the average.
 */
#include "overlay/mix.h"

#include <errno.h>
#include <math.h>

#include "plane/gaussian.h"

/** A band of the difference. */
typedef struct Band {
    DfPlane difference;
    float share; /**< of the noise */
    float sigma; /**< in samples, of the mean around a pixel */
} Band;

/** Share of the whole overlay's mean in D. */
#define POOLED 0.8f

/** What the fill's variance is told from, over the whole overlay, is more than this many times v. */
#define CAUTION 1.2f

/** @return the fill's variance over the whole overlay, in this band */
static float pooled_variance(const DfRestored *restored, const Band *band, float noise)
{
    double sum = 0, count = 0;

    for (int y = 0; y < band->difference.height; y++) {
        const float *d = df_plane_row(band->difference, y), *gain = df_plane_row(restored->gain, y);
        const float *usable = df_plane_row(restored->usable, y);
        for (int x = 0; x < band->difference.width; x++) {
            sum += usable[x] * (d[x] * d[x] - CAUTION * band->share * noise * gain[x] * gain[x]);
            count += usable[x];
        }
    }
    return count ? fmaxf((float)(sum / count), 0) : 0;
}

/** Add to the fill as much of a band as is not noise. @return 0 or -ENOMEM */
static int add_band(DfRestored *restored, const Band *band, float noise, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    int width = band->difference.width, height = band->difference.height;
    DfPlane squares = df_plane_take(scratch, width, height);
    float pooled = pooled_variance(restored, band, noise);
    int ret = squares.data ? 0 : -ENOMEM;

    for (int y = 0; !ret && y < height; y++)
        for (int x = 0; x < width; x++)
            df_plane_row(squares, y)[x] = df_plane_row(band->difference, y)[x] * df_plane_row(band->difference, y)[x];
    if (!ret)
        ret = df_gaussian_mean(squares, squares, &restored->usable, band->sigma, scratch);
    for (int y = 0; !ret && y < height; y++) {
        const float *d = df_plane_row(band->difference, y), *square = df_plane_row(squares, y);
        const float *gain = df_plane_row(restored->gain, y), *usable = df_plane_row(restored->usable, y);
        float *fill = df_plane_row(restored->fill, y);
        for (int x = 0; x < width; x++) {
            float v = band->share * noise * gain[x] * gain[x];
            float all = (1 - POOLED) * square[x] + POOLED * (v + pooled);
            fill[x] += usable[x] * d[x] * (all > 0 ? fmaxf(1 - v / all, 0) : 0);
        }
    }
    df_arena_reset(scratch, mark);
    return ret;
}

int df_overlay_mix(DfRestored *restored, const DfCodingNoise *kind, float noise, DfArena *scratch)
{
    const Band low = { restored->low, kind->low, 3 }, high = { restored->high, kind->high, 2 };
    int ret = add_band(restored, &low, noise, scratch);

    return ret < 0 ? ret : add_band(restored, &high, noise, scratch);
}
