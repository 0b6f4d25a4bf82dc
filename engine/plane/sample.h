/**
 * @file
 * Colours between samples: bicubic interpolation (Keys 1981) of planes in a frame's own depth.
 */
#ifndef DF_PLANE_SAMPLE_H
#define DF_PLANE_SAMPLE_H

#include "kernels/cubic.h"

/**
 * Interpolate at n positions; edges are replicated, positions beyond them included.
 *
 * @param out   n values, in the texture's own levels; they may overshoot its range
 * @param x, y  n finite positions, in samples; (0, 0) is the first sample itself
 */
void df_sample_cubic(float *out, const DfTexture *texture, const float *x, const float *y, int n);

#endif
