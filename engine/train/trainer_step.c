/**
 * @file
 * A step: the critic learns to tell pictures from fills, then the generator learns from the truth and from the critic
 * (train/loss.h has the equations). Losses and gradients are summed sample after sample.
 */
#include "train/loss.h"
#include "train/trainer_parts.h"

#include <errno.h>
#include <math.h>

static size_t pixels_of(const DfTrainer *t)
{
    return (size_t)t->options.size * t->options.size;
}

/* ---------------------------------------------------------------------------------------- critic -- */

/** What the critic sees: colours, in the hole those of `made` (NULL: the truth's), the hole, the sketch in it. */
static void show(const DfTrainer *t, int sample, const float *made)
{
    const DfSample *s = &t->samples[sample];
    const float *truth = df_trainer_truth(t, sample);
    float *to = t->shown;
    for (size_t p = 0; p < pixels_of(t); p++) {
        const float *from = made && s->hole[p] ? made : truth;
        for (int c = 0; c < 3; c++)
            *to++ = from[3 * p + c];
        *to++ = s->hole[p];
        if (s->sketch)
            *to++ = s->hole[p] ? s->sketch[p] : 0;
    }
}

/** Of a batch's real pictures, or of its fills, each half of the loss. */
static double judge_one(DfTrainer *t, int sample, const float *made)
{
    size_t scores = df_critic_scores(t->critic);
    show(t, sample, made);
    const float *said = df_critic_forward(t->critic, t->shown, &t->parallel);
    double loss = df_hinge_loss(scores, said, !made, 0.5 / ((double)scores * t->options.batch), t->d_scores);
    df_critic_backward(t->critic, t->shown, t->d_scores, 1, &t->parallel, NULL);
    return loss;
}

/** @return the critic's loss before its step */
static double teach_critic(DfTrainer *t, double rate)
{
    double loss = 0;
    df_critic_begin(t->critic, &t->parallel);
    for (int made = 0; made < 2; made++)
        for (int i = 0; i < t->options.batch; i++)
            loss += judge_one(t, i, made ? t->stages[i].refined : NULL);
    df_critic_finish(t->critic, &t->parallel);
    df_optimizer_step(&t->judge, rate, INFINITY, &t->parallel);
    return loss;
}

/* ------------------------------------------------------------------------------------- generator -- */

/** Add what the critic says of a fill to the gradient of the refined picture. @return -D(z), the sample's part */
static double ask_critic(DfTrainer *t, int sample)
{
    const DfSample *s = &t->samples[sample];
    size_t scores = df_critic_scores(t->critic), channels = 4 + (s->sketch != NULL);
    double weight = 1 / ((double)scores * t->options.batch);
    show(t, sample, t->stages[sample].refined);
    const float *said = df_critic_forward(t->critic, t->shown, &t->parallel);
    double loss = df_critic_loss(scores, said, weight, t->d_scores);
    df_critic_backward(t->critic, t->shown, t->d_scores, 0, &t->parallel, t->d_shown);
    for (size_t p = 0; p < pixels_of(t); p++)
        for (int c = 0; c < 3 && s->hole[p]; c++)
            t->d_stages.refined[3 * p + c] += t->options.gan * t->d_shown[channels * p + c];
    return loss;
}

static DfL1Weights weights_of(const DfTrainer *t)
{
    size_t holes = 0, counted = 0;
    for (int i = 0; i < t->options.batch; i++)
        for (size_t p = 0; p < pixels_of(t); p++) {
            counted += t->samples[i].counts[p];
            holes += t->samples[i].counts[p] && t->samples[i].hole[p];
        }
    return df_l1_weights(DF_MAX(counted, 1), holes);
}

static void teach_generator(DfTrainer *t, DfTrainLosses *losses)
{
    DfL1Weights weights = weights_of(t);
    double coarse = 0, refined = 0, gan = 0;
    if (t->critic)
        df_critic_begin(t->critic, &t->parallel);
    for (int i = 0; i < t->options.batch; i++) {
        const DfSample *s = &t->samples[i];
        const float *truth = df_trainer_truth(t, i);
        DfPicture picture = df_trainer_picture(t, i);
        int pixels = (int)pixels_of(t);
        coarse += df_l1_loss(pixels, truth, t->stages[i].coarse, s->hole, s->counts, weights, t->d_stages.coarse, NULL);
        refined += df_l1_loss(pixels, truth, t->stages[i].refined, s->hole, s->counts, weights, t->d_stages.refined,
                              NULL);
        if (t->critic)
            gan += ask_critic(t, i);
        df_generator_backward(t->generator, i, &picture, t->d_stages);
    }
    losses->coarse = (float)coarse;
    losses->refined = (float)refined;
    losses->gan = (float)gan;
    df_generator_gradient(t->generator, t->gradient);
}

int df_trainer_learn(DfTrainer *t, double rate, DfTrainLosses *losses)
{
    *losses = (DfTrainLosses){ 0 };
    for (int i = 0; i < t->options.batch; i++) {
        DfPicture picture = df_trainer_picture(t, i);
        t->stages[i] = df_generator_forward(t->generator, i, &picture);
    }
    if (t->critic)
        losses->critic = (float)teach_critic(t, rate);
    teach_generator(t, losses);
    if (!isfinite(df_optimizer_step(&t->learner, rate, DF_CLIP_NORM, &t->parallel)))
        return df_error(-EDOM, "step %lld: a gradient is no number: a lower learning rate is wanted",
                        (long long)t->learner.steps);
    df_generator_prepare(t->generator);
    return 0;
}

int df_trainer_step(DfTrainer *t, DfTrainLosses *losses)
{
    int64_t step = t->learner.steps;
    int ret = df_trainer_draw(t, DF_RANDOM_EXAMPLE, step, t->options.batch);
    return ret < 0 ? ret : df_trainer_learn(t, df_learning_rate(&t->schedule, step), losses);
}
