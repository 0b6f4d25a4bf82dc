/**
 * @file
 * Convolution by forms, from inside the room.
 */
#ifndef DF_TILED_H
#define DF_TILED_H

#include "layers/tiling.h"

/** df_conv_scratch() and df_conv_forward() of a convolution whose method is a form. */
size_t df_tiled_scratch(const DfForm *form, const DfConv *conv, DfShape in, int threads);
void df_tiled_forward(const DfForm *form, const DfConv *conv, DfShape in, const float *source,
                      const uint8_t *needed, const DfParallel *parallel, float *out, void *scratch);

#endif
