/**
 * @file
 * A step: the critic learns to tell pictures from fills, then the generator learns from the truth and from the critic
 * (train/loss.h has the equations). Losses and gradients are summed sample after sample.
 */
#include "train/loss.h"
#include "train/trainer_parts.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------- critic -- */

/** @return a sample's patches' weights. */
static float *patch_weights(const DfTrainer *t, int sample)
{
    DfShape scores = df_critic_scores(t->critic);
    return t->patch_weights + (size_t)sample * scores.height * scores.width;
}

/** Weigh a batch's patches by how much of each is to be filled and known; without any, none counts. */
static void weigh_patches(DfTrainer *t, size_t holes)
{
    DfShape scores = df_critic_scores(t->critic);
    int size = t->options.size, side = 1 << t->critic->count;
    memset(t->patch_weights, 0, (size_t)t->options.batch * scores.height * scores.width * sizeof *t->patch_weights);
    for (int i = 0; i < t->options.batch; i++)
        for (int y = 0; y < size; y++)
            for (int x = 0; x < size; x++) {
                size_t p = (size_t)y * size + x;
                if (t->samples[i].hole[p] && t->samples[i].counts[p])
                    patch_weights(t, i)[y / side * scores.width + x / side] += 1 / (float)holes;
            }
}

/**
 * Compose the critic's input: colours, in the hole those of `made` (NULL: the truth's), the hole, the sketch in it.
 * Where the truth is not known, colours are 0 in either case.
 */
static void compose_critic_input(const DfTrainer *t, int sample, const float *made)
{
    const DfSample *s = &t->samples[sample];
    const float *truth = df_trainer_truth(t, sample);
    float *to = t->critic_input;
    for (size_t p = 0; p < df_trainer_pixels(t); p++) {
        const float *from = made && s->hole[p] ? made : truth;
        for (int c = 0; c < 3; c++)
            *to++ = s->counts[p] ? from[3 * p + c] : 0;
        *to++ = s->hole[p];
        if (s->sketch)
            *to++ = s->hole[p] ? s->sketch[p] : 0;
    }
}

/** A picture's part of the critic's loss and gradient; made NULL: of the real one. */
static double add_hinge(DfTrainer *t, int sample, const float *made)
{
    compose_critic_input(t, sample, made);
    const float *output = df_critic_forward(t->critic, t->critic_input, &t->parallel);
    double loss = df_hinge_loss(df_critic_scores(t->critic), patch_weights(t, sample), output, !made, t->d_scores);
    df_critic_backward(t->critic, t->critic_input, t->d_scores, 1, &t->parallel, NULL);
    return loss;
}

/** Refuse a gradient whose norm is not finite. @return 0 or -EDOM, with the cause recorded */
static int check_norm(const DfTrainer *t, const char *network, double norm)
{
    if (isfinite(norm))
        return 0;
    return df_error(-EDOM, "step %lld: the %s's gradient is no number: a lower learning rate is wanted",
                    (long long)t->generator_optimizer.steps, network);
}

static int train_critic(DfTrainer *t, double rate, float *sum)
{
    double loss = 0;
    df_critic_begin(t->critic, &t->parallel);
    for (int made = 0; made < 2; made++)
        for (int i = 0; i < t->options.batch; i++)
            loss += add_hinge(t, i, made ? t->stages[i].refined : NULL);
    df_critic_finish(t->critic, &t->parallel);
    *sum = (float)loss;
    return check_norm(t, "critic", df_optimizer_step(&t->critic_optimizer, rate, INFINITY, &t->parallel));
}

/* ------------------------------------------------------------------------------------- generator -- */

/** Add the adversarial loss's gradient to that of the refined picture. @return the sample's part of -mean D(z) */
static double add_adversarial(DfTrainer *t, int sample)
{
    const DfSample *s = &t->samples[sample];
    size_t channels = 4 + (s->sketch != NULL);
    compose_critic_input(t, sample, t->stages[sample].refined);
    const float *output = df_critic_forward(t->critic, t->critic_input, &t->parallel);
    double loss = df_critic_loss(df_critic_scores(t->critic), patch_weights(t, sample), output, t->d_scores);
    df_critic_backward(t->critic, t->critic_input, t->d_scores, 0, &t->parallel, t->d_critic_input);
    for (size_t p = 0; p < df_trainer_pixels(t); p++)
        for (int c = 0; c < 3 && s->hole[p] && s->counts[p]; c++)
            t->d_stages.refined[3 * p + c] += t->options.gan * t->d_critic_input[channels * p + c];
    return loss;
}

/** Count a batch's pixels whose truth is known, and those of them that are in holes. */
static void count_pixels(const DfTrainer *t, size_t *known, size_t *holes)
{
    *known = *holes = 0;
    for (int i = 0; i < t->options.batch; i++)
        for (size_t p = 0; p < df_trainer_pixels(t); p++) {
            *known += t->samples[i].counts[p];
            *holes += t->samples[i].counts[p] && t->samples[i].hole[p];
        }
}

/** The generator's losses and gradient. */
static void backward_batch(DfTrainer *t, DfL1Weights weights, DfTrainLosses *losses)
{
    double coarse = 0, refined = 0, gan = 0;
    if (t->critic)
        df_critic_begin(t->critic, &t->parallel);
    for (int i = 0; i < t->options.batch; i++) {
        const DfSample *s = &t->samples[i];
        const float *truth = df_trainer_truth(t, i);
        DfPicture picture = df_trainer_picture(t, i);
        int pixels = (int)df_trainer_pixels(t);
        coarse += df_l1_loss(pixels, truth, t->stages[i].coarse, s->hole, s->counts, weights, t->d_stages.coarse);
        refined += df_l1_loss(pixels, truth, t->stages[i].refined, s->hole, s->counts, weights, t->d_stages.refined);
        if (t->critic)
            gan += add_adversarial(t, i);
        df_generator_backward(t->generator, i, &picture, t->d_stages);
    }
    losses->coarse = (float)coarse;
    losses->refined = (float)refined;
    losses->gan = (float)gan;
    df_generator_gradient(t->generator, t->gradient);
}

int df_trainer_learn(DfTrainer *t, double rate, DfTrainLosses *losses)
{
    size_t known, holes;
    *losses = (DfTrainLosses){ 0 };
    count_pixels(t, &known, &holes);
    if (t->options.local_critic)
        weigh_patches(t, holes);
    for (int i = 0; i < t->options.batch; i++) {
        DfPicture picture = df_trainer_picture(t, i);
        t->stages[i] = df_generator_forward(t->generator, i, &picture);
    }
    int ret = t->critic ? train_critic(t, rate, &losses->critic) : 0;
    if (ret < 0)
        return ret;
    backward_batch(t, df_l1_weights(DF_MAX(known, 1), holes), losses);
    ret = check_norm(t, "generator", df_optimizer_step(&t->generator_optimizer, rate, DF_CLIP_NORM, &t->parallel));
    df_generator_prepare(t->generator);
    return ret;
}

int df_trainer_step(DfTrainer *t, DfTrainLosses *losses)
{
    int64_t step = t->generator_optimizer.steps;
    int ret = df_trainer_draw(t, DF_RANDOM_EXAMPLE, step, t->options.batch);
    return ret < 0 ? ret : df_trainer_learn(t, df_learning_rate(&t->schedule, step), losses);
}
