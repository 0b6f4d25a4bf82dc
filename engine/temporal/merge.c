/**
 * @file
 * Weights by age and doubt, pixel by pixel.
 */
#include "temporal/merge.h"

#include <string.h>

/**
 * Expected squared error of a source, up to a factor: it grows by ERROR_OF_AGE with each frame between, as motion and
 * light drift, and with the square of what differs at the rim, in levels of 8 bits.
 */
#define ERROR_AT_ONCE 1.0f
#define ERROR_OF_AGE 1.0f
#define ERROR_OF_DOUBT 0.1f

/**
 * Shares below it count as none, the rest is spread over 0..1: a pixel with one source is sampled in half the time, and
 * has all its grain.
 */
#define LEAST_SHARE 0.25f

static float expected_error(int age, float doubt)
{
    return ERROR_AT_ONCE + ERROR_OF_AGE * (float)age + ERROR_OF_DOUBT * doubt * doubt;
}

/** The future's share of a pixel. */
static float future_share(float past_error, float future_error)
{
    float share = past_error / (past_error + future_error);

    return DF_CLAMP((share - LEAST_SHARE) / (1 - 2 * LEAST_SHARE), 0, 1);
}

/** Add the future's source `other` to pixel number `i`. */
static int merge_pixel(DfSourceMap *map, size_t i, DfMapPixel other, float share)
{
    DfMapPixel past = map->pixels[i];

    if (share > 0.5f)
        map->pixels[i] = other;
    return share > 0.5f ? df_source_map_mix(map, i, past, 1 - share) : df_source_map_mix(map, i, other, share);
}

static int merge_area(DfSourceMap *map, const DfForward *forward, int number, int first)
{
    const DfMapArea *past = &map->areas[number], *future = &forward->map->areas[number];
    size_t i = past->pixels - map->pixels;
    int ret = 0;

    memcpy(past->doubts[DF_FUTURE], future->doubts[DF_FUTURE], df_doubt_count(past->hole));
    for (int y = past->hole.y0; y < past->hole.y1; y++) {
        for (int x = past->hole.x0; x < past->hole.x1; x++, i++) {
            DfMapPixel pixel = map->pixels[i], other = forward->map->pixels[i];
            float share = 1;
            if (other.reference == DF_NO_REFERENCE)
                continue;
            if (pixel.reference != DF_NO_REFERENCE) {
                const DfSource *source = forward->map->references[other.reference].source;
                int age = (int)(source->frame - forward->state->frame);
                int past_age = forward->past_age[pixel.reference];
                share = future_share(expected_error(past_age, df_doubt_at(past, DF_PAST, x, y)),
                                     expected_error(age, df_doubt_at(future, DF_FUTURE, x, y)));
            }
            other.reference = (uint16_t)(first + other.reference);
            if ((ret = merge_pixel(map, i, other, share)) < 0)
                return ret;
        }
    }
    return 0;
}

int df_merge(DfSourceMap *map, const DfForward *forward)
{
    int first = df_source_map_append(map, forward->map), ret = DF_MIN(first, 0);

    /* A shot's first frame knows of layers by the next one. */
    for (int i = 0; !forward->state->motion.back && i < map->area_count; i++)
        map->areas[i].layer = forward->map->areas[i].layer;
    for (int i = 0; !ret && i < map->area_count; i++)
        ret = merge_area(map, forward, i, first);
    return ret;
}
