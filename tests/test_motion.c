/**
 * @file
 * Motion behind a hole, told from around it, on textures whose motion is known; cuts, grain, alien texture;
 * pictures without holes, without anything else, of a single pixel; memory that runs out.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "motion/motion.h"
#include "waves.h"

enum { W = 320, H = 240, N = W * H };

static const double still[6] = { 0, 1, 0, 0, 0, 1 };

/** Two pictures, their holes, and the memory of all. */
typedef struct Pair {
    DfArena arena, keep, scratch;
    DfPlane a, b;
    uint8_t hole_a[N], hole_b[N];
    uint8_t *keep_out; /* of both; NULL: nothing */
    DfMotionInput input_a, input_b;
    DfMotion motion;
} Pair;

static Pair pair;

static void set_hole(uint8_t *hole, int x0, int y0, int x1, int y1)
{
    memset(hole, 0, N);
    for (int y = y0; y < y1; y++)
        memset(hole + y * W + x0, 1, x1 - x0);
}

/** Two views of one texture, a's and b's as waves_picture() takes them, with a hole of 110x60 in both. */
static void open_pair(const double a[6], const double b[6])
{
    Waves waves = waves_make(21);

    pair.a = waves_picture(&waves, &pair.arena, W, H, a);
    pair.b = waves_picture(&waves, &pair.arena, W, H, b);
    set_hole(pair.hole_a, 105, 90, 215, 150);
    set_hole(pair.hole_b, 105, 90, 215, 150);
}

/** Show something in the holes that moves with neither picture: a logo. */
static void cover_holes(void)
{
    for (int i = 0; i < N; i++) {
        float logo = (i * 7919 % 61) * 4;
        if (pair.hole_a[i])
            df_plane_row(pair.a, i / W)[i % W] = logo;
        if (pair.hole_b[i])
            df_plane_row(pair.b, i / W)[i % W] = logo;
    }
}

static const DfMotion *estimate(void)
{
    cover_holes();
    assert_int_equal(df_motion_input(&pair.input_a, &pair.arena, pair.a, pair.hole_a, pair.keep_out), 0);
    assert_int_equal(df_motion_input(&pair.input_b, &pair.arena, pair.b, pair.hole_b, pair.keep_out), 0);
    assert_int_equal(df_motion(&pair.motion, &pair.input_a, &pair.input_b, &pair.keep, &pair.scratch), 0);
    return &pair.motion;
}

static int close_pair(void **state)
{
    (void)state;
    df_arena_free(&pair.arena);
    df_arena_free(&pair.keep);
    df_arena_free(&pair.scratch);
    memset(&pair, 0, sizeof pair);
    return 0;
}

/** Motion at a pixel, residual and all. */
static void motion_at(float out[2], const DfAffine *affine, const DfResidual *more, int x, int y)
{
    df_affine_at(affine, x, y, &out[0], &out[1]);
    if (!more->flow.x.data)
        return;
    x -= more->x0;
    y -= more->y0;
    assert_true(x >= 0 && y >= 0 && x < more->flow.x.width && y < more->flow.x.height);
    out[0] += df_plane_row(more->flow.x, y)[x];
    out[1] += df_plane_row(more->flow.y, y)[x];
}

/** The largest error in a's hole and back in b's, where b shows at (x, y) what a shows at m(x, y). */
static double worst_in_hole(const DfMotion *motion, const double m[6])
{
    double det = m[1] * m[5] - m[2] * m[4], worst = 0;

    for (int y = 90; y < 150; y += 5)
        for (int x = 105; x < 215; x += 5) {
            float there[2], back[2];
            double u = x - m[0], v = y - m[3];
            motion_at(there, &motion->to_b, &motion->residual_to_b, x, y);
            motion_at(back, &motion->to_a, &motion->residual_to_a, x, y);
            worst = fmax(worst, hypot(x + there[0] - (m[5] * u - m[2] * v) / det,
                                      y + there[1] - (m[1] * v - m[4] * u) / det));
            worst = fmax(worst, hypot(x + back[0] - m[0] - m[1] * x - m[2] * y,
                                      y + back[1] - m[3] - m[4] * x - m[5] * y));
        }
    return worst;
}

/* ------------------------------------------------------------------------------------ inputs -- */

/** Seen from everywhere, at most the square of what is looked for away; far: beyond the ring. */
static void distances_are_euclidean(void **state)
{
    unsigned seed = 6;

    (void)state;
    open_pair(still, still);
    for (int round = 0; round < 3; round++) {
        set_hole(pair.hole_a, 20, 30, 60, 50);
        for (int i = 0; round && i < 60; i++)
            pair.hole_a[(int)(waves_draw(&seed) * N / round)] = 1;
        estimate();
        int area = 0;
        for (int i = 0; i < N; i++)
            area += pair.hole_a[i];
        assert_int_equal(pair.input_a.area, area);
        for (int i = 0; i < N; i += 37) {
            double nearest = 1e9;
            for (int k = 0; k < N; k++)
                if (pair.hole_a[k])
                    nearest = fmin(nearest, hypot(i % W - k % W, i / W - k / W));
            float found = pair.input_a.distance[i];
            assert_true(nearest > DF_MOTION_RING ? found > DF_MOTION_RING : fabs(found - nearest) < 1e-3);
            assert_int_equal(pair.input_a.distrusted[i], nearest <= DF_MOTION_MARGIN);
        }
    }
}

/* ----------------------------------------------------------------------------- known motion -- */

static void pans_are_told(void **state)
{
    static const double shifts[][2] = { { 0.3, -0.7 }, { 3.6, 1.2 }, { -11.4, 5.9 }, { 17.1, -8.2 } };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(shifts); i++) {
        const double moved[6] = { shifts[i][0], 1, 0, shifts[i][1], 0, 1 };
        open_pair(still, moved);
        const DfMotion *motion = estimate();
        assert_true(motion->survived > 0.8 && motion->explained > 0.99);
        assert_null(motion->residual_to_b.flow.x.data);
        assert_true(worst_in_hole(motion, moved) < 0.05);
        close_pair(NULL);
    }
}

static void zoom_and_rotation_are_told(void **state)
{
    const double scale = 1.015, turn = 0.02, c = scale * cos(turn), s = scale * sin(turn);
    const double moved[6] = { 160 - c * 160 + s * 120 + 2.3, c, -s, 120 - s * 160 - c * 120 - 1.1, s, c };

    (void)state;
    open_pair(still, moved);
    const DfMotion *motion = estimate();
    assert_true(motion->explained > 0.95);
    assert_true(worst_in_hole(motion, moved) < 0.1);
}

static void identical_pictures_stand_still(void **state)
{
    (void)state;
    open_pair(still, still);
    const DfMotion *motion = estimate();
    assert_true(motion->survived == 1 && motion->explained == 1 && motion->error == 0);
    assert_true(worst_in_hole(motion, still) == 0);
    assert_null(motion->residual_to_a.flow.x.data);
}

/** A hole that moves over a scene that stands still: object removal. */
static void moving_hole_is_no_motion(void **state)
{
    (void)state;
    open_pair(still, still);
    set_hole(pair.hole_b, 125, 84, 235, 144);
    const DfMotion *motion = estimate();
    assert_true(motion->survived > 0.9 && worst_in_hole(motion, still) < 0.05);
}

/** A caption that comes: only one of the pictures has a hole. */
static void hole_of_one_picture_suffices(void **state)
{
    const double moved[6] = { 2.4, 1, 0, -1.6, 0, 1 };

    (void)state;
    for (int i = 0; i < 2; i++) {
        open_pair(still, moved);
        memset(i ? pair.hole_a : pair.hole_b, 0, N);
        assert_true(worst_in_hole(estimate(), moved) < 0.05);
        close_pair(NULL);
    }
}

/* -------------------------------------------------------------- what an affine does not explain -- */

/** Two things pass behind the hole, one to the right, one to the left: no affine explains half of it. */
static void put_objects(void)
{
    waves_put(pair.a, 130, 190, 0);
    waves_put(pair.b, 135, 195, 5);
    waves_put(pair.a, 60, 120, 0);
    waves_put(pair.b, 54, 114, -6);
}

/** What no affine explains, the residual does: each of the passers keeps its way. */
static void object_behind_the_hole_is_followed(void **state)
{
    const double pan[6] = { 1.5, 1, 0, 0, 0, 1 };
    float other[2], object[2];

    (void)state;
    open_pair(still, pan);
    put_objects();
    const DfMotion *motion = estimate();
    assert_true(motion->explained < 0.5);
    assert_non_null(motion->residual_to_b.flow.x.data);
    assert_non_null(motion->residual_to_a.flow.x.data);
    motion_at(other, &motion->to_b, &motion->residual_to_b, 106, 94);
    motion_at(object, &motion->to_b, &motion->residual_to_b, 160, 94);
    assert_true(hypot(other[0] + 6, other[1]) < 1.5);
    assert_true(hypot(object[0] - 5, object[1]) < 1.5);
    motion_at(object, &motion->to_a, &motion->residual_to_a, 165, 147);
    assert_true(hypot(object[0] + 5, object[1]) < 1.5);
}

/**
 * A thing passes behind a hole, and takes up a third of its surroundings. It is followed where the hole is thin, up to
 * 48 px one way, and the camera moves. A hole of b alone counts as one of both.
 */
static void thin_holes_ask_more_of_the_affine(void **state)
{
    static const struct { int width, height; double pan; int is_in_b_alone, is_followed; } holes[] = {
        { 110, 48, 1.5, 0, 1 }, { 110, 49, 1.5, 0, 0 }, { 48, 110, 1.5, 0, 1 }, { 49, 110, 1.5, 0, 0 },
        { 110, 48, 1.5, 1, 1 }, { 110, 49, 1.5, 1, 0 }, { 110, 48, 0, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(holes); i++) {
        const double pan[6] = { holes[i].pan, 1, 0, 0, 0, 1 };
        int x = 160 - holes[i].width / 2, y = 120 - holes[i].height / 2;
        open_pair(still, pan);
        set_hole(pair.hole_a, x, y, x + holes[i].width, y + holes[i].height);
        set_hole(pair.hole_b, x, y, x + holes[i].width, y + holes[i].height);
        if (holes[i].is_in_b_alone)
            memset(pair.hole_a, 0, N);
        waves_put(pair.a, 150, 170, 0);
        waves_put(pair.b, 155, 175, 5);
        const DfMotion *motion = estimate();
        if (motion->explained <= 0.5f || motion->explained >= 0.75f)
            fail_msg("hole %zu: %.2f is explained", i, motion->explained);
        assert_int_equal(motion->residual_to_b.flow.x.data != NULL, holes[i].is_followed && !holes[i].is_in_b_alone);
        assert_int_equal(motion->residual_to_a.flow.x.data != NULL, holes[i].is_followed);
        close_pair(NULL);
    }
}

/** Motion is not measured in what is kept out; tracks beside it are weighed by their distance from the hole. */
static void what_is_kept_out_is_no_hole(void **state)
{
    static uint8_t ticker[N];
    const double pan[6] = { 1.5, 1, 0, 0.5, 0, 1 };
    float alone[2], beside[2];

    (void)state;
    set_hole(ticker, 230, 20, 300, 80);
    for (int kept = 0; kept < 2; kept++) {
        open_pair(still, pan);
        set_hole(pair.hole_a, 20, 180, 60, 210);
        set_hole(pair.hole_b, 20, 180, 60, 210);
        waves_put(pair.a, 180, W, 0);
        waves_put(pair.b, 185, W, 5);
        pair.keep_out = kept ? ticker : NULL;
        const DfMotion *motion = estimate();
        assert_true(motion->explained > 0.95 && motion->error < 1);
        motion_at(kept ? beside : alone, &motion->to_b, &motion->residual_to_b, 40, 195);
        for (int i = 0; kept && i < N; i++)
            assert_true(!ticker[i] || (pair.input_a.distrusted[i] && pair.input_a.clearance[i] == 0));
        close_pair(NULL);
    }
    assert_true(hypot(alone[0] + 1.5, alone[1] + 0.5) < 0.05);
    if (hypot(alone[0] - beside[0], alone[1] - beside[1]) > 0.01)
        fail_msg("(%.2f, %.2f), not (%.2f, %.2f)", beside[0], beside[1], alone[0], alone[1]);
}

/** Behind a strip, a hole four times as long as it is thick, a thing is followed that takes up an eighth. */
static void strips_ask_for_nearly_all(void **state)
{
    static const double pan[6] = { 1.5, 1, 0, 0, 0, 1 };

    (void)state;
    for (int width = 159; width <= 160; width++) {
        open_pair(still, pan);
        set_hole(pair.hole_a, 80, 100, 80 + width, 140);
        set_hole(pair.hole_b, 80, 100, 80 + width, 140);
        waves_put(pair.a, 154, 166, 0);
        waves_put(pair.b, 159, 171, 5);
        const DfMotion *motion = estimate();
        if (motion->explained <= 0.75f || motion->explained >= 0.95f)
            fail_msg("%.2f is explained", motion->explained);
        assert_int_equal(motion->residual_to_b.flow.x.data != NULL, width == 160);
        close_pair(NULL);
    }
}

static void different_pictures_are_a_cut(void **state)
{
    (void)state;
    open_pair(still, still);
    waves_put(pair.b, 0, W, 0);
    const DfMotion *motion = estimate();
    assert_true(motion->corners >= 50);
    assert_true(motion->survived < DF_MOTION_CUT);
    assert_true(motion->error > 8);
}

static void grain_is_a_small_error(void **state)
{
    const double moved[6] = { 1.3, 1, 0, 0.4, 0, 1 };

    (void)state;
    open_pair(still, moved);
    waves_grain(pair.a, 4, 1);
    waves_grain(pair.b, 4, 2);
    const DfMotion *motion = estimate();
    assert_true(motion->error > 0.1 && motion->error < 1);
    assert_true(worst_in_hole(motion, moved) < 0.15);
}

/** Keep a part of a picture's contrast, and give it grain. */
static void make_faint(DfPlane picture, float contrast, float grain, unsigned seed)
{
    for (int i = 0; i < N; i++) {
        float *value = df_plane_row(picture, i / W) + i % W;
        *value = 128 + contrast * (*value - 128);
    }
    waves_grain(picture, grain, seed);
}

static void grainy(const double b[6], float contrast, float grain)
{
    open_pair(still, b);
    make_faint(pair.a, contrast, grain, 1);
    make_faint(pair.b, contrast, grain, 2);
}

/** Corners of grain do not survive; what is plain but for it is one shot, and stands still. */
static void grain_alone_is_no_cut(void **state)
{
    (void)state;
    for (int grain = 4; grain <= 16; grain += 4) {
        grainy(still, 0, (float)grain);
        const DfMotion *motion = estimate();
        assert_true(motion->survived == 1 && motion->corners == 0 && !motion->residual_to_a.flow.x.data);
        assert_true(worst_in_hole(motion, still) == 0);
        close_pair(NULL);
    }
}

/** Another plain picture, by its light, or by a card of 60 pixels that it has beside the hole. */
static void plain_pictures_can_be_cut(void **state)
{
    (void)state;
    for (int card = 0; card < 2; card++) {
        grainy(still, 0, 8);
        for (int i = 0; i < N; i++)
            if (!card || (i % W >= 40 && i % W < 100 && i / W >= 90 && i / W < 150))
                df_plane_row(pair.b, i / W)[i % W] += card ? 40 : 8;
        const DfMotion *motion = estimate();
        assert_true(motion->corners >= 8 && motion->survived < DF_MOTION_CUT);
        close_pair(NULL);
    }
}

/** Few corners are the picture's, but they tell a motion by which the pictures are alike. */
static void faint_pictures_move_under_grain(void **state)
{
    static const struct {
        double x, y;
        float contrast;
    } cases[] = { { 8, 4, .08f }, { 8, 4, .1f } };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        const double moved[6] = { cases[i].x, 1, 0, cases[i].y, 0, 1 };
        grainy(moved, cases[i].contrast, 8);
        const DfMotion *motion = estimate();
        assert_true(motion->survived == 1 && motion->corners == 0 && !motion->residual_to_a.flow.x.data);
        assert_true(worst_in_hole(motion, moved) < 1);
        close_pair(NULL);
    }
}

/** Exposure that changes as a whole is neither motion nor error; moving water is. */
static void error_tells_light_from_water(void **state)
{
    (void)state;
    open_pair(still, still);
    for (int i = 0; i < N; i++)
        df_plane_row(pair.b, i / W)[i % W] = 0.9f * df_plane_row(pair.b, i / W)[i % W] + 20;
    assert_true(estimate()->error < 0.1 && worst_in_hole(&pair.motion, still) < 0.06);
    close_pair(NULL);
    open_pair(still, still);
    waves_put(pair.b, 60, 260, 0);
    assert_true(estimate()->error > 4);
}

/* --------------------------------------------------------------------------------- odd pictures -- */

static int is_finite_motion(const DfMotion *motion)
{
    double sum = motion->survived + motion->explained + motion->error;
    for (int i = 0; i < 3; i++)
        sum += motion->to_b.x[i] + motion->to_b.y[i] + motion->to_a.x[i] + motion->to_a.y[i];
    return isfinite(sum);
}

/** Sizes down to a pixel; hole nowhere, in the middle, at the borders, everywhere; flat and textured. */
static void odd_pictures_are_no_trouble(void **state)
{
    static const int sides[] = { 1, 2, 3, 5, 8, 15, 16, 17, 33, 70 };
    Waves waves = waves_make(3);
    DfMotion motion;

    (void)state;
    for (size_t i = 0; i < DF_COUNT(sides) * DF_COUNT(sides) * 8; i++) {
        int width = sides[i / 8 % DF_COUNT(sides)], height = sides[i / 8 / DF_COUNT(sides)], kind = i % 4;
        double moved[6] = { i % 8 < 4 ? 0 : 2.5, i % 8 < 4 ? 0 : 1, 0, 1, 0, i % 8 < 4 ? 0 : 1 };
        for (int k = 0; k < width * height; k++) {
            int x = k % width, y = k / width;
            int middle = x >= width / 3 && x < 2 * width / 3 && y >= height / 3 && y < 2 * height / 3;
            pair.hole_a[k] = kind == 3 || (kind == 1 && middle) || (kind == 2 && x < 1 + width / 3);
            pair.hole_b[k] = kind == 3 || (kind == 2 && y < 1 + height / 3);
        }
        pair.a = waves_picture(&waves, &pair.arena, width, height, moved);
        moved[0]++;
        pair.b = waves_picture(&waves, &pair.arena, width, height, moved);
        assert_int_equal(df_motion_input(&pair.input_a, &pair.arena, pair.a, pair.hole_a, NULL), 0);
        assert_int_equal(df_motion_input(&pair.input_b, &pair.arena, pair.b, pair.hole_b, NULL), 0);
        assert_int_equal(df_motion(&motion, &pair.input_a, &pair.input_b, &pair.keep, &pair.scratch), 0);
        assert_true(is_finite_motion(&motion));
        df_arena_reset(&pair.arena, (DfArenaMark){ 0 });
    }
}

static void flat_pictures_stand_still(void **state)
{
    const double flat[6] = { 0, 0, 0, 0, 0, 0 };

    (void)state;
    open_pair(flat, flat);
    const DfMotion *motion = estimate();
    assert_true(motion->corners < 8 && motion->survived == 1 && motion->error < 1e-3);
    assert_true(worst_in_hole(motion, still) == 0);
}

static void the_same_again_is_the_same(void **state)
{
    const double moved[6] = { 1.5, 1, 0, 0, 0, 1 };
    DfMotion first;

    (void)state;
    open_pair(still, moved);
    put_objects();
    first = *estimate();
    assert_non_null(first.residual_to_b.flow.x.data);
    DfPlane before = first.residual_to_b.flow.x;
    assert_int_equal(df_motion(&pair.motion, &pair.input_a, &pair.input_b, &pair.keep, &pair.scratch), 0);
    DfPlane after = pair.motion.residual_to_b.flow.x;
    assert_memory_equal(&first.to_b, &pair.motion.to_b, sizeof first.to_b);
    assert_memory_equal(&first.to_a, &pair.motion.to_a, sizeof first.to_a);
    assert_true(first.error == pair.motion.error && first.explained == pair.motion.explained);
    for (int y = 0; y < after.height; y++)
        assert_memory_equal(df_plane_row(before, y), df_plane_row(after, y), after.width * sizeof(float));
}

/** A second picture with the first one's hole, and what is kept out, shares its distances. */
static void one_survey_serves_two_pictures(void **state)
{
    static uint8_t keep_out[N];
    const double moved[6] = { 2.5, 1, 0, -1.25, 0, 1 };
    DfMotion alone;

    (void)state;
    set_hole(keep_out, 20, 20, 80, 60);
    pair.keep_out = keep_out;
    open_pair(still, moved);
    alone = *estimate();
    open_pair(still, moved);
    cover_holes();
    assert_int_equal(df_motion_input_like(&pair.input_b, &pair.input_a, &pair.arena, pair.b), 0);
    assert_int_equal(df_motion(&pair.motion, &pair.input_a, &pair.input_b, &pair.keep, &pair.scratch), 0);
    assert_memory_equal(&pair.motion.to_a, &alone.to_a, sizeof alone.to_a);
    assert_true(pair.motion.error == alone.error && pair.input_b.area == pair.input_a.area);
}

/** Each allocation fails once; arenas are fresh each time, so that there are some. */
static void failures_are_told(void **state)
{
    const double moved[6] = { 1.5, 1, 0, 0, 0, 1 };
    int ret = -ENOMEM, failed = 0;

    (void)state;
    for (int successes = 0; ret; successes++) {
        DfArena work = { 0 }, keep = { 0 }, scratch = { 0 };
        open_pair(still, moved);
        waves_put(pair.a, 130, 190, 0);
        waves_put(pair.b, 135, 195, 5);
        df_fail_after(successes);
        ret = df_motion_input(&pair.input_a, &work, pair.a, pair.hole_a, NULL);
        if (!ret)
            ret = df_motion_input(&pair.input_b, &work, pair.b, pair.hole_b, NULL);
        if (!ret)
            ret = df_motion(&pair.motion, &pair.input_a, &pair.input_b, &keep, &scratch);
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM);
        failed += ret != 0;
        df_arena_free(&work);
        df_arena_free(&keep);
        df_arena_free(&scratch);
        close_pair(NULL);
    }
    assert_true(failed > 5);
    df_error_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(distances_are_euclidean, close_pair),
        cmocka_unit_test_teardown(pans_are_told, close_pair),
        cmocka_unit_test_teardown(zoom_and_rotation_are_told, close_pair),
        cmocka_unit_test_teardown(identical_pictures_stand_still, close_pair),
        cmocka_unit_test_teardown(moving_hole_is_no_motion, close_pair),
        cmocka_unit_test_teardown(hole_of_one_picture_suffices, close_pair),
        cmocka_unit_test_teardown(object_behind_the_hole_is_followed, close_pair),
        cmocka_unit_test_teardown(thin_holes_ask_more_of_the_affine, close_pair),
        cmocka_unit_test_teardown(strips_ask_for_nearly_all, close_pair),
        cmocka_unit_test_teardown(what_is_kept_out_is_no_hole, close_pair),
        cmocka_unit_test_teardown(different_pictures_are_a_cut, close_pair),
        cmocka_unit_test_teardown(grain_is_a_small_error, close_pair),
        cmocka_unit_test_teardown(grain_alone_is_no_cut, close_pair),
        cmocka_unit_test_teardown(plain_pictures_can_be_cut, close_pair),
        cmocka_unit_test_teardown(faint_pictures_move_under_grain, close_pair),
        cmocka_unit_test_teardown(error_tells_light_from_water, close_pair),
        cmocka_unit_test_teardown(odd_pictures_are_no_trouble, close_pair),
        cmocka_unit_test_teardown(flat_pictures_stand_still, close_pair),
        cmocka_unit_test_teardown(the_same_again_is_the_same, close_pair),
        cmocka_unit_test_teardown(one_survey_serves_two_pictures, close_pair),
        cmocka_unit_test_teardown(failures_are_told, close_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
