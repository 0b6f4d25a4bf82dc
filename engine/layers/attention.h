/**
 * @file
 * The quick program of the contextual attention, from inside: what attention.c, _scores.c and _rebuild.c share.
 */
#ifndef DF_ATTENTION_H
#define DF_ATTENTION_H

#include "kernels/scores.h"
#include "layers/attention_parts.h"

/** Near keys that are rebuilt from at a time: what is summed of them stays in cache. */
typedef struct DfChunk {
    int run, runs; /**< first of the near runs, and how many */
    int key, keys; /**< first of the near keys, and how many */
} DfChunk;

/** One call. Rows of queries go by; of each matrix only those exist that are still to be read. */
typedef struct DfAttention {
    DfAttentionMap map;
    const float *source;
    float *out;
    const DfParallel *parallel;
    const DfScoreKernels *kernels;
    int block; /**< rows of queries in a step */

    float *keys;                   /**< L x C: the reduced map's pixels as panels */
    float *left, *middle, *right;  /**< L, margins around: see DfSteps */
    int margin;                    /**< floats */
    uint8_t *hole, *known;         /**< L: the reduced hole; keys that may be copied */
    int unknown;                   /**< keys that may not */

    uint8_t *queried;     /**< L: 1: a pixel of this position is needed */
    uint8_t *weighed;    /**< L: queries whose weights that takes */
    uint8_t *summed;     /**< L: whose sums of scores */
    uint8_t *multiplied; /**< L: whose products with all keys */

    float *products, *edges, *no_product; /**< rows of `product_pitch`: inner columns, outer, and zeros */
    float *sums, *no_sum;                 /**< rows of `sum_pitch`: a ring, those of row 0 and row h - 1; zeros */
    float *weights, *no_weight;           /**< rows of `weight_pitch`; zeros */
    float *factors;                       /**< what a row of weights is to be multiplied by */
    size_t product_pitch, sum_pitch, weight_pitch;
    int products_end, edges_end, sums_end, weights_end; /**< first rows that have not been made */
    int last_made;                                      /**< whether the sums of row h - 1 have been */

    int *list; /**< queries, or positions, of a pass */
    int listed;
    const float **rows; /**< of each product in a pass */
    float **outs;
    DfSteps *steps; /**< of each row of sums in a pass */
    const float **step_rows;
    float **step_outs;
    uint8_t *step_joined;
    int stepped;

    DfFuseRun *fused_runs; /**< of known keys, as sums lie */
    DfKeyRun *known_runs;  /**< of known keys: from sums to weights */
    DfKeyRun *near_runs;   /**< of keys with a known one in their 3x3 window: from weights to a chunk's columns */
    DfChunk *chunks;
    int fused_count, known_count, near_count, chunk_count;
    int near; /**< keys in near runs */
    float *raw; /**< 4 x near x C, as panels: for each phase its pixels of near keys */

    float *threads; /**< scratch of each thread, thread_pitch floats */
    size_t thread_pitch;
} DfAttention;

/** Of the near keys in a chunk, at most, unless the small map is wider. */
enum { DF_CHUNK_KEYS = 256, DF_UNIT_POSITIONS = 32 };

/** A row of a chunk's sums, in floats: not near a multiple of a page's part, which would share cache lines. */
size_t df_attention_chunk_pitch(const DfAttentionMap *map);

/** Panels of keys, and what they are multiplied by. */
void df_attention_prepare_keys(DfAttention *a);

/** @return query q's row of sums. */
float *df_attention_sums_of(const DfAttention *a, int q);

/** Make sums of scores of all rows before `end` that are needed. */
void df_attention_sum_rows(DfAttention *a, int end);

/** Make those of row h - 1 first: queries of row 0, counted column by column, come after it. */
void df_attention_sum_last_row(DfAttention *a);

/** Runs of keys, and what is copied of them. */
void df_attention_prepare_runs(DfAttention *a);

/** Make weights of all rows before `end` that are needed. */
void df_attention_weigh_rows(DfAttention *a, int end);

/** Make pixels of rows y to end - 1 of positions. */
void df_attention_rebuild_rows(DfAttention *a, int y, int end);

/** List the queries of rows y to end - 1 that `mask` has. */
void df_attention_list(DfAttention *a, const uint8_t *mask, int y, int end);

#endif
