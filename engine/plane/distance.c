/**
 * @file
 * Exact Euclidean distance transform: column sweeps, then the lower envelope of parabolas per row.
 */
#include "plane/distance.h"

#include <limits.h>
#include <stdlib.h>

#include "base.h"

/* Sweeps go by blocks of fixed length, which compilers turn into vector instructions. */
#define BLOCK 16

static inline int16_t go_down(uint8_t seed, int16_t above)
{
    int16_t on = above == DF_NO_SEED ? DF_NO_SEED : (int16_t)(above - 1);
    return seed ? 0 : on;
}

void df_distance_down(const uint8_t *restrict seed, const int16_t *restrict above, int16_t *restrict offset,
                      int width)
{
    int x = 0;

    if (!above) {
        for (; x < width; x++)
            offset[x] = seed[x] ? 0 : DF_NO_SEED;
        return;
    }
    for (; x + BLOCK <= width; x += BLOCK)
        for (int i = 0; i < BLOCK; i++)
            offset[x + i] = go_down(seed[x + i], above[x + i]);
    for (; x < width; x++)
        offset[x] = go_down(seed[x], above[x]);
}

/** Where the row below looks upwards, this row's own seed above is nearer still. DF_NO_SEED is below zero. */
static inline int16_t go_up(int16_t below, int16_t offset)
{
    int16_t nearer = offset == DF_NO_SEED || below + 1 < -offset;
    return below >= 0 && nearer ? (int16_t)(below + 1) : offset;
}

void df_distance_up(const int16_t *restrict below, int16_t *restrict offset, int width)
{
    int x = 0;

    for (; x + BLOCK <= width; x += BLOCK)
        for (int i = 0; i < BLOCK; i++)
            offset[x + i] = go_up(below[x + i], offset[x + i]);
    for (; x < width; x++)
        offset[x] = go_up(below[x], offset[x]);
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

/** The envelope over columns lo..hi-1, from the sites first..last. */
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

/** Rows to the nearest of all the row's seeds; -1 where there is none within reach. */
static int least_of(const int16_t *offset, int width, int reach)
{
    int least = INT_MAX;

    for (int x = 0; x < width; x++)
        if (offset[x] != DF_NO_SEED && abs(offset[x]) < least)
            least = abs(offset[x]);
    return least <= reach && least < INT_MAX ? least : -1;
}

/**
 * Nothing is nearer to a column whose seed is as few rows away as any in the row, nor to what lies behind
 * such a column, so the gaps between them are worked on one by one.
 */
void df_distance_row(const int16_t *offset, int width, int reach, int *site, int *stack)
{
    int x = 0, least = least_of(offset, width, reach);

    while (x < width) {
        int lo = x;
        while (x < width && (least < 0 || abs(offset[x]) != least))
            x++;
        if (x > lo)
            envelope(offset, DF_MAX(lo - 1, 0), DF_MIN(x, width - 1), lo, x, reach, site, stack);
        for (; x < width && least >= 0 && abs(offset[x]) == least; x++)
            site[x] = x;
    }
}
