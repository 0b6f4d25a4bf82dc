/**
 * @file
 * What changes within an overlay.
 */
#include "overlay/changes.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base.h"
#include "plane/select.h"

/* Pixels of an overlay's rim that are not looked at: soft shadows, through which the picture shines. */
#define BESIDE_RIM 4
/* Levels by which a value is another one, and within which values are the same; the part of samples that have the other
   one at least, and that have either. */
#define OTHER_LEVEL 24.f
#define SAME_LEVEL 12.f
#define LEAST_OTHERS (1.f / 16)
#define LEAST_EITHER .85f

/** Whether values are mostly one of two levels; `room` is for as many. */
static int is_of_two(const float *values, int count, float *room)
{
    int others = 0, either = 0;
    memcpy(room, values, count * sizeof *room);
    float one = df_select(room, count, count / 2);
    for (int s = 0; s < count; s++)
        if (fabsf(values[s] - one) > OTHER_LEVEL)
            room[others++] = values[s];
    if (others < 2 || (float)others < LEAST_OTHERS * (float)count)
        return 0;
    float other = df_select(room, others, others / 2);
    for (int s = 0; s < count; s++)
        either += fabsf(values[s] - one) <= SAME_LEVEL || fabsf(values[s] - other) <= SAME_LEVEL;
    return (float)either >= LEAST_EITHER * (float)count;
}

/** Whether all pixels within BESIDE_RIM rows and columns are the mask's. */
static int is_deep_inside(const uint8_t *mask, int width, int height, size_t at)
{
    int y = (int)(at / width), x = (int)(at % width);
    if (y < BESIDE_RIM || x < BESIDE_RIM || y >= height - BESIDE_RIM || x >= width - BESIDE_RIM)
        return 0;
    for (int v = -BESIDE_RIM; v <= BESIDE_RIM; v++)
        for (int u = -BESIDE_RIM; u <= BESIDE_RIM; u++)
            if (!mask[at + (ptrdiff_t)v * width + u])
                return 0;
    return 1;
}

int df_overlay_changes(const DfOverlayEstimate *overlay, const DfSamples *samples, float *part)
{
    size_t pixels = (size_t)samples->width * samples->height, inside = 0, changed = 0;
    float *values = df_alloc(df_size_mul(2 * (size_t)samples->count, sizeof *values));
    if (!values)
        return -ENOMEM;
    for (size_t i = 0; i < pixels; i++) {
        int count = 0;
        if (!is_deep_inside(overlay->mask, samples->width, samples->height, i))
            continue;
        for (int s = 0; s < samples->count; s++)
            if (!overlay->comes_and_goes || samples->samples[s].presence >= .5f)
                values[count++] = samples->samples[s].planes[0][i];
        inside++;
        changed += is_of_two(values, count, values + samples->count);
    }
    df_free(values);
    *part = inside ? (float)changed / (float)inside : 0;
    return 0;
}

void df_overlay_cover_box(DfOverlayEstimate *overlay)
{
    int width = df_rect_width(overlay->area);
    for (int y = overlay->rect.y0; y < overlay->rect.y1; y++)
        for (int x = overlay->rect.x0; x < overlay->rect.x1; x++) {
            size_t i = (size_t)(y - overlay->area.y0) * width + (x - overlay->area.x0);
            overlay->mask[i] = 255;
            overlay->pixels.opacity[i] = 1;
        }
}
