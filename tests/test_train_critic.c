/**
 * @file
 * The critic against its definition in double precision: scores, gradients by central differences with u and v held,
 * and spectral norms against the largest singular values by Jacobi rotations.
 */
#include <string.h>

#include "train/critic.h"
#include "values.h"

enum { HEIGHT = 70, WIDTH = 33, CHANNELS = 4, NARROWEST = 2, KERNEL = 5 };

/** A critic with random parameters, and a picture. */
typedef struct Rig {
    DfCritic *critic;
    float *picture, *d_scores;
    size_t pixels, scores;
} Rig;

static void fill(float *values, size_t count, float range)
{
    float *random = random_floats(count, range);
    memcpy(values, random, count * sizeof *values);
    free(random);
}

static Rig open_rig(int local, int threads)
{
    Rig rig = { .pixels = HEIGHT * WIDTH * CHANNELS };
    assert_int_equal(df_critic_open(&rig.critic, (DfShape){ HEIGHT, WIDTH, CHANNELS }, NARROWEST, local, threads), 0);
    for (int i = 0; i < rig.critic->count; i++) {
        DfCriticLayer *layer = &rig.critic->layers[i];
        fill(layer->weight, layer->weights, 0.3f);
        fill(layer->bias, layer->out.channels, 0.3f);
        fill(layer->u, layer->out.channels, 1);
    }
    rig.scores = df_shape_count(df_critic_scores(rig.critic));
    rig.picture = random_floats(rig.pixels, 1);
    rig.d_scores = random_floats(rig.scores, 1);
    return rig;
}

static void close_rig(Rig *rig)
{
    df_critic_close(&rig->critic);
    assert_null(rig->critic);
    free(rig->picture);
    free(rig->d_scores);
}

/* ---------------------------------------------------------------------------------- definition -- */

/** What is varied: a parameter of a layer, or a pixel (layer -1). */
typedef struct Change {
    int layer, of_bias;
    size_t index;
    double by;
} Change;

static double weight_of(const Rig *rig, int i, size_t index, const Change *change)
{
    int changed = change->layer == i && !change->of_bias && change->index == index;
    return rig->critic->layers[i].weight[index] + (changed ? change->by : 0);
}

/** u'Wv with the u and v that the critic has. */
static double norm_of(const Rig *rig, int i, const Change *change)
{
    const DfCriticLayer *layer = &rig->critic->layers[i];
    size_t columns = layer->weights / layer->out.channels;
    double sum = 0;
    for (size_t k = 0; k < layer->weights; k++)
        sum += layer->u[k / columns] * weight_of(rig, i, k, change) * layer->v[k % columns];
    return sum;
}

static double convolved(const Rig *rig, int i, const double *in, int y, int x, int o, const Change *change)
{
    const DfCriticLayer *layer = &rig->critic->layers[i];
    int top = df_conv_padding(&layer->conv, layer->in.height), left = df_conv_padding(&layer->conv, layer->in.width);
    double sum = 0;
    for (int ky = 0; ky < KERNEL; ky++)
        for (int kx = 0; kx < KERNEL; kx++) {
            int sy = 2 * y - top + ky, sx = 2 * x - left + kx;
            if (sy < 0 || sy >= layer->in.height || sx < 0 || sx >= layer->in.width)
                continue;
            for (int c = 0; c < layer->in.channels; c++)
                sum += in[(sy * layer->in.width + sx) * layer->in.channels + c] *
                       weight_of(rig, i, ((size_t)(o * layer->in.channels + c) * KERNEL + ky) * KERNEL + kx, change);
        }
    return sum;
}

static double *apply_layer(const Rig *rig, int i, const double *in, const Change *change)
{
    const DfCriticLayer *layer = &rig->critic->layers[i];
    double *out = malloc(df_shape_count(layer->out) * sizeof *out), *at = out, norm = norm_of(rig, i, change);
    for (int y = 0; y < layer->out.height; y++)
        for (int x = 0; x < layer->out.width; x++)
            for (int o = 0; o < layer->out.channels; o++) {
                int changed = change->layer == i && change->of_bias && change->index == (size_t)o;
                double bias = layer->bias[o] + (changed ? change->by : 0);
                double value = convolved(rig, i, in, y, x, o, change) / norm + bias;
                *at++ = value > 0 || layer->out.channels == 1 ? value : 0.2 * value;
            }
    return out;
}

static double *define_scores(const Rig *rig, const Change *change)
{
    double *values = malloc(rig->pixels * sizeof *values);
    for (size_t i = 0; i < rig->pixels; i++)
        values[i] = rig->picture[i] + (change->layer < 0 && change->index == i ? change->by : 0);
    for (int i = 0; i < rig->critic->count; i++) {
        double *out = apply_layer(rig, i, values, change);
        free(values);
        values = out;
    }
    return values;
}

static double define_loss(const Rig *rig, const Change *change)
{
    double *scores = define_scores(rig, change), sum = 0;
    for (size_t i = 0; i < rig->scores; i++)
        sum += scores[i] * rig->d_scores[i];
    free(scores);
    return sum;
}

static void assert_slope(const Rig *rig, Change change, float found, double most)
{
    Change up = change, down = change;
    up.by = 1e-6;
    down.by = -1e-6;
    double expected = (define_loss(rig, &up) - define_loss(rig, &down)) / 2e-6;
    if (!(fabs(found - expected) <= 1e-4 * fmax(most, 1e-3)))
        fail_msg("layer %d, %s %zu: %.9g, central difference %.9g", change.layer, change.of_bias ? "bias" : "value",
                 change.index, found, expected);
}

static double largest(const float *values, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(values[i]));
    return most;
}

/* --------------------------------------------------------------------------------------- passes -- */

static void check_scores(int local)
{
    Rig rig = open_rig(local, 1);
    assert_int_equal(rig.critic->count, local ? 4 : 6);
    assert_int_equal(df_critic_scores(rig.critic).channels, local ? 1 : 4 * NARROWEST);
    df_critic_begin(rig.critic, NULL);
    const float *scores = df_critic_forward(rig.critic, rig.picture, NULL);
    double *expected = define_scores(&rig, &(Change){ .layer = DF_CRITIC_LAYERS });
    assert_near(scores, expected, rig.scores, 2e-5);
    free(expected);
    close_rig(&rig);
}

static void test_scores(void **state)
{
    (void)state;
    check_scores(0);
    check_scores(1);
}

/** Each gradient at values spread over it, through the norms. */
static void check_gradients(int local)
{
    enum { PLACES = 23 };
    Rig rig = open_rig(local, 1);
    float *d_picture = malloc(rig.pixels * sizeof *d_picture);
    df_critic_begin(rig.critic, NULL);
    df_critic_forward(rig.critic, rig.picture, NULL);
    df_critic_backward(rig.critic, rig.picture, rig.d_scores, 1, NULL, d_picture);
    df_critic_finish(rig.critic, NULL);
    for (int i = 0; i < rig.critic->count; i++) {
        const DfCriticLayer *layer = &rig.critic->layers[i];
        double most = largest(layer->d_weight, layer->weights), of_bias = largest(layer->d_bias, layer->out.channels);
        assert_true(most > 1e-4);
        for (size_t k = 0; k < PLACES; k++)
            assert_slope(&rig, (Change){ i, 0, k * 7919 % layer->weights, 0 },
                         layer->d_weight[k * 7919 % layer->weights], most);
        for (int o = 0; o < layer->out.channels; o++)
            assert_slope(&rig, (Change){ i, 1, o, 0 }, layer->d_bias[o], of_bias);
    }
    for (size_t k = 0; k < PLACES; k++)
        assert_slope(&rig, (Change){ -1, 0, k * 7919 % rig.pixels, 0 }, d_picture[k * 7919 % rig.pixels],
                     largest(d_picture, rig.pixels));
    free(d_picture);
    close_rig(&rig);
}

static void test_gradients(void **state)
{
    (void)state;
    check_gradients(0);
    check_gradients(1);
}

/** Gradients of pictures add up, and begin at 0 again. */
static void test_batch(void **state)
{
    Rig rig = open_rig(0, 1);
    const DfCriticLayer *layer = &rig.critic->layers[0], *last = &rig.critic->layers[DF_CRITIC_LAYERS - 1];
    (void)state;
    float *once = malloc(layer->weights * sizeof *once);
    for (int times = 1; times <= 3; times++) {
        for (int i = 0; i < 300 && times == 1; i++) /* until u stays */
            df_critic_begin(rig.critic, NULL);
        df_critic_begin(rig.critic, NULL);
        for (int i = 0; i < times; i++) {
            df_critic_forward(rig.critic, rig.picture, NULL);
            df_critic_backward(rig.critic, rig.picture, rig.d_scores, 1, NULL, NULL);
        }
        df_critic_finish(rig.critic, NULL);
        if (times == 1)
            memcpy(once, layer->d_weight, layer->weights * sizeof *once);
        for (size_t i = 0; i < layer->weights; i++)
            assert_true(fabs(layer->d_weight[i] - times * once[i]) <= 1e-4 * largest(once, layer->weights));
    }
    float bias = last->d_bias[0];
    df_critic_begin(rig.critic, NULL);
    assert_true(bias != 0 && last->d_bias[0] == 0);
    free(once);
    close_rig(&rig);
}

static void test_threads(void **state)
{
    Rig alone = open_rig(0, 1), shared = open_rig(0, 3);
    DfThreadPool *pool;
    float *d_alone = malloc(alone.pixels * sizeof *d_alone), *d_shared = malloc(alone.pixels * sizeof *d_shared);
    (void)state;
    assert_int_equal(df_thread_pool_open(&pool, 2), 0);
    DfParallel parallel = { pool, 3 };
    for (int i = 0; i < DF_CRITIC_LAYERS; i++) {
        DfCriticLayer *from = &alone.critic->layers[i], *to = &shared.critic->layers[i];
        memcpy(to->weight, from->weight, from->weights * sizeof *to->weight);
        memcpy(to->bias, from->bias, from->out.channels * sizeof *to->bias);
        memcpy(to->u, from->u, from->out.channels * sizeof *to->u);
    }
    df_critic_begin(alone.critic, NULL);
    df_critic_forward(alone.critic, alone.picture, NULL);
    df_critic_backward(alone.critic, alone.picture, alone.d_scores, 1, NULL, d_alone);
    df_critic_finish(alone.critic, NULL);
    df_critic_begin(shared.critic, &parallel);
    df_critic_forward(shared.critic, alone.picture, &parallel);
    df_critic_backward(shared.critic, alone.picture, alone.d_scores, 1, &parallel, d_shared);
    df_critic_finish(shared.critic, &parallel);
    assert_memory_equal(d_alone, d_shared, alone.pixels * sizeof *d_alone);
    for (int i = 0; i < DF_CRITIC_LAYERS; i++) {
        DfCriticLayer *a = &alone.critic->layers[i], *b = &shared.critic->layers[i];
        assert_memory_equal(a->d_weight, b->d_weight, a->weights * sizeof *a->d_weight);
        assert_memory_equal(a->d_bias, b->d_bias, a->out.channels * sizeof *a->d_bias);
    }
    df_thread_pool_close(&pool);
    close_rig(&alone);
    close_rig(&shared);
    free(d_alone);
    free(d_shared);
}

/* -------------------------------------------------------------------------------- spectral norm -- */

enum { MOST_ROWS = 4 * NARROWEST };

/** Rotate rows p and q and columns p and q, so that a[p][q] is 0. */
static void rotate(double a[MOST_ROWS][MOST_ROWS], int rows, int p, int q)
{
    if (a[p][q] == 0)
        return;
    double angle = 0.5 * atan2(2 * a[p][q], a[q][q] - a[p][p]), c = cos(angle), s = sin(angle);
    for (int k = 0; k < rows; k++) {
        double x = a[k][p], y = a[k][q];
        a[k][p] = c * x - s * y;
        a[k][q] = s * x + c * y;
    }
    for (int k = 0; k < rows; k++) {
        double x = a[p][k], y = a[q][k];
        a[p][k] = c * x - s * y;
        a[q][k] = s * x + c * y;
    }
}

/** The largest singular value of W: the root of the largest eigenvalue of WW', by Jacobi's cyclic rotations. */
static double singular_value(const DfCriticLayer *layer)
{
    double a[MOST_ROWS][MOST_ROWS] = { { 0 } }, most = 0;
    int rows = layer->out.channels;
    size_t columns = layer->weights / rows;
    for (int p = 0; p < rows; p++)
        for (int q = 0; q < rows; q++)
            for (size_t k = 0; k < columns; k++)
                a[p][q] += (double)layer->weight[p * columns + k] * layer->weight[q * columns + k];
    for (int sweep = 0; sweep < 30; sweep++)
        for (int p = 0; p < rows; p++)
            for (int q = p + 1; q < rows; q++)
                rotate(a, rows, p, q);
    for (int p = 0; p < rows; p++)
        most = fmax(most, a[p][p]);
    return sqrt(most);
}

static void test_norms(void **state)
{
    Rig rig = open_rig(0, 1);
    (void)state;
    df_critic_begin(rig.critic, NULL);
    double first = rig.critic->layers[3].norm;
    for (int i = 0; i < 4000; i++)
        df_critic_begin(rig.critic, NULL);
    assert_true(first < rig.critic->layers[3].norm * (1 - 1e-6));
    for (int i = 0; i < DF_CRITIC_LAYERS; i++) {
        double exact = singular_value(&rig.critic->layers[i]), found = rig.critic->layers[i].norm;
        if (!(fabs(found - exact) <= 1e-5 * exact))
            fail_msg("layer %d: norm %.9g, largest singular value %.9g", i, found, exact);
    }
    close_rig(&rig);
}

/** Wherever memory ends, opening fails and leaves nothing. */
static void test_memory(void **state)
{
    DfCritic *critic;
    (void)state;
    for (int successes = 0; successes < 2; successes++) {
        df_fail_after(successes);
        assert_true(df_critic_open(&critic, (DfShape){ HEIGHT, WIDTH, CHANNELS }, NARROWEST, 0, 1) < 0);
        assert_null(critic);
    }
    df_fail_after(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores),  cmocka_unit_test(test_gradients), cmocka_unit_test(test_batch),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_norms),     cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
