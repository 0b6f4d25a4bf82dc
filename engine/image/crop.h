/**
 * @file
 * A box cut out of a frame, with its hole and sketch; beyond the frame's right and lower edges all
 * are reflected.
 */
#ifndef DF_IMAGE_CROP_H
#define DF_IMAGE_CROP_H

#include "image/mask.h"
#include "image/planes.h"
#include "image/sketch.h"

/**
 * Copy one plane of a box.
 *
 * @param place   the box in luma samples; begins inside the frame, on the chroma grid
 * @param[out] out         the box's plane, rows `stride` bytes apart
 */
void df_crop_plane(const DeepfillImage *image, int plane, DfRect place, uint8_t *out, ptrdiff_t stride);

/**
 * Mark a box's hole in a plane that is subsampled by 2^sub_x, 2^sub_y: a sample is hole where any luma
 * sample that it covers is.
 *
 * @param[out] hole  the box's samples, row by row without padding; 1: hole, 0: known
 * @return how many are known
 */
int df_crop_hole(const DeepfillMask *mask, DfRect place, int sub_x, int sub_y, uint8_t *hole);

/**
 * Mark a box's lines.
 *
 * @param[out] lines  the box's luma samples, row by row without padding; 1: on a line
 */
void df_crop_sketch(const DeepfillSketch *sketch, DfRect place, uint8_t *lines);

#endif
