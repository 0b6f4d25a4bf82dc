/**
 * @file
 * Whether strokes that come and go together are a caption.
 */
#ifndef DF_OVERLAY_CAPTION_JUDGE_H
#define DF_OVERLAY_CAPTION_JUDGE_H

#include "overlay/caption_ends.h"
#include "overlay/caption_lines.h"

/** The fewest strokes of a caption, in thousandths of the frame's height squared: two letters. */
#define DF_CAPTION_AREA 3.0f

/**
 * Judge strokes by how they come and go, and by how they lie.
 *
 * Limits were chosen on 66 films with 174 captions in 11 styles. On 16 other films they find all of 45 captions, and
 * nothing in the same films without captions. The nearest on both sides: strength 53 levels of white letters on ice,
 * 46 of what passes by; -0.07 and -0.15 of the strokes beyond an end. Where the film's end or a cut hides an end, the
 * other one has to tell more clearly.
 * @return 1: they are one
 */
int df_caption_is_likely(const DfCaptionEnd *first, const DfCaptionEnd *last, const DfCaptionShape *shape);

#endif
