/**
 * @file
 * Loops of inverse search over patches of 8x8 samples: C first, overridden per CPU.
 */
#ifndef DF_KERNELS_PATCH_H
#define DF_KERNELS_PATCH_H

#include <stddef.h>

#define DF_PATCH 8 /**< side, in samples */
#define DF_PATCH_AREA (DF_PATCH * DF_PATCH)

/** A patch of the picture that the search starts from, row by row. */
typedef struct DfPatchTemplate {
    _Alignas(32) float value[DF_PATCH_AREA];
    _Alignas(32) float dx[DF_PATCH_AREA]; /**< central differences less their mean: a constant
                                            offset of the patch (exposure) cancels out */
    _Alignas(32) float dy[DF_PATCH_AREA];
    float xx, xy, yy; /**< sums of the differences' products */
} DfPatchTemplate;

/** A template compared with the samples at a candidate position; d: sample - value. */
typedef struct DfPatchMatch {
    float x, y;  /**< sums of d * dx and d * dy */
    float error; /**< sum of (d - mean d)^2, at least 0 */
} DfPatchMatch;

/** A candidate position: (fx, fy), 0..1, beyond `from`; 9 rows of 9 samples are read. */
typedef struct DfPatchView {
    const float *from;
    ptrdiff_t row_floats;
    float fx, fy;
} DfPatchView;

/** Loops that have versions. Samples need not be aligned. */
typedef struct DfPatchKernels {
    /** Take a patch that begins at `from`; one sample more is read on all sides. */
    void (*take)(DfPatchTemplate *patch, const float *from, ptrdiff_t row_floats);

    void (*compare)(DfPatchMatch *match, const DfPatchTemplate *patch, const DfPatchView *view);

    /**
     * Add 1 / max(1, |d - mean d|) to sums[0], and flow[0], flow[1] times that to sums[1], sums[2]: 8x8 each,
     * `row_floats` floats from row to row.
     */
    void (*spread)(float *const sums[3], ptrdiff_t row_floats, const DfPatchTemplate *patch,
                   const DfPatchView *view, const float flow[2]);

    /** out[i] = sum[i] / weight[i], i < n; weights are above 0. */
    void (*quotient)(float *out, const float *sum, const float *weight, int n);
} DfPatchKernels;

/** @return the versions for df_cpu_level() (static). Thread-safety: any thread. */
const DfPatchKernels *df_patch_kernels(void);

/** The portable versions: the oracle of the others. */
extern const DfPatchKernels df_patch_c;

#endif
