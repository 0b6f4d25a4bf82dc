/**
 * @file
 * The bounding boxes of a hole's connected parts.
 */
#ifndef DF_IMAGE_COMPONENT_H
#define DF_IMAGE_COMPONENT_H

#include "plane/rect.h"

/**
 * Find the 8-connected components of the samples that equal 255.
 *
 * @param plane       height rows of width bytes, stride bytes apart
 * @param[out] rects  their bounding boxes, in the order of their first sample, to be freed with
 *                    df_free(); NULL where there are none
 * @return how many, or -ENOMEM. Thread-safety: any thread.
 */
int df_components(DfRect **rects, const uint8_t *plane, ptrdiff_t stride, int width, int height);

#endif
