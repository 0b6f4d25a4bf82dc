/**
 * @file
 * Corners, found in one pass over the rows: products of gradients, their sums' smaller eigenvalue, peaks of
 * it; then the strongest first, each keeping a disc around it to itself.
 */
#include "motion/track.h"

#include <errno.h>
#include <string.h>

#include "kernels/track.h"

#define QUALITY 0.005f /* of the strongest corner */
#define APART 5        /* least distance of two, in pixels */
#define BORDER 2       /* pixels at the edges without a strength: a 3x3 sum of 3x3 gradients */

/** A peak of strength, a candidate. */
typedef struct Peak {
    float strength;
    int x, y;
} Peak;

/** What a pass over the rows keeps: the last three rows of everything, in turns. */
typedef struct Pass {
    DfPlane picture;
    const uint8_t *where;
    float *xx[3], *xy[3], *yy[3], *strength[3];
    int *columns; /* of one row's peaks */
    Peak *peaks;
    int count, room;
    float strongest;
} Pass;

static int pass_open(Pass *pass, DfPlane picture, const uint8_t *where, DfArena *scratch)
{
    size_t row = df_size_align(picture.width * sizeof(float));
    uint8_t *rows = df_arena_take_zeroed(scratch, df_size_mul(12, row));

    *pass = (Pass){ .picture = picture, .where = where };
    /* Of four pixels that touch one is a peak; of plateaus of equals keep() leaves some out. */
    pass->room = DF_MAX(picture.width * picture.height / 4, picture.width);
    pass->columns = df_arena_take(scratch, picture.width * sizeof *pass->columns);
    pass->peaks = df_arena_take(scratch, df_size_mul(pass->room, sizeof *pass->peaks));
    if (!rows || !pass->columns || !pass->peaks)
        return -ENOMEM;
    for (int i = 0; i < 3; i++) {
        pass->xx[i] = (float *)(rows + (4 * i) * row);
        pass->xy[i] = (float *)(rows + (4 * i + 1) * row);
        pass->yy[i] = (float *)(rows + (4 * i + 2) * row);
        pass->strength[i] = (float *)(rows + (4 * i + 3) * row);
    }
    return 0;
}

/** The rows of three that hold y - 1, y and y + 1. */
static void around(const float *rows[3], float *const of[3], int y)
{
    for (int i = 0; i < 3; i++)
        rows[i] = of[(y + i + 2) % 3];
}

static void products(Pass *pass, int y)
{
    const float *row = df_plane_row(pass->picture, y);
    ptrdiff_t row_floats = pass->picture.row_floats;

    df_track_kernels()->products(pass->xx[y % 3] + 1, pass->xy[y % 3] + 1, pass->yy[y % 3] + 1,
                                 row - row_floats + 1, row + 1, row + row_floats + 1, pass->picture.width - 2);
}

static void strengths(Pass *pass, int y)
{
    const float *xx[3], *xy[3], *yy[3];

    around(xx, pass->xx, y);
    around(xy, pass->xy, y);
    around(yy, pass->yy, y);
    for (int i = 0; i < 3; i++)
        xx[i] += BORDER, xy[i] += BORDER, yy[i] += BORDER;
    df_track_kernels()->corners(pass->strength[y % 3] + BORDER, xx, xy, yy, pass->picture.width - 2 * BORDER);
}

/** Keep a row's peaks that are allowed and can still be strong enough. */
static void keep(Pass *pass, int y)
{
    const uint8_t *where = pass->where + (size_t)y * pass->picture.width;
    const float *rows[3];
    float least = DF_MAX(QUALITY * pass->strongest, 1e-6f);

    around(rows, pass->strength, y);
    int n = df_track_kernels()->peaks(pass->columns, rows[0] + 1, rows[1] + 1, rows[2] + 1, least,
                                      pass->picture.width - 2);
    for (int i = 0; i < n && pass->count < pass->room; i++) {
        int x = pass->columns[i] + 1;
        if (!where[x])
            continue;
        pass->peaks[pass->count++] = (Peak){ rows[1][x], x, y };
        pass->strongest = DF_MAX(pass->strongest, rows[1][x]);
    }
}

/** All peaks that are strong enough, beside the strongest of them. */
static void find_peaks(Pass *pass)
{
    int height = pass->picture.height, kept = 0;

    /* Row y of products allows strengths of y - 1, and those the peaks of y - 2. */
    for (int y = 1; y < height - 1; y++) {
        products(pass, y);
        if (y - 1 >= BORDER)
            strengths(pass, y - 1);
        if (y - 2 >= BORDER)
            keep(pass, y - 2);
    }
    /* Beyond the border strengths are zero. */
    memset(pass->strength[(height - BORDER) % 3], 0, pass->picture.width * sizeof(float));
    keep(pass, height - BORDER - 1);
    for (int i = 0; i < pass->count; i++)
        if (pass->peaks[i].strength >= QUALITY * pass->strongest)
            pass->peaks[kept++] = pass->peaks[i];
    pass->count = kept;
}

/** Equal strengths keep reading order, so that the result does not depend on the sorting algorithm. */
static int before(const Peak *a, const Peak *b)
{
    if (a->strength != b->strength)
        return a->strength > b->strength;
    return a->y != b->y ? a->y < b->y : a->x < b->x;
}

/** Restore the heap below `i`. */
static void sink(Peak *heap, int count, int i)
{
    for (int child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && before(&heap[child + 1], &heap[child]))
            child++;
        if (!before(&heap[child], &heap[i]))
            return;
        Peak peak = heap[i];
        heap[i] = heap[child];
        heap[child] = peak;
    }
}

/** Mark the pixels nearer than APART. */
static void claim(uint8_t *taken, DfPlane picture, const Peak *peak)
{
    for (int y = DF_MAX(peak->y - APART, 0); y <= DF_MIN(peak->y + APART, picture.height - 1); y++)
        for (int x = DF_MAX(peak->x - APART, 0); x <= DF_MIN(peak->x + APART, picture.width - 1); x++) {
            int dx = x - peak->x, dy = y - peak->y;
            if (dx * dx + dy * dy < APART * APART)
                taken[(size_t)y * picture.width + x] = 1;
        }
}

/** A heap gives the strongest few without sorting the rest. */
static int choose(DfCorner *corners, int most, Pass *pass, uint8_t *taken)
{
    int count = 0, left = pass->count;

    for (int i = left / 2 - 1; i >= 0; i--)
        sink(pass->peaks, left, i);
    while (left && count < most) {
        Peak peak = pass->peaks[0];
        pass->peaks[0] = pass->peaks[--left];
        sink(pass->peaks, left, 0);
        if (taken[(size_t)peak.y * pass->picture.width + peak.x])
            continue;
        claim(taken, pass->picture, &peak);
        corners[count++] = (DfCorner){ peak.x, peak.y };
    }
    return count;
}

int df_corners_find(DfCorner *corners, int most, DfPlane picture, const uint8_t *where, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    int count = -ENOMEM;
    Pass pass;

    if (DF_MIN(picture.width, picture.height) <= 2 * BORDER)
        return 0;
    uint8_t *taken = df_arena_take_zeroed(scratch, df_size_mul(picture.width, picture.height));
    if (taken && !pass_open(&pass, picture, where, scratch)) {
        find_peaks(&pass);
        count = choose(corners, most, &pass, taken);
    }
    df_arena_reset(scratch, mark);
    return count;
}
