/**
 * @file
 * Loops over rows of a picture of which some samples are not known: C first, overridden per CPU.
 */
#ifndef DF_KERNELS_SMOOTH_H
#define DF_KERNELS_SMOOTH_H

/** Loops that have versions. `known` is 1, or 0 where a sample is to be found. Rows need not be aligned. */
typedef struct DfSmoothKernels {
    /**
     * Halve two rows: out[i] is the mean of the known ones among samples 2i and 2i + 1 of both, 0 where there
     * are none; out_known[i] tells whether there are. Unknown samples must be finite. n of out's.
     */
    void (*halve)(float *out, float *out_known, const float *const rows[2], const float *const known[2],
                   int n);

    /**
     * Double a row where it is not known. With c[j] = near[j] + mix * (far[j] - near[j]), out[2j] lies at
     * share shift[0] of the way from c[j] to c[j - 1], and out[2j + 1] at shift[1] of it to c[j + 1]. n of
     * out's; near and far are read from -1 to (n - 1) / 2 + 1.
     */
    void (*widen)(float *out, const float *known, const float *near, const float *far, float mix,
                  const float shift[2], int n);

    /**
     * Half a Gauss-Seidel sweep: for i = odd, odd + 2 ... < n where it is not known, row[i] becomes the mean
     * of its four neighbours. Reads row[-1] and row[n].
     */
    void (*sweep)(float *row, const float *above, const float *below, const float *known, int odd, int n);
} DfSmoothKernels;

/** @return the versions for df_cpu_level() (static). Thread-safety: any thread. */
const DfSmoothKernels *df_smooth_kernels(void);

/** The portable ones: the others' oracle, and what does the end of their rows. */
extern const DfSmoothKernels df_smooth_c;

#endif
