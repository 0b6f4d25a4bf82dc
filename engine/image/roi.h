/**
 * @file
 * A box's region of interest: the pixels of its fill that the frame takes, those that the box may write and
 * the mask has a weight for. The network need not make the others.
 */
#ifndef DF_IMAGE_WANTED_H
#define DF_IMAGE_WANTED_H

#include "image/mask.h"
#include "image/region.h"

/**
 * Mark them. A chroma sample that the box writes a part of is written as a whole: all luma samples that it covers count.
 *
 * @param sub_x, sub_y  log2 of chroma's subsampling
 * @param[out] roi  the place's luma samples, row by row without padding; 1: in the region of interest
 */
void df_roi_mark(const DeepfillMask *mask, const DfBox *box, int sub_x, int sub_y, uint8_t *roi);

/**
 * Let marks grow by `margin` samples in every direction, squarely.
 * @param line  scratch: as many bytes as the longer side
 */
void df_roi_grow(uint8_t *roi, int width, int height, int margin, uint8_t *line);

#endif
