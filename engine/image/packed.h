/**
 * @file
 * Images whose colours lie side by side in one plane, as planes and back.
 */
#ifndef DF_IMAGE_PACKED_H
#define DF_IMAGE_PACKED_H

#include "image/planes.h"

/** @return samples from a pixel to the next in plane 0; 1: each colour has a plane of its own */
int df_packed_step(enum DeepfillLayout layout);

/** @return the format with planes for what a packed layout has side by side; another is returned as it is */
DeepfillFormat df_planar_format(const DeepfillFormat *format);

/** Copy the colours of a packed image into planes of df_planar_format(). */
void df_unpack(const DeepfillImage *packed, const DfPlanes *planes);

/** Write samples of planes that differ from the packed image's into it. */
void df_pack(const DeepfillImage *packed, const DfPlanes *planes);

#endif
