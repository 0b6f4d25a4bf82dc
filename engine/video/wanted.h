/**
 * @file
 * Which pixels of a box's fill the frame will take: those that the box may write and the mask has a weight for.
 * The network need not make the others.
 */
#ifndef DF_VIDEO_WANTED_H
#define DF_VIDEO_WANTED_H

#include "video/mask.h"
#include "video/region.h"

/**
 * Mark them.
 * @param[out] wanted  the place's luma samples, row by row without padding; 1: wanted
 */
void df_wanted_mark(const DeepfillMask *mask, const DfBox *box, uint8_t *wanted);

/**
 * Let marks grow by `margin` samples in every direction, squarely.
 * @param line  scratch: as many bytes as the longer side
 */
void df_wanted_grow(uint8_t *wanted, int width, int height, int margin, uint8_t *line);

#endif
