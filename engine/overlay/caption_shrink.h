/**
 * @file
 * The band of a frame in which captions are looked for, at the scale at which they are.
 */
#ifndef DF_OVERLAY_CAPTION_SHRINK_H
#define DF_OVERLAY_CAPTION_SHRINK_H

#include "deepfill.h"
#include "plane/rect.h"

/** Pixels of the frame to a side of one of the band's: frames are 360 to 719 lines high then, or lower as they are. */
static inline int df_caption_scale(int frame_height)
{
    return DF_MAX(frame_height / 360, 1);
}

/**
 * Luma of a box of a frame in levels of 8 bits, full range, each the mean of scale x scale pixels. Of RGB, a quarter
 * of red and blue and half of green. Columns and rows that do not fill a pixel are left out.
 * @param[out] luma  rows of width / scale, without a gap
 */
void df_caption_shrink(uint8_t *luma, const DeepfillImage *image, DfRect box, int scale);

#endif
