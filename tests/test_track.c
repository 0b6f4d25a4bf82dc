/**
 * @file
 * Pyramids beside the definition, corners beside a naive search, Lucas and Kanade on shifts that are known,
 * affines with wrong tracks among the right ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "motion/median.h"
#include "motion/track.h"
#include "waves.h"

static const double still[6] = { 0, 1, 0, 0, 0, 1 };

/* ----------------------------------------------------------------------------------- pyramid -- */

static int mirrored(int i, int side)
{
    while (side > 1 && (i < 0 || i >= side))
        i = i < 0 ? -i : 2 * (side - 1) - i;
    return side > 1 ? i : 0;
}

static double halved(DfPlane plane, int x, int y)
{
    static const int weights[5] = { 1, 4, 6, 4, 1 };
    double sum = 0;
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 5; k++) {
            const float *row = df_plane_row(plane, mirrored(2 * y + i - 2, plane.height));
            sum += weights[i] * weights[k] * row[mirrored(2 * x + k - 2, plane.width)];
        }
    return sum / 256;
}

static void levels_are_halved(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 2, 1 }, { 1, 5 }, { 3, 2 }, { 17, 9 }, { 131, 33 } };
    DfArena arena = { 0 };
    Waves waves = waves_make(1);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(sizes); i++) {
        DfPyramid pyramid;
        DfPlane picture = waves_picture(&waves, &arena, sizes[i][0], sizes[i][1], still);
        assert_int_equal(df_pyramid_build(&pyramid, &arena, picture, 4, 1), 0);
        for (int level = 1; level < pyramid.count; level++) {
            DfPlane above = pyramid.levels[level - 1], plane = pyramid.levels[level];
            assert_int_equal(plane.width, (above.width + 1) / 2);
            assert_int_equal(plane.height, (above.height + 1) / 2);
            for (int y = 0; y < plane.height; y++)
                for (int x = 0; x < plane.width; x++)
                    assert_true(fabs(df_plane_row(plane, y)[x] - halved(above, x, y)) < 1e-3);
        }
    }
    df_arena_free(&arena);
}

static void levels_end_where_told(void **state)
{
    DfArena arena = { 0 };
    Waves waves = waves_make(1);
    DfPlane picture = waves_picture(&waves, &arena, 100, 40, still);
    DfPyramid pyramid;

    (void)state;
    assert_int_equal(df_pyramid_build(&pyramid, &arena, picture, 4, 1), 0);
    assert_int_equal(pyramid.count, 4);
    assert_int_equal(df_pyramid_build(&pyramid, &arena, picture, DF_PYRAMID_LEVELS, 10), 0);
    assert_int_equal(pyramid.count, 3);
    assert_int_equal(df_pyramid_build(&pyramid, &arena, picture, 1, 1), 0);
    assert_int_equal(pyramid.count, 1);
    df_arena_free(&arena);
}

/* ----------------------------------------------------------------------------------- corners -- */

/** The definition of a corner's strength, in double precision; 0 at the edges. */
static double strength_at(DfPlane p, int x, int y)
{
    double xx = 0, xy = 0, yy = 0;
    if (x < 2 || y < 2 || x >= p.width - 2 || y >= p.height - 2)
        return 0;
    for (int v = y - 1; v <= y + 1; v++)
        for (int u = x - 1; u <= x + 1; u++) {
            const float *a = df_plane_row(p, v - 1) + u, *b = a + p.row_floats, *c = b + p.row_floats;
            double dx = a[1] + 2 * b[1] + c[1] - a[-1] - 2 * b[-1] - c[-1];
            double dy = c[-1] + 2 * c[0] + c[1] - a[-1] - 2 * a[0] - a[1];
            xx += dx * dx;
            xy += dx * dy;
            yy += dy * dy;
        }
    return (xx + yy - sqrt((xx - yy) * (xx - yy) + 4 * xy * xy)) / 4;
}

static int is_peak(const double *strength, int width, int x, int y)
{
    for (int v = y - 1; v <= y + 1; v++)
        for (int u = x - 1; u <= x + 1; u++)
            if (strength[v * width + u] > strength[y * width + x])
                return 0;
    return 1;
}

/** The strongest peak that may be and lies at least 5 px from those found; 0: there is none */
static int next_naive(DfCorner *found, int count, const double *strength, DfPlane p, const uint8_t *where,
                      double least)
{
    int best = -1;
    for (int y = 2; y < p.height - 2; y++)
        for (int x = 2; x < p.width - 2; x++) {
            int i = y * p.width + x, near = 0;
            if (!where[i] || strength[i] < least || (best >= 0 && strength[i] <= strength[best]))
                continue;
            for (int k = 0; k < count; k++)
                near |= hypot(found[k].x - x, found[k].y - y) < 5;
            if (!near && is_peak(strength, p.width, x, y))
                best = i;
        }
    if (best >= 0)
        found[count] = (DfCorner){ best % p.width, best / p.width };
    return best >= 0;
}

static void corners_equal_naive_ones(void **state)
{
    enum { W = 150, H = 90, MOST = 60 };
    static double strength[W * H];
    static uint8_t where[W * H];
    DfArena arena = { 0 };
    DfCorner found[MOST], expected[MOST];

    (void)state;
    for (int round = 0; round < 4; round++) {
        Waves waves = waves_make(7 + round);
        DfPlane p = waves_picture(&waves, &arena, W, H, still);
        double most = 0;
        int count = 0;
        for (int i = 0; i < W * H; i++) {
            strength[i] = strength_at(p, i % W, i / W);
            where[i] = round == 0 || hypot(i % W - 70, i / W - 40) > 30;
        }
        for (int i = 0; i < W * H; i++)
            if (where[i] && strength[i] > most && is_peak(strength, W, i % W, i / W))
                most = strength[i];
        while (count < MOST && next_naive(expected, count, strength, p, where, 0.005 * most))
            count++;
        assert_int_equal(df_corners_find(found, MOST, p, where, &arena), count);
        assert_true(count > 20);
        for (int i = 0; i < count; i++)
            assert_true(found[i].x == expected[i].x && found[i].y == expected[i].y);
    }
    df_arena_free(&arena);
}

static void flat_or_tiny_pictures_have_no_corners(void **state)
{
    static uint8_t where[64 * 64];
    DfArena arena = { 0 };
    DfCorner found[10];

    (void)state;
    memset(where, 1, sizeof where);
    for (int side = 1; side <= 64; side += side < 8 ? 1 : 28) {
        DfPlane p = df_plane_take(&arena, side, side);
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++)
                df_plane_row(p, y)[x] = 77;
        assert_int_equal(df_corners_find(found, 10, p, where, &arena), 0);
    }
    DfPlane p = df_plane_take(&arena, 64, 64);
    Waves waves = waves_make(3);
    p = waves_picture(&waves, &arena, 64, 64, still);
    memset(where, 0, sizeof where);
    assert_int_equal(df_corners_find(found, 10, p, where, &arena), 0);
    df_arena_free(&arena);
}

/* ---------------------------------------------------------------------------------- tracking -- */

/** Track corners at least `margin` from the edges through a shift; @return the largest error, in pixels */
static double worst_of_shift(double sx, double sy, int margin, double *survived)
{
    enum { W = 200, H = 160 };
    static uint8_t where[W * H];
    const double moved[6] = { -sx, 1, 0, -sy, 0, 1 };
    DfArena arena = { 0 };
    Waves waves = waves_make(11);
    DfPyramid a, b;
    DfCorner corners[80];
    DfTrack tracks[80];
    double worst = 0;

    for (int i = 0; i < W * H; i++)
        where[i] = i % W >= margin && i % W < W - margin && i / W >= margin && i / W < H - margin;
    assert_int_equal(df_pyramid_build(&a, &arena, waves_picture(&waves, &arena, W, H, still), 4, 1), 0);
    assert_int_equal(df_pyramid_build(&b, &arena, waves_picture(&waves, &arena, W, H, moved), 4, 1), 0);
    int count = df_corners_find(corners, 80, a.levels[0], where, &arena);
    assert_true(count >= 40);
    int survivors = df_track(tracks, &a, &b, corners, count);
    for (int i = 0; i < survivors; i++)
        worst = fmax(worst, hypot(tracks[i].to_x - tracks[i].x - sx, tracks[i].to_y - tracks[i].y - sy));
    *survived = (double)survivors / count;
    df_arena_free(&arena);
    return worst;
}

static void eighths_of_a_pixel_are_told(void **state)
{
    double survived;

    (void)state;
    for (int i = 0; i < 64; i++) {
        double worst = worst_of_shift(i % 8 / 8.0, i / 8 / 8.0, 12, &survived);
        assert_true(survived == 1);
        assert_true(worst < 0.05);
    }
}

static void long_shifts_go_through_the_pyramid(void **state)
{
    double survived;

    (void)state;
    for (int i = 0; i < 8; i++) {
        double length = 6 + 2 * i, worst = worst_of_shift(length * cos(i), length * sin(i), 40, &survived);
        assert_true(survived > 0.85);
        assert_true(worst < 0.5);
    }
}

static void corners_at_the_edges_are_safe(void **state)
{
    double survived;

    (void)state;
    for (int i = 0; i < 8; i++)
        assert_true(isfinite(worst_of_shift(15 * cos(i), 15 * sin(i), 2, &survived)));
}

/* ----------------------------------------------------------------------------------- affines -- */

static float least_of_rest(const float *values, int from, int n)
{
    float least = values[from];
    for (int i = from; i < n; i++)
        least = fminf(least, values[i]);
    return least;
}

static void median_has_half_on_each_side(void **state)
{
    unsigned seed = 5;
    float values[99];

    (void)state;
    assert_true(df_median(values, 0) == 0);
    for (int n = 1; n < 99; n++) {
        for (int i = 0; i < n; i++)
            values[i] = n % 3 ? floorf(9 * (float)waves_draw(&seed)) : (float)i;
        float middle = df_median(values, n);
        for (int i = 0; i < n / 2; i++)
            assert_true(values[i] <= middle);
        assert_true(values[n / 2] == middle && least_of_rest(values, n / 2, n) == middle);
    }
}

static const DfAffine zoom = { { 2.5, 0.02, -0.013 }, { -1.25, 0.011, 0.017 } };

/** Tracks around (500, 300), some of them wrong by up to 20 px. */
static void make_tracks(DfTrack *tracks, int count, double wrong, double noise)
{
    unsigned seed = 9;

    for (int i = 0; i < count; i++) {
        float x = (float)(350 + 300 * waves_draw(&seed)), y = (float)(200 + 200 * waves_draw(&seed)), dx, dy;
        df_affine_at(&zoom, x, y, &dx, &dy);
        dx += (float)(noise * (2 * waves_draw(&seed) - 1));
        dy += (float)(noise * (2 * waves_draw(&seed) - 1));
        if (i < wrong * count) {
            dx += (float)(40 * waves_draw(&seed) - 20);
            dy += (float)(40 * waves_draw(&seed) - 20);
        }
        tracks[i] = (DfTrack){ x, y, x + dx, y + dy, (float)(0.2 + waves_draw(&seed)) };
    }
}

static void wrong_tracks_are_left_out(void **state)
{
    DfTrack tracks[200];
    DfAffine there, back;

    (void)state;
    make_tracks(tracks, 200, 0.4, 0.03);
    assert_int_equal(df_affine_fit(&there, tracks, 200, 0), 1);
    assert_int_equal(df_affine_fit(&back, tracks, 200, 1), 1);
    for (int i = 0; i < 25; i++) {
        float x = 380 + 60 * (i % 5), y = 220 + 40 * (i / 5), expected[2], found[2], returned[2];
        df_affine_at(&zoom, x, y, &expected[0], &expected[1]);
        df_affine_at(&there, x, y, &found[0], &found[1]);
        assert_true(hypotf(found[0] - expected[0], found[1] - expected[1]) < 0.02f);
        df_affine_at(&back, x + expected[0], y + expected[1], &returned[0], &returned[1]);
        assert_true(hypotf(returned[0] + expected[0], returned[1] + expected[1]) < 0.02f);
    }
}

static void few_tracks_are_no_motion(void **state)
{
    DfTrack tracks[8];
    DfAffine affine = zoom, none = { 0 };

    (void)state;
    make_tracks(tracks, 8, 0, 0);
    assert_int_equal(df_affine_fit(&affine, tracks, 7, 0), 0);
    assert_memory_equal(&affine, &none, sizeof none);
    assert_int_equal(df_affine_fit(&affine, tracks, 8, 0), 1);
}

/** Noise along a line says nothing of what lies off it. */
static void line_of_tracks_moves_as_one(void **state)
{
    DfTrack tracks[60];
    unsigned seed = 4;
    DfAffine affine;
    float dx, dy;

    (void)state;
    for (int i = 0; i < 60; i++) {
        float x = 10 * i, y = 300 + 0.5f * i;
        tracks[i] = (DfTrack){ x, y, x + 3 + 0.1f * (float)waves_draw(&seed), y - 2, 1 };
    }
    assert_int_equal(df_affine_fit(&affine, tracks, 60, 0), 1);
    df_affine_at(&affine, 300, 200, &dx, &dy);
    assert_true(fabsf(dx - 3.05f) < 0.1f && fabsf(dy + 2) < 0.1f);
    for (int i = 0; i < 60; i++)
        tracks[i] = (DfTrack){ 50, 60, 53, 58, 1 };
    assert_int_equal(df_affine_fit(&affine, tracks, 60, 0), 1);
    df_affine_at(&affine, 20, 20, &dx, &dy);
    assert_true(dx == 3 && dy == -2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_halved),
        cmocka_unit_test(levels_end_where_told),
        cmocka_unit_test(corners_equal_naive_ones),
        cmocka_unit_test(flat_or_tiny_pictures_have_no_corners),
        cmocka_unit_test(eighths_of_a_pixel_are_told),
        cmocka_unit_test(long_shifts_go_through_the_pyramid),
        cmocka_unit_test(corners_at_the_edges_are_safe),
        cmocka_unit_test(median_has_half_on_each_side),
        cmocka_unit_test(wrong_tracks_are_left_out),
        cmocka_unit_test(few_tracks_are_no_motion),
        cmocka_unit_test(line_of_tracks_moves_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
