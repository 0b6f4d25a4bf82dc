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
 * Limits lie between what 127 captions of 11 styles have and what else comes and goes in the same 50 films
 * without captions: strength 53 and 46 levels, fill 0.27 and 0.25, rest beyond an end -0.07 and -0.15. Where the film's
 * end or a cut hides an end, the other one has to tell more clearly.
 * @return 1: they are one
 */
int df_caption_is_likely(const DfCaptionEnd *first, const DfCaptionEnd *last, const DfCaptionShape *shape);

#endif
