/**
 * @file
 * The attention's loops: the C versions against loops as plain as the definitions, in double precision; every
 * CPU level's against the C versions. With --bench: how long each takes.
 */
#include <float.h>
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "cpu.h"
#include "kernels/scores.h"
#include "levels.h"
#include "values.h"

#define LIMIT 1e-6
#define UNTOUCHED 42.0f

static void each_level(void (*test)(const DfScoreKernels *kernels))
{
    FOR_EACH_LEVEL(level)
        test(df_score_kernels());
}

/** Random values, zeros and denormals among them. */
static float *mixed_floats(size_t count)
{
    static const float few[] = { 0, -0.0f, FLT_MIN / 3, -FLT_MIN / 3, FLT_MIN, 1e-20f };
    float *values = random_floats(count, 2);
    for (size_t i = 0; i < count; i += 5)
        values[i] = few[i / 5 % DF_COUNT(few)];
    return values;
}

static float *untouched(size_t count)
{
    float *values = malloc(count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = UNTOUCHED;
    return values;
}

static int close_to(double found, double expected, double limit)
{
    return fabs(found - expected) <= limit * fmax(1, fabs(expected));
}

/* ----------------------------------------------------------------------------------- products -- */

enum { ROWS = 20, MOST_K = 70, ROOM = 64 };

/** One panel's product: rows lie anywhere, no other column is written. */
static void check_product(const DfScoreKernels *kernels, int m, int n, int k, int add)
{
    int width = df_panel_width(n);
    float *a = mixed_floats(ROWS * MOST_K), *panel = mixed_floats((size_t)k * width + 1);
    float *room = untouched(ROWS * (size_t)ROOM), *out[ROWS];
    const float *rows[ROWS];
    for (int i = 0; i < m; i++) {
        rows[i] = a + (m - 1 - i) * MOST_K;
        out[i] = room + i * ROOM;
    }
    kernels->product(out, 3, rows, panel, m, n, k, add);
    for (int i = 0; i < ROWS * ROOM; i++) {
        int row = i / ROOM, column = i % ROOM - 3;
        double expected = UNTOUCHED;
        if (row < m && column >= 0 && column < n) {
            expected *= add;
            for (int l = 0; l < k; l++)
                expected += (double)rows[row][l] * panel[l * width + column];
        }
        assert_true(close_to(room[i], expected, 1e-5));
    }
    free(room);
    free(panel);
    free(a);
}

static void check_products(const DfScoreKernels *kernels)
{
    assert_true(kernels->panel % DF_LANES == 0 && kernels->panel <= ROOM - 8);
    for (int m = 1; m <= ROWS; m++)
        for (int n = 1; n <= kernels->panel; n++)
            for (int k = 1; k <= MOST_K; k += 23)
                check_product(kernels, m, n, k, n % 2);
}

static void test_product(void **state) { (void)state; each_level(check_products); }

/** A row's bits do not depend on how many there are, nor on how its terms are divided among calls. */
static void check_rows_alone(const DfScoreKernels *kernels)
{
    int n = kernels->panel, part = 31;
    float *a = random_floats(ROWS * MOST_K, 1), *panel = random_floats((size_t)MOST_K * n, 1);
    float *room = untouched(2 * ROWS * (size_t)ROOM), *out[2 * ROWS];
    const float *rows[ROWS], *rest[ROWS];
    for (int i = 0; i < 2 * ROWS; i++)
        out[i] = room + i * ROOM;
    for (int i = 0; i < ROWS; i++) {
        rows[i] = a + i * MOST_K;
        rest[i] = rows[i] + part;
    }
    kernels->product(out, 0, rows, panel, ROWS, n, MOST_K, 0);
    for (int i = 0; i < ROWS; i++) {
        kernels->product(out + ROWS + i, 0, rows + i, panel, 1, n, part, 0);
        kernels->product(out + ROWS + i, 0, rest + i, panel + part * n, 1, n, MOST_K - part, 1);
        assert_memory_equal(out[i], out[ROWS + i], n * sizeof *room);
    }
    free(room);
    free(panel);
    free(a);
}

static void test_rows_alone(void **state) { (void)state; each_level(check_rows_alone); }

/* ---------------------------------------------------------------------------------- diagonals -- */

enum { MOST_STEPS = 12, MARGIN = MOST_STEPS + DF_STEP_LANES, MOST_KEYS = 150 };
enum { LINE = MOST_KEYS + 2 * MARGIN };

static double plain_value(const DfSteps *s, int t, int p)
{
    return t < 0 || t >= s->count ? 0 : (double)s->above[t][p] + s->at[t][p] + s->below[t][p];
}

static double plain_score(const DfSteps *s, int t, int p)
{
    if (p < 0 || p >= s->keys)
        return 0;
    double score = plain_value(s, t, p) * s->middle[p];
    if (s->joined[t])
        score += plain_value(s, t - 1, p - 1) * s->left[p];
    if (s->joined[t + 1])
        score += plain_value(s, t + 1, p + 1) * s->right[p];
    return score;
}

static double plain_sum(const DfSteps *s, int t, int p)
{
    if (!s->fuse)
        return plain_score(s, t, p);
    return plain_score(s, t - 1, p - 1) + plain_score(s, t, p) + plain_score(s, t + 1, p + 1);
}

static void check_steps(const DfScoreKernels *kernels, int count, int keys, int fuse)
{
    float *rows = mixed_floats(3 * MOST_STEPS * LINE), *weights = mixed_floats(3 * LINE);
    float *room = untouched(MOST_STEPS * LINE), *out[MOST_STEPS] = { NULL };
    const float *lines[3][MOST_STEPS];
    uint8_t joined[MOST_STEPS] = { 0 };
    for (int i = 0; i < 3 * LINE; i++)
        if (i % LINE < MARGIN || i % LINE >= MARGIN + keys)
            weights[i] = 0;
    for (int t = 0; t < count; t++) {
        for (int i = 0; i < 3; i++)
            lines[i][t] = rows + (3 * t + i) * LINE + MARGIN;
        joined[t] = t && t % 5 != 2;
        if (t >= 2 && t < count - 2 && t % 4 != 3)
            out[t] = room + t * LINE + MARGIN;
    }
    DfSteps s = { .count = count, .keys = keys, .fuse = fuse, .above = lines[0], .at = lines[1], .below = lines[2],
                  .joined = joined, .out = out, .left = weights + MARGIN, .middle = weights + LINE + MARGIN,
                  .right = weights + 2 * LINE + MARGIN };
    kernels->diagonals(&s, -count, keys);
    for (int t = 0; t < MOST_STEPS; t++)
        for (int p = -MARGIN; p < LINE - MARGIN; p++) {
            int written = out[t] && p >= 0 && p < keys;
            double expected = written ? plain_sum(&s, t, p) : UNTOUCHED;
            assert_true(close_to(room[t * LINE + MARGIN + p], expected, 4 * LIMIT * 9));
        }
    free(room);
    free(weights);
    free(rows);
}

static void check_diagonals(const DfScoreKernels *kernels)
{
    for (int keys = 1; keys <= MOST_KEYS; keys += keys < 20 ? 1 : 13)
        for (int count = 5; count <= MOST_STEPS; count++)
            check_steps(kernels, count, keys, count % 2);
}

static void test_diagonals(void **state) { (void)state; each_level(check_diagonals); }

/* -------------------------------------------------------------------------------- fuse, weigh -- */

static void check_fuse(const DfScoreKernels *kernels)
{
    for (int n = 1; n <= 70; n++) {
        float *rows = mixed_floats(3 * 256), *out = untouched(256);
        const DfFuseRun runs[] = { { 1, 150, 3, n }, { n + 2, 0, 80, 5 } };
        double most = -DBL_MAX;
        float found = kernels->fuse(out, rows, rows + 256, rows + 512, runs, 2);
        for (int i = 0; i < 256; i++) {
            const DfFuseRun *run = i < n + 2 ? &runs[0] : &runs[1];
            int at = i - run->at, inside = at >= 0 && at < run->length;
            float expected = !inside ? UNTOUCHED
                         : rows[run->above + at] + rows[256 + i] + rows[512 + run->below + at];
            assert_true(out[i] == expected);
            most = inside ? fmax(most, expected) : most;
        }
        assert_true(found == (float)most);
        free(out);
        free(rows);
    }
}

static void test_fuse(void **state) { (void)state; each_level(check_fuse); }

static double plain_weight(double exponent)
{
    return exponent < DF_LEAST_EXPONENT ? 0 : exp(exponent);
}

/** Exponents from 0 down to far below what counts; relative error, as small weights may be all there are. */
static void check_weigh(const DfScoreKernels *kernels)
{
    for (int n = 1; n <= 70; n++)
        for (int kind = 0; kind < 3; kind++) {
            float range = kind == 0 ? 0.5f : kind == 1 ? 5 : 1e6f;
            float *in = random_floats(n + 10, range), *out = untouched(128);
            const DfKeyRun runs[] = { { 2, 5, n }, { n + 3, n + 9, 7 } };
            double sum = 0;
            float found = kernels->weigh(out, in, runs, 2, 10, range);
            for (int i = 0; i < 128; i++) {
                const DfKeyRun *run = i < n + 9 ? &runs[0] : &runs[1];
                int at = i - run->to, inside = at >= 0 && at < run->length;
                float exponent = inside ? 10 * (in[run->from + at] - range) : 0;
                double expected = inside ? plain_weight(exponent) : UNTOUCHED;
                assert_true(fabs(out[i] - expected) <= 3e-7 * expected);
                sum += inside ? expected : 0;
            }
            assert_true(fabs(found - sum) <= 1e-6 * sum);
            free(out);
            free(in);
        }
}

static void test_weigh(void **state) { (void)state; each_level(check_weigh); }

/** Results are never denormal, and what is no number stays none. */
static void check_weigh_ends(const DfScoreKernels *kernels)
{
    float in[] = { 0, -6.39f, -6.41f, -9, -1e30f, -INFINITY, -FLT_MIN / 3, NAN }, out[DF_COUNT(in)];
    const DfKeyRun run = { 0, 0, DF_COUNT(in) };
    kernels->weigh(out, in, &run, 1, 10, 0);
    assert_true(close_to(out[0], 1, 3e-7) && out[1] > 1e-28f && close_to(out[6], 1, 3e-7) && isnan(out[7]));
    for (int i = 2; i < 6; i++)
        assert_true(out[i] == 0);
}

static void test_weigh_ends(void **state) { (void)state; each_level(check_weigh_ends); }

/* ------------------------------------------------------------------------------------- phases -- */

static double plain_phase(const float *const rows[9], const float factors[9], int phase, int at)
{
    double sum = 0;
    for (int i = 0; i < 9; i++)
        if ((i / 3 == 1 || i / 3 == phase / 2 * 2) && (i % 3 == 1 || i % 3 == phase % 2 * 2))
            sum += (double)factors[i] * rows[i][at];
    return sum;
}

static void check_phases(const DfScoreKernels *kernels)
{
    for (int n = 1; n <= 70; n++) {
        float *in = mixed_floats(9 * 128), *room = untouched(4 * 128), *factors = mixed_floats(9);
        const float *rows[9];
        float *out[4] = { room, room + 128, room + 256, room + 384 };
        const DfKeyRun runs[] = { { 7, 2, n }, { n + 20, n + 2, 9 } };
        for (int i = 0; i < 9; i++)
            rows[i] = in + 128 * i;
        kernels->phases(out, rows, factors, runs, 2);
        for (int i = 0; i < 4 * 128; i++) {
            const DfKeyRun *run = i % 128 < n + 2 ? &runs[0] : &runs[1];
            int at = i % 128 - run->to, inside = at >= 0 && at < run->length;
            double expected = inside ? plain_phase(rows, factors, i / 128, run->from + at) : UNTOUCHED;
            assert_true(close_to(room[i], expected, 4 * LIMIT));
        }
        free(factors);
        free(room);
        free(in);
    }
}

static void test_phases(void **state) { (void)state; each_level(check_phases); }

/* -------------------------------------------------------------------------------------- bench -- */

static double seconds(void)
{
    return 1e-9 * df_thread_time();
}

enum { BENCH_ROWS = 32, BENCH_K = 256, BENCH_KEYS = 1024 };

/** What one run of each loop works on. */
typedef struct Bench {
    float *in, *room, *out[BENCH_ROWS];
    const float *rows[BENCH_ROWS];
    uint8_t joined[BENCH_ROWS];
} Bench;

static void bench_product(const DfScoreKernels *k, Bench *b)
{
    k->product(b->out, 0, b->rows, b->in, BENCH_ROWS, k->panel, BENCH_K, 0);
}

static void bench_diagonals(const DfScoreKernels *k, Bench *b)
{
    float *out[BENCH_ROWS] = { NULL };
    memcpy(out + 2, b->out + 2, (BENCH_ROWS - 4) * sizeof *out);
    DfSteps s = { .count = BENCH_ROWS, .keys = BENCH_KEYS, .fuse = 1, .above = b->rows, .at = b->rows,
                  .below = b->rows, .joined = b->joined, .out = out, .left = b->in + 128, .middle = b->in + 128,
                  .right = b->in + 128 };
    k->diagonals(&s, 0, BENCH_KEYS);
}

static void bench_fuse(const DfScoreKernels *k, Bench *b)
{
    k->fuse(b->room, b->rows[0], b->rows[1], b->rows[2], &(DfFuseRun){ 0, 0, 0, BENCH_KEYS }, 1);
}

static void bench_weigh(const DfScoreKernels *k, Bench *b)
{
    k->weigh(b->room, b->rows[0], &(DfKeyRun){ 0, 0, BENCH_KEYS }, 1, 1, 1);
}

static void bench_phases(const DfScoreKernels *k, Bench *b)
{
    k->phases(b->out, b->rows, b->in, &(DfKeyRun){ 0, 0, BENCH_KEYS }, 1);
}

static const struct {
    const char *name, *unit;
    void (*run)(const DfScoreKernels *kernels, Bench *bench);
    double values; /* that one run makes; of the product: a panel's column */
} benches[] = {
    { "product", "ns a column of 32 x 256", bench_product, 0 },
    { "diagonals", "ns", bench_diagonals, BENCH_KEYS * (BENCH_ROWS - 4.0) },
    { "fuse", "ns", bench_fuse, BENCH_KEYS },
    { "weigh", "ns", bench_weigh, BENCH_KEYS },
    { "phases", "ns", bench_phases, 4 * BENCH_KEYS },
};

static void bench_level(const DfScoreKernels *kernels)
{
    enum { STRIDE = BENCH_KEYS + 2 * DF_STEP_LANES + 16 };
    Bench b = { .in = random_floats(BENCH_ROWS * STRIDE + 512, 0.5f), .room = untouched(BENCH_ROWS * STRIDE) };
    for (int i = 0; i < BENCH_ROWS; i++) {
        b.rows[i] = b.in + i * STRIDE + DF_STEP_LANES;
        b.out[i] = b.room + i * STRIDE;
        b.joined[i] = i > 0;
    }
    printf("%s:", df_cpu_name(df_cpu_level()));
    for (size_t i = 0; i < DF_COUNT(benches); i++) {
        double best = INFINITY, values = benches[i].values ? benches[i].values : kernels->panel;
        for (int round = 0; round < 200; round++) {
            double start = seconds();
            for (int again = 0; again < 20; again++)
                benches[i].run(kernels, &b);
            best = fmin(best, (seconds() - start) / 20);
        }
        printf("  %s %.2f %s", benches[i].name, 1e9 * best / values, benches[i].unit);
    }
    printf("\n");
    free(b.room);
    free(b.in);
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--bench")) {
        each_level(bench_level);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_product),    cmocka_unit_test(test_rows_alone), cmocka_unit_test(test_diagonals),
        cmocka_unit_test(test_fuse),       cmocka_unit_test(test_weigh),      cmocka_unit_test(test_weigh_ends),
        cmocka_unit_test(test_phases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
