/**
 * @file
 * Losses: values, and gradients with respect to what is judged. Values are of one picture; those of a batch, and the
 * norms below, are sums over its pictures.
 *
 * With x the truth, z1 and z2 what the two stages make, m the hole (1: to be filled), z = z2 m + x (1 - m), D the
 * critic; mean: over pictures, pixels and channels of a batch; area: the mean of m, at least DF_LEAST_AREA:
 *
 *   L1       = mean |z1 - x| + mean |z2 - x| + mean((|z1 - x| + |z2 - x|) m) / area
 *   L_D      = 1/2 mean max(0, 1 - D(x)) + 1/2 mean max(0, 1 + D(z))
 *   L_G      = L1 - gan mean D(z)
 *
 * The critic's means are over scores, weighed by patch: all alike, or by how much of it is to be filled and known.
 *
 * Thread-safety: any thread.
 */
#ifndef DF_LOSS_H
#define DF_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include "layers/layers.h"

#define DF_LEAST_AREA 0.01

/** What a value of one colour counts for, and one in the hole in addition. */
typedef struct DfL1Weights {
    double all, hole;
} DfL1Weights;

/**
 * @param pixels  of the batch
 * @param holes   of them those in holes
 * @return 1 / (3 pixels), and that over the area
 */
DfL1Weights df_l1_weights(size_t pixels, size_t holes);

/**
 * One stage's part of L1.
 * @param truth, made  pixels x 3
 * @param hole         non-zero: in the hole
 * @param counts       0: the truth is not known, no loss; NULL: it is everywhere
 * @param d_made       as `made`, written; 0 where the two are equal
 */
double df_l1_loss(int pixels, const float *truth, const float *made, const uint8_t *hole, const uint8_t *counts,
                  DfL1Weights weights, float *d_made);

/**
 * The critic's part: half the weighted sum of max(0, 1 - score), of real pictures, or max(0, 1 + score), of made ones.
 * @param shape     of the scores: height x width patches x channels
 * @param weights   what each patch counts for, shared by its channels; over a batch they sum up to 1, or are 0
 * @param d_scores  written
 */
double df_hinge_loss(DfShape shape, const float *weights, const float *scores, int real, float *d_scores);

/** The adversarial loss: minus the weighted sum of the scores. */
double df_critic_loss(DfShape shape, const float *weights, const float *scores, float *d_scores);

#endif
