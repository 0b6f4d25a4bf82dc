/**
 * @file
 * The contextual attention, both programs, against loops that follow its definition, in double precision, for
 * every rule that a project may have of its own; and that what is expected of it decides no bit.
 */
#include <string.h>

#include "plain_attention.h"
#include "small.h"
#include "values.h"

/* ------------------------------------------------------------------------------------ checking -- */

/** What goes in: the first rows of the picture are a hole. */
typedef struct Input {
    DfShape shape;
    float *source;
    uint8_t *hole;
} Input;

/** Behind a ReLU there is nothing negative; among weak values no key drowns all others. */
enum { SIGNED, POSITIVE, WEAK, KINDS };

static Input input_of(int height, int width, int channels, int hole_rows, int kind)
{
    Input in = { .shape = { height, width, channels } };
    in.source = random_floats(df_shape_count(in.shape), kind == WEAK ? 0.05f : 0.3f);
    in.hole = calloc(16 * (size_t)height * width, 1);
    for (size_t i = 0; kind != SIGNED && i < df_shape_count(in.shape); i++)
        in.source[i] = DF_MAX(in.source[i], 0);
    memset(in.hole, 1, (size_t)hole_rows * 4 * width);
    return in;
}

static void input_free(Input *in)
{
    free(in->source);
    free(in->hole);
}

/** What lies in scratch memory and in the output beforehand is no number. */
static float *attend_needed(const Input *in, const DfAttentionRules *rules, const uint8_t *needed,
                            const DfParallel *parallel)
{
    size_t bytes = df_shape_count(in->shape) * sizeof(float);
    size_t room = df_attention_scratch(in->shape, parallel ? parallel->threads : 1);
    float *found = malloc(bytes);
    void *scratch = df_alloc(room);
    memset(found, 0xff, bytes);
    memset(scratch, 0xff, room);
    df_attention_forward(in->shape, rules, in->source, in->hole, 4 * in->shape.height, 4 * in->shape.width,
                         needed, parallel, found, scratch);
    df_free(scratch);
    return found;
}

static float *attend(const Input *in, const DfAttentionRules *rules)
{
    return attend_needed(in, rules, NULL, NULL);
}

static float *attend_naively(const Input *in, const DfAttentionRules *rules)
{
    float *found = malloc(df_shape_count(in->shape) * sizeof *found);
    void *scratch = df_alloc(df_attention_naive_scratch(in->shape));
    df_attention_naive_forward(in->shape, rules, in->source, in->hole, 4 * in->shape.height,
                               4 * in->shape.width, found, scratch);
    df_free(scratch);
    return found;
}

static void check_attention(const DfAttentionRules *rules, int height, int width, int channels, int hole_rows)
{
    for (int kind = 0; kind < KINDS; kind++) {
        Input in = input_of(height, width, channels, hole_rows, kind);
        float *found = attend(&in, rules), *naive = attend_naively(&in, rules);
        double *expected = plain_attention(in.shape, rules, in.source, in.hole);
        assert_near(naive, expected, df_shape_count(in.shape), 1e-5);
        assert_near(found, expected, df_shape_count(in.shape), 1e-5);
        free(expected);
        free(naive);
        free(found);
        input_free(&in);
    }
}

static void check_rules(const DfAttentionRules *rules)
{
    check_attention(rules, 16, 16, 8, 0);
    check_attention(rules, 16, 16, 8, 20);
    check_attention(rules, 18, 26, 5, 30);
    check_attention(rules, 22, 10, 3, 50);
    check_attention(rules, 40, 16, 2, 60); /* more queries than a block holds */
    check_attention(rules, 10, 30, 4, 40); /* nothing known */
    check_attention(rules, 2, 20, 3, 0);   /* a single row, a single column: every neighbour wraps */
    check_attention(rules, 20, 2, 3, 0);
    check_attention(rules, 2, 2, 3, 0);
    check_attention(rules, 12, 4, 17, 8);
    check_attention(rules, 14, 6, 49, 16);
    check_attention(rules, 4, 38, 1, 0);
}

/* ----------------------------------------------------------------------------------------- tests -- */

static int every_second(int i, int n_in, int n_out)
{
    return i * (n_in / n_out);
}

/** Ends meet ends, as TensorFlow aligns corners. */
static int to_corners(int i, int n_in, int n_out)
{
    return n_out > 1 ? (int)floor((double)i * (n_in - 1) / (n_out - 1) + 0.5) : 0;
}

static const DfAttentionRules usual = { .features = every_second, .hole = every_second, .fuse = 1 };

/** Each of the others: one rule apart. */
static const DfAttentionRules others[] = {
    { .features = to_corners, .hole = every_second, .fuse = 1 },
    { .features = every_second, .hole = to_corners, .fuse = 1 },
    { .features = every_second, .hole = to_corners, .hole_at_once = 1, .fuse = 1 },
    { .features = every_second, .hole = every_second },
    { .features = every_second, .hole = every_second, .fuse = 1, .add_epsilon = 1 },
    { .features = every_second, .hole = every_second, .fuse = 1, .exclude_hole = 1 },
    { .features = every_second, .hole = every_second, .fuse = 1, .count_overlap = 1 },
};

static void test_usual(void **state)
{
    (void)state;
    check_rules(&usual);
}

static void test_each_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < (small_tests() ? 2 : DF_COUNT(others)); i++)
        check_rules(&others[i]);
}

static void test_all_rules(void **state)
{
    const DfAttentionRules all = { .features = to_corners, .hole = to_corners, .hole_at_once = 1,
                                   .add_epsilon = 1, .exclude_hole = 1, .count_overlap = 1 };
    (void)state;
    check_rules(&all);
}

static double difference(const float *a, const float *b, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(a[i] - b[i]));
    return most;
}

/** A rule that makes no difference beyond the limit would be no test of it. */
static void test_rules_differ(void **state)
{
    Input in = input_of(40, 56, 4, 0, WEAK);
    size_t count = df_shape_count(in.shape);
    (void)state;
    for (size_t i = 0; i < 16 * 40 * 56; i++)
        in.hole[i] = i % 31 == 0; /* some are sampled by one rule, others by the other */
    float *first = attend(&in, &usual);
    for (size_t i = 0; i < DF_COUNT(others); i++) {
        float *other = attend(&in, &others[i]);
        assert_true(difference(first, other, count) > 1e-4);
        if (others[i].hole_at_once) {
            float *twice = attend(&in, &others[i - 1]);
            assert_true(difference(twice, other, count) > 1e-4);
            free(twice);
        }
        free(other);
    }
    free(first);
    input_free(&in);
}

/** Where the original divides nothing by nothing. */
static void test_nothing_to_copy(void **state)
{
    const DfAttentionRules *rules = &others[5];
    Input in = input_of(12, 16, 3, 48, POSITIVE);
    float *found = attend(&in, rules);
    (void)state;
    assert_true(rules->exclude_hole);
    for (size_t i = 0; i < df_shape_count(in.shape); i++)
        assert_true(found[i] == 0);
    free(found);
    input_free(&in);
}

/** Pixels of `needed` are the same, bit for bit, in both. */
static void assert_same(const Input *in, const uint8_t *needed, const float *found, const float *expected)
{
    size_t c = in->shape.channels;
    for (size_t i = 0; i < df_shape_count(in->shape); i++)
        if ((!needed || needed[i / c]) && memcmp(&found[i], &expected[i], sizeof *found))
            fail_msg("value %zu of %zux%zu: %.9g, expected %.9g", i, (size_t)in->shape.height,
                     (size_t)in->shape.width, found[i], expected[i]);
}

/** A rectangle, single pixels, a frame around the map, two rows that counting column by column joins. */
static int is_needed(int kind, DfShape shape, int y, int x)
{
    int h = shape.height, w = shape.width;
    switch (kind) {
    case 0: return y >= h / 4 && y < h / 2 && x >= w / 3 && x < w / 2;
    case 1: return (y * 31 + x * 17) % 53 == 0;
    case 2: return y < 3 || x < 2 || y >= h - 1 || x >= w - 3;
    case 3: return y == h - 1 && (x == 0 || x > w / 2);
    case 4: return y == 0 && x == w - 1;
    default: return 0;
    }
}

static void check_needed(const DfAttentionRules *rules, int height, int width, int channels, int hole_rows)
{
    Input in = input_of(height, width, channels, hole_rows, SIGNED);
    float *expected = attend(&in, rules);
    uint8_t *needed = malloc((size_t)height * width);
    for (int kind = 0; kind < 6; kind++) {
        for (int i = 0; i < height * width; i++)
            needed[i] = is_needed(kind, in.shape, i / width, i % width);
        for (int threads = 1; threads <= 3; threads += 2) {
            float *found = attend_needed(&in, rules, needed, &(DfParallel){ NULL, threads });
            assert_same(&in, needed, found, expected);
            free(found);
        }
    }
    free(needed);
    free(expected);
    input_free(&in);
}

/** What else is computed decides no bit. */
static void test_needed(void **state)
{
    (void)state;
    for (size_t i = 0; i < (small_tests() ? 1 : DF_COUNT(others)); i++) {
        check_needed(&others[i], 32, 48, 5, 40);
        check_needed(&others[i], 26, 18, 17, 0);
        check_needed(&others[i], 160, 14, 3, 100); /* several steps, each of some rows */
        check_needed(&others[i], 30, 140, 2, 0);   /* each of one row */
        check_needed(&others[i], 2, 18, 4, 0);
        check_needed(&others[i], 18, 2, 4, 0);
    }
}

/** Sizes at which all loops take more than one turn: both programs agree. */
static void test_large(void **state)
{
    static const DfShape shapes[] = { { 64, 80, 100 }, { 40, 264, 20 }, { 150, 34, 33 } };
    (void)state;
    for (size_t i = 0; !small_tests() && i < DF_COUNT(shapes); i++) {
        Input in = input_of(shapes[i].height, shapes[i].width, shapes[i].channels, 0, WEAK);
        for (size_t j = 0; j < 16 * (size_t)in.shape.height * in.shape.width; j++)
            in.hole[j] = j / 4 / in.shape.width % 100 < 30 && j % (4 * in.shape.width) < 60;
        float *found = attend(&in, &usual), *expected = attend_naively(&in, &usual);
        assert_true(difference(found, expected, df_shape_count(in.shape)) < 1e-5);
        free(expected);
        free(found);
        input_free(&in);
    }
}

/** Rows of queries, not all of them; what each thread adds is little. */
static void test_scratch(void **state)
{
    const size_t mib = 1 << 20;
    size_t one = df_attention_scratch((DfShape){ 128, 128, 96 }, 1);
    (void)state;
    assert_true(one < 24 * mib);
    assert_true(df_attention_scratch((DfShape){ 128, 128, 96 }, 2) - one < mib);
    assert_true(df_attention_scratch((DfShape){ 256, 256, 96 }, 1) < 128 * mib); /* a matrix: 1 GiB */
}

/** Values that are none go anywhere, but nothing outside is written or read. */
static void test_no_numbers(void **state)
{
    static const float none[] = { NAN, INFINITY, -INFINITY, 3e38f, 1e-40f, 0 };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(none); i++)
        for (int all = 0; all < 2; all++) {
            Input in = input_of(20, 24, 3, 20, SIGNED);
            for (size_t j = 0; j < df_shape_count(in.shape); j += all ? 1 : 97)
                in.source[j] = none[i];
            float *first = attend(&in, &usual), *again = attend(&in, &usual);
            assert_memory_equal(first, again, df_shape_count(in.shape) * sizeof *first);
            free(again);
            free(first);
            input_free(&in);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual),        cmocka_unit_test(test_each_rule),
        cmocka_unit_test(test_all_rules),    cmocka_unit_test(test_rules_differ),
        cmocka_unit_test(test_nothing_to_copy), cmocka_unit_test(test_needed),
        cmocka_unit_test(test_large),            cmocka_unit_test(test_no_numbers),
        cmocka_unit_test(test_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
