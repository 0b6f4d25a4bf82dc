/**
 * @file
 * Trainers: opened, closed, and what a step learns from.
 */
#include "train/trainer_parts.h"
#include "kernels/gemm.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* ----------------------------------------------------------------------------------- open, close -- */

static int open_generator(DfTrainer *t)
{
    const DfTrainerOptions *o = &t->options;
    DfGeneratorShape shape = {
        .semantics = df_semantics_find("stride"), .cnum = o->cnum, .sketch = o->sketch, .size = 512,
    };
    int ret = o->init ? df_generator_describe(&shape, o->init) : 0;
    if (ret < 0)
        return ret;
    shape.side = o->size;
    shape.batch = o->batch;
    t->options.cnum = shape.cnum;
    ret = df_generator_open(&t->generator, &shape, t->parallel);
    if (ret < 0)
        return ret;
    if (o->init)
        ret = df_generator_load(t->generator, o->init);
    else
        df_generator_initialise(t->generator, o->seed);
    if (ret < 0)
        return ret;
    df_generator_prepare(t->generator);
    size_t count = df_generator_count(t->generator);
    t->gradient = df_alloc(df_size_mul(count, sizeof *t->gradient));
    DfParameter all = {
        .name = "generator", .count = count, .weight = df_generator_parameters(t->generator), .gradient = t->gradient,
    };
    return t->gradient ? df_optimizer_open(&t->generator_optimizer, &all, 1, 1) : -ENOMEM;
}

static int inputs_of(const DfTrainer *t)
{
    return 4 + t->options.sketch;
}

/** Weights as the generator's are drawn, for leaky ReLU; the vectors of the spectral norm are normal, too. */
static void draw_critic(DfTrainer *t)
{
    for (int i = 0; i < t->critic->count; i++) {
        DfCriticLayer *layer = &t->critic->layers[i];
        DfRandom random = df_random_open(t->options.seed, DF_RANDOM_WEIGHTS, 1, i);
        float deviation = sqrtf(2.0f / (1.04f * 25 * (float)layer->in.channels));
        for (size_t k = 0; k < layer->weights; k++)
            layer->weight[k] = deviation * (float)df_random_normal(&random);
        for (int k = 0; k < layer->out.channels; k++)
            layer->u[k] = (float)df_random_normal(&random);
    }
}

static int open_critic(DfTrainer *t)
{
    const DfTrainerOptions *o = &t->options;
    DfShape picture = { o->size, o->size, inputs_of(t) };
    DfParameter parameters[DF_CRITIC_PARAMETERS];
    if (!o->critic)
        return 0;
    int ret = df_critic_open(&t->critic, picture, o->critic, o->local_critic, t->parallel.threads);
    if (ret < 0)
        return ret;
    draw_critic(t);
    for (int i = 0; i < t->critic->count; i++) {
        DfCriticLayer *layer = &t->critic->layers[i];
        snprintf(t->names[2 * i], sizeof t->names[0], "critic.conv%d.weight", i + 1);
        snprintf(t->names[2 * i + 1], sizeof t->names[0], "critic.conv%d.bias", i + 1);
        parameters[2 * i] = (DfParameter){
            .name = t->names[2 * i], .count = layer->weights, .weight = layer->weight, .gradient = layer->d_weight,
        };
        parameters[2 * i + 1] = (DfParameter){
            .name = t->names[2 * i + 1], .count = layer->out.channels, .weight = layer->bias,
            .gradient = layer->d_bias,
        };
    }
    size_t input = df_size_mul(df_trainer_pixels(t), inputs_of(t) * sizeof(float));
    t->critic_input = df_alloc(input);
    t->d_critic_input = df_alloc(input);
    DfShape scores = df_critic_scores(t->critic);
    t->d_scores = df_alloc(df_shape_count(scores) * sizeof(float));
    size_t patches = df_size_mul(df_size_mul(scores.height, scores.width), o->batch);
    t->patch_weights = df_alloc(df_size_mul(patches, sizeof(float)));
    if (!t->critic_input || !t->d_critic_input || !t->d_scores || !t->patch_weights)
        return -ENOMEM;
    for (size_t k = 0; k < patches; k++)
        t->patch_weights[k] = 1 / (float)patches;
    return df_optimizer_open(&t->critic_optimizer, parameters, 2 * t->critic->count, 0);
}

static int open_batch(DfTrainer *t)
{
    int count = DF_MAX(t->options.batch, DF_SHEET_ROWS), ret = 0;
    size_t picture = 3 * df_trainer_pixels(t) * sizeof(float);
    t->samples = df_alloc(count * sizeof *t->samples);
    t->stages = df_alloc(count * sizeof *t->stages);
    t->truth = df_alloc(df_size_mul(count, picture));
    t->no_hole = df_alloc(df_trainer_pixels(t));
    t->d_stages.coarse = df_alloc(picture);
    t->d_stages.refined = df_alloc(picture);
    if (!t->samples || !t->stages || !t->truth || !t->no_hole || !t->d_stages.coarse ||
        !t->d_stages.refined)
        return -ENOMEM;
    for (int i = 0; i < count && !ret; i++)
        ret = df_sample_open(&t->samples[i], t->options.size, t->options.sketch);
    return ret;
}

static int check_options(const DfTrainerOptions *o, const DfTiles *tiles)
{
    int ret = df_check_range("batch", o->batch, 1, 256);
    if (!ret)
        ret = df_check_range("size", o->size, 64, 1024);
    if (!ret)
        ret = df_check_range("critic", o->critic, 0, 256);
    if (!ret && !tiles->count)
        ret = df_error(-EINVAL, "there is no picture to learn from");
    return ret;
}

int df_trainer_open(DfTrainer **trainer, const DfTrainerOptions *options, const DfTiles *tiles)
{
    int ret = check_options(options, tiles);
    if (ret < 0)
        return ret;
    DfTrainer *t = df_alloc(sizeof *t);
    if (!t)
        return -ENOMEM;
    df_gemm_open();
    t->options = *options;
    t->tiles = tiles;
    t->tiles_checksum = df_tiles_checksum(tiles);
    t->schedule = df_schedule(options->rate, options->steps);
    ret = df_thread_pool_open(&t->pool, options->workers - 1);
    t->parallel = (DfParallel){ t->pool, options->workers };
    if (!ret)
        ret = open_generator(t);
    if (!ret)
        ret = open_critic(t);
    if (!ret)
        ret = open_batch(t);
    if (ret < 0)
        df_trainer_close(&t);
    else
        *trainer = t;
    return ret;
}

void df_trainer_close(DfTrainer **trainer)
{
    DfTrainer *t = *trainer;
    if (!t)
        return;
    *trainer = NULL;
    for (int i = 0; t->samples && i < DF_MAX(t->options.batch, DF_SHEET_ROWS); i++)
        df_sample_close(&t->samples[i]);
    df_optimizer_close(&t->generator_optimizer);
    df_optimizer_close(&t->critic_optimizer);
    df_generator_close(&t->generator);
    df_critic_close(&t->critic);
    df_thread_pool_close(&t->pool);
    df_free(t->gradient);
    df_free(t->samples);
    df_free(t->stages);
    df_free(t->truth);
    df_free(t->no_hole);
    df_free(t->critic_input);
    df_free(t->d_critic_input);
    df_free(t->d_scores);
    df_free(t->patch_weights);
    df_free(t->d_stages.coarse);
    df_free(t->d_stages.refined);
    df_free(t);
    df_gemm_close();
}

/* --------------------------------------------------------------------------------------- samples -- */

float *df_trainer_truth(const DfTrainer *t, int sample)
{
    return t->truth + 3 * df_trainer_pixels(t) * sample;
}

DfPicture df_trainer_picture(const DfTrainer *t, int sample)
{
    const DfSample *s = &t->samples[sample];
    return (DfPicture){ s->image, s->hole, s->sketch };
}

/** Samples that are drawn at once. */
typedef struct SampleDraw {
    DfTrainer *trainer;
    enum DfRandomUse use;
    int64_t step;
    atomic_int failed;
} SampleDraw;

static void draw_one(void *opaque, int i, int thread)
{
    static const DfInputs colours = { { DF_INPUT_COLOURS }, 1, 3 };
    SampleDraw *draw = opaque;
    DfTrainer *t = draw->trainer;
    DfSample *s = &t->samples[i];
    (void)thread;
    if (df_sample_draw(s, t->tiles, df_random_open(t->options.seed, draw->use, draw->step, i)) < 0) {
        atomic_store(&draw->failed, 1);
        return;
    }
    DfPicture whole = { s->image, t->no_hole, NULL };
    df_compose_input((int)df_trainer_pixels(t), &colours, df_generator_range(t->generator), &whole, NULL,
                     df_trainer_truth(t, i));
}

int df_trainer_draw(DfTrainer *t, enum DfRandomUse use, int64_t step, int count)
{
    SampleDraw draw = { t, use, step, 0 };
    df_parallel_for(&t->parallel, count, draw_one, &draw);
    return atomic_load(&draw.failed) ? -ENOMEM : 0;
}

int64_t df_trainer_steps(const DfTrainer *t)
{
    return t->generator_optimizer.steps;
}
