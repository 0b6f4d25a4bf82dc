/**
 * @file
 * Residuals around a hole: those that the ones farther out predict stay, those that end or change beside it go.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "motion/parts.h"
#include "scratch.h"

/** A hole of HOLE pixels square in the middle of a box, with flow that is known but for 4 pixels around it. */
enum { W = 160, HOLE = 64, FIRST = (W - HOLE) / 2, LAST = FIRST + HOLE - 1, MARGIN = 4, BAND = 16 };

static float distance[W * W];
static uint8_t unknown[W * W];

static float beyond(int at)
{
    return at < FIRST ? FIRST - at : at > LAST ? at - LAST : 0;
}

/** Residuals by a function of position and distance from the hole, in px along x. */
typedef float Field(int x, int y, float from_hole);

static void set_field(DfPlane planes[2], Field *field)
{
    for (int p = 0; p < 2; p++)
        planes[p] = df_plane_take(&scratch, W, W);
    for (int y = 0; y < W; y++)
        for (int x = 0; x < W; x++) {
            float from_hole = hypotf(beyond(x), beyond(y));
            distance[y * W + x] = from_hole;
            unknown[y * W + x] = from_hole <= MARGIN;
            df_plane_row(planes[0], y)[x] = unknown[y * W + x] ? 0 : field(x, y, from_hole);
            df_plane_row(planes[1], y)[x] = 0;
        }
}

static int validate(DfPlane planes[2])
{
    return df_residual_validate(planes, unknown, distance, W, (DfRect){ 0, 0, W, W }, &scratch);
}

/** The mean length of the known residuals of the columns x0 <= x < x1 within BAND of the hole. */
static float mean_near(DfPlane plane, int x0, int x1)
{
    double sum = 0;
    int n = 0;

    for (int i = 0; i < W * W; i++)
        if (!unknown[i] && distance[i] <= BAND && i % W >= x0 && i % W < x1) {
            sum += fabsf(df_plane_row(plane, i / W)[i % W]);
            n++;
        }
    return (float)(sum / n);
}

static float all_alike(int x, int y, float from_hole)
{
    (void)x, (void)y, (void)from_hole;
    return 3;
}

static float near_the_hole(int x, int y, float from_hole)
{
    (void)x, (void)y;
    return from_hole <= BAND ? 3 : 0;
}

static float noise(int x, int y, float from_hole)
{
    (void)from_hole;
    return ((x / 6 * 7919 + y / 6 * 104729) % 17 - 8) * 0.5f;
}

/** To the left a thing that reaches far out, to the right one that ends beside the hole. */
static float two_things(int x, int y, float from_hole)
{
    return x < W / 2 ? 3 : near_the_hole(x, y, from_hole);
}

static float nothing(int x, int y, float from_hole)
{
    (void)x, (void)y, (void)from_hole;
    return 0;
}

static void what_reaches_far_out_stays(void **state)
{
    DfPlane planes[2];

    (void)state;
    set_field(planes, all_alike);
    assert_int_equal(validate(planes), 1);
    for (int i = 0; i < W * W; i++)
        if (!unknown[i])
            assert_true(fabsf(df_plane_row(planes[0], i / W)[i % W] - 3) < 1e-4f);
}

static void what_ends_beside_the_hole_goes(void **state)
{
    DfPlane planes[2];

    (void)state;
    set_field(planes, near_the_hole);
    assert_true(validate(planes) >= 0);
    assert_true(mean_near(planes[0], 0, W) < 1);
}

static void noise_goes(void **state)
{
    DfPlane planes[2];

    (void)state;
    set_field(planes, noise);
    float before = mean_near(planes[0], 0, W);
    assert_true(validate(planes) >= 0);
    if (mean_near(planes[0], 0, W) >= before / 2)
        fail_msg("%.2f of %.2f px", mean_near(planes[0], 0, W), before);
}

static void each_place_has_its_own_weight(void **state)
{
    DfPlane planes[2];

    (void)state;
    set_field(planes, two_things);
    assert_int_equal(validate(planes), 1);
    assert_true(mean_near(planes[0], 0, FIRST) > 2.9f);
    if (!(mean_near(planes[0], LAST, W) < 1.2f))
        fail_msg("%.2f px", mean_near(planes[0], LAST, W));
}

static void nothing_is_nothing(void **state)
{
    DfPlane planes[2];

    (void)state;
    set_field(planes, nothing);
    assert_int_equal(validate(planes), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_reaches_far_out_stays),    cmocka_unit_test(what_ends_beside_the_hole_goes),
        cmocka_unit_test(noise_goes),                    cmocka_unit_test(each_place_has_its_own_weight),
        cmocka_unit_test(nothing_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, free_scratch);
}
