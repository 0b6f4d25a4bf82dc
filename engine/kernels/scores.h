/**
 * @file
 * Loops of the contextual attention: C first, overridden per CPU. Queries are rows, keys columns; nothing here
 * depends on which other queries are there.
 *
 * The C versions are the oracle. Others differ from them by rounding only (tests/test_scores.c).
 */
#ifndef DF_KERNELS_SCORES_H
#define DF_KERNELS_SCORES_H

#include <stdint.h>

/** Columns of a panel are a multiple of this. */
#define DF_LANES 16
/** How far beyond the keys, and before them, rows of steps are read (and what is there not used). */
#define DF_STEP_LANES 64

/** Keys one after another: `length` values at `from`, to be put at `to`. */
typedef struct DfKeyRun {
    int from, to, length;
} DfKeyRun;

/** Keys one after another, and where the summands lie that belong to the first. */
typedef struct DfFuseRun {
    int at, above, below, length;
} DfFuseRun;

/**
 * Queries one after another, step 0 .. count - 1, each with the products of three queries, that above it, its
 * own, that below. A value is their sum, each at the key above, at the key itself and below it; a score at key
 * p is
 *
 *     score[t][p] = left[p] * value[t-1][p-1] + middle[p] * value[t][p] + right[p] * value[t+1][p+1]
 *
 * where a step that is not joined to its neighbour lacks that term.
 */
typedef struct DfSteps {
    int count;
    int keys;
    int fuse; /**< 1: out[t][p] = score[t-1][p-1] + score[t][p] + score[t+1][p+1]; 0: score[t][p] */
    const float *const *above, *const *at, *const *below; /**< moved so that all three are read at [p] */
    const uint8_t *joined; /**< joined[t]: step t belongs beside step t - 1 */
    float *const *out;     /**< NULL: not wanted; as those of the first two and the last two have to be */
    const float *left, *middle, *right; /**< zeros where a key has no neighbour, and beyond the keys */
} DfSteps;

/** Loops that have versions. */
typedef struct DfScoreKernels {
    int panel; /**< columns of a panel, at most; each panel has as many, but the last */

    /**
     * out[i][column + j] = sum over l < k of rows[i][l] * panel[l * width + j], j < n, width n rounded up to
     * DF_LANES; `add`: what is there is the sum so far. Terms are added in order of l, whatever m is.
     */
    void (*product)(float *const *out, int column, const float *const *rows, const float *panel, int m, int n,
                    int k, int add);

    /** The diagonals that step 0 has at keys from .. to - 1 (step t at from + t ..); only keys are written. */
    void (*diagonals)(const DfSteps *steps, int from, int to);

    /** out[at + i] = above[run.above + i] + at[run.at + i] + below[run.below + i]; returns the largest. */
    float (*fuse)(float *out, const float *above, const float *at, const float *below, const DfFuseRun *runs,
                  int count);

    /** out[to + i] = e^(scale * (in[from + i] - max)), 0 below e^-64; returns the sum. Exponents are <= 0. */
    float (*weigh)(float *out, const float *in, const DfKeyRun *runs, int count, float scale, float max);

    /**
     * Sums of a query's weights and its neighbours', for the four pixels that it stands for: with
     * v[dy][dx] = factors[3 * dy + dx] * rows[3 * dy + dx][from + i], the query itself in the middle,
     *     out[2 * a + b][to + i] = sum of v over dy in {1, 2 a}, dx in {1, 2 b}.
     */
    void (*phases)(float *const out[4], const float *const rows[9], const float factors[9],
                   const DfKeyRun *runs, int count);
} DfScoreKernels;

/** Exponents below this give 0. */
#define DF_LEAST_EXPONENT -64.0f

/** @return the versions for df_cpu_level() (static). Thread-safety: any thread. */
const DfScoreKernels *df_score_kernels(void);

/** @return columns, with zeros, of a panel that n are wanted of. */
static inline int df_panel_width(int n)
{
    return (n + DF_LANES - 1) / DF_LANES * DF_LANES;
}

/** The portable ones: the others' oracle. */
extern const DfScoreKernels df_scores_c;

#endif
