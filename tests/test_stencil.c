/**
 * @file
 * Every CPU level's multigrid loops against the C versions, which are the equations themselves.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "kernels/stencil.h"
#include "levels.h"

#define ROW_FLOATS 96
#define ROWS 5
#define FIRST (2 * ROW_FLOATS + 16) /* of the row at work, with neighbours on all sides */
#define LIMIT 2e-6

typedef struct Planes {
    float e[ROWS * ROW_FLOATS], r[ROWS * ROW_FLOATS], inverse[ROWS * ROW_FLOATS];
    float east[ROWS * ROW_FLOATS], south[ROWS * ROW_FLOATS], border[ROWS * ROW_FLOATS];
} Planes;

static uint32_t state_of_random = 1;

static float uniform(float low, float high)
{
    state_of_random = state_of_random * 1664525 + 1013904223;
    return low + (high - low) * (state_of_random >> 8) / (1 << 24);
}

/** Random cells, a third of them without an equation. */
static void fill(Planes *p)
{
    for (int i = 0; i < ROWS * ROW_FLOATS; i++) {
        int has = uniform(0, 3) > 1;

        p->inverse[i] = has ? 1 / floorf(uniform(1, 5)) : 0;
        p->e[i] = has ? uniform(-9, 9) : 0;
        p->r[i] = has ? uniform(-9, 9) : 0;
        p->east[i] = has ? uniform(0, 2) : 0;
        p->south[i] = has ? uniform(0, 2) : 0;
        p->border[i] = has ? uniform(0, 2) : 0;
    }
}

static DfStencil row_of(Planes *p, int weighted, int n)
{
    return (DfStencil){ p->e + FIRST, p->r + FIRST, p->inverse + FIRST, weighted ? p->east + FIRST : NULL,
                        weighted ? p->south + FIRST : NULL, ROW_FLOATS, n };
}

static DfConductances links_of(Planes *p, int at)
{
    return (DfConductances){ p->east + at, p->south + at, p->border + at };
}

static void assert_near(const float *found, const float *expected, int n)
{
    for (int i = 0; i < n; i++)
        if (!(fabs((double)found[i] - expected[i]) <= LIMIT * fmax(16, fabs(expected[i]))))
            fail_msg("value %d of %d: %.9g, same %.9g", i, n, found[i], expected[i]);
}

/** Run a test at each level above C, which is what they are compared with. */
static void each_level(void (*check)(const DfStencilKernels *kernels))
{
    if (use_level(DF_CPU_C + 1) < 0)
        skip();
    FOR_EACH_LEVEL_FROM(DF_CPU_C + 1, level)
        check(df_stencil_kernels());
}

static void check_sweep(const DfStencilKernels *kernels)
{
    for (int n = 8; n <= 64; n += 8)
        for (int i = 0; i < 4; i++) {
            Planes found, expected;

            fill(&found);
            expected = found;
            DfStencil a = row_of(&found, i / 2, n), b = row_of(&expected, i / 2, n);
            kernels->sweep(&a, i % 2);
            df_stencil_c.sweep(&b, i % 2);
            assert_near(found.e, expected.e, ROWS * ROW_FLOATS);
            for (int x = 1 - i % 2; x < n; x += 2) /* the other colour's */
                assert_true(a.e[x] == b.e[x]);
        }
}

static void test_sweep(void **state) { (void)state; each_level(check_sweep); }

static void check_residual(const DfStencilKernels *kernels)
{
    for (int n = 8; n <= 64; n += 8)
        for (int weighted = 0; weighted < 2; weighted++) {
            float found[65], expected[65];
            Planes p;

            fill(&p);
            DfStencil row = row_of(&p, weighted, n);
            found[n] = expected[n] = 42;
            kernels->residual(found, &row);
            df_stencil_c.residual(expected, &row);
            assert_near(found, expected, n + 1);
        }
}

static void test_residual(void **state) { (void)state; each_level(check_residual); }

/** What a sweep solved leaves no residual. */
static void test_sweep_solves(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        float residual[64];
        Planes p;

        fill(&p);
        DfStencil row = row_of(&p, i / 2, 64);
        df_stencil_c.sweep(&row, i % 2);
        df_stencil_c.residual(residual, &row);
        for (int x = i % 2; x < 64; x += 2)
            assert_true(fabsf(residual[x]) < 1e-4f);
    }
}

static void check_between(const DfStencilKernels *kernels)
{
    for (int n = 16; n <= 64; n += 16) {
        Planes found, expected;

        fill(&found);
        expected = found;
        const float *near = found.r + FIRST, *far = near + ROW_FLOATS;
        kernels->prolong(found.e + FIRST, found.inverse + FIRST, near, far, n);
        df_stencil_c.prolong(expected.e + FIRST, expected.inverse + FIRST, near, far, n);
        assert_near(found.e, expected.e, ROWS * ROW_FLOATS);
        kernels->block_sum(found.r + FIRST, found.e + FIRST, found.e + FIRST + ROW_FLOATS, n / 2);
        df_stencil_c.block_sum(expected.r + FIRST, expected.e + FIRST, expected.e + FIRST + ROW_FLOATS, n / 2);
        assert_near(found.r, expected.r, ROWS * ROW_FLOATS);
        assert_true(kernels->largest(found.e + FIRST, n) == df_stencil_c.largest(found.e + FIRST, n));
    }
}

static void test_between(void **state) { (void)state; each_level(check_between); }

/** Interpolation keeps a constant where it is sought. */
static void test_prolong_constant(void **state)
{
    float coarse[32], e[32] = { 0 }, inverse[32];

    (void)state;
    for (int i = 0; i < 32; i++) {
        coarse[i] = 7;
        inverse[i] = i % 3 ? 0.25f : 0;
    }
    df_stencil_c.prolong(e, inverse, coarse + 8, coarse + 8, 32);
    for (int i = 0; i < 32; i++)
        assert_true(e[i] == (i % 3 ? 7 : 0));
}

static void assert_links(const Planes *found, const Planes *expected)
{
    assert_near(found->east, expected->east, ROWS * ROW_FLOATS);
    assert_near(found->south, expected->south, ROWS * ROW_FLOATS);
    assert_near(found->border, expected->border, ROWS * ROW_FLOATS);
}

static void check_links(const DfStencilKernels *kernels)
{
    for (int n = 8; n <= 32; n += 8) {
        Planes found, expected, out = { 0 }, same = { 0 };

        fill(&found);
        expected = found;
        const DfConductances a = links_of(&out, FIRST), b = links_of(&same, FIRST);
        const DfConductances rows[2] = { links_of(&found, FIRST), links_of(&found, FIRST + ROW_FLOATS) };

        kernels->coarsen(&a, rows, 1.5f, n);
        df_stencil_c.coarsen(&b, rows, 1.5f, n);
        assert_links(&out, &same);
        kernels->conductances(&a, found.inverse + FIRST, ROW_FLOATS, n);
        df_stencil_c.conductances(&b, found.inverse + FIRST, ROW_FLOATS, n);
        assert_links(&out, &same);
        kernels->invert(found.inverse + FIRST, &rows[0], ROW_FLOATS, n);
        df_stencil_c.invert(expected.inverse + FIRST, &rows[0], ROW_FLOATS, n);
        assert_near(found.inverse, expected.inverse, ROWS * ROW_FLOATS);
    }
}

static void test_links(void **state) { (void)state; each_level(check_links); }

static void check_pose(const DfStencilKernels *kernels)
{
    for (int n = -1; n <= 40; n++) {
        Planes found, expected;
        uint8_t hole[40];

        fill(&found);
        expected = found;
        for (int i = 0; i < n; i++)
            hole[i] = uniform(0, 2) > 1 ? (int)uniform(1, 256) : 0;
        const float *u = found.e + FIRST, *gx = found.east + FIRST, *gy = found.south + FIRST;
        const DfGradientRows rows = { u, u - ROW_FLOATS, u + ROW_FLOATS, gx, gy, gy - ROW_FLOATS };

        kernels->assemble(found.r + FIRST, found.inverse + FIRST, &rows, hole, n);
        df_stencil_c.assemble(expected.r + FIRST, expected.inverse + FIRST, &rows, hole, n);
        assert_near(found.r, expected.r, ROWS * ROW_FLOATS);
        assert_near(found.inverse, expected.inverse, ROWS * ROW_FLOATS);
    }
}

static void test_pose(void **state) { (void)state; each_level(check_pose); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweep),        cmocka_unit_test(test_residual),
        cmocka_unit_test(test_sweep_solves), cmocka_unit_test(test_between),
        cmocka_unit_test(test_links),        cmocka_unit_test(test_prolong_constant),
        cmocka_unit_test(test_pose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
