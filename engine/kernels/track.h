/**
 * @file
 * Loops of corner tracking on planes of floats: C first, overridden per CPU.
 */
#ifndef DF_KERNELS_TRACK_H
#define DF_KERNELS_TRACK_H

#include <stddef.h>

#define DF_WINDOW 15        /**< side of the window that is tracked, in pixels */
#define DF_TAKE_COLUMNS 25  /**< floats of a row that taking a template reads; all but 18 are not used */
#define DF_MATCH_COLUMNS 17 /**< floats of a row that matching reads, all finite; the last is not used */

/** A window as it looks where it is tracked from, between pixels; the 16th column of each row is zero. */
typedef struct DfTemplate {
    _Alignas(64) float value[DF_WINDOW][16]; /**< levels */
    _Alignas(64) float dx[DF_WINDOW][16];    /**< gradient by Scharr's kernel, levels per pixel */
    _Alignas(64) float dy[DF_WINDOW][16];
    float x, y;       /**< the gradient's sums */
    float xx, xy, yy; /**< its products' sums */
} DfTemplate;

/** Loops that have versions. Rows need not be aligned. */
typedef struct DfTrackKernels {
    /** out[i] = (a + 4 b + 6 c + 4 d + e)[i] / 16, rows[0..4] being a..e. */
    void (*binomial)(float *out, const float *const rows[5], int n);

    /** out[i] = (a + 4 b + 6 c + 4 d + e) / 16 of in[2i .. 2i+4]. */
    void (*halve)(float *out, const float *in, int n);

    /** Products of Sobel's gradients at columns 0..n-1; the rows are read from -1 to n. */
    void (*products)(float *xx, float *xy, float *yy, const float *above, const float *row,
                     const float *below, int n);

    /** Smaller eigenvalue, halved, of the products' sums over 3x3, at columns 0..n-1; read from -1 to n. */
    void (*corners)(float *out, const float *const xx[3], const float *const xy[3], const float *const yy[3],
                    int n);

    /**
     * Columns in 0..n-1 whose value is at least `least` and no smaller than its eight neighbours'; the rows
     * are read from -1 to n. @return how many, written to `at` (room for n) in rising order
     */
    int (*peaks)(int *at, const float *above, const float *row, const float *below, float least, int n);

    /**
     * Take a template at (fx, fy), 0..1, beyond the window's first pixel. `from` is the pixel above and left
     * of that one: 18 rows of DF_TAKE_COLUMNS floats are read.
     */
    void (*take)(DfTemplate *window, const float *from, ptrdiff_t row_floats, float fx, float fy);

    /**
     * Sums over the window of the difference, value seen less the template's: [0] times the gradient's x,
     * [1] times its y, [2] alone. The window lies at (fx, fy), 0..1, beyond `from`: 16 rows of
     * DF_MATCH_COLUMNS floats are read.
     */
    void (*match)(float sums[3], const DfTemplate *window, const float *from, ptrdiff_t row_floats, float fx,
                  float fy);
} DfTrackKernels;

/** @return the versions for df_cpu_level() (static). Thread-safety: any thread. */
const DfTrackKernels *df_track_kernels(void);

/** The portable versions: the oracle of the others. */
extern const DfTrackKernels df_track_c;

#endif
