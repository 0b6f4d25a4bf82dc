/**
 * @file
 * A critic's step and the generator's against PyTorch's, which tests/golden/critic.py made.
 */
#include <stdio.h>
#include <string.h>

#include "train/critic.h"
#include "train/loss.h"
#include "weights/weights.h"
#include "values.h"

static double largest(const float *values, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(values[i]));
    return most;
}

static const float *golden(const DfWeights *weights, const char *name, int layer)
{
    char text[40];
    snprintf(text, sizeof text, layer < 0 ? "%s" : "%s.%d", name, layer);
    const DfTensor *tensor = df_weights_find(weights, text);
    if (!tensor)
        fail_msg("%s lacks %s", weights->name, text);
    return (const float *)tensor->data;
}

/** Differences as parts of the largest value. */
static void assert_golden(const DfWeights *weights, const char *name, int layer, const float *found, size_t count)
{
    const float *expected = golden(weights, name, layer);
    double most = largest(expected, count);
    for (size_t i = 0; i < count; i++)
        if (!(fabs(found[i] - expected[i]) <= 2e-5 * most))
            fail_msg("%s %d, value %zu: %.9g, PyTorch %.9g", name, layer, i, found[i], expected[i]);
}

/** All patches count alike. */
static const float *alike(DfShape scores)
{
    static float patches[64];
    int count = scores.height * scores.width;
    assert_true(count <= 64);
    for (int p = 0; p < count; p++)
        patches[p] = 1 / (float)count;
    return patches;
}

/** Hinge losses of a real picture and a made one, and the parameters' gradients. */
static void check_critic_step(DfCritic *critic, const DfWeights *weights)
{
    DfShape scores_of = df_critic_scores(critic);
    size_t count = df_shape_count(scores_of);
    float *d_scores = malloc(count * sizeof *d_scores);
    double loss = 0;
    df_critic_begin(critic, NULL);
    for (int i = 0; i < 2; i++) {
        const float *picture = golden(weights, i ? "made" : "real", -1);
        const float *scores = df_critic_forward(critic, picture, NULL), *expected = golden(weights, "scores", -1);
        for (size_t k = 0; k < count; k++)
            assert_true(fabs(scores[k] - expected[i * count + k]) <= 2e-5);
        loss += df_hinge_loss(scores_of, alike(scores_of), scores, !i, d_scores);
        df_critic_backward(critic, picture, d_scores, 1, NULL, NULL);
    }
    df_critic_finish(critic, NULL);
    assert_true(fabs(loss - *golden(weights, "loss", -1)) <= 1e-5);
    for (int i = 0; i < DF_CRITIC_LAYERS; i++) {
        const DfCriticLayer *layer = &critic->layers[i];
        assert_golden(weights, "d_weight", i, layer->d_weight, layer->weights);
        assert_golden(weights, "d_bias", i, layer->d_bias, layer->out.channels);
        assert_golden(weights, "norm", i, &(float){ (float)layer->norm }, 1);
    }
    free(d_scores);
}

/** What the generator is told: another pass, with another power iteration. */
static void check_generator_step(DfCritic *critic, const DfWeights *weights)
{
    DfShape scores = df_critic_scores(critic);
    size_t count = df_shape_count(scores), values = df_shape_count(critic->layers[0].in);
    const float *made = golden(weights, "made", -1);
    float *d_scores = malloc(count * sizeof *d_scores), *d_made = malloc(values * sizeof *d_made);
    df_critic_begin(critic, NULL);
    df_critic_loss(scores, alike(scores), df_critic_forward(critic, made, NULL), d_scores);
    df_critic_backward(critic, made, d_scores, 0, NULL, d_made);
    assert_golden(weights, "d_made", -1, d_made, values);
    for (int i = 0; i < DF_CRITIC_LAYERS; i++)
        assert_golden(weights, "new_u", i, critic->layers[i].u, critic->layers[i].out.channels);
    free(d_made);
    free(d_scores);
}

static void test_pytorch(void **state)
{
    DfWeights *weights;
    DfCritic *critic;
    (void)state;
    if (df_weights_open(&weights, "tests/golden/critic.safetensors") < 0)
        fail_msg("%s", df_error_text());
    const uint64_t *shape = df_weights_find(weights, "real")->shape;
    DfShape picture = { (int)shape[0], (int)shape[1], (int)shape[2] };
    assert_int_equal(df_critic_open(&critic, picture, 2, 0, 1), 0);
    for (int i = 0; i < DF_CRITIC_LAYERS; i++) {
        DfCriticLayer *layer = &critic->layers[i];
        memcpy(layer->weight, golden(weights, "weight", i), layer->weights * sizeof *layer->weight);
        memcpy(layer->bias, golden(weights, "bias", i), layer->out.channels * sizeof *layer->bias);
        memcpy(layer->u, golden(weights, "u", i), layer->out.channels * sizeof *layer->u);
    }
    check_critic_step(critic, weights);
    check_generator_step(critic, weights);
    df_critic_close(&critic);
    df_weights_close(&weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_pytorch) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
