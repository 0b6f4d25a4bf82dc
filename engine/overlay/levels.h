/**
 * @file
 * A frame's planes as arrays of floats of one size, in levels of 8 bits (0..255).
 */
#ifndef DF_OVERLAY_LEVELS_H
#define DF_OVERLAY_LEVELS_H

#include "deepfill.h"

/** Samples of a row at most, after averaging; the widest frame has as many. */
#define DF_LEVELS_MOST 32768

/** @return planes that df_levels() writes: 1 of gray, else 3 */
static inline int df_levels_planes(const DeepfillFormat *format)
{
    return format->layout == DEEPFILL_GRAY ? 1 : 3;
}

/**
 * Means over factor x factor pixels, chroma repeated to the size of luma. Of RGB: luma by BT.709, and blue and red less
 * luma, halved, about 128.
 * @param[out] planes  df_levels_planes() arrays of (height / factor) rows of (width / factor) samples
 */
void df_levels(const DeepfillImage *image, int factor, float *const planes[3]);

#endif
