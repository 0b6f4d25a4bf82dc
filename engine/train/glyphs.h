/**
 * @file
 * Rows of words as masks have them: made-up letters of a few strokes, widened as masks of captions are.
 */
#ifndef DF_TRAIN_GLYPHS_H
#define DF_TRAIN_GLYPHS_H

#include "train/canvas.h"
#include "train/random.h"

/** A block of text, in pixels. */
typedef struct DfText {
    double x0, x1; /**< that rows are centred between, and reach as far as */
    double y;      /**< top of the first row */
    double height; /**< of a glyph; rows are 1.4 times that apart */
    int rows;
    double pen;    /**< width of a stroke, in heights */
    double grow;   /**< by which shapes are widened on every side */
} DfText;

/** Draw a block of text: letters of strokes, or, in one block of five, a box each. */
void df_glyphs_text(const DfCanvas *canvas, const DfText *text, DfRandom *random);

#endif
