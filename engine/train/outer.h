/**
 * @file
 * Sums of outer products, the gradient of a matrix of weights: many rows of two factors, whose widths are a layer's
 * channels. Nothing is packed: both are read as they lie.
 */
#ifndef DF_OUTER_H
#define DF_OUTER_H

#include <stddef.h>

/** Rows that are summed before they are added to `out`: a column of as many lines of either factor stays in cache. */
enum { DF_OUTER_ROWS = 128 };

/** out[i][j] += the sum over t < rows of a[t][i] * b[t][j], i < m, j < n; in the order of t, whatever m and n are. */
typedef struct DfOuter {
    int m, n, rows;
    const float *a, *b;
    size_t lda, ldb; /**< floats from a row to the next */
    float *out;
    size_t ldo;
} DfOuter;

typedef void DfOuterAdd(const DfOuter *outer);

/** By the version for df_cpu_level(). Thread-safety: any thread. */
DfOuterAdd df_outer_add;

DfOuterAdd df_outer_add_c;

#endif
