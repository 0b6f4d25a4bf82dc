/**
 * @file
 * The pixels of a caption.
 */
#ifndef DF_OVERLAY_CAPTION_MASK_H
#define DF_OVERLAY_CAPTION_MASK_H

#include "overlay/caption_ends.h"
#include "overlay/caption_patch.h"

/** From this share on an end is a cut, and what changed there tells nothing. */
#define DF_CAPTION_CUT 0.35f

/**
 * Mark the caption's pixels in patch->mask: the strokes; near them pixels that changed with them at an end and
 * kept their value between; gaps of a pixel; then as many pixels around these as change more at the ends than what
 * lies farther out, at least 1: outlines and shadows that let the picture shine through. patch->distance,
 * patch->plane and patch->bytes are written.
 */
void df_caption_mark(DfCaptionPatch *patch, const DfCaptionBands *bands, DfCaptionEnd first, DfCaptionEnd last);

#endif
