/**
 * @file
 * One pass over the gradients for their norm, one over everything for the step, in blocks of a fixed size.
 */
#include "train/optimizer.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/** Floats of a block: the five arrays' parts fit a core's L2 cache. */
#define BLOCK 8192

#define BETA_1 0.5
#define BETA_2 0.99
#define EPSILON 1e-8f
#define PI 3.14159265358979323846

int df_optimizer_open(DfOptimizer *optimizer, const DfParameter *parameters, int count, int keeps_average)
{
    size_t each = keeps_average ? 3 : 2, floats = 0;
    int blocks = 0;

    *optimizer = (DfOptimizer){ .count = count };
    for (int i = 0; i < count; i++) {
        floats = df_size_add(floats, parameters[i].count);
        blocks += (int)((parameters[i].count + BLOCK - 1) / BLOCK);
    }
    optimizer->parameters = df_alloc(df_size_mul(count, sizeof *parameters));
    optimizer->memory = df_alloc(df_size_mul(floats, each * sizeof(float)));
    optimizer->blocks = df_alloc((count + 1) * sizeof *optimizer->blocks);
    optimizer->sums = df_alloc(df_size_mul(blocks, sizeof *optimizer->sums));
    if (!optimizer->parameters || !optimizer->memory || !optimizer->blocks || !optimizer->sums) {
        df_optimizer_close(optimizer);
        return -ENOMEM;
    }
    float *memory = optimizer->memory;
    for (int i = 0; i < count; i++) {
        DfParameter *p = &optimizer->parameters[i];
        *p = parameters[i];
        p->first = memory;
        p->second = memory + p->count;
        p->average = keeps_average ? memory + 2 * p->count : NULL;
        if (p->average)
            memcpy(p->average, p->weight, p->count * sizeof *p->average);
        memory += each * p->count;
        optimizer->blocks[i + 1] = optimizer->blocks[i] + (int)((p->count + BLOCK - 1) / BLOCK);
    }
    return 0;
}

void df_optimizer_close(DfOptimizer *optimizer)
{
    df_free(optimizer->parameters);
    df_free(optimizer->memory);
    df_free(optimizer->blocks);
    df_free(optimizer->sums);
    *optimizer = (DfOptimizer){ 0 };
}

/** What every block of a step needs. */
typedef struct Step {
    const DfOptimizer *optimizer;
    float scale;       /* of the gradient */
    float rate, share; /* rate / (1 - b1^t), 1 / sqrt(1 - b2^t) */
    float keep;        /* k of the average */
} Step;

/** @return the parameter that a block is of. @param[out] at, n  its part */
static const DfParameter *find_block(const DfOptimizer *optimizer, int block, size_t *at, int *n)
{
    int low = 0, high = optimizer->count;

    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (optimizer->blocks[middle] <= block)
            low = middle;
        else
            high = middle;
    }
    const DfParameter *p = &optimizer->parameters[low];
    *at = (size_t)(block - optimizer->blocks[low]) * BLOCK;
    *n = (int)DF_MIN(p->count - *at, BLOCK);
    return p;
}

/** In eight interleaved sums, as vectors have them. */
static double sum_squares(const float *values, int n)
{
    double sums[8] = { 0 };
    int i = 0;

    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            sums[k] += (double)values[i + k] * (double)values[i + k];
    for (; i < n; i++)
        sums[i % 8] += (double)values[i] * (double)values[i];
    return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

static void sum_block(void *opaque, int block, int thread)
{
    const DfOptimizer *optimizer = opaque;
    size_t at;
    int n;

    (void)thread;
    const DfParameter *p = find_block(optimizer, block, &at, &n);
    optimizer->sums[block] = sum_squares(p->gradient + at, n);
}

static double gradient_norm(DfOptimizer *optimizer, const DfParallel *parallel)
{
    int blocks = optimizer->blocks[optimizer->count];
    double sum = 0;

    df_parallel_for(parallel, blocks, sum_block, optimizer);
    for (int i = 0; i < blocks; i++)
        sum += optimizer->sums[i];
    return sqrt(sum);
}

static void step_weights(const Step *s, float *restrict weight, const float *restrict gradient, float *restrict first,
                         float *restrict second, int n)
{
    float scale = s->scale, rate = s->rate, share = s->share, other_1 = (float)(1 - BETA_1), keep_2 = (float)BETA_2,
          other_2 = (float)(1 - BETA_2);

    for (int i = 0; i < n; i++) {
        float g = scale * gradient[i];
        first[i] += other_1 * (g - first[i]);
        second[i] = keep_2 * second[i] + other_2 * g * g;
        weight[i] -= rate * first[i] / (share * sqrtf(second[i]) + EPSILON);
    }
}

static void move_average(float *restrict average, const float *restrict weight, float keep, int n)
{
    float other = 1 - keep;

    for (int i = 0; i < n; i++)
        average[i] += other * (weight[i] - average[i]);
}

static void step_block(void *opaque, int block, int thread)
{
    const Step *s = opaque;
    size_t at;
    int n;

    (void)thread;
    const DfParameter *p = find_block(s->optimizer, block, &at, &n);
    step_weights(s, p->weight + at, p->gradient + at, p->first + at, p->second + at, n);
    if (p->average)
        move_average(p->average + at, p->weight + at, s->keep, n);
}

double df_optimizer_step(DfOptimizer *optimizer, double rate, double clip, const DfParallel *parallel)
{
    double norm = gradient_norm(optimizer, parallel);

    if (!isfinite(norm))
        return norm;
    double t = (double)++optimizer->steps;
    Step step = {
        .optimizer = optimizer,
        .scale = (float)fmin(1, clip / (norm + 1e-6)),
        .rate = (float)(rate / (1 - pow(BETA_1, t))),
        .share = (float)(1 / sqrt(1 - pow(BETA_2, t))),
        .keep = (float)fmin(0.999, t / (9 + t)),
    };
    df_parallel_for(parallel, optimizer->blocks[optimizer->count], step_block, &step);
    return norm;
}

DfSchedule df_schedule(double rate, int64_t steps)
{
    return (DfSchedule){
        .rate = rate > 0 ? rate : 1e-3, .warm_up = steps ? DF_MIN(500, steps / 10) : 500, .steps = steps, .last = 0.01,
    };
}

double df_learning_rate(const DfSchedule *s, int64_t step)
{
    if (step < s->warm_up)
        return s->rate * (double)(step + 1) / (double)s->warm_up;
    if (s->steps <= s->warm_up)
        return s->rate;
    double done = fmin((double)(step - s->warm_up) / (double)(s->steps - s->warm_up), 1);
    return s->rate * (s->last + (1 - s->last) * 0.5 * (1 + cos(PI * done)));
}
