/**
 * @file
 * Adjoints of joints and of a stage's input, against differences: these layers are linear in what is asked of them, so
 * a step of 1 is as good as any.
 */
#include <string.h>

#include "train/join_backward.h"
#include "values.h"

static double dot(const float *a, const float *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)a[i] * b[i];
    return sum;
}

/** A layer that fills `out` from what it holds; `outs` floats. */
typedef void (*Layer)(const void *what, float *out);

/** The gradient with respect to `count` values that the layer reads. */
static void check(Layer layer, const void *what, const float *d_out, size_t outs, float *values, const float *found,
                  size_t count)
{
    float *out = malloc(outs * sizeof *out);
    for (size_t i = 0; i < count; i++) {
        float value = values[i];
        values[i] = value + 1;
        layer(what, out);
        double above = dot(out, d_out, outs);
        values[i] = value - 1;
        layer(what, out);
        double expected = (above - dot(out, d_out, outs)) / 2;
        values[i] = value;
        assert_near(found + i, &expected, 1, 1e-4);
    }
    free(out);
}

/* ----------------------------------------------------------------------------------------- joints -- */

typedef struct Joint {
    DfShape shape; /* of b */
    int channels;  /* of a */
    float *a, *b;
} Joint;

static void join(const void *what, float *out)
{
    const Joint *joint = what;
    df_join_forward(joint->shape.height * joint->shape.width, joint->a, joint->channels, joint->b,
                    joint->shape.channels, out);
}

static void up_join(const void *what, float *out)
{
    const Joint *joint = what;
    int pixels = joint->shape.height * joint->shape.width;
    uint8_t *known = malloc(3 * pixels), *masks = known + pixels;
    memset(known, 1, pixels);
    df_up_join_forward(joint->shape, joint->a, known, joint->channels, joint->b, known, out, masks);
    free(known);
}

static void check_joint(int up, DfShape shape, int channels)
{
    int pixels = shape.height * shape.width, a_count = pixels * channels / (up ? 4 : 1);
    int b_count = pixels * shape.channels, outs = pixels * (channels + shape.channels);
    Joint joint = { shape, channels, random_floats(a_count, 1), random_floats(b_count, 1) };
    float *d_out = random_floats(outs, 1), *d_a = random_floats(a_count, 1), *d_b = random_floats(b_count, 1);
    if (up)
        df_up_join_backward(shape, d_out, channels, d_a, d_b);
    else
        df_join_backward(pixels, d_out, channels, shape.channels, d_a, d_b);
    check(up ? up_join : join, &joint, d_out, outs, joint.a, d_a, a_count);
    check(up ? up_join : join, &joint, d_out, outs, joint.b, d_b, b_count);
    free(joint.a);
    free(joint.b);
    free(d_out);
    free(d_a);
    free(d_b);
}

static void test_join(void **state)
{
    (void)state;
    check_joint(0, (DfShape){ 3, 5, 4 }, 7);
    check_joint(0, (DfShape){ 1, 1, 1 }, 1);
}

static void test_up_join(void **state)
{
    (void)state;
    check_joint(1, (DfShape){ 4, 6, 3 }, 5);
    check_joint(1, (DfShape){ 2, 2, 1 }, 2);
}

/** Either part alone, as where the other's gradient has no use. */
static void test_one_part(void **state)
{
    (void)state;
    float *d_out = random_floats(4 * 5, 1), both[2][4 * 3], one[2][4 * 3];
    df_join_backward(4, d_out, 2, 3, both[0], both[1]);
    df_join_backward(4, d_out, 2, 3, one[0], NULL);
    df_join_backward(4, d_out, 2, 3, NULL, one[1]);
    assert_memory_equal(one[0], both[0], 4 * 2 * sizeof(float));
    assert_memory_equal(one[1], both[1], 4 * 3 * sizeof(float));
    df_up_join_backward((DfShape){ 2, 2, 3 }, d_out, 2, both[0], both[1]);
    df_up_join_backward((DfShape){ 2, 2, 3 }, d_out, 2, one[0], NULL);
    df_up_join_backward((DfShape){ 2, 2, 3 }, d_out, 2, NULL, one[1]);
    assert_memory_equal(one[0], both[0], 2 * sizeof(float));
    assert_memory_equal(one[1], both[1], 4 * 3 * sizeof(float));
    free(d_out);
}

/* ------------------------------------------------------------------------------------------ input -- */

enum { PIXELS = 7 };

typedef struct Composed {
    DfInputs planes;
    DfRange range;
    DfPicture picture;
    float *filled;
} Composed;

static void compose(const void *what, float *out)
{
    const Composed *composed = what;
    df_compose_input(PIXELS, &composed->planes, &composed->range, &composed->picture, composed->filled, out);
}

static void check_input(DfInputs planes, enum DfOrder order)
{
    const uint8_t hole[PIXELS] = { 0, 255, 1, 0, 0, 1, 0 };
    float *image = random_floats(3 * PIXELS, 1), *d_out = random_floats(PIXELS * planes.channels, 1);
    float *found = random_floats(3 * PIXELS, 1);
    Composed composed = { planes, { order, { 2, 3, 4 }, { 1, 5, 6 }, 0 }, { image, hole, image },
                          random_floats(3 * PIXELS, 1) };
    df_compose_input_backward(PIXELS, &planes, hole, d_out, found);
    check(compose, &composed, d_out, PIXELS * planes.channels, composed.filled, found, 3 * PIXELS);
    free(image);
    free(d_out);
    free(found);
    free(composed.filled);
}

static void test_input(void **state)
{
    (void)state;
    check_input((DfInputs){ { DF_INPUT_COLOURS }, 1, 3 }, DF_RGB);
    check_input((DfInputs){ { DF_INPUT_COLOURS, DF_INPUT_ONES, DF_INPUT_MASK }, 3, 5 }, DF_BGR);
    check_input((DfInputs){ { DF_INPUT_SKETCH, DF_INPUT_COLOURS, DF_INPUT_MASK }, 3, 5 }, DF_RGB);
    check_input((DfInputs){ { DF_INPUT_ONES, DF_INPUT_MASK }, 2, 2 }, DF_RGB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_up_join),
        cmocka_unit_test(test_one_part),
        cmocka_unit_test(test_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
