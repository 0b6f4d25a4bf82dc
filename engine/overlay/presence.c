/**
 * @file
 * The factor of an overlay's opacity in each sample.
 */
#include "overlay/presence.h"

#include <errno.h>
#include <math.h>

#include "base.h"
#include "plane/select.h"

/* Of the presence that most samples with the overlay have, which 80 in 100 stay below: samples above the first part
   have it, those below the second lack it. */
#define USUAL .8
#define HAS .6f
#define LACKS .3f
/* Part of the usual evidence below which a sample tells nothing. */
#define TELLS .1
/* Part of the samples that match less than the match of all. */
#define BEST .9
/* Part of the samples that lack it where it comes and goes. */
#define LEAST_PART .03f

/** What differs from the picture behind in one plane of a sample, and what the whole overlay would make there. */
typedef struct Layer {
    int width, height;
    float *differs, *whole; /* width x height */
} Layer;

static int take_layer(Layer *layer, const DfSamples *samples, int number, const DfColours *colours, int plane,
                      DfPlane behind, DfArena *arena)
{
    int width = df_samples_side(samples->width, plane), height = df_samples_side(samples->height, plane);
    const float *seen = samples->samples[number].planes[plane];
    *layer = (Layer){ width, height, df_arena_take(arena, (size_t)width * height * sizeof(float)),
                      df_arena_take(arena, (size_t)width * height * sizeof(float)) };
    if (!layer->differs || !layer->whole)
        return -ENOMEM;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            size_t at = (size_t)y * width + x;
            int block = plane ? (int)at : y / 2 * (samples->width / 2) + x / 2;
            const float *opacity = colours->opacity + (plane ? 2 * ((size_t)y * samples->width + x) : at);
            float a = plane ? .25f * (opacity[0] + opacity[1] + opacity[samples->width] + opacity[samples->width + 1])
                            : *opacity;
            float over = df_plane_row(behind, y)[x];
            layer->differs[at] = seen[at] - over;
            layer->whole[at] = a * (colours->colours[colours->which[block]][plane] - over);
        }
    return 0;
}

/**
 * Add to sums of products of what differs and the whole: of their steps from pixel to pixel, which a picture that is
 * continued wrongly changes less than their levels; and of the levels, for the match.
 */
static void add_layer(const Layer *layer, const DfMoments *moments, double step[2], double level[3])
{
    for (int y = 0; y < layer->height; y++)
        for (int x = 0; x < layer->width; x++) {
            size_t at = (size_t)y * layer->width + x;
            const float *d = layer->differs + at, *w = layer->whole + at;
            double weight = 1 / moments[at].noise;
            if (x + 1 < layer->width) {
                step[0] += weight * (d[1] - d[0]) * (w[1] - w[0]);
                step[1] += weight * (w[1] - w[0]) * (w[1] - w[0]);
            }
            if (y + 1 < layer->height) {
                step[0] += weight * (d[layer->width] - d[0]) * (w[layer->width] - w[0]);
                step[1] += weight * (w[layer->width] - w[0]) * (w[layer->width] - w[0]);
            }
            if (*w != 0) {
                level[0] += weight * *d * *w;
                level[1] += weight * *w * *w;
                level[2] += weight * *d * *d;
            }
        }
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

/** Replace every presence by the median of five samples: what shows for less is noise. */
static void smooth(DfSamples *samples, float *before)
{
    int last = samples->count - 1;
    for (int i = 0; i <= last; i++)
        before[i] = samples->samples[i].presence;
    for (int i = 0; i <= last; i++) {
        float five[5];
        for (int k = -2; k <= 2; k++)
            five[k + 2] = before[DF_CLAMP(i + k, 0, last)];
        samples->samples[i].presence = df_select(five, 5, 2);
    }
}

int df_presence_take(DfSamples *samples, const DfSums *sums, const DfColours *colours)
{
    DfArena arena = { 0 };
    float *evidence = df_alloc(2 * DF_MAX(samples->count, 1) * sizeof *evidence), *copy = evidence + samples->count;
    int ret = evidence ? 0 : -ENOMEM;
    for (int i = 0; i < samples->count && !ret; i++) {
        DfPlane behind[3];
        double step[2] = { 0, 1e-6 }, level[3] = { 0, 1e-6, 1e-6 };
        ret = df_samples_continue(samples, i, sums->hole, behind, &arena);
        for (int p = 0; p < samples->planes && !ret; p++) {
            Layer layer;
            ret = take_layer(&layer, samples, i, colours, p, behind[p], &arena);
            if (!ret)
                add_layer(&layer, sums->moments[p], step, level);
        }
        samples->samples[i].presence = DF_CLAMP(step[0] / step[1], -1, 4);
        samples->samples[i].match = level[0] > 0 ? level[0] * level[0] / (level[1] * level[2]) : 0;
        evidence[i] = copy[i] = step[1];
        df_arena_reset(&arena, (DfArenaMark){ 0 });
    }
    if (!ret && samples->count) {
        bridge(samples, evidence, TELLS * df_select(copy, samples->count, samples->count / 2));
        smooth(samples, copy);
    }
    df_arena_free(&arena);
    df_free(evidence);
    return ret;
}

float df_presence_match(const DfSamples *samples)
{
    float *matches = df_alloc(DF_MAX(samples->count, 1) * sizeof *matches);
    if (!matches)
        return -ENOMEM;
    for (int i = 0; i < samples->count; i++)
        matches[i] = samples->samples[i].match;
    float match = df_select(matches, samples->count, (int)(BEST * DF_MAX(samples->count - 1, 0)));
    df_free(matches);
    return match;
}

int df_presence_split(const DfSamples *samples, float *least)
{
    float *presences = df_alloc(DF_MAX(samples->count, 1) * sizeof *presences);
    int lack = 0;
    *least = 0;
    if (!presences)
        return -ENOMEM;
    for (int i = 0; i < samples->count; i++)
        presences[i] = samples->samples[i].presence;
    float usual = df_select(presences, samples->count, (int)(USUAL * DF_MAX(samples->count - 1, 0)));
    for (int i = 0; i < samples->count; i++)
        lack += samples->samples[i].presence < LACKS * usual;
    df_free(presences);
    if (lack <= LEAST_PART * samples->count)
        return 0;
    *least = HAS * usual;
    return 1;
}
