/**
 * @file
 * Colours between samples: bicubic interpolation (Keys 1981) of planes in a frame's own depth.
 */
#ifndef DF_PLANE_SAMPLE_H
#define DF_PLANE_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

/** A plane of 8- or 16-bit samples, somebody else's memory. */
typedef struct DfTexture {
    const uint8_t *data;
    ptrdiff_t stride;  /**< bytes */
    int width, height; /**< samples, at least 1 */
    int bytes;         /**< a sample, 1 or 2 */
} DfTexture;

/**
 * Interpolate at n positions; edges are replicated, positions beyond them included.
 *
 * @param out   n values, in the texture's own levels; they may overshoot its range
 * @param x, y  n finite positions, in samples; (0, 0) is the first sample itself
 */
void df_sample_cubic(float *out, const DfTexture *texture, const float *x, const float *y, int n);

#endif
