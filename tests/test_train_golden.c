/**
 * @file
 * Training against what tests/golden/make_training.py made with PyTorch in double precision: both stages, gradients of
 * every parameter, ten steps' losses.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "train/generator_parts.h"
#include "train/loss.h"
#include "train/trainer_parts.h"
#include "values.h"
#include "weights/weights.h"

enum { SIDE = 64, PIXELS = SIDE * SIDE, BATCH = 2, STEPS = 10 };

#define MODEL "tests/golden/training.safetensors"
#define EXPECTED "tests/golden/training.expected.safetensors"
#define RATE 2e-4
/* Of a layer's whole gradient, as lengths of vectors; of a loss. */
#define LIMIT 1e-3

/** A trainer with the script's two pictures as its samples, and what is expected of it. */
typedef struct Setting {
    DfTrainer *trainer;
    DfTiles tiles;
    DfWeights *expected;
} Setting;

static const DfTensor *tensor_of(const Setting *s, const char *name)
{
    const DfTensor *tensor = df_weights_find(s->expected, name);
    if (!tensor)
        fail_msg("%s lacks %s", EXPECTED, name);
    return tensor;
}

static float *values_of(const Setting *s, const char *name)
{
    const DfTensor *tensor = tensor_of(s, name);
    float *values = df_alloc(tensor->count * sizeof *values);
    assert_int_equal(df_tensor_read(s->expected, tensor, values), 0);
    return values;
}

static void read_critic(const Setting *s)
{
    static const char *const parts[] = { "weight", "bias", "u" };
    for (int i = 0; i < DF_CRITIC_LAYERS; i++) {
        DfCriticLayer *layer = &s->trainer->critic->layers[i];
        float *to[] = { layer->weight, layer->bias, layer->u };
        for (int k = 0; k < 3; k++) {
            char name[40];
            snprintf(name, sizeof name, "critic.%d.%s", i, parts[k]);
            assert_int_equal(df_tensor_read(s->expected, tensor_of(s, name), to[k]), 0);
        }
    }
}

static void read_samples(const Setting *s)
{
    const uint8_t *picture = tensor_of(s, "picture")->data, *mask = tensor_of(s, "mask")->data;
    for (int i = 0; i < BATCH; i++) {
        DfSample *sample = &s->trainer->samples[i];
        for (int k = 0; k < 3 * PIXELS; k++)
            sample->image[k] = df_trainer_truth(s->trainer, i)[k] = picture[3 * PIXELS * i + k] / 127.5f - 1;
        memcpy(sample->hole, mask + PIXELS * i, PIXELS);
        memset(sample->counts, 1, PIXELS);
    }
}

static void set_up(Setting *s)
{
    static const uint8_t grey[3 * PIXELS];
    DfTrainerOptions options = {
        .size = SIDE, .batch = BATCH, .critic = 4, .workers = 1, .gan = 0.05f, .rate = RATE, .init = MODEL,
    };
    *s = (Setting){ .tiles = { .most = 1 << 20 } };
    assert_int_equal(df_tiles_add(&s->tiles, grey, NULL, SIDE, SIDE), 0);
    assert_int_equal(df_weights_open(&s->expected, EXPECTED), 0);
    if (df_trainer_open(&s->trainer, &options, &s->tiles) < 0)
        fail_msg("%s", df_error_text());
    read_critic(s);
    read_samples(s);
}

static void tear_down(Setting *s)
{
    df_trainer_close(&s->trainer);
    df_weights_close(&s->expected);
    df_tiles_free(&s->tiles);
}

/* -------------------------------------------------------------------------------------- one pass -- */

static void assert_stage(const Setting *s, const char *name, int picture, const float *found)
{
    float *expected = values_of(s, name);
    for (int k = 3 * PIXELS * picture; k < 3 * PIXELS * (picture + 1); k++)
        if (k % 3 == 0)
            assert_float_equal(found[k - 3 * PIXELS * picture], expected[k / 3], 1e-4);
    df_free(expected);
}

static void assert_part(const Setting *s, const char *layer, const char *part, const float *found)
{
    char name[64];
    snprintf(name, sizeof name, "d_l1.%s.%s", layer, part);
    float *expected = values_of(s, name);
    double gap = 0, length = 0;
    for (size_t k = 0; k < tensor_of(s, name)->count; k++) {
        gap += pow(found[k] - expected[k], 2);
        length += pow(expected[k], 2);
    }
    if (!(sqrt(gap) <= LIMIT * sqrt(length)))
        fail_msg("%s is %g off, of %g", name, sqrt(gap), sqrt(length));
    df_free(expected);
}

/** Both pictures' part in the L1 loss. */
static void pass_back(const Setting *s, int i, DfStages stages)
{
    DfTrainer *t = s->trainer;
    const DfSample *sample = &t->samples[i];
    size_t holes = 0;
    for (int k = 0; k < BATCH * PIXELS; k++)
        holes += t->samples[k / PIXELS].hole[k % PIXELS];
    DfL1Weights weights = df_l1_weights(BATCH * PIXELS, holes);
    DfPicture picture = df_trainer_picture(t, i);
    df_l1_loss(PIXELS, df_trainer_truth(t, i), stages.coarse, sample->hole, NULL, weights, t->d_stages.coarse);
    df_l1_loss(PIXELS, df_trainer_truth(t, i), stages.refined, sample->hole, NULL, weights, t->d_stages.refined);
    df_generator_backward(t->generator, i, &picture, t->d_stages);
}

static void stages_and_gradients_are_pytorchs(void **state)
{
    Setting s;
    (void)state;
    set_up(&s);
    DfTrainer *t = s.trainer;
    for (int i = 0; i < BATCH; i++) {
        DfPicture picture = df_trainer_picture(t, i);
        DfStages stages = df_generator_forward(t->generator, i, &picture);
        assert_stage(&s, "stage1", i, stages.coarse);
        assert_stage(&s, "stage2", i, stages.refined);
        pass_back(&s, i, stages);
    }
    df_generator_gradient(t->generator, t->gradient);
    const DfNet *net = t->generator->model.semantics->net;
    for (int i = 0; i < net->count; i++) {
        if (!df_row_is_conv(&net->rows[i]))
            continue;
        const DfTrainRow *row = &t->generator->rows[i];
        const float *weight = t->gradient + row->parameters;
        assert_part(&s, net->rows[i].name, "weight", weight);
        assert_part(&s, net->rows[i].name, "bias", weight + df_conv_weights(&row->linear));
    }
    tear_down(&s);
}

/* ------------------------------------------------------------------------------------- ten steps -- */

static void assert_loss(const char *name, int step, double found, double expected)
{
    if (!(fabs(found - expected) <= LIMIT * fabs(expected)))
        fail_msg("%s of step %d is %g, expected %g", name, step, found, expected);
}

static void ten_steps_losses_are_pytorchs(void **state)
{
    Setting s;
    (void)state;
    set_up(&s);
    float *l1 = values_of(&s, "steps.twice.l1"), *real = values_of(&s, "steps.twice.real");
    float *fake = values_of(&s, "steps.twice.fake"), *adversarial = values_of(&s, "steps.twice.adversarial");
    for (int step = 0; step < STEPS; step++) {
        DfTrainLosses losses;
        assert_int_equal(df_trainer_learn(s.trainer, RATE, &losses), 0);
        assert_loss("l1", step, losses.coarse + losses.refined, l1[step]);
        assert_loss("the critic's", step, losses.critic, 0.5 * (real[step] + fake[step]));
        assert_loss("the adversarial one", step, losses.gan, adversarial[step]);
    }
    df_free(l1);
    df_free(real);
    df_free(fake);
    df_free(adversarial);
    tear_down(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_and_gradients_are_pytorchs),
        cmocka_unit_test(ten_steps_losses_are_pytorchs),
    };

    return cmocka_run_group_tests_name("training, golden", tests, NULL, NULL);
}
