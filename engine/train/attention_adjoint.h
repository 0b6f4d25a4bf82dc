/**
 * @file
 * The quick adjoint of the contextual attention, from inside: what attention_backward.c, _weights.c and _scores.c share.
 */
#ifndef DF_TRAIN_ATTENTION_ADJOINT_H
#define DF_TRAIN_ATTENTION_ADJOINT_H

#include <string.h>

#include "kernels/kernels.h"
#include "kernels/scores.h"
#include "layers/attention_parts.h"

/**
 * One call. A row of an L x L matrix is a query's; keys lie in it as on the map, with zeros around: key (y, x) at
 * (y + 1) (w + 1) + x + 1. So a key's neighbour on the map is always as far away, and one beyond the map is 0.
 *
 * Matrices hold the queries of some rows of the map: of the band whose gradients are made, and of DF_HALO rows before
 * and after, counted in a ring, that these follow from; all rows where that is not more.
 */
typedef struct DfAdjoint {
    DfAttentionMap map;
    const float *source;
    const uint8_t *hole;
    const DfParallel *parallel;
    const DfScoreKernels *kernels;
    size_t pitch;    /**< floats of a matrix's row */
    int first, core; /**< from the first key to the last: where, and how many floats */

    int most;             /**< rows of the map in a band */
    int band, band_end;   /**< those of this band */
    int held, held_count; /**< those that matrices hold: the first, and how many */
    int from;             /**< the first row of a pass */
    int phase;            /**< 0..3, of a pass: that of pixels (2 y + phase / 2, 2 x + phase % 2) */

    uint8_t *reduced, *known;   /**< L: the hole; keys that may be copied */
    int unknown;                /**< keys that may not */
    float *factors;             /**< 1 / norm, 0 beside keys */
    float *bent;                /**< the same where the norm depends on the key; else 0 */
    float *along;               /**< sum over q of dS[q,p] S[q,p] / n[p] */
    float *along_rows;          /**< h of it: those of each row of the map */
    float *zeros;               /**< a row */
    DfFuseRun *runs, *fuse_runs; /**< of all keys, of known ones: a key, and those before and after it, by columns */
    DfKeyRun *key_runs;          /**< of known ones */
    int run_count, fuse_count, key_count;

    float *queries;        /**< L x C: the reduced map */
    float *keys;           /**< core x C: the same, as keys lie */
    float *raw, *d_rebuilt; /**< 4 x core x C, 4 x L x C: pixels of each phase: the source's, d_out's by their shares */
    float *d_queries;      /**< L x C */
    float *d_keys, *d_raw; /**< core x C, 4 x core x C: sums over bands */

    float *products; /**< a matrix: whatever is made by, or for, matrix products */
    float *scores;   /**< S */
    float *sums;     /**< S or T's gradient, summed along rows; then the weights' gradient, and the scores' */
    float *weights;  /**< P */

    float *threads; /**< scratch of each thread: w + 2 rows, and a gradient of DF_UNIT_KEYS keys */
    size_t thread_floats;
} DfAdjoint;

/** Rows of the map that dG follows from in G: three windows, four sums along diagonals. */
enum { DF_HALO = 6, DF_UNIT_QUERIES = 128, DF_UNIT_KEYS = 128 };

static inline int df_adjoint_key(const DfAdjoint *a, int p)
{
    return (p / a->map.w + 1) * (a->map.w + 1) + p % a->map.w + 1;
}

static inline int df_adjoint_holds_all(const DfAdjoint *a)
{
    return a->held_count == a->map.h;
}

/** Query (y, x)'s row of a matrix. */
static inline float *df_adjoint_row(const DfAdjoint *a, float *matrix, int y, int x)
{
    int slot = (y - a->held + a->map.h) % a->map.h;
    return matrix + ((size_t)slot * a->map.w + x) * a->pitch;
}

/** The same; zeros for one beyond the map. */
static inline const float *df_adjoint_row_or_zeros(const DfAdjoint *a, float *matrix, int y, int x)
{
    int inside = y >= 0 && x >= 0 && y < a->map.h && x < a->map.w;
    return inside ? df_adjoint_row(a, matrix, y, x) : a->zeros;
}

static inline float *df_adjoint_scratch(const DfAdjoint *a, int thread, int row)
{
    return a->threads + thread * a->thread_floats + row * a->pitch;
}

/** out = left, one key before, + middle + right, one key after; keys are `step` apart. */
static inline void df_adjoint_sum3(const DfAdjoint *a, float *out, const float *left, const float *middle,
                                   const float *right, int step)
{
    df_kernels()->sum3(out + a->first, left + a->first - step, middle + a->first, right + a->first + step, a->core);
}

/** out = (at, and its neighbours along the diagonal, counted row by row) * factors. */
void df_adjoint_sum_along_rows(const DfAdjoint *a, float *matrix, int y, int x, const float *factors, float *out);

/** out = at, and its neighbours along the diagonal, counted column by column, of runs of keys. @return the largest */
float df_adjoint_sum_along_columns(const DfAdjoint *a, float *matrix, int y, int x, const DfFuseRun *runs, int count,
                                   float *out);

/** Run a job for each row of the map in the band and `halo` rows around it, a unit each: df_adjoint_unit_row(). */
void df_adjoint_pass(DfAdjoint *a, DfJob job, int halo);
static inline int df_adjoint_unit_row(const DfAdjoint *a, int unit)
{
    return (a->from + unit) % a->map.h;
}

/** out (a matrix) = queries' rows times keys', L x C and core x C, of the band and `halo` rows around it. */
void df_adjoint_multiply(DfAdjoint *a, const float *queries, const float *keys, int halo);

/** d_keys (core x C) += the band's matrix, transposed, times queries' rows (L x C). */
void df_adjoint_multiply_transposed(DfAdjoint *a, const float *queries, float *d_keys);

/** Weights of the band, and all that they follow from, into `scores` and `weights`. */
void df_adjoint_weigh(DfAdjoint *a);

/** From the output's gradient to that of the pasted patches, d_raw, and to that of fused scores, in `sums`. */
void df_adjoint_weigh_backward(DfAdjoint *a);

/** From that of fused scores to those of queries and keys. */
void df_adjoint_score_backward(DfAdjoint *a);

#endif
