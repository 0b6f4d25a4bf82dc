/**
 * @file
 * Holes to train with: the paper's, and those that logos, captions and strips leave.
 */
#ifndef DF_TRAIN_BRUSH_H
#define DF_TRAIN_BRUSH_H

#include <stdint.h>

#include "train/random.h"

/** Share of a mask that is hole: those that have less or more are drawn anew. */
#define DF_BRUSH_LEAST 0.004
#define DF_BRUSH_MOST 0.6

/** Shapes of holes. n is the mask's shorter side. */
enum DfBrush {
    DF_BRUSH_STROKES, /**< free-form strokes of DeepFillv2's paper (Yu et al., 2019, supplement), as its project has
                           them: 1 to 3 of 4 to 12 corners, n / 21 to n / 6.4 wide */
    DF_BRUSH_BOX,     /**< a rectangle, sides of n / 10 to n / 2 */
    DF_BRUSH_BOTH,    /**< strokes and a box, as the paper trains with */
    DF_BRUSH_BLOB,    /**< a smooth outline: an object, n / 10 to n / 3 in radius */
    DF_BRUSH_LOGO,    /**< an emblem, glyphs beside or below it, or glyphs alone, n / 6 to n / 1.7 wide */
    DF_BRUSH_STRIP,   /**< a band along the mask, n / 16 to n / 4 wide, most from edge to edge */
    DF_BRUSH_CAPTION, /**< one to three rows of words, glyphs n / 24 to n / 8 high */
    DF_BRUSHES
};

/** @return a brush: the four general ones and the three of the real task with 50 % each */
enum DfBrush df_brush_choose(DfRandom *random);

/**
 * Draw a hole of a chosen brush.
 * @param mask  height rows of width bytes: 1 hole, 0 not; sides of at least 16
 */
void df_brush_mask(uint8_t *mask, int width, int height, DfRandom *random);

/** The same with a given brush. */
void df_brush_draw(uint8_t *mask, int width, int height, enum DfBrush brush, DfRandom *random);

/** A mask that holes are cut from. */
typedef struct DfHolePattern {
    const uint8_t *known; /**< height rows of width bytes: 0 hole */
    int width, height;
} DfHolePattern;

/**
 * Take a hole from a mask, moved, and flipped in half of the cases along each axis: a pixel of its hole comes to lie in
 * the middle half of the new mask.
 * @param zoom  pixels of the pattern that one of the mask stands for
 */
void df_brush_pattern(uint8_t *mask, int width, int height, const DfHolePattern *pattern, double zoom,
                      DfRandom *random);

#endif
