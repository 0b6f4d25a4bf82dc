/**
 * @file
 * Exact Euclidean distance transform: column sweeps, then the lower envelope of parabolas per row.
 */
#include "video/distance.h"

#include <stdlib.h>

#include "base.h"

void df_distance_down(const uint8_t *seed, const int16_t *above, int16_t *offset, int width)
{
    for (int x = 0; x < width; x++) {
        if (seed[x])
            offset[x] = 0;
        else
            offset[x] = above && above[x] != DF_NO_SEED ? above[x] - 1 : DF_NO_SEED;
    }
}

void df_distance_up(const int16_t *below, int16_t *offset, int width)
{
    /* Where the row below looks upwards, this row's own seed above is nearer still. */
    for (int x = 0; x < width; x++)
        if (below[x] >= 0 && (offset[x] == DF_NO_SEED || below[x] + 1 < -offset[x]))
            offset[x] = below[x] + 1;
}

static int64_t squared(const int16_t *offset, int x, int site)
{
    int64_t dx = x - site, dy = offset[site];
    return dx * dx + dy * dy;
}

/** The last column at which site `a` is still at least as near as site `b` > a. */
static int last_of(const int16_t *offset, int a, int b)
{
    int64_t ga = offset[a], gb = offset[b];
    return (int)(((int64_t)b * b - (int64_t)a * a + gb * gb - ga * ga) / (2 * (int64_t)(b - a)));
}

/**
 * The envelope over columns lo..hi-1, from the sites first..last. A seed in the row itself shadows
 * everything behind it, so gaps between such seeds are worked on one by one.
 */
static void envelope(const int16_t *offset, int first, int last, int lo, int hi, int reach, int *site,
                     int *stack)
{
    int *owner = stack, *from = stack + (hi - lo), top = -1;

    for (int u = first; u <= last; u++) {
        if (offset[u] == DF_NO_SEED || abs(offset[u]) > reach)
            continue;
        while (top >= 0 && squared(offset, from[top], owner[top]) > squared(offset, from[top], u))
            top--;
        int start = top < 0 ? lo : last_of(offset, owner[top], u) + 1;
        if (start < hi) {
            top++;
            owner[top] = u;
            from[top] = start;
        }
    }
    for (int x = hi - 1; x >= lo; x--) {
        site[x] = top < 0 ? -1 : owner[top];
        if (top > 0 && x == from[top])
            top--;
    }
}

void df_distance_row(const int16_t *offset, int width, int reach, int *site, int *stack)
{
    int x = 0;

    while (x < width) {
        int lo = x;
        while (x < width && offset[x])
            x++;
        if (x > lo)
            envelope(offset, DF_MAX(lo - 1, 0), DF_MIN(x, width - 1), lo, x, reach, site, stack);
        for (; x < width && !offset[x]; x++)
            site[x] = x;
    }
}
