/**
 * @file
 * Bars: rows and columns at a picture's edges that are black in both pictures, up to a straight edge. They stand still
 * whatever the picture beside them does, and whether or not its motion is understood.
 */
#include "motion/parts.h"

#include <math.h>

#define DARK 40.0f   /* levels: brighter bars are taken for picture */
#define NOISE 8.0f   /* levels: what coding leaves in a bar, and grain that was added to it */
#define UNIFORM 0.98f /* share of a row or column of a bar that is no farther from its black */
#define BRIGHT 0.25f /* share of the row or column next to a bar that is farther from it; less is a dark corner */
#define THINNEST 4   /* px */

/** The four sides, and what a loop over strips from each inwards needs. */
typedef struct Walk {
    int is_row, is_last; /* strips are rows, or columns; from the last one on, or from the first */
} Walk;

static const Walk walks[] = { { 1, 0 }, { 1, 1 }, { 0, 0 }, { 0, 1 } };

/** Sums over the samples of a strip that are known in both pictures. */
typedef struct Strip {
    int known, dark;     /* of both pictures; within NOISE of the bar's black */
    double sum;
} Strip;

static Strip look_at(const DfMotionInput *a, const DfMotionInput *b, Walk walk, int at, float black)
{
    DfPlane p = a->pyramid.levels[0], q = b->pyramid.levels[0];
    int length = walk.is_row ? p.width : p.height;
    Strip strip = { 0, 0, 0 };

    if (walk.is_last)
        at = (walk.is_row ? p.height : p.width) - 1 - at;
    for (int i = 0; i < length; i++) {
        int x = walk.is_row ? i : at, y = walk.is_row ? at : i;
        size_t k = (size_t)y * p.width + x;
        if (a->distrusted[k] | b->distrusted[k])
            continue;
        float values[] = { df_plane_row(p, y)[x], df_plane_row(q, y)[x] };
        for (int v = 0; v < 2; v++) {
            strip.known++;
            strip.dark += fabsf(values[v] - black) <= NOISE;
            strip.sum += values[v];
        }
    }
    return strip;
}

/** @return how many strips from one side on are a bar; 0: none, or all of the picture is black */
static int thickness(const DfMotionInput *a, const DfMotionInput *b, Walk walk)
{
    DfPlane picture = a->pyramid.levels[0];
    int strips = walk.is_row ? picture.height : picture.width, n = 0;
    Strip strip = look_at(a, b, walk, 0, 0);
    float black = strip.known ? (float)(strip.sum / strip.known) : DARK;

    if (black >= DARK)
        return 0;
    /* Where a hole hides all of a strip, nothing speaks against a bar. */
    for (; n < strips; n++) {
        strip = look_at(a, b, walk, n, black);
        if ((float)strip.dark < UNIFORM * (float)strip.known)
            break;
    }
    return n >= THINNEST && n < strips && (float)(strip.known - strip.dark) > BRIGHT * (float)strip.known ? n : 0;
}

int df_bars_find(DfLayer *layer, const DfMotionInput *a, const DfMotionInput *b)
{
    DfPlane picture = a->pyramid.levels[0];
    int bars[4], any = 0;

    for (int i = 0; i < 4; i++)
        any |= bars[i] = thickness(a, b, walks[i]);
    /* Bars of different blacks may claim the same strips of a dark gradient: they leave no picture between them. */
    if (!any || bars[0] + bars[1] >= picture.height || bars[2] + bars[3] >= picture.width)
        return 0;
    *layer = (DfLayer){ .side = -1,
                        .rect = { bars[2] ? bars[2] : -DF_LAYER_BEYOND, bars[0] ? bars[0] : -DF_LAYER_BEYOND,
                                  bars[3] ? picture.width - bars[3] : DF_LAYER_BEYOND,
                                  bars[1] ? picture.height - bars[1] : DF_LAYER_BEYOND } };
    return 1;
}
