/**
 * @file
 * Hole samples replaced by the nearest known ones, so that resampling carries nothing of a logo into
 * what counts as known.
 */
#ifndef DF_IMAGE_NEAREST_H
#define DF_IMAGE_NEAREST_H

#include <stddef.h>
#include <stdint.h>

/** @return bytes of scratch that df_nearest_fill() needs for a plane of this size */
size_t df_nearest_bytes(int width, int height);

/**
 * Replace every sample of a plane that is marked as hole.
 *
 * @param plane   height rows of width samples of `bytes` bytes (1 or 2), stride bytes apart
 * @param hole    height rows of width bytes; 1: hole, 0: known
 * @param other   the value that all samples get where none is known
 * @param scratch df_nearest_bytes() bytes, aligned to DF_ALIGN
 */
void df_nearest_fill(uint8_t *plane, ptrdiff_t stride, int bytes, const uint8_t *hole, int width, int height,
                     unsigned other, void *scratch);

#endif
