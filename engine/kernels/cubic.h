/**
 * @file
 * Bicubic interpolation (Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981).
 */
#ifndef DF_KERNELS_CUBIC_H
#define DF_KERNELS_CUBIC_H

#include <stddef.h>
#include <stdint.h>

/** A plane of 8- or 16-bit samples in borrowed memory. */
typedef struct DfTexture {
    const uint8_t *data;
    ptrdiff_t stride;  /**< bytes */
    int width, height; /**< samples, at least 1 */
    int bytes;         /**< a sample, 1 or 2 */
} DfTexture;

/**
 * The kernel's slope at the first sample, Keys' a. Measured on 83 pictures at random sub-pixel shifts, mean
 * PSNR in dB: A against a Fourier shift, B against a second photograph (the shifted scene averaged over 4x4
 * finer samples), C the same with noise of sigma 2; and N, by how much noise's sigma changes.
 *
 *            bilinear  -0.5   -0.6   -0.7   -0.75  -0.85  Lanczos3
 *     A       37.26   41.12  41.82  42.25  42.34  42.26    44.43
 *     B       31.60   32.89  33.00  33.03  33.02  32.93    33.11
 *     C       31.35   32.43  32.51  32.53  32.51  32.41    32.54
 *     N        0.67    0.81   0.83   0.85   0.86   0.88     0.89
 *
 * B is what carrying colours does: from -0.65 to -0.75 is best, and 36 taps are hardly better than 16.
 */
#define DF_CUBIC_SLOPE (-0.7f)

/** Weights of the samples at -1, 0, 1 and 2 for a position at f, 0 to 1. They sum to 1; f = 0 is exact. */
void df_cubic_weights(float weights[4], float f);

/** Interpolate at any n positions; edges are replicated. */
void df_cubic_c(float *out, const DfTexture *texture, const float *x, const float *y, int n);

/**
 * The same in eights, up to the first eight with a position whose 4x4 samples do not all exist. Reads no
 * byte besides those samples.
 * @return how many positions it interpolated, a multiple of 8; the portable version: 0
 */
typedef int DfCubicInside(float *out, const DfTexture *texture, const float *x, const float *y, int n);

/** By the version for df_cpu_level(). Thread-safety: any thread. */
DfCubicInside df_cubic_inside;

DfCubicInside df_cubic_inside_c;

#endif
