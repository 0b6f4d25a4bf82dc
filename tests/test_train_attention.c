/**
 * @file
 * The contextual attention's adjoint: the naive one against central differences of loops in double precision, for
 * every rule that a project may have of its own; the quick one against the naive one; and that threads decide no bit.
 */
#include <string.h>

#include "plain_attention.h"
#include "products.h"
#include "train/attention_backward.h"
#include "values.h"

/* Of the largest value of a gradient: how far others may be off. */
#define LIMIT 1e-4
/* Of values at most 0.1: a step in central differences. */
#define STEP 3e-5f

/* ------------------------------------------------------------------------------------------ input -- */

/** What goes in: the first rows of the picture are a hole, four times as large as the map. */
typedef struct Input {
    DfShape shape;
    const DfAttentionRules *rules;
    float *source, *d_out;
    uint8_t *hole;
} Input;

/** Weak, so that no key drowns all others: logits are 90 times a window's length at most. */
static Input input_of(const DfAttentionRules *rules, DfShape shape, int hole_rows)
{
    Input in = { .shape = shape, .rules = rules };
    in.source = random_floats(df_shape_count(shape), 0.06f);
    in.d_out = random_floats(df_shape_count(shape), 1);
    in.hole = calloc(16 * (size_t)shape.height * shape.width, 1);
    memset(in.hole, 1, (size_t)hole_rows * 4 * shape.width);
    return in;
}

static void input_free(Input *in)
{
    free(in->source);
    free(in->d_out);
    free(in->hole);
}

/** The loss: the output times what is its gradient. */
static double loss(const Input *in)
{
    double *out = plain_attention(in->shape, in->rules, in->source, in->hole), sum = 0;
    for (size_t i = 0; i < df_shape_count(in->shape); i++)
        sum += out[i] * in->d_out[i];
    free(out);
    return sum;
}

static double difference(const Input *in, size_t i)
{
    float value = in->source[i], above = value + STEP, below = value - STEP;
    in->source[i] = above;
    double sum = loss(in);
    in->source[i] = below;
    sum -= loss(in);
    in->source[i] = value;
    return sum / ((double)above - below);
}

/** What lies in scratch memory and in the gradient beforehand is no number. */
static float *differentiate_naively(const Input *in)
{
    size_t bytes = df_shape_count(in->shape) * sizeof(float), room = df_attention_backward_naive_scratch(in->shape);
    float *found = malloc(bytes);
    void *scratch = df_alloc(room);
    memset(found, 0xff, bytes);
    memset(scratch, 0xff, room);
    df_attention_backward_naive(in->shape, in->rules, in->source, in->hole, 4 * in->shape.height,
                                4 * in->shape.width, in->d_out, found, scratch);
    df_free(scratch);
    return found;
}

static int every_second(int i, int n_in, int n_out)
{
    return i * (n_in / n_out);
}

/** Ends meet ends, as TensorFlow aligns corners. */
static int to_corners(int i, int n_in, int n_out)
{
    return n_out > 1 ? (int)floor((double)i * (n_in - 1) / (n_out - 1) + 0.5) : 0;
}

/* --------------------------------------------------------------------------------------- checking -- */

static double largest(const double *values, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(values[i]));
    return most;
}

static void check_values(const DfAttentionRules *rules, int height, int width, int channels, int hole_rows)
{
    Input in = input_of(rules, (DfShape){ height, width, channels }, hole_rows);
    size_t count = df_shape_count(in.shape);
    float *found = differentiate_naively(&in);
    double *expected = malloc(count * sizeof *expected);
    for (size_t i = 0; i < count; i++)
        expected[i] = difference(&in, i);
    assert_near(found, expected, count, LIMIT * largest(expected, count));
    free(expected);
    free(found);
    input_free(&in);
}

/** Make windows shorter than the least norm, where every second pixel is kept: these weak, others strong. */
static void shorten_windows(Input *in)
{
    for (size_t i = 0; i < df_shape_count(in->shape); i++) {
        size_t pixel = i / in->shape.channels, y = pixel / in->shape.width, x = pixel % in->shape.width;
        in->source[i] *= y % 2 == 0 && x % 2 == 0 ? 3e-4f : 10;
    }
}

/**
 * The reduced map's pixels, where windows are shorter than the least norm: along one direction, in steps of each
 * value's own size.
 */
static void check_short_windows(const DfAttentionRules *rules, int height, int width, int channels, int hole_rows)
{
    Input in = input_of(rules, (DfShape){ height, width, channels }, hole_rows);
    size_t count = df_shape_count(in.shape);
    float *kept = in.source, *direction = random_floats(count, 1e-2f), *moved = malloc(count * sizeof *moved);
    shorten_windows(&in);
    for (size_t i = 0; i < count; i++)
        direction[i] *= i / channels / width % 2 == 0 && i / channels % width % 2 == 0;
    float *found = differentiate_naively(&in);
    double ends[2], expected = 0, size = 0;
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < count; i++)
            moved[i] = kept[i] * (side ? 1 + direction[i] : 1 - direction[i]);
        in.source = moved;
        ends[side] = loss(&in);
    }
    for (size_t i = 0; i < count; i++) {
        double step = ((double)kept[i] * (1 + direction[i]) - (double)kept[i] * (1 - direction[i])) / 2;
        expected += found[i] * step;
        size += fabs(found[i] * step);
    }
    assert_true(fabs((ends[1] - ends[0]) / 2 - expected) <= LIMIT * size);
    in.source = kept;
    free(direction);
    free(moved);
    free(found);
    input_free(&in);
}

static void check_differences(const DfAttentionRules *rules)
{
    check_values(rules, 8, 8, 3, 0);
    check_values(rules, 8, 6, 2, 9);
    check_values(rules, 6, 10, 1, 12);
    check_values(rules, 4, 6, 2, 16); /* nothing known */
    check_values(rules, 2, 12, 2, 0); /* a single row, a single column: every neighbour wraps */
    check_values(rules, 12, 2, 2, 0);
    check_values(rules, 2, 2, 3, 0);
    if (rules->features == every_second)
        check_short_windows(rules, 10, 8, 1, 0);
}

/* ----------------------------------------------------------------------------------------- quickly -- */

static float *differentiate(const Input *in, const DfParallel *parallel)
{
    size_t bytes = df_shape_count(in->shape) * sizeof(float);
    size_t room = df_attention_backward_scratch(in->shape, parallel ? parallel->threads : 1);
    float *found = malloc(bytes);
    void *scratch = df_alloc(room);
    memset(found, 0xff, bytes);
    memset(scratch, 0xff, room);
    df_attention_backward(in->shape, in->rules, in->source, in->hole, 4 * in->shape.height, 4 * in->shape.width,
                          in->d_out, parallel, found, scratch);
    df_free(scratch);
    return found;
}

static void check_quick(const DfAttentionRules *rules, int height, int width, int channels, int hole_rows)
{
    Input in = input_of(rules, (DfShape){ height, width, channels }, hole_rows);
    size_t count = df_shape_count(in.shape);
    if (hole_rows % 2)
        shorten_windows(&in);
    float *found = differentiate(&in, NULL), *naive = differentiate_naively(&in);
    double *expected = malloc(count * sizeof *expected);
    for (size_t i = 0; i < count; i++)
        expected[i] = naive[i];
    assert_near(found, expected, count, LIMIT * largest(expected, count));
    free(expected);
    free(naive);
    free(found);
    input_free(&in);
}

static void check_quick_ones(const DfAttentionRules *rules)
{
    check_quick(rules, 16, 16, 8, 0);
    check_quick(rules, 16, 16, 8, 20);
    check_quick(rules, 18, 26, 5, 31);
    check_quick(rules, 22, 10, 3, 50);
    check_quick(rules, 40, 16, 2, 61); /* more queries than a unit of products has */
    check_quick(rules, 10, 30, 4, 40); /* nothing known */
    check_quick(rules, 2, 20, 3, 0);
    check_quick(rules, 20, 2, 3, 0);
    check_quick(rules, 2, 2, 3, 0);
    check_quick(rules, 12, 4, 17, 8);
    check_quick(rules, 14, 6, 49, 16);
    check_quick(rules, 4, 300, 2, 0); /* a row is a unit, and more */
}

/* ------------------------------------------------------------------------------------------ tests -- */

/** The usual rules, then others, each one rule apart. */
static const DfAttentionRules all_rules[] = {
    { .features = every_second, .hole = every_second, .fuse = 1 },
    { .features = to_corners, .hole = every_second, .fuse = 1 },
    { .features = every_second, .hole = to_corners, .fuse = 1 },
    { .features = every_second, .hole = to_corners, .hole_at_once = 1, .fuse = 1 },
    { .features = every_second, .hole = every_second },
    { .features = every_second, .hole = every_second, .fuse = 1, .add_epsilon = 1 },
    { .features = every_second, .hole = every_second, .fuse = 1, .exclude_hole = 1 },
    { .features = every_second, .hole = every_second, .fuse = 1, .count_overlap = 1 },
};

static void test_differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(all_rules); i++)
        check_differences(&all_rules[i]);
}

static void test_quick(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(all_rules); i++)
        check_quick_ones(&all_rules[i]);
}

/** Matrices do not hold all queries: bands of 16 rows of the small map, the last with fewer. */
static void test_bands(void **state)
{
    (void)state;
    check_quick(&all_rules[0], 104, 88, 2, 90);
    check_quick(&all_rules[4], 104, 88, 2, 0);
    assert_true(df_attention_backward_scratch((DfShape){ 128, 128, 4 }, 1) < 4096ul * 4096 * 8);
}

static void test_threads(void **state)
{
    DfParallel parallel = { NULL, 3 };
    (void)state;
    assert_int_equal(df_thread_pool_open(&parallel.pool, 2), 0);
    Input in = input_of(&all_rules[0], (DfShape){ 40, 48, 5 }, 40);
    float *alone = differentiate(&in, NULL), *together = differentiate(&in, &parallel);
    assert_memory_equal(together, alone, df_shape_count(in.shape) * sizeof *alone);
    df_thread_pool_close(&parallel.pool);
    free(alone);
    free(together);
    input_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_quick),
        cmocka_unit_test(test_bands),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, claim_products, release_products);
}
