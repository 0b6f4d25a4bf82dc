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

double df_hinge_loss(DfShape shape, const float *weights, const float *scores, int real, float *d_scores)
{
    double loss = 0, sign = real ? -1 : 1;
    for (int p = 0; p < shape.height * shape.width; p++) {
        double sum = 0, weight = 0.5 * weights[p] / shape.channels;
        for (int c = 0; c < shape.channels; c++) {
            double margin = 1 + sign * *scores++;
            sum += margin > 0 ? margin : 0;
            *d_scores++ = margin > 0 ? (float)(sign * weight) : 0;
        }
        loss += weight * sum;
    }
    return loss;
}

double df_critic_loss(DfShape shape, const float *weights, const float *scores, float *d_scores)
{
    double loss = 0;
    for (int p = 0; p < shape.height * shape.width; p++) {
        double sum = 0, weight = weights[p] / shape.channels;
        for (int c = 0; c < shape.channels; c++) {
            sum += *scores++;
            *d_scores++ = (float)-weight;
        }
        loss -= weight * sum;
    }
    return loss;
}
