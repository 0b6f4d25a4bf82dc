/**
 * @file
 * Loops over rows of the attention's matrices in training: portable ones, overridden per CPU. Others differ from them
 * by rounding only. Rows begin anywhere.
 */
#ifndef DF_TRAIN_ATTENTION_LOOPS_H
#define DF_TRAIN_ATTENTION_LOOPS_H

/** Loops that have versions. */
typedef struct DfAttentionLoops {
    /** out[i] = a[i] + b[i] + c[i] + d[i]; `add`: that is added to it. */
    void (*sum4)(float *out, const float *a, const float *b, const float *c, const float *d, int add, int n);

    /** out[i] = (a[i] + b[i] + c[i]) * factors[i]; out may be none of the others. */
    void (*weighted_sum3)(float *out, const float *a, const float *b, const float *c, const float *factors, int n);

    /** sums[i] += a[i] * b[i] */
    void (*multiply_add)(float *sums, const float *a, const float *b, int n);

    /** d[i] = factor * share * weights[i] * (d[i] - share * (weights . d)): the adjoint of factor * softmax. */
    void (*bend)(float *d, const float *weights, float share, float factor, int n);
} DfAttentionLoops;

/** @return the versions for df_cpu_level() (static). Thread-safety: any thread. */
const DfAttentionLoops *df_attention_loops(void);

/** The portable ones: the others' oracle. */
extern const DfAttentionLoops df_attention_loops_c;

#endif
