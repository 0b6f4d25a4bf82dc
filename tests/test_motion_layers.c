/**
 * @file
 * Layers: what stands still beside what moves is found, with its edges, around a hole; where all moves alike, none is.
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

/** Where hole pixels lie: in the upper part of the picture, or across its middle. */
static const DfRect hole_at = { 100, 90, 220, 150 };

static DfArena arena, keep, scratch;
static uint8_t hole[N];

/** Two pictures of a texture of which one part has moved. */
typedef struct Shot {
    double dx, dy;      /**< how far the moving part has come, in pixels */
    DfRect still;       /**< what stands still */
    int level;          /**< of it; 0: it has a texture of its own */
    float grain;        /**< levels at most, other in each picture */
} Shot;

static DfPlane draw(const Shot *shot, double x, double y, unsigned seed)
{
    const double picture[6] = { x, 1, 0, y, 0, 1 }, standing[6] = { 500, 1, 0, 300, 0, 1 };
    Waves waves = waves_make(21);
    DfPlane plane = waves_picture(&waves, &arena, W, H, picture), other = waves_picture(&waves, &arena, W, H, standing);

    for (int v = 0; v < H; v++)
        for (int u = 0; u < W; u++) {
            float *at = &df_plane_row(plane, v)[u];
            DfRect r = shot->still;
            if (u >= r.x0 && u < r.x1 && v >= r.y0 && v < r.y1)
                *at = shot->level ? (float)shot->level : df_plane_row(other, v)[u];
            *at += (float)(2 * waves_draw(&seed) - 1) * shot->grain;
            if (hole[v * W + u])
                *at = (float)((v * W + u) * 7919 % 61 * 4);
        }
    return plane;
}

static void prepare(DfMotionInput *a, DfMotionInput *b, const Shot *shot)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            hole[y * W + x] = x >= hole_at.x0 && x < hole_at.x1 && y >= hole_at.y0 && y < hole_at.y1;
    assert_int_equal(df_motion_input(a, &arena, draw(shot, 0, 0, 1), hole, NULL), 0);
    assert_int_equal(df_motion_input(b, &arena, draw(shot, shot->dx, shot->dy, 2), hole, NULL), 0);
}

static DfMotion motion_of(const Shot *shot)
{
    DfMotionInput a, b;
    DfMotion motion;

    prepare(&a, &b, shot);
    assert_int_equal(df_motion(&motion, &a, &b, &keep, &scratch), 0);
    return motion;
}

static int close_all(void **state)
{
    (void)state;
    df_arena_free(&arena);
    df_arena_free(&keep);
    df_arena_free(&scratch);
    return 0;
}

/** Every pixel of the picture is on the right side of the edges, but for `slack` rows or columns beside them. */
static void assert_layer(const DfMotion *motion, const Shot *shot, int slack)
{
    DfRect outside = df_rect_grow(shot->still, slack), inside = df_rect_grow(shot->still, -slack);
    int wrong = 0;

    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            DfRect pixel = { x, y, x + 1, y + 1 };
            int has = df_layer_has(&motion->layer, (float)x, (float)y);
            wrong += has ? !df_rect_contains(outside, pixel) : df_rect_contains(inside, pixel);
        }
    if (wrong)
        fail_msg("still from (%d, %d): side %d, %d..%d, %d..%d: %d pixels are in the wrong layer", shot->still.x0,
                 shot->still.y0, motion->layer.side,
                 motion->layer.rect.x0, motion->layer.rect.x1, motion->layer.rect.y0, motion->layer.rect.y1, wrong);
}

static void assert_moves(const DfAffine *affine, int at_x, int at_y, double dx, double dy)
{
    float x, y;

    df_affine_at(affine, at_x, at_y, &x, &y);
    if (hypot(x - dx, y - dy) > 0.1)
        fail_msg("(%.2f, %.2f) instead of (%.2f, %.2f)", x, y, dx, dy);
}

/* What stands still reaches beyond the picture's edges. */
static const Shot shots[] = {
    { 3, 1, { -9, 120, W + 9, H + 9 }, 16, 0 },    /* a bar below, its edge across the hole */
    { 3, -1, { -9, 120, W + 9, H + 9 }, 16, 3 },   /* with grain, the other way */
    { 2, 4, { -9, -9, W + 9, 60 }, 16, 2 },        /* a bar above */
    { 5, 0.4, { -9, -9, 70, H + 9 }, 16, 2 },      /* at the left */
    { 4, 0, { -9, 120, W + 9, H + 9 }, 16, 1 },    /* a pan along a bar's edge, which only its black tells of */
    { 4, 0, { -9, -9, W + 9, 170 }, 0, 2 },        /* a picture that stands still above a ticker */
    { -3, 2, { -9, 160, W + 9, H + 9 }, 0, 2 },    /* a banner over a picture that moves */
    { 2.5, 1.5, { 20, 165, 150, 225 }, 0, 2 },     /* a box in a corner */
};

static void layers_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(shots); i++) {
        DfMotion motion = motion_of(&shots[i]);
        assert_int_not_equal(motion.layer.side, 0);
        assert_layer(&motion, &shots[i], i == 7 ? 4 : 1);
        assert_moves(&motion.to_b, 200, i == 5 ? 205 : 80, -shots[i].dx, -shots[i].dy);
        assert_moves(&motion.layer.to_b, 160, 120, 0, 0);
        assert_null(motion.residual_to_b.flow.x.data);
        close_all(NULL);
    }
}

/** Where all moves alike, and where all stands still, there is no layer. */
static void what_moves_alike_has_none(void **state)
{
    static const double ways[][2] = { { 0, 0 }, { 3, 1 }, { 0.2, 0.1 }, { -6, 4 } };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(ways); i++)
        for (int grain = 0; grain <= 8; grain += 4) {
            Shot shot = { ways[i][0], ways[i][1], { 0 }, 0, (float)grain };
            DfMotion motion = motion_of(&shot);
            assert_int_equal(motion.layer.side, 0);
            assert_moves(&motion.to_b, 160, 120, -shot.dx, -shot.dy);
            close_all(NULL);
        }
}

/** Along its edge what is even moves as well as it stands still; a dark picture without an edge is no bar. */
static void what_tells_nothing_is_no_layer(void **state)
{
    static const Shot shot[] = { { 4, 0, { -9, 120, W + 9, H + 9 }, 60, 0 }, { 4, 1, { -9, -9, W + 9, H + 9 }, 16, 2 } };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(shot); i++) {
        DfMotion motion = motion_of(&shot[i]);
        assert_int_equal(motion.layer.side, 0);
        close_all(NULL);
    }
}

/** Each allocation fails once; what was taken of the scratch memory is given back. */
static void failures_give_scratch_back(void **state)
{
    DfMotionInput a, b;
    DfMotion motion;
    int ret = -ENOMEM, failed = 0;

    (void)state;
    prepare(&a, &b, &shots[6]);
    for (int successes = 0; ret; successes++) {
        assert_non_null(df_arena_take(&scratch, 1));
        DfArenaMark before = df_arena_mark(&scratch);
        df_fail_after(successes);
        ret = df_motion(&motion, &a, &b, &keep, &scratch);
        df_fail_after(-1);
        DfArenaMark after = df_arena_mark(&scratch);
        assert_true(after.block == before.block && after.used == before.used);
        df_arena_free(&scratch);
        failed += ret != 0;
    }
    assert_true(failed > 3 && motion.layer.side);
    df_error_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(layers_are_found, close_all),
        cmocka_unit_test_teardown(what_moves_alike_has_none, close_all),
        cmocka_unit_test_teardown(what_tells_nothing_is_no_layer, close_all),
        cmocka_unit_test_teardown(failures_give_scratch_back, close_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
