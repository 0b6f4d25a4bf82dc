/**
 * @file
 * The generator in training: it fills as the model does, its gradient along each layer's own direction is that of
 * central differences, threads decide no bit, and what it writes is read again.
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "model/model.h"
#include "train/generator.h"
#include "train/generator_parts.h"
#include "values.h"

enum { SIDE = 64, PIXELS = SIDE * SIDE };

/*
 * Gradients along a direction, and those of central differences: how far they may be apart, of the former. In front of
 * the attention, whose softmax bends the loss within a step, the rounding of all later layers decides the step's least.
 */
#define LIMIT 1e-2
#define LIMIT_BEFORE_ATTENTION 0.12
#define STEP 5e-3
/* A gradient below it is followed four times as far: of the difference that one of .03 makes, rounding is 2 %. */
#define SHORT 0.1

/** A picture with a hole, and the weights of its loss: the sum of both stages' values times these. */
typedef struct Scene {
    float image[3 * PIXELS], sketch[PIXELS], *d_coarse, *d_refined;
    uint8_t hole[PIXELS];
} Scene;

static Scene *draw(void)
{
    Scene *s = df_alloc(sizeof *s);
    for (int i = 0; i < PIXELS; i++) {
        int y = i / SIDE, x = i % SIDE;
        s->hole[i] = y > 18 && y < 40 && x > 20 && x < 44;
        s->sketch[i] = y == x;
        for (int c = 0; c < 3; c++)
            s->image[3 * i + c] = 0.8f * sinf(0.11f * (float)(y + c * x)) * cosf(0.07f * (float)x);
    }
    s->d_coarse = random_floats(3 * PIXELS, 1);
    s->d_refined = random_floats(3 * PIXELS, 1);
    return s;
}

static void drop(Scene *s)
{
    free(s->d_coarse);
    free(s->d_refined);
    df_free(s);
}

static DfPicture picture_of(const Scene *s)
{
    return (DfPicture){ s->image, s->hole, s->sketch };
}

static DfGenerator *generator_of(const char *semantics, int sketch, DfParallel parallel)
{
    DfGeneratorShape shape = { df_semantics_find(semantics), 8, sketch, SIDE, 1, 512 };
    DfGenerator *g = NULL;
    assert_int_equal(df_generator_open(&g, &shape, parallel), 0);
    df_generator_initialise(g, 3);
    df_generator_prepare(g);
    return g;
}

static double loss(DfGenerator *g, const Scene *s)
{
    DfPicture picture = picture_of(s);
    df_generator_prepare(g);
    DfStages stages = df_generator_forward(g, 0, &picture);
    double sum = 0;
    for (int i = 0; i < 3 * PIXELS; i++)
        sum += (double)stages.coarse[i] * s->d_coarse[i] + (double)stages.refined[i] * s->d_refined[i];
    return sum;
}

static float *gradient_of(DfGenerator *g, Scene *s)
{
    DfPicture picture = picture_of(s);
    float *gradient = df_alloc(df_generator_count(g) * sizeof *gradient);
    df_generator_forward(g, 0, &picture);
    df_generator_backward(g, 0, &picture, (DfStages){ s->d_coarse, s->d_refined });
    df_generator_gradient(g, gradient);
    return gradient;
}

/** Along a layer's gradient, scaled to a length of 1. */
static void assert_layer_agrees(DfGenerator *g, const Scene *s, const float *gradient, int row)
{
    const DfTrainRow *layer = &g->rows[row];
    size_t count = df_conv_weights(&layer->linear) + layer->linear.out;
    float *parameters = df_generator_parameters(g) + layer->parameters;
    const float *d = gradient + layer->parameters;
    double length = 0;
    for (size_t k = 0; k < count; k++)
        length += (double)d[k] * d[k];
    length = sqrt(length);
    double step = length < SHORT ? 4 * STEP : STEP;
    float *kept = df_alloc(count * sizeof *kept);
    memcpy(kept, parameters, count * sizeof *kept);
    double sides[2];
    for (int side = 0; side < 2; side++) {
        for (size_t k = 0; k < count; k++)
            parameters[k] = kept[k] + (float)((side ? step : -step) * d[k] / length);
        sides[side] = loss(g, s);
    }
    memcpy(parameters, kept, count * sizeof *kept);
    df_free(kept);
    const char *name = g->model.semantics->net->rows[row].name;
    int attention = df_row_find(g->model.semantics->net, "attention");
    double limit = row < attention && !strncmp(name, "pm", 2) ? LIMIT_BEFORE_ATTENTION : LIMIT;
    double found = (sides[1] - sides[0]) / (2 * step);
    if (!(length > 1e-3) || fabs(found - length) > limit * length)
        fail_msg("%s: %g along its gradient, central differences %g", name, length, found);
}

static void gradients_are_those_of_differences(void **state)
{
    static const char *const semantics[] = { "stride", "official", "mmagic" };
    (void)state;
    Scene *s = draw();
    for (size_t i = 0; i < DF_COUNT(semantics); i++) {
        if (df_semantics_find(semantics[i])->least_side > SIDE)
            continue;
        DfGenerator *g = generator_of(semantics[i], i == 1, (DfParallel){ NULL, 1 });
        float *gradient = gradient_of(g, s);
        for (int row = 0; row < g->model.semantics->net->count; row++)
            if (df_row_is_conv(&g->model.semantics->net->rows[row]))
                assert_layer_agrees(g, s, gradient, row);
        df_free(gradient);
        df_generator_close(&g);
    }
    drop(s);
}

static void threads_decide_no_bit(void **state)
{
    (void)state;
    Scene *s = draw();
    DfThreadPool *pool = NULL;
    assert_int_equal(df_thread_pool_open(&pool, 2), 0);
    DfGenerator *one = generator_of("stride", 0, (DfParallel){ NULL, 1 });
    DfGenerator *three = generator_of("stride", 0, (DfParallel){ pool, 3 });
    float *a = gradient_of(one, s), *b = gradient_of(three, s);
    assert_memory_equal(a, b, df_generator_count(one) * sizeof *a);
    df_free(a);
    df_free(b);
    df_generator_close(&one);
    df_generator_close(&three);
    df_thread_pool_close(&pool);
    drop(s);
}

/** Written, and opened as users open models: the same fill. */
static void fills_as_the_model_does(void **state)
{
    char path[] = "/tmp/deepfill-generator-XXXXXX";
    (void)state;
    close(mkstemp(path));
    Scene *s = draw();
    float *fill = df_alloc(3 * PIXELS * sizeof *fill);
    DfGenerator *g = generator_of("stride", 1, (DfParallel){ NULL, 1 }), *again = NULL;
    assert_int_equal(df_generator_save(g, df_generator_parameters(g), path), 0);
    DfPicture picture = picture_of(s);
    DfStages stages = df_generator_forward(g, 0, &picture);

    DeepfillModel *model = NULL;
    DfPlan *plan = NULL;
    assert_int_equal(df_model_load(&model, path, NULL), 0);
    assert_int_equal(df_plan_create(&plan, model, SIDE, SIDE, 1), 0);
    void *workspace = df_alloc(df_plan_workspace(plan));
    DfRun run = { .image = s->image, .hole = s->hole, .sketch = s->sketch, .stage2 = fill };
    df_model_run(model, plan, workspace, &run);
    for (int i = 0; i < 3 * PIXELS; i++)
        assert_float_equal(stages.refined[i], fill[i], 2e-4);

    DfGeneratorShape shape = { .side = SIDE, .batch = 1, .sketch = 1 };
    assert_int_equal(df_generator_describe(&shape, path), 0);
    assert_int_equal(df_generator_open(&again, &shape, (DfParallel){ NULL, 1 }), 0);
    assert_int_equal(df_generator_load(again, path), 0);
    assert_memory_equal(df_generator_parameters(again), df_generator_parameters(g),
                        df_generator_count(g) * sizeof(float));
    unlink(path);
    df_free(workspace);
    df_plan_close(&plan);
    deepfill_model_close(&model);
    df_generator_close(&g);
    df_generator_close(&again);
    df_free(fill);
    drop(s);
}

/** A wider one, and one with a sketch that it has not learnt to see yet, fill as the model that they start from. */
static void wider_ones_fill_as_their_model(void **state)
{
    static const int cnums[] = { 16, 48 };
    Scene *s = draw();
    DfPicture picture = picture_of(s);
    DfGenerator *g[2];
    DfStages stages[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        DfGeneratorShape shape = { df_semantics_find("stride"), cnums[i], i, SIDE, 1, 512 };
        assert_int_equal(df_generator_open(&g[i], &shape, (DfParallel){ NULL, 1 }), 0);
        assert_int_equal(df_generator_load(g[i], "small"), 0);
        df_generator_prepare(g[i]);
        stages[i] = df_generator_forward(g[i], 0, &picture);
    }
    /* The attention's softmax makes more of roundings. */
    double gaps = 0;
    for (int i = 0; i < 3 * PIXELS; i++) {
        assert_float_equal(stages[0].coarse[i], stages[1].coarse[i], 1e-4);
        assert_float_equal(stages[0].refined[i], stages[1].refined[i], 1e-3);
        gaps += fabsf(stages[0].refined[i] - stages[1].refined[i]);
    }
    if (!(gaps / (3 * PIXELS) <= 1e-4))
        fail_msg("refined pictures differ by %g", gaps / (3 * PIXELS));
    /* Copies of a channel are read with weights of their own. */
    float *gradient = gradient_of(g[1], s);
    const DfTrainRow *row = &g[1]->rows[df_row_find(g[1]->model.semantics->net, "conv1")];
    size_t filter = df_conv_weights(&row->linear) / row->linear.out;
    const float *first = gradient + row->parameters;
    assert_memory_not_equal(first, first + 8 * filter, filter * sizeof *first);
    df_free(gradient);
    df_generator_close(&g[0]);
    df_generator_close(&g[1]);
    drop(s);
}

static void other_networks_are_refused(void **state)
{
    DfGeneratorShape shape = { df_semantics_find("naoto0804"), 8, 0, 128, 1, 512 };
    DfGenerator *g = NULL;
    (void)state;
    assert_int_equal(df_generator_open(&g, &shape, (DfParallel){ NULL, 1 }), -EINVAL);
    g = generator_of("stride", 0, (DfParallel){ NULL, 1 });
    df_error_clear();
    assert_int_equal(df_generator_load(g, "small"), -EINVAL);
    assert_non_null(strstr(df_error_text(), "its cnum is 16, and 8 is no multiple of it"));
    df_generator_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_those_of_differences),
        cmocka_unit_test(threads_decide_no_bit),
        cmocka_unit_test(fills_as_the_model_does),
        cmocka_unit_test(wider_ones_fill_as_their_model),
        cmocka_unit_test(other_networks_are_refused),
    };

    return cmocka_run_group_tests_name("train generator", tests, NULL, NULL);
}
