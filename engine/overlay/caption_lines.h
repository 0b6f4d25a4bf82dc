/**
 * @file
 * Whether strokes lie as letters do.
 */
#ifndef DF_OVERLAY_CAPTION_LINES_H
#define DF_OVERLAY_CAPTION_LINES_H

#include "overlay/caption_patch.h"

/** How strokes lie. */
typedef struct DfCaptionShape {
    float area;     /**< of the strokes, in thousandths of the frame's height squared */
    float in_lines; /**< share of the strokes in the three lines that have most of them */
    float height;   /**< of the highest of these, in frame heights */
    float width;    /**< of the longest, in band widths */
    float fill;     /**< mean over the lines of the share of their boxes that is stroke */
    float strength; /**< mean over the strokes, in levels, as df_caption_strokes() has it */
} DfCaptionShape;

/** Clear single pixels: strokes that have few others near. Corrects patch->count. */
void df_caption_prune(DfCaptionPatch *patch);

/** Measure strokes, and clear those that are in none of the three lines. Writes patch->bytes and patch->plane[0]. */
DfCaptionShape df_caption_shape(DfCaptionPatch *patch, int band_width, int frame_height);

#endif
