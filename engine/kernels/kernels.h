/**
 * @file
 * Float loops of the direct method, that know no layers: portable C versions, overridden per CPU level.
 *
 * The C versions are the oracle. Others may differ from them by rounding only: by at most 1e-6 relative to
 * the larger of 1 and the result's size, for values up to 1e30 (tests/kernels.c).
 */
#ifndef DF_KERNELS_H
#define DF_KERNELS_H

/** How the windows of a convolution lie over its source. Sizes in pixels. */
typedef struct DfWindow {
    int height, width, channels; /**< of the source in memory */
    int up;                      /**< 1: the windows see each source pixel twice in both directions; else 0 */
    int kernel, stride, rate;    /**< side, step and dilation of a window, in pixels as it sees them */
    int top, left;               /**< pixels before the first row and column */
    int reflect;                 /**< 1: around it is mirrored, the edge itself not repeated; 0: zeros */
    int out_width;               /**< windows in a row */
} DfWindow;

/** Where a row or column outside 0..n-1 is mirrored from, the edge itself not repeated. */
static inline int df_mirrored(int i, int n)
{
    int period = n > 1 ? 2 * (n - 1) : 1;
    i = (i < 0 ? -i : i) % period;
    return i < period - i ? i : period - i;
}

/** @return the source's row or column that windows see at i, of so many in memory; -1: none, zeros. */
static inline int df_window_pixel(const DfWindow *w, int i, int side)
{
    int seen = side << w->up;
    if (i >= 0 && i < seen)
        return i >> w->up;
    return w->reflect ? df_mirrored(i, seen) >> w->up : -1;
}

/** Loops that have versions; a pixel's values are contiguous, channels innermost. */
typedef struct DfKernels {
    /**
     * Gate a convolution's output: for c < half
     *     out[p][c] = act(in[p][c] + bias[c]) * sigmoid(in[p][half + c] + bias[half + c]);
     * act is ReLU where relu is set, else ELU (alpha 1).
     */
    void (*gate)(float *out, const float *in, const float *bias, int pixels, int half, int relu);

    /** out[p][j] = tanh(bias[j] + sum over i < k of rows[p][i] * weight[j][i]), j < 3. */
    void (*rgb)(float *out, const float *rows, const float *weight, const float *bias, int pixels, int k);

    /** The same without tanh. */
    void (*dots)(float *out, const float *rows, const float *weight, const float *bias, int pixels, int k);

    /** out[i] = tanh(out[i] * sigmoid(gate[i])), in place. */
    void (*gate_tanh)(float *out, const float *gate, int n);

    /** out[i] = a[i] + b[i] + c[i]. */
    void (*sum3)(float *out, const float *a, const float *b, const float *c, int n);

    /**
     * Softmax over the products scale * row[i], times known[i], in place: what is unknown (known[i] = 0, else
     * 1) takes part in the sum with the logit `unknown` and ends as 0. n >= 1.
     */
    void (*softmax)(float *row, const float *known, float unknown, float scale, int n);
} DfKernels;

/** @return the versions for df_cpu_level() (static). Thread-safety: any thread. */
const DfKernels *df_kernels(void);

/**
 * Lay out windows `first` to `first + count - 1`, in row order, as rows of kernel * kernel * channels floats
 * (ky, kx, c; c innermost).
 */
void df_im2col(float *rows, const DfWindow *window, const float *source, int first, int count);

/** The portable ones: the others' oracle. */
extern const DfKernels df_direct_c;

void df_gate_c(float *out, const float *in, const float *bias, int pixels, int half, int relu);
void df_rgb_c(float *out, const float *rows, const float *weight, const float *bias, int pixels, int k);
void df_dots_c(float *out, const float *rows, const float *weight, const float *bias, int pixels, int k);
void df_gate_tanh_c(float *out, const float *gate, int n);
void df_sum3_c(float *out, const float *a, const float *b, const float *c, int n);
void df_softmax_c(float *row, const float *known, float unknown, float scale, int n);

#endif
