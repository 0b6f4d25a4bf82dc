/**
 * @file
 * The kernels of convolution by tiles, every CPU level's against the C versions, the C versions of products and of
 * weights against the definition in double precision. That transforms and weights together are convolutions is
 * tests/test_layers.c's.
 */
#include <string.h>

#include "base.h"
#include "cpu.h"
#include "guard.h"
#include "kernels/tile.h"
#include "levels.h"
#include "values.h"

enum { MOST_CHANNELS = 40, MOST_ROWS = 14, TILES = 5, ROOM = 1 << 17 };

static float data[ROOM], weights[ROOM], bias[256];

/** Values again where memory ends behind them. @param input  0 or 1: both may be in use */
static float *at_the_end(int input, const float *values, size_t count)
{
    static float *ends[2];
    if (!ends[input])
        ends[input] = guarded_end(ROOM);
    return memcpy(ends[input] - count, values, count * sizeof *values);
}

/** The sizes of values that are tried: usual ones, denormals, and some that saturate every gate. */
static const float ranges[] = { 1, 1e-40f, 60 };

static void fill(float *values, size_t count, float range)
{
    float *random = random_floats(count, range);
    memcpy(values, random, count * sizeof *values);
    free(random);
}

static void each_level(int first, void (*check)(const DfTileKernels *kernels))
{
    if (use_level(first) < 0)
        skip();
    FOR_EACH_LEVEL_FROM(first, level)
        check(df_tile_kernels());
}

static const DfTileKernels *portable; /* the C versions */

static void assert_alike(const float *found, const float *expected, size_t count, double limit)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)found[i] - expected[i]) <= limit * fmax(1, fabs(expected[i]))))
            fail_msg("%s: value %zu of %zu: %.9g, expected %.9g", df_cpu_name(df_cpu_level()), i, count, found[i],
                     expected[i]);
}

/* ------------------------------------------------------------------------------------ products -- */

static double plain_sum(const DfProduct *p, int row, int column)
{
    int depth = p->segment_count * p->depth;
    double sum = 0;
    for (int i = 0; i < depth; i++)
        sum += (double)p->a[row * p->lda + p->segments[i / p->depth] + i % p->depth] *
               p->weights[df_product_place(depth, p->columns, i, column)];
    return sum;
}

/** @param expected  of MOST_ROWS rows, by definition */
static void check_rows(const DfTileKernels *kernels, DfProduct p, int rows, const double *expected)
{
    int packed = df_product_columns(p.columns);
    float *out = malloc(rows * packed * sizeof *out), *alone = malloc(packed * sizeof *alone);
    p.out = out;
    p.rows = rows;
    kernels->product(&p);
    for (int row = 0; row < rows; row++)
        for (int j = 0; j < p.columns; j++)
            if (!(fabs(out[row * packed + j] - expected[row * p.columns + j]) <= 1e-5 * p.segment_count * p.depth))
                fail_msg("%d x %d x %d: %g, expected %g", rows, p.depth, p.columns, out[row * packed + j],
                         expected[row * p.columns + j]);
    /* A row alone is what it is among others, to the bit. */
    p.a += (rows - 1) * p.lda;
    p.out = alone;
    p.rows = 1;
    kernels->product(&p);
    assert_memory_equal(alone, out + (rows - 1) * packed, p.columns * sizeof *alone);
    free(alone);
    free(out);
}

static void check_product(const DfTileKernels *kernels, int columns, int depth, int segments)
{
    const size_t starts[4] = { 7, 5000, 2000, 9001 };
    double *expected = malloc(MOST_ROWS * columns * sizeof *expected);
    DfProduct p = { .a = data, .lda = depth + 3, .segments = starts, .segment_count = segments, .depth = depth,
                    .weights = weights, .columns = columns };
    for (int i = 0; i < MOST_ROWS * columns; i++)
        expected[i] = plain_sum(&p, i / columns, i % columns);
    for (int rows = 1; rows <= MOST_ROWS; rows++)
        check_rows(kernels, p, rows, expected);
    free(expected);
}

static void check_products(const DfTileKernels *kernels)
{
    static const int columns[] = { 1, 3, 8, 9, 16, 17, 24, 32, 40, 48, 64, 80, 96, 112 };
    fill(data, ROOM, 1);
    fill(weights, ROOM, 1);
    for (size_t i = 0; i < DF_COUNT(columns); i++)
        for (int depth = 1; depth <= 33; depth += 8)
            for (int segments = 1; segments <= 4; segments++)
                check_product(kernels, columns[i], depth, segments);
}

static void test_product(void **state)
{
    (void)state;
    each_level(DF_CPU_C, check_products);
}

/* ------------------------------------------------------------------------------------- weights -- */

static void check_weights(const DfTileKernels *kernels)
{
    static const double matrix[] = { 1, 0, 0.5, -1 / 6.0, 0, 0 };
    DfLanes in[6], out[4] = { { 0 } };
    for (int i = 0; i < 6 * DF_PANEL; i++)
        in[i / DF_PANEL][i % DF_PANEL] = i * 0.37 - 5;
    kernels->weights(out, 2, (const DfLanes *)in, 2, matrix, 2, 3);
    for (int lane = 0; lane < DF_PANEL; lane++) {
        assert_true(fabs(out[0][lane] - (in[0][lane] + 0.5 * in[4][lane])) < 1e-14);
        assert_true(fabs(out[2][lane] + in[0][lane] / 6) < 1e-14);
        assert_true(out[1][lane] == 0 && out[3][lane] == 0);
    }
}

static void test_weights(void **state)
{
    (void)state;
    each_level(DF_CPU_C, check_weights);
}

/* ---------------------------------------------------------------------------------- transforms -- */

static const struct {
    int in, data, sums, out; /* sides */
} sides[DF_TRANSFORMS] = {
    [DF_TRANSFORM_3] = { 6, 6, 6, 4 }, [DF_TRANSFORM_5] = { 8, 8, 8, 4 },
    [DF_TRANSFORM_NEAREST] = { 3, 3, 5, 4 }, [DF_TRANSFORM_STRIDE] = { 5, 5, 3, 2 },
    [DF_TRANSFORM_STRIDE_5] = { 11, 11, 6, 4 },
};

/** Rows of tiles in order, each of a pixel list of its own; what lies behind the last may be overwritten. */
static void transform_in(const DfTileKernels *kernels, int transform, int channels, size_t plane,
                         size_t row, float *out)
{
    const float *at[DF_MOST_PLANES];
    for (int tile = 0; tile < TILES; tile++) {
        for (int i = 0; i < sides[transform].in * sides[transform].in; i++)
            at[i] = data + (tile * 131 + i * 17) % 2000;
        at[tile] = at_the_end(0, at[tile], channels);
        kernels->transforms[transform].in(out + tile * row, plane, at, channels);
    }
}

static void check_in(const DfTileKernels *kernels)
{
    static float found[ROOM], expected[ROOM];
    for (size_t r = 0; r < DF_COUNT(ranges); r++)
        for (int transform = 0; transform < DF_TRANSFORMS; transform++)
            for (int channels = 1, most = transform == DF_TRANSFORM_5 ? DF_MOST_FIRST : MOST_CHANNELS;
                 channels <= most; channels++) {
                int planes = sides[transform].data * sides[transform].data, first = transform == DF_TRANSFORM_5;
                /* First layers have a tile's planes together, others a plane's tiles. */
                size_t plane = first ? channels : TILES * channels + DF_PANEL;
                size_t row = first ? 64 * channels : channels;
                fill(data, 2100, ranges[r]);
                transform_in(kernels, transform, channels, plane, row, found);
                transform_in(portable, transform, channels, plane, row, expected);
                for (int i = 0; i < planes * TILES; i++)
                    assert_alike(found + i / TILES * plane + i % TILES * row,
                                 expected + i / TILES * plane + i % TILES * row, channels, 1e-4 * ranges[r] + 1e-42);
            }
}

static void test_in(void **state)
{
    (void)state;
    each_level(DF_CPU_C + 1, check_in);
}

/** Outputs in a row, with something behind each that must stay. */
enum { SPACE = MOST_CHANNELS + 1 };

static void transform_out(const DfTileKernels *kernels, int transform, int channels, enum DfActivation activation,
                          float *out)
{
    float *to[16];
    size_t plane = channels + 5, last = sides[transform].sums * sides[transform].sums - 1;
    for (int i = 0; i < 16 * SPACE; i++)
        out[i] = 99;
    for (int i = 0; i < 16; i++)
        to[i] = out + i * SPACE;
    kernels->transforms[transform].out(to, at_the_end(0, data, last * plane + channels), plane, channels,
                                       at_the_end(1, bias, channels), activation);
}

static void check_gates(const DfTileKernels *kernels, int transform, enum DfActivation activation, int half)
{
    float found[16 * SPACE], expected[16 * SPACE];
    int channels = activation >= DF_TANH ? half : 2 * half;
    transform_out(kernels, transform, channels, activation, found);
    transform_out(portable, transform, channels, activation, expected);
    /* The gates' arguments are sums of up to hundreds of values; their error is part of the results'. */
    assert_alike(found, expected, 16 * SPACE, 2e-5);
}

static void check_out(const DfTileKernels *kernels)
{
    static const int transforms[] = { DF_TRANSFORM_3, DF_TRANSFORM_NEAREST, DF_TRANSFORM_STRIDE };
    for (size_t r = 0; r < DF_COUNT(ranges); r++) {
        fill(data, 20000, ranges[r] / 10);
        fill(bias, DF_COUNT(bias), ranges[r]);
        for (size_t i = 0; i < DF_COUNT(transforms); i++)
            for (int half = 1; half <= MOST_CHANNELS; half++)
                for (int activation = DF_GATE_ELU; activation <= DF_LINEAR; activation++)
                    check_gates(kernels, transforms[i], activation, half);
    }
}

static void test_out(void **state)
{
    (void)state;
    each_level(DF_CPU_C + 1, check_out);
}

/* --------------------------------------------------------------------------------- first layers -- */

static void run_first(const DfTileKernels *kernels, int depth, int half, enum DfActivation activation, int tiles,
                      float *out)
{
    float *to[16 * TILES];
    for (int i = 0; i < 16 * TILES * SPACE; i++)
        out[i] = 99;
    for (int i = 0; i < 16 * tiles; i++)
        to[i] = out + i * SPACE;
    DfFirst first = { .data = data, .depth = depth, .weights = weights, .columns = df_first_columns(half),
                      .half = half, .bias = bias, .activation = activation, .to = to, .tiles = tiles };
    kernels->first(&first);
}

static void check_first(const DfTileKernels *kernels)
{
    static float found[16 * TILES * SPACE], expected[16 * TILES * SPACE];
    for (size_t r = 0; r < DF_COUNT(ranges); r++) {
        fill(data, 64 * 8 * TILES, ranges[r] / 20);
        fill(weights, 64 * 8 * 96, 0.5f);
        fill(bias, DF_COUNT(bias), ranges[r]);
        for (int depth = 1; depth <= DF_MOST_FIRST; depth++)
            for (int half = 1; half <= 26; half += half % 8 == 6 ? 1 : 5)
                for (int tiles = 1; tiles <= TILES; tiles++) {
                    enum DfActivation activation = tiles % 3 == 2 && 2 * half < SPACE ? DF_LINEAR : tiles % 3 % 2;
                    run_first(kernels, depth, half, activation, tiles, found);
                    run_first(portable, depth, half, activation, tiles, expected);
                    assert_alike(found, expected, 16 * TILES * SPACE, 5e-5);
                    /* A tile alone is what it is among others, to the bit. */
                    run_first(kernels, depth, half, activation, 1, expected);
                    assert_memory_equal(found, expected, 16 * SPACE * sizeof *found);
                }
    }
}

static void test_first(void **state)
{
    (void)state;
    each_level(DF_CPU_C, check_first);
}

int main(void)
{
    df_cpu_force(DF_CPU_C);
    portable = df_tile_kernels();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_product), cmocka_unit_test(test_weights), cmocka_unit_test(test_in),
        cmocka_unit_test(test_out), cmocka_unit_test(test_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
