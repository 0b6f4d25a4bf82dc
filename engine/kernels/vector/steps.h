/**
 * @file
 * Scores of a step, for vectors of any width: values along a column of the diagonal, times what keys weigh.
 * Included with VECTOR, WIDTH, LOAD, MULTIPLY_ADD and VECTORS, how many of them a step takes, defined.
 */
#include "kernels/scores.h"
#include "kernels/unroll.h"

INLINE void take_values(VECTOR *values, const DfSteps *s, int t, int p)
{
    const float *above = s->above[t] + p, *at = s->at[t] + p, *below = s->below[t] + p;
    UNROLL(16)
    for (int j = 0; j < VECTORS; j++)
        values[j] = LOAD(above + WIDTH * j) + LOAD(at + WIDTH * j) + LOAD(below + WIDTH * j);
}

INLINE void add_terms(VECTOR *scores, const VECTOR *values, const float *weights)
{
    UNROLL(16)
    for (int j = 0; j < VECTORS; j++)
        scores[j] = MULTIPLY_ADD(values[j], LOAD(weights + WIDTH * j), scores[j]);
}

/** Scores of step t, at key p. */
INLINE void take_scores(VECTOR *scores, const VECTOR *before, const VECTOR *values, const VECTOR *after,
                        const DfSteps *s, int t, int p)
{
    UNROLL(16)
    for (int j = 0; j < VECTORS; j++)
        scores[j] = values[j] * LOAD(s->middle + p + WIDTH * j);
    if (s->joined[t])
        add_terms(scores, before, s->left + p);
    if (s->joined[t + 1])
        add_terms(scores, after, s->right + p);
}
