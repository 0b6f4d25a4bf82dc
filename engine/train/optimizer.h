/**
 * @file
 * Adam (Kingma and Ba, 2015) over named arrays of weights, the moving average of these, clipping of the gradient by its
 * norm, and the learning rate's course.
 *
 * With g the gradient times min(1, clip / (|g| + 1e-6)), t the step from 1 on, b1 = .5 and b2 = .99:
 *
 *     first  = b1 first  + (1 - b1) g
 *     second = b2 second + (1 - b2) g^2
 *     weight = weight - rate / (1 - b1^t) * first / (sqrt(second / (1 - b2^t)) + 1e-8)
 *     average = average + (1 - k) (weight - average),  k = min(.999, t / (9 + t))
 *
 * as torch.optim.Adam and torch.nn.utils.clip_grad_norm_ have it. All of it is the same to the bit for any number of
 * threads.
 */
#ifndef DF_TRAIN_OPTIMIZER_H
#define DF_TRAIN_OPTIMIZER_H

#include "thread_pool.h"

/** Norm of the generator's gradient above which it is scaled down to it. */
#define DF_CLIP_NORM 10.0

/** A tensor that is trained. Each array holds `count` floats. */
typedef struct DfParameter {
    const char *name;       /**< in checkpoints; the caller's */
    size_t count;
    float *weight;          /**< the caller's, as is the gradient; changed by each step */
    const float *gradient;
    float *first, *second;  /**< running means of the gradient and of its square: the optimizer's */
    float *average;         /**< running mean of the weights, the optimizer's; NULL: none is kept */
} DfParameter;

/** Zeroed: closed. A checkpoint holds `steps`, and of each parameter weight, first, second and average. */
typedef struct DfOptimizer {
    int64_t steps;           /**< taken so far */
    DfParameter *parameters;
    int count;               /**< of parameters */
    float *memory;           /**< moments and averages */
    int *blocks;             /**< number of each parameter's first block; of all of them behind it */
    double *sums;            /**< of each block's squared gradients */
} DfOptimizer;

/**
 * Begin: moments are 0, averages are the weights.
 * @param parameters  name, count, weight and gradient are taken over; the rest is ignored
 * @param keeps_average  1: averages are kept
 * @return 0 or -ENOMEM, with the optimizer closed
 */
int df_optimizer_open(DfOptimizer *optimizer, const DfParameter *parameters, int count, int keeps_average);

/**
 * Take a step.
 * @param rate  learning rate
 * @param clip  most norm of the gradient of all parameters; INFINITY: any
 * @return the norm as it was; where it is not finite, nothing is changed and the step is not counted
 */
double df_optimizer_step(DfOptimizer *optimizer, double rate, double clip, const DfParallel *parallel);

/** Free what it holds and zero it; one that is zeroed is fine. */
void df_optimizer_close(DfOptimizer *optimizer);

/** How the learning rate goes. */
typedef struct DfSchedule {
    double rate;     /**< the highest */
    int64_t warm_up; /**< steps in which it rises to that, by equal steps from rate / warm_up; 0: at once */
    int64_t steps;   /**< of the whole run: it falls by half a cosine's period to rate * last; 0: unknown, it stays */
    double last;     /**< share of the rate at the end, 0..1 */
} DfSchedule;

/** @return the schedule of a run: 1e-3, or the rate given; 500 steps of warm-up, a tenth of a short run; last .01 */
DfSchedule df_schedule(double rate, int64_t steps);

/** @return the learning rate of a step, from 0 on */
double df_learning_rate(const DfSchedule *schedule, int64_t step);

#endif
