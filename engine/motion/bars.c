/**
 * @file
 * Bars: rows and columns at a picture's edges that are black in both pictures, up to a straight edge. They stand still
 * whatever the picture beside them does, and whether or not its motion is understood.
 */
#include "motion/parts.h"

#include <math.h>

#define MOST_BLACK 40.0f          /* levels: anything brighter is picture */
#define TOLERANCE 8.0f            /* levels: what coding leaves in a bar, and grain that was added to it */
#define LEAST_BLACK_SHARE 0.98f   /* of a row or column of a bar: samples within TOLERANCE of its black */
#define LEAST_PICTURE_SHARE 0.25f /* of the row or column next to a bar: other samples; fewer are a dark corner */
#define LEAST_THICKNESS 4         /* px */

/** A side of the picture: its strips are rows or columns, counted from the first or from the last one on. */
typedef struct Border {
    int is_row, is_last;
} Border;

static const Border borders[] = { { 1, 0 }, { 1, 1 }, { 0, 0 }, { 0, 1 } };

/** Sums over the samples of a strip that are known in both pictures. */
typedef struct Strip {
    int known, black; /* all of both pictures; those within TOLERANCE of the bar's black */
    double sum;
} Strip;

static Strip count_black(const DfMotionInput *a, const DfMotionInput *b, Border border, int at, float black)
{
    DfPlane p = a->pyramid.levels[0], q = b->pyramid.levels[0];
    int length = border.is_row ? p.width : p.height;
    Strip strip = { 0, 0, 0 };

    if (border.is_last)
        at = (border.is_row ? p.height : p.width) - 1 - at;
    for (int i = 0; i < length; i++) {
        int x = border.is_row ? i : at, y = border.is_row ? at : i;
        size_t k = (size_t)y * p.width + x;
        if (a->distrusted[k] | b->distrusted[k])
            continue;
        float values[] = { df_plane_row(p, y)[x], df_plane_row(q, y)[x] };
        for (int v = 0; v < 2; v++) {
            strip.known++;
            strip.black += fabsf(values[v] - black) <= TOLERANCE;
            strip.sum += values[v];
        }
    }
    return strip;
}

/** @return how many strips from one side on are a bar; 0: none, or all of the picture is black */
static int bar_thickness(const DfMotionInput *a, const DfMotionInput *b, Border border)
{
    DfPlane picture = a->pyramid.levels[0];
    int strips = border.is_row ? picture.height : picture.width, n = 0;
    Strip strip = count_black(a, b, border, 0, 0);
    float black = strip.known ? (float)(strip.sum / strip.known) : MOST_BLACK;

    if (black >= MOST_BLACK)
        return 0;
    /* A strip without known samples counts as black. */
    for (; n < strips; n++) {
        strip = count_black(a, b, border, n, black);
        if ((float)strip.black < LEAST_BLACK_SHARE * (float)strip.known)
            break;
    }
    int is_edge = (float)(strip.known - strip.black) > LEAST_PICTURE_SHARE * (float)strip.known;
    return n >= LEAST_THICKNESS && n < strips && is_edge ? n : 0;
}

int df_bars_find(DfLayer *layer, const DfMotionInput *a, const DfMotionInput *b)
{
    DfPlane picture = a->pyramid.levels[0];
    int bars[4], any = 0;

    for (int i = 0; i < 4; i++)
        any |= bars[i] = bar_thickness(a, b, borders[i]);
    /* Bars of different blacks may claim the same strips of a dark gradient: they leave no picture between them. */
    if (!any || bars[0] + bars[1] >= picture.height || bars[2] + bars[3] >= picture.width)
        return 0;
    *layer = (DfLayer){ .side = -1,
                        .rect = { bars[2] ? bars[2] : -DF_LAYER_BEYOND, bars[0] ? bars[0] : -DF_LAYER_BEYOND,
                                  bars[3] ? picture.width - bars[3] : DF_LAYER_BEYOND,
                                  bars[1] ? picture.height - bars[1] : DF_LAYER_BEYOND } };
    return 1;
}
