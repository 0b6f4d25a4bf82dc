/**
 * @file
 * How deep in a mask's hole its pixels lie.
 */
#ifndef DF_IMAGE_DEPTH_H
#define DF_IMAGE_DEPTH_H

#include "image/mask.h"

/**
 * For each pixel of a mask's extent, the Chebyshev distance to the nearest pixel that is not in the hole, at most 255:
 * 0 outside, 1 at the rim. Beyond the frame is not in the hole: what moves there is not followed back.
 *
 * @param[out] depth  the extent's pixels, row by row
 */
void df_mask_depth(const DeepfillMask *mask, uint8_t *depth);

#endif
