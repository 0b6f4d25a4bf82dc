/**
 * @file
 * Losses. Sums are doubles, in the order of pixels.
 */
#include "train/loss.h"

#include <math.h>

#include "base.h"

DfL1Weights df_l1_weights(size_t pixels, size_t holes)
{
    double one = 1 / (3.0 * (double)pixels), area = (double)holes / (double)pixels;
    return (DfL1Weights){ one, one / DF_MAX(area, DF_LEAST_AREA) };
}

double df_l1_loss(int pixels, const float *truth, const float *made, const uint8_t *hole, const uint8_t *counts,
                  DfL1Weights weights, float *d_made)
{
    double sum = 0, inside = 0;
    for (int p = 0; p < pixels; p++) {
        double error = 0;
        float weight = (float)(weights.all + (hole[p] ? weights.hole : 0));
        for (int c = 0; c < 3; c++, truth++, made++, d_made++) {
            float gap = !counts || counts[p] ? *made - *truth : 0;
            error += fabsf(gap);
            *d_made = gap > 0 ? weight : gap < 0 ? -weight : 0;
        }
        sum += error;
        inside += hole[p] ? error : 0;
    }
    return sum * weights.all + inside * weights.hole;
}

double df_hinge_loss(size_t count, const float *scores, int real, double weight, float *d_scores)
{
    double sum = 0, sign = real ? -1 : 1;
    for (size_t i = 0; i < count; i++) {
        double margin = 1 + sign * scores[i];
        sum += margin > 0 ? margin : 0;
        d_scores[i] = margin > 0 ? (float)(sign * weight) : 0;
    }
    return sum * weight;
}

double df_critic_loss(size_t count, const float *scores, double weight, float *d_scores)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += scores[i];
        d_scores[i] = (float)-weight;
    }
    return -sum * weight;
}
