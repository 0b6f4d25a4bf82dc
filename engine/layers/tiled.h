/**
 * @file
 * Convolution by transforms, from inside the room.
 */
#ifndef DF_TILED_H
#define DF_TILED_H

#include "layers/tiling.h"

/** df_conv_scratch() and df_conv_forward() of a convolution whose method is a transform. */
size_t df_tiled_scratch(const DfTransform *transform, const DfConv *conv, DfShape in, int threads);
void df_tiled_forward(const DfTransform *transform, const DfConv *conv, DfShape in, const float *source,
                      const uint8_t *needed, const DfParallel *parallel, float *out, void *scratch);

#endif
