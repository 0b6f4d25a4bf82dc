/**
 * @file
 * The critic, SN-PatchGAN (Yu et al., 2019, section 3.3): six 5x5 convolutions of stride 2, TensorFlow's SAME, with
 * widths c, 2c, 4c, 4c, 4c, 4c (c = 64 in the paper), each followed by LeakyReLU 0.2. Its scores are the last
 * activation.
 *
 * The local critic has four, of widths c, 2c, 4c, 1, and none follows the last one: a score for every 16x16 pixels,
 * of 61x61: 15 before them and 30 behind, on sides that are multiples of 16 (the paper's: of 253x253). It learns faster:
 * spectral norm divides what the last layer can tell among its channels, so that each of 4c has 1 / sqrt(4c) of it.
 *
 * Spectral norm (Miyato et al., 2018): each layer convolves with W / s, W as a matrix of `out` rows, in [in][ky][kx]
 * order. df_critic_begin(), once for each training step's forward passes, makes one power iteration:
 *
 *   v = W'u / |W'u|,   u = Wv / |Wv|,   s = u' W v        lengths at least 1e-12
 *
 * u and v are constants to the gradient, s is not: with G the gradient with respect to W / s,
 *
 *   d_weight = (G - <G, W / s> u v') / s
 *
 * A step is begin; for each picture forward, a loss, backward; finish. The last two with `learn`, or backward to the
 * input alone. Same bits for any number of threads. Thread-safety: a critic is one thread's at a time.
 */
#ifndef DF_CRITIC_H
#define DF_CRITIC_H

#include "layers/layers.h"

/** Layers of the paper's critic, and of the local one. */
enum { DF_CRITIC_LAYERS = 6, DF_LOCAL_CRITIC_LAYERS = 4 };

typedef struct DfCriticLayer {
    DfShape in, out;
    size_t weights;             /**< floats of the weights: out x (in x 5 x 5) */
    float *weight, *bias;       /**< parameters: the caller's to fill and to change */
    float *u;                   /**< out floats, not all 0: the caller's to fill once and to save */
    float *d_weight, *d_bias;   /**< gradients, of df_critic_finish() */
    /* The critic's own. */
    DfConv conv;                /**< linear */
    enum DfActivation nonlinearity; /**< that follows it */
    float *v;                   /**< in x 5 x 5 floats */
    double norm;                /**< s */
    float *forward, *backward;  /**< weights as passes want them */
    float *sums, *activation;
} DfCriticLayer;

/** What a critic is; fields other than the layers' first group are its own. */
typedef struct DfCritic {
    DfCriticLayer layers[DF_CRITIC_LAYERS];
    int count;                  /**< of layers */
    float *gradients[2];
    void *scratch;
    int threads;
    char *memory;
} DfCritic;

/**
 * @param channels  of a picture: colours and mask 4, with a sketch 5
 * @param width     c
 * @param local     1: the local critic, 0: the paper's
 * @param threads   most that a pass is given
 * @return 0; -ENOMEM with the cause recorded. Parameters are 0, u is too.
 */
int df_critic_open(DfCritic **critic, DfShape picture, int width, int local, int threads);

/** NULL is fine; sets *critic to NULL. */
void df_critic_close(DfCritic **critic);

/** One power iteration; weights for the passes that follow; gradients to 0. */
void df_critic_begin(DfCritic *critic, const DfParallel *parallel);

/**
 * @param picture  height x width x channels
 * @return the scores, of df_critic_scores(); the critic's, until the next pass
 */
const float *df_critic_forward(DfCritic *critic, const float *picture, const DfParallel *parallel);

/** @return what a picture's scores are: height x width patches x channels. */
DfShape df_critic_scores(const DfCritic *critic);

/**
 * The gradient of the picture whose forward pass was the last.
 * @param learn      1: gradients of parameters are added up
 * @param d_picture  as `picture`, written; NULL: not wanted
 */
void df_critic_backward(DfCritic *critic, const float *picture, const float *d_scores, int learn,
                        const DfParallel *parallel, float *d_picture);

/** Make d_weight and d_bias of what was added up since df_critic_begin(). */
void df_critic_finish(DfCritic *critic, const DfParallel *parallel);

#endif
