/**
 * @file
 * The quick adjoint of the contextual attention, from inside: what attention_backward.c and attention_adjoint*.c share.
 */
#ifndef DF_TRAIN_ATTENTION_ADJOINT_H
#define DF_TRAIN_ATTENTION_ADJOINT_H

#include "kernels/kernels.h"
#include "kernels/scores.h"
#include "layers/attention_parts.h"
#include "train/attention_loops.h"

/**
 * Rows of the map that gradients of scores follow from: three windows, two pairs of sums along diagonals, one patch.
 * Keys in a unit of products that are summed over queries, in panels of DF_LANES; terms of sums at a time, which stay
 * in the caches.
 */
enum { DF_ADJOINT_HALO = 6, DF_ADJOINT_CHUNK = 4 * DF_LANES, DF_ADJOINT_TERMS = 256 };

/**
 * One call. A row of an L x L matrix is a query's; its keys lie as on the map, with zeros around: key (y, x) at
 * (y + 1) (w + 1) + x + 1. So a neighbour's key lies equally far away everywhere, and one beyond the map is 0.
 *
 * Matrices hold the queries of some rows of the map: of the band whose gradients are made, and of halos before and
 * after it, as if the last row were followed by the first (counted column by column, it is); all, where these are no
 * fewer.
 */
typedef struct DfAdjoint {
    DfAttentionMap map;
    const float *source;
    const DfParallel *parallel;
    const DfScoreKernels *kernels;
    const DfAttentionLoops *loops;
    size_t pitch;    /**< floats of a matrix's row */
    int first, core; /**< where the first key lies, and floats from there to the last */

    int most;             /**< rows of the map in a band */
    int band, band_end;   /**< those of this one */
    int held, held_count; /**< those that matrices hold: the first, and how many */
    int from;             /**< the first of a pass */

    uint8_t *reduced, *known;    /**< L: the hole; keys that may be copied */
    int unknown;                 /**< keys that may not */
    DfFuseRun *runs, *fuse_runs; /**< all keys, and known ones, with those before and after, counted column by column */
    DfKeyRun *key_runs;          /**< known keys */
    DfKeyRun *near_runs;         /**< keys with a known one in their 3x3 window, to panels of a chunk */
    int run_count, fuse_count, key_count, near_count;
    int *chunks; /**< the first near run of each, and behind them all */
    int near, chunk_count;

    float *zeros;           /**< a row */
    float *factors;         /**< a row: 1 / norm */
    float *bent;            /**< a row: the same, 0 where the norm is at its least, a constant */
    float *along;           /**< h rows: sums over a row's q of dS[q,p] S[q,p] / n[p] */
    float *queries;         /**< L x C: the reduced map */
    float *rows;            /**< C x L: the same */
    float *keys;            /**< core x C: the same, as keys lie, in panels of channels */
    float *panels;          /**< C x core: in panels of keys */
    float *d_queries;       /**< L x C */
    float *d_keys;          /**< C x core */
    float *rebuilt[4];      /**< L x C each: pixels (2 y + a, 2 x + b), phase 2 a + b, of d_out, by their shares */
    float *rebuilt_rows[4]; /**< C x L each: the same */
    float *raw[4];          /**< C x core each: the source's, in panels of keys */
    float *d_raw[4];        /**< C x near each */
    size_t row_pitch;       /**< floats from a channel of rows, d_keys, rebuilt_rows and d_raw to the next */
    int phase;              /**< of a pass */

    float *products; /**< a matrix: what products make, or are made of */
    float *scores;   /**< S */
    float *sums;     /**< S summed along rows; dP; gradients of fused scores, then of S divided by norms */
    float *weights;  /**< P, before it is divided by its sum */
    float *shares;   /**< 1 / that sum: of queries as matrices hold them */
    float *threads;  /**< scratch of each thread: w rows, zeros where no key lies; four chunks' terms */
    size_t thread_floats;
} DfAdjoint;

/** @return where in a row key p lies. */
static inline int df_adjoint_key(const DfAdjoint *a, int p)
{
    return (p / a->map.w + 1) * (a->map.w + 1) + p % a->map.w + 1;
}

/** @return query (y, x)'s row of a matrix. */
static inline float *df_adjoint_row(const DfAdjoint *a, float *matrix, int y, int x)
{
    int slot = (y - a->held + a->map.h) % a->map.h;
    return matrix + ((size_t)slot * a->map.w + x) * a->pitch;
}

/** @return what its weights are to be multiplied by. */
static inline float *df_adjoint_share(const DfAdjoint *a, int y, int x)
{
    return a->shares + (y - a->held + a->map.h) % a->map.h * a->map.w + x;
}

/** @return query (y, x)'s row of a matrix; zeros for one beyond the map. */
static inline const float *df_adjoint_row_or_zeros(const DfAdjoint *a, float *matrix, int y, int x)
{
    int inside = y >= 0 && x >= 0 && y < a->map.h && x < a->map.w;
    return inside ? df_adjoint_row(a, matrix, y, x) : a->zeros;
}

static inline float *df_adjoint_scratch(const DfAdjoint *a, int thread, int row)
{
    return a->threads + thread * a->thread_floats + row * a->pitch;
}

/** Run a job for each row of the map in the band and `halo` rows around it, a unit each. */
void df_adjoint_pass(DfAdjoint *a, DfJob job, int halo);

/** @return the row that is a unit of a pass. */
static inline int df_adjoint_row_of(const DfAdjoint *a, int unit)
{
    return (a->from + unit) % a->map.h;
}

/** products[q,p] = queries[q] . keys[p], of the band's queries and of `halo` rows around it. */
void df_adjoint_multiply(DfAdjoint *a, const float *queries, const float *panels, int halo);

/** d_queries[q] = sum over p of products[q,p] keys[p], of the band's queries. */
void df_adjoint_multiply_keys(DfAdjoint *a);

/** d_keys[p] += sum over q in the band of products[q,p] queries[q]. */
void df_adjoint_multiply_queries(DfAdjoint *a);

/**
 * out[c][key] += sum over some q of rows[c][q] * panels[q][key], of a chunk of keys from the given one on, as far as
 * there are `keys`.
 * @param q       the first, counted in the band, and `terms` of them; in panels it is row 0 of DF_ADJOINT_TERMS
 */
void df_adjoint_add_chunk(const DfAdjoint *a, float *out, int key, int keys, const float *rows, const float *panels,
                          int q, int terms);

/** Sums over windows of row y's queries: the nine queries around each, at the key that lies there, times factors. */
void df_adjoint_sum_windows(const DfAdjoint *a, float *from, int y, const float *factors, float *to, int thread);

/** Query (y, x)'s row, and those before and after it along the diagonal, counted row by row, times factors. */
void df_adjoint_sum_rows(const DfAdjoint *a, float *from, int y, int x, const float *factors, float *out);

/** The same counted column by column, of runs of keys. @return the largest */
float df_adjoint_sum_columns(const DfAdjoint *a, float *from, int y, int x, const DfFuseRun *runs, int count,
                             float *out);

/** Make the weights of the band and of what its gradients follow from: `scores`, `weights`. */
void df_adjoint_weigh(DfAdjoint *a);

/** From d_out's pixels, `rebuilt`, to d_raw, which is added to, and to gradients of fused scores, in `sums`. */
void df_adjoint_weigh_backward(DfAdjoint *a);

/** From these to d_queries and d_keys, which is added to, and to `along`. */
void df_adjoint_score_backward(DfAdjoint *a);

#endif
