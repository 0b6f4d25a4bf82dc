/**
 * @file
 * Poisson's equation on holes of many shapes against direct and plain solutions in double precision.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "cpu.h"
#include "levels.h"
#include "plane/poisson.h"

static uint32_t state_of_random = 1;

static float uniform(float low, float high)
{
    state_of_random = state_of_random * 1664525 + 1013904223;
    return low + (high - low) * (state_of_random >> 8) / (1 << 24);
}

typedef struct Case {
    DfArena arena, scratch;
    DfPlane u, gx, gy;
    uint8_t *hole;
    double *solution; /* width * height */
    int width, height;
} Case;

/** Random fixed values, guess and guides; differences that must not be read are NaN. */
static void open_case(Case *c, int width, int height)
{
    *c = (Case){ .width = width, .height = height };
    c->u = df_plane_take(&c->arena, width, height);
    c->gx = df_plane_take(&c->arena, width, height);
    c->gy = df_plane_take(&c->arena, width, height);
    c->hole = df_arena_take_zeroed(&c->arena, width * height);
    c->solution = df_arena_take_zeroed(&c->arena, width * height * sizeof *c->solution);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            df_plane_row(c->u, y)[x] = uniform(0, 255);
            df_plane_row(c->gx, y)[x] = x + 1 < width ? uniform(-20, 20) : NAN;
            df_plane_row(c->gy, y)[x] = y + 1 < height ? uniform(-20, 20) : NAN;
        }
}

static void close_case(Case *c)
{
    df_arena_free(&c->arena);
    df_arena_free(&c->scratch);
}

static int is_hole(const Case *c, int x, int y) { return c->hole[y * c->width + x]; }
static float *u_at(const Case *c, int x, int y) { return df_plane_row(c->u, y) + x; }

/* -------------------------------------------------------------------------- plain solutions -- */

/** A neighbour of a sample in the plane, and the difference expected to it. */
typedef struct Neighbour {
    int x, y;
    double difference;
} Neighbour;

static int neighbours(const Case *c, int x, int y, Neighbour list[4])
{
    int n = 0;

    if (x > 0)
        list[n++] = (Neighbour){ x - 1, y, -df_plane_row(c->gx, y)[x - 1] };
    if (x + 1 < c->width)
        list[n++] = (Neighbour){ x + 1, y, df_plane_row(c->gx, y)[x] };
    if (y > 0)
        list[n++] = (Neighbour){ x, y - 1, -df_plane_row(c->gy, y - 1)[x] };
    if (y + 1 < c->height)
        list[n++] = (Neighbour){ x, y + 1, df_plane_row(c->gy, y)[x] };
    return n;
}

/** Gauss-Jordan with pivoting on a dense n x (n + 1) system. */
static void eliminate(double *a, int n)
{
    for (int k = 0; k < n; k++) {
        int pivot = k;

        for (int i = k + 1; i < n; i++)
            if (fabs(a[i * (n + 1) + k]) > fabs(a[pivot * (n + 1) + k]))
                pivot = i;
        for (int j = 0; j <= n; j++) {
            double swap = a[k * (n + 1) + j];
            a[k * (n + 1) + j] = a[pivot * (n + 1) + j];
            a[pivot * (n + 1) + j] = swap;
        }
        for (int i = 0; i < n; i++) {
            double factor = i == k ? 0 : a[i * (n + 1) + k] / a[k * (n + 1) + k];

            for (int j = k; factor != 0 && j <= n; j++)
                a[i * (n + 1) + j] -= factor * a[k * (n + 1) + j];
        }
    }
}

/** The row of sample (x, y), where index tells the unknowns' numbers. */
static void write_equation(const Case *c, double *row, int unknowns, const int *index, int x, int y)
{
    Neighbour list[4];
    int n = neighbours(c, x, y, list);

    row[index[y * c->width + x]] = -n;
    for (int i = 0; i < n; i++) {
        row[unknowns] += list[i].difference;
        if (is_hole(c, list[i].x, list[i].y))
            row[index[list[i].y * c->width + list[i].x]] += 1;
        else
            row[unknowns] -= *u_at(c, list[i].x, list[i].y);
    }
}

/** A direct solution; where all is hole, one equation follows from the others and gives way to the mean. */
static void solve_directly(Case *c)
{
    int samples = c->width * c->height, unknowns = 0, *index = calloc(samples, sizeof *index);

    for (int i = 0; i < samples; i++)
        index[i] = c->hole[i] ? unknowns++ : -1;
    double *a = calloc((size_t)(unknowns + 1) * (unknowns + 1), sizeof *a), sum = 0;
    for (int i = 0; i < samples; i++) {
        sum += *u_at(c, i % c->width, i / c->width);
        if (c->hole[i])
            write_equation(c, a + index[i] * (unknowns + 1), unknowns, index, i % c->width, i / c->width);
    }
    for (int j = 0; unknowns == samples && j <= unknowns; j++)
        a[j] = j < unknowns ? 1 : sum;
    eliminate(a, unknowns);
    for (int i = 0; i < samples; i++) {
        const double *row = a + index[i] * (unknowns + 1);

        c->solution[i] = c->hole[i] ? row[unknowns] / row[index[i]] : *u_at(c, i % c->width, i / c->width);
    }
    free(a);
    free(index);
}

/** Successive over-relaxation until nothing changes any more. */
static void solve_slowly(Case *c)
{
    const double factor = 2 / (1 + sin(M_PI / (DF_MIN(c->width, c->height) + 1)));
    double change = 1;

    for (int i = 0; i < c->width * c->height; i++)
        c->solution[i] = *u_at(c, i % c->width, i / c->width);
    while (change > 1e-5) {
        change = 0;
        for (int i = 0; i < c->width * c->height; i++) {
            Neighbour list[4];
            int n = neighbours(c, i % c->width, i / c->width, list);
            double sum = 0;

            for (int j = 0; j < n && c->hole[i]; j++)
                sum += c->solution[list[j].y * c->width + list[j].x] - list[j].difference - c->solution[i];
            c->solution[i] += factor * sum / n;
            change = fmax(change, fabs(sum));
        }
    }
}

/** Solve with the function under test, and hold it against the solution; fixed samples keep their bits. */
static void compare(Case *c, float tolerance, const char *name)
{
    DfPlane before = df_plane_take(&c->arena, c->width, c->height);

    memcpy(before.data, c->u.data, c->u.row_floats * c->height * sizeof(float));
    assert_int_equal(df_poisson(c->u, c->gx, c->gy, c->hole, tolerance, &c->scratch), 0);
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++) {
            double error = fabs(*u_at(c, x, y) - c->solution[y * c->width + x]);

            if (!is_hole(c, x, y))
                assert_memory_equal(u_at(c, x, y), df_plane_row(before, y) + x, sizeof(float));
            else if (!(error <= tolerance))
                fail_msg("%s, %dx%d: off by %g at (%d, %d), tolerance %g, CPU %s", name, c->width, c->height,
                         error, x, y, tolerance, df_cpu_name(df_cpu_level()));
        }
}

/* ------------------------------------------------------------------------------------ shapes -- */

typedef int (*Shape)(int x, int y, int w, int h);

static int inside(int x, int y, int w, int h) { return x > 1 && y > 1 && x < w - 2 && y < h - 2; }
static int rectangle(int x, int y, int w, int h) { return inside(x, y, w, h); }
static int ell(int x, int y, int w, int h) { return inside(x, y, w, h) && (x < w / 3 || y > h / 2); }
static int specks(int x, int y, int w, int h) { return inside(x, y, w, h) && x * (y + 7) % 11 < 2; }
static int slants(int x, int y, int w, int h) { return inside(x, y, w, h) && (x + y) % 6 < 2; }
static int bars(int x, int y, int w, int h) { return inside(x, y, w, h) && x % 4 < 2; }
static int lattice(int x, int y, int w, int h) { return inside(x, y, w, h) && (x % 7 < 2 || y % 6 < 2); }
static int corner(int x, int y, int w, int h) { return x < w / 2 && y < h / 2; }
static int far_corner(int x, int y, int w, int h) { return x > w / 2 && y > h / 3; }
static int band(int x, int y, int w, int h) { return (void)x, (void)w, y > 2 && y < h - 3; }
static int all_but_top(int x, int y, int w, int h) { return (void)x, (void)w, (void)h, y > 0; }
static int all_but_one(int x, int y, int w, int h) { return x != w / 2 || y != h / 3; }
static int dotted(int x, int y, int w, int h) { return (void)w, (void)h, x % 5 != 2 || y % 5 != 2; }
static int everything(int x, int y, int w, int h) { return (void)x, (void)y, (void)w, (void)h, 1; }
static int nothing(int x, int y, int w, int h) { return (void)x, (void)y, (void)w, (void)h, 0; }

static int ring(int x, int y, int w, int h)
{
    double r = hypot(x - w / 2., y - h / 2.), most = DF_MIN(w, h) / 2. - 1;

    return r < most && r > most - 3;
}

static int maze(int x, int y, int w, int h)
{
    int wall = x % 5 == 0, door = x / 5 % 2 ? y == 2 : y == h - 3;

    return inside(x, y, w, h) && (!wall || door);
}

#define SHAPE(name) { #name, name }
static const struct {
    const char *name;
    Shape at;
} shapes[] = {
    SHAPE(rectangle), SHAPE(ell),    SHAPE(specks),     SHAPE(slants), SHAPE(bars),        SHAPE(lattice),
    SHAPE(ring),      SHAPE(corner), SHAPE(far_corner), SHAPE(band),   SHAPE(all_but_top), SHAPE(all_but_one),
    SHAPE(dotted),    SHAPE(maze),   SHAPE(everything), SHAPE(nothing),
};

static void draw(Case *c, Shape at)
{
    for (int i = 0; i < c->width * c->height; i++)
        c->hole[i] = at(i % c->width, i / c->width, c->width, c->height) ? 255 : 0;
}

static void each_level(void (*check)(void))
{
    FOR_EACH_LEVEL(level) {
        state_of_random = 1;
        check();
    }
}

/* ------------------------------------------------------------------------------------- tests -- */

static void check_shapes(void)
{
    static const int sizes[][2] = { { 24, 19 }, { 17, 23 }, { 33, 9 } };

    for (size_t i = 0; i < DF_COUNT(shapes); i++)
        for (size_t j = 0; j < DF_COUNT(sizes); j++) {
            Case c;

            open_case(&c, sizes[j][0], sizes[j][1]);
            draw(&c, shapes[i].at);
            solve_directly(&c);
            compare(&c, 0.25f, shapes[i].name);
            close_case(&c);
        }
}

static void test_shapes(void **state) { (void)state; each_level(check_shapes); }

/** Planes of a sample or a few, whatever of them is hole. */
static void check_tiny(void)
{
    for (int height = 1; height <= 3; height++)
        for (int width = 1; width <= 3; width++)
            for (int set = 0; set < 1 << (width * height); set++) {
                Case c;

                open_case(&c, width, height);
                for (int i = 0; i < width * height; i++)
                    c.hole[i] = set >> i & 1;
                solve_directly(&c);
                compare(&c, 0.25f, "tiny");
                close_case(&c);
            }
}

static void test_tiny(void **state) { (void)state; each_level(check_tiny); }

/** Random holes, sparse to dense; a sharp tolerance is kept as well. */
static void check_random(void)
{
    for (int i = 0; i < 60; i++) {
        float density = uniform(0, 1);
        Case c;

        open_case(&c, 1 + (int)uniform(0, 25), 1 + (int)uniform(0, 20));
        for (int j = 0; j < c.width * c.height; j++)
            c.hole[j] = uniform(0, 1) < density;
        solve_directly(&c);
        compare(&c, i % 2 ? 0.5f : 0.01f, "random");
        close_case(&c);
    }
}

static void test_random(void **state) { (void)state; each_level(check_random); }

static void check_large(void)
{
    static const Shape large[] = { rectangle, maze, all_but_top };

    for (size_t i = 0; i < DF_COUNT(large); i++) {
        Case c;

        open_case(&c, 250, 110);
        draw(&c, large[i]);
        solve_slowly(&c);
        compare(&c, 0.25f, "large");
        close_case(&c);
    }
}

static void test_large(void **state) { (void)state; each_level(check_large); }

/** Whatever the guess, the solution is the same within the tolerance. */
static void check_guesses(void)
{
    for (int guess = 0; guess < 4; guess++) {
        Case c;

        state_of_random = 1;
        open_case(&c, 30, 22);
        draw(&c, ell);
        solve_directly(&c);
        for (int i = 0; i < 30 * 22; i++)
            if (c.hole[i])
                *u_at(&c, i % 30, i / 30) = guess == 0 ? 0 : guess == 1 ? 1e4f : guess == 2 ? c.solution[i]
                                                                                         : uniform(-500, 500);
        compare(&c, 0.25f, "guess");
        close_case(&c);
    }
}

static void test_guesses(void **state) { (void)state; each_level(check_guesses); }

/** Without expected differences, constants and ramps across the hole are what they were. */
static void check_ramps(void)
{
    for (int steep = 0; steep < 3; steep++) {
        Case c;

        open_case(&c, 60, 50);
        draw(&c, rectangle);
        for (int y = 0; y < c.height; y++)
            for (int x = 0; x < c.width; x++) {
                double ramp = 100 + steep * (x - 0.5 * y);

                *u_at(&c, x, y) = is_hole(&c, x, y) ? 0 : ramp;
                c.solution[y * c.width + x] = ramp;
                df_plane_row(c.gx, y)[x] = df_plane_row(c.gy, y)[x] = 0;
            }
        compare(&c, 0.02f, "ramp");
        close_case(&c);
    }
}

static void test_ramps(void **state) { (void)state; each_level(check_ramps); }

/** Every allocation fails once: the error is told, u as it was, and the scratch memory still serves. */
static void test_no_memory(void **state)
{
    int ret = -1;

    (void)state;
    for (int successes = 0; ret < 0; successes++) {
        Case c;

        open_case(&c, 120, 90);
        draw(&c, rectangle);
        float before = *u_at(&c, 50, 50);
        df_fail_after(successes);
        ret = df_poisson(c.u, c.gx, c.gy, c.hole, 0.25f, &c.scratch);
        df_fail_after(-1);
        assert_true(ret == 0 ? successes > 0 : ret == -12 && *u_at(&c, 50, 50) == before);
        solve_slowly(&c);
        compare(&c, 0.25f, "after a failure");
        close_case(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),  cmocka_unit_test(test_tiny),  cmocka_unit_test(test_random),
        cmocka_unit_test(test_large),   cmocka_unit_test(test_ramps), cmocka_unit_test(test_guesses),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
