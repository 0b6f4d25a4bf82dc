/**
 * @file
 * The factor of an overlay's opacity in each sample.
 */
#include "overlay/presence.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base.h"

/* Of the presence that most samples with the overlay have, which 80 in 100 stay below: samples above the first part have
   it, those below the second lack it. */
#define USUAL .8
#define HAS .6f
#define LACKS .3f
/* Part of the usual evidence below which a sample tells nothing. */
#define TELLS .1
/* Part of the samples that match less than the match of all. */
#define BEST .9
/* Part of the samples that lack it where it comes and goes. */
#define LEAST_PART .03f

/** Add (y - x) a (c - x), (a (c - x))^2 and (y - x)^2 of one plane, by the noise. */
static void add_plane(const DfSamples *samples, int number, const DfSums *sums, const DfColours *colours, int plane,
                      DfPlane behind, double fit[3])
{
    int width = df_samples_side(samples->width, plane), height = df_samples_side(samples->height, plane);
    const float *seen = samples->samples[number].planes[plane];
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            size_t at = (size_t)y * width + x;
            int block = plane ? (int)at : y / 2 * (samples->width / 2) + x / 2;
            const float *opacity = colours->opacity + (plane ? 2 * ((size_t)y * samples->width + x) : at);
            float a = plane ? .25f * (opacity[0] + opacity[1] + opacity[samples->width] + opacity[samples->width + 1])
                            : *opacity;
            if (a <= 0)
                continue;
            float over = df_plane_row(behind, y)[x];
            float whole = a * (colours->colours[colours->which[block]][plane] - over);
            fit[0] += whole * (seen[at] - over) / sums->moments[plane][at].noise;
            fit[1] += whole * whole / sums->moments[plane][at].noise;
            fit[2] += (seen[at] - over) * (seen[at] - over) / sums->moments[plane][at].noise;
        }
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/** Give samples that tell nothing the presence of the one before them, or of the first one that tells something. */
static void bridge(DfSamples *samples, const float *evidence, float least)
{
    int first = 0;
    while (first < samples->count - 1 && evidence[first] < least)
        first++;
    for (int i = 0; i < samples->count; i++)
        if (evidence[i] < least)
            samples->samples[i].presence = samples->samples[i > first ? i - 1 : first].presence;
}

int df_presence_take(DfSamples *samples, const DfSums *sums, const DfColours *colours)
{
    DfArena arena = { 0 };
    float *evidence = df_alloc(2 * DF_MAX(samples->count, 1) * sizeof *evidence), *sorted = evidence + samples->count;
    int ret = evidence ? 0 : -ENOMEM;
    for (int i = 0; i < samples->count && !ret; i++) {
        DfPlane behind[3];
        double fit[3] = { 0, 1e-6, 1e-6 };
        ret = df_samples_continue(samples, i, sums->hole, behind, &arena);
        for (int p = 0; p < samples->planes && !ret; p++)
            add_plane(samples, i, sums, colours, p, behind[p], fit);
        samples->samples[i].presence = DF_CLAMP(fit[0] / fit[1], -1, 4);
        samples->samples[i].match = fit[0] > 0 ? fit[0] * fit[0] / (fit[1] * fit[2]) : 0;
        evidence[i] = sorted[i] = fit[1];
        df_arena_reset(&arena, (DfArenaMark){ 0 });
    }
    if (!ret && samples->count) {
        qsort(sorted, samples->count, sizeof *sorted, compare);
        bridge(samples, evidence, TELLS * sorted[samples->count / 2]);
    }
    df_arena_free(&arena);
    df_free(evidence);
    return ret;
}

float df_presence_match(const DfSamples *samples)
{
    float *sorted = df_alloc(DF_MAX(samples->count, 1) * sizeof *sorted);
    if (!sorted)
        return -ENOMEM;
    for (int i = 0; i < samples->count; i++)
        sorted[i] = samples->samples[i].match;
    qsort(sorted, samples->count, sizeof *sorted, compare);
    float match = samples->count ? sorted[(int)(BEST * (samples->count - 1))] : 0;
    df_free(sorted);
    return match;
}

int df_presence_split(const DfSamples *samples, float *least)
{
    float *sorted = df_alloc(DF_MAX(samples->count, 1) * sizeof *sorted);
    int lack = 0;
    *least = 0;
    if (!sorted)
        return -ENOMEM;
    for (int i = 0; i < samples->count; i++)
        sorted[i] = samples->samples[i].presence;
    qsort(sorted, samples->count, sizeof *sorted, compare);
    float usual = samples->count ? sorted[(int)(USUAL * (samples->count - 1))] : 0;
    while (lack < samples->count && sorted[lack] < LACKS * usual)
        lack++;
    df_free(sorted);
    if (lack <= LEAST_PART * samples->count)
        return 0;
    *least = HAS * usual;
    return 1;
}
