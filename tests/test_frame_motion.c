/**
 * @file
 * Motions between pictures whose motion and light are known: what is found of both, cuts, repetitions, codes that
 * differ, and memory, all of which is given back.
 */
#include <errno.h>

#include "scene.h"

#define WIDTH 320
#define HEIGHT 240

static DfArena scratch;

static DfAccount account;

static const double dark[3];

static DeepfillFormat format_of(enum DeepfillLayout layout, int depth, int sub)
{
    return (DeepfillFormat){ .width = WIDTH, .height = HEIGHT, .layout = layout, .depth = depth, .sub_x = sub,
                             .sub_y = sub };
}

static DeepfillMask *logo(void)
{
    return mask_of_rect(WIDTH, HEIGHT, 120, 100, 180, 140, 0, 0);
}

/** A defaced picture of a scene. */
static Picture take(DeepfillFormat format, const Scene *scene, Camera camera, const double light[3],
                    const DeepfillMask *mask, unsigned seed)
{
    Picture p = picture_new(format);

    scene_draw(&p, scene, &camera, light);
    if (mask)
        scene_deface(&p, mask, seed);
    return p;
}

static DfFrameView view_of(const Picture *p, DeepfillMask *mask)
{
    return (DfFrameView){ .image = p->image, .mask = mask };
}

static DfFrameMotion motion_of(const Picture *frame, DeepfillMask *mask, const Picture *earlier,
                               DeepfillMask *earlier_mask, int back)
{
    DfFrameMotion motion = { 0 };
    DfFrameView here = view_of(frame, mask), there = view_of(earlier, earlier_mask);

    assert_int_equal(df_frame_motion_make(&motion, &account, &here, &there, back, &scratch), 0);
    return motion;
}

/** How far a motion at a frame's pixel lies from what the cameras say, in pixels. */
static double motion_error(const DfFrameMotion *motion, const Camera *from, const Camera *to, int x, int y)
{
    double to_x, to_y;
    float dx, dy;

    camera_carry(from, to, x, y, &to_x, &to_y);
    df_affine_at(&motion->motions[0].to_b, x, y, &dx, &dy);
    return hypot(x + dx - to_x, y + dy - to_y);
}

static void motion_and_light_are_found_in_every_plane(void **state)
{
    static const struct { enum DeepfillLayout layout; int depth, sub; } formats[] = {
        { DEEPFILL_YUV, 8, 1 }, { DEEPFILL_YUV, 10, 0 }, { DEEPFILL_YUV, 8, 2 }, { DEEPFILL_GRAY, 8, 0 },
        { DEEPFILL_GRAY, 16, 0 }, { DEEPFILL_RGB, 8, 0 },
    };
    static const double light[3] = { 3, -2, 1.5 };
    Scene scene = scene_make(1, 0.5, 1);
    Camera now = camera_at(2.3, -1.4, 0.004, 1, 150, 120), before = camera_pan(0, 0);
    DeepfillMask *mask = logo();

    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats); i++) {
        DeepfillFormat format = format_of(formats[i].layout, formats[i].depth, formats[i].sub);
        Picture a = take(format, &scene, now, light, mask, 1);
        Picture b = take(format, &scene, before, dark, mask, 2);
        DfFrameMotion motion = motion_of(&a, mask, &b, mask, 2);
        assert_int_equal(motion.back, 2);
        assert_int_equal(motion.repeated, 0);
        assert_int_equal(motion.areas.count, 1);
        for (int p = 0; p < df_plane_count(&format); p++)
            if (fabs(motion.light[p].offset / scene_level(&format) - light[p]) > 0.25)
                fail_msg("format %zu, plane %d: %.3f + %.3f", i, p, motion.light[p].gain, motion.light[p].offset);
        assert_true(motion_error(&motion, &now, &before, 150, 120) < 0.05);
        assert_true(motion_error(&motion, &now, &before, 121, 101) < 0.1);
        assert_true(motion.error < 1);
        df_frame_motion_free(&motion);
        free(a.memory);
        free(b.memory);
    }
    deepfill_mask_close(&mask);
}

/** A copy of what lies around the holes tells the same as the frame; without a hole it tells nothing. */
static void copy_does_as_well_as_the_frame(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_YUV, 8, 1);
    Scene scene = scene_make(2, 0.5, 1);
    DeepfillMask *mask = logo();
    Picture a = take(format, &scene, camera_pan(3.5, 0), dark, mask, 1);
    Picture b = take(format, &scene, camera_pan(0, 0), dark, mask, 2);
    DfFrameMotion whole = motion_of(&a, mask, &b, mask, 1), part = { 0 };
    DfCopies shown = { 0 };
    DfFrameView here = view_of(&a, mask), there = view_of(&b, mask);

    (void)state;
    assert_int_equal(df_copies_make(&shown, &account, &b.image, mask, &whole.areas), 0);
    there.shown = &shown;
    assert_int_equal(df_frame_motion_make(&part, &account, &here, &there, 1, &scratch), 0);
    assert_int_equal(part.back, 1);
    assert_memory_equal(&part.motions[0].to_b, &whole.motions[0].to_b, sizeof part.motions[0].to_b);
    assert_memory_equal(part.light, whole.light, sizeof part.light);
    df_copies_free(&shown, &account, &format);
    df_frame_motion_free(&part);
    df_frame_motion_free(&whole);
    free(a.memory);
    free(b.memory);
    deepfill_mask_close(&mask);
}

/**
 * A hole that has moved on since the copy was made: a narrower ring will do as long as the hole lies in it. What the
 * copy holds beyond the masks of its frame and the next does not matter.
 */
static void narrower_ring_will_do(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_YUV, 8, 1);
    Scene scene = scene_make(2, 0.5, 1);
    DeepfillMask *mask = logo(), *moved = mask_of_rect(WIDTH, HEIGHT, 150, 100, 210, 140, 0, 0);
    DeepfillMask *gone = mask_of_rect(WIDTH, HEIGHT, 230, 100, 290, 140, 0, 0);
    DeepfillMask *const copied[] = { mask, gone };
    Camera now = camera_pan(3.5, 0), before = camera_pan(0, 0);
    Picture a = take(format, &scene, now, dark, NULL, 0), b = take(format, &scene, before, dark, NULL, 0);
    DfFrameMotion motion = { 0 };
    DfAreas areas = { 0 };

    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        DfCopies shown = { 0 };
        assert_int_equal(df_areas_create(&areas, &format, copied, 1 + wide), 0);
        assert_int_equal(df_copies_make(&shown, &account, &b.image, mask, &areas), 0);
        assert_int_equal(df_areas_create(&areas, &format, copied, 1), 0);
        DfFrameView here = view_of(&a, moved), there = view_of(&b, mask);
        there.shown = &shown;
        there.next = mask;
        assert_int_equal(df_frame_motion_make(&motion, &account, &here, &there, 2, &scratch), 0);
        assert_int_equal(motion.back, 2);
        assert_int_equal(motion.areas.items[0].outer.x1, areas.items[0].outer.x1);
        assert_true(motion_error(&motion, &now, &before, 150, 120) < 0.05);
        here.mask = gone;
        assert_int_equal(df_frame_motion_make(&motion, &account, &here, &there, 2, &scratch), 0);
        assert_int_equal(motion.back, wide ? 2 : 0);
        df_copies_free(&shown, &account, &format);
    }
    df_areas_free(&areas);
    df_frame_motion_free(&motion);
    free(a.memory);
    free(b.memory);
    deepfill_mask_close(&mask);
    deepfill_mask_close(&moved);
    deepfill_mask_close(&gone);
}

/** Codes of another matrix or range mean something else: no relation, though the pictures are equal. */
static void other_codes_are_not_related(void **state)
{
    static const enum DeepfillLayout layouts[] = { DEEPFILL_YUV, DEEPFILL_GRAY, DEEPFILL_RGB };
    DeepfillMask *mask = logo();
    Scene scene = scene_make(4, 0.5, 1);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(layouts); i++) {
        for (int other = 0; other < 4; other++) {
            DeepfillFormat format = format_of(layouts[i], 8, layouts[i] == DEEPFILL_YUV);
            Picture a = take(format, &scene, camera_pan(2, 1), dark, mask, 1);
            Picture b = take(format, &scene, camera_pan(0, 0), dark, mask, 1);
            a.image.format.matrix += other & 1;
            a.image.format.full_range ^= other >> 1;
            int differs = (layouts[i] == DEEPFILL_YUV && other & 1) || (layouts[i] != DEEPFILL_RGB && other & 2);
            DfFrameMotion motion = motion_of(&a, mask, &b, mask, 1), part = { 0 };
            assert_int_equal(motion.back, !differs);
            df_frame_motion_free(&motion);
            motion = motion_of(&b, mask, &b, mask, 2);
            DfFrameView here = view_of(&a, mask), there = view_of(&b, mask);
            assert_int_equal(df_frame_motion_interpolate(&part, &account, &motion, 0.5, &here, &there, 1, &scratch), 0);
            assert_int_equal(part.back, !differs);
            df_frame_motion_free(&part);
            df_frame_motion_free(&motion);
            motion = motion_of(&a, NULL, &b, NULL, 1);
            assert_int_equal(motion.back, !differs);
            df_frame_motion_free(&motion);
            free(a.memory);
            free(b.memory);
        }
    }
    deepfill_mask_close(&mask);
}

static void cut_is_not_related(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_YUV, 8, 1);
    DeepfillMask *mask = logo();

    (void)state;
    for (unsigned seed = 1; seed <= 4; seed++) {
        Scene one = scene_make(seed, 1, 1), other = scene_make(seed + 20, 1, 1);
        Picture a = take(format, &one, camera_pan(0, 0), dark, mask, 1);
        Picture b = take(format, &other, camera_pan(0, 0), dark, mask, 1);
        DfFrameMotion motion = motion_of(&a, mask, &b, mask, 1);
        assert_int_equal(motion.back, 0);
        df_frame_motion_free(&motion);
        free(a.memory);
        free(b.memory);
    }
    deepfill_mask_close(&mask);
}

static void change_of_light_is_no_cut(void **state)
{
    static const double light[3] = { 20, 0, 0 };
    DeepfillFormat format = format_of(DEEPFILL_YUV, 8, 1);
    DeepfillMask *mask = logo();
    Scene scene = scene_make(5, 0.7, 1);
    Picture a = take(format, &scene, camera_pan(1.7, 0.6), light, mask, 1);
    Picture b = take(format, &scene, camera_pan(0, 0), dark, mask, 1);
    DfFrameMotion motion = motion_of(&a, mask, &b, mask, 1);

    (void)state;
    assert_int_equal(motion.back, 1);
    assert_true(fabsf(motion.light[0].offset - 20) < 0.5f);
    df_frame_motion_free(&motion);
    free(a.memory);
    free(b.memory);
    deepfill_mask_close(&mask);
}

/** Nothing can be tracked into black, which shows what was there all the same; a picture after it is another shot. */
static void black_ends_a_shot_and_begins_none(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_YUV, 8, 1);
    DeepfillMask *mask = logo();
    Scene scene = scene_make(5, 0.7, 1);
    Picture a = take(format, &scene, camera_pan(0, 0), dark, mask, 1), black = picture_new(format);

    (void)state;
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < df_plane_side(HEIGHT, df_plane_sub_y(&format, p)); y++)
            memset(black.image.data[p] + y * black.image.stride[p], p ? 128 : 16,
                   df_plane_side(WIDTH, df_plane_sub_x(&format, p)));
    DfFrameMotion motion = motion_of(&black, mask, &a, mask, 1);
    assert_int_equal(motion.back, 1);
    assert_true(motion.light[0].gain < 0.02f && motion.light[1].gain < 0.02f);
    assert_true(fabsf(df_light_apply(motion.light[0], 128) - 16) < 0.5f);
    df_frame_motion_free(&motion);
    motion = motion_of(&a, mask, &black, mask, 1);
    assert_int_equal(motion.back, 0);
    df_frame_motion_free(&motion);
    free(a.memory);
    free(black.memory);
    deepfill_mask_close(&mask);
}

/** What coding adds to a picture that it repeats: one level more in one of thirty samples. */
static void add_dust(Picture *p, unsigned seed)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            if (draw(&seed, 30) == 0)
                p->image.data[0][y * p->image.stride[0] + x]++;
}

static void repetition_is_found(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_YUV, 8, 1);
    DeepfillMask *mask = logo(), *other = mask_of_rect(WIDTH, HEIGHT, 121, 100, 181, 140, 0, 0);
    Scene scene = scene_make(6, 0.5, 1);
    Camera rest = camera_pan(0, 0);
    Picture a = take(format, &scene, camera_pan(0, 0), dark, mask, 1);
    Picture b = take(format, &scene, camera_pan(0, 0), dark, mask, 2);

    (void)state;
    for (int dusty = 0; dusty < 2; dusty++) {
        DfFrameMotion motion = motion_of(&a, mask, &b, mask, 1);
        assert_int_equal(motion.repeated, 1);
        assert_int_equal(motion.back, 1);
        /* Nothing has moved, which is what trails follow. */
        assert_true(motion_error(&motion, &rest, &rest, 150, 120) == 0);
        df_frame_motion_free(&motion);
        motion = motion_of(&a, mask, &b, other, 1);
        assert_int_equal(motion.repeated, 0);
        assert_int_equal(motion.back, 1);
        df_frame_motion_free(&motion);
        add_dust(&a, 3);
    }
    free(a.memory);
    free(b.memory);
    deepfill_mask_close(&mask);
    deepfill_mask_close(&other);
}

/** A repeat is judged on all planes: what differs in one alone is none, whichever it is. */
static void other_plane_is_no_repetition(void **state)
{
    static const struct { enum DeepfillLayout layout; int depth, sub; } formats[] = {
        { DEEPFILL_YUV, 8, 1 }, { DEEPFILL_YUV, 10, 0 }, { DEEPFILL_YUV, 8, 2 }, { DEEPFILL_RGB, 8, 0 },
        { DEEPFILL_GRAY, 16, 0 },
    };
    DeepfillMask *mask = logo();
    Scene scene = scene_make(6, 0.5, 1);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats); i++) {
        DeepfillFormat format = format_of(formats[i].layout, formats[i].depth, formats[i].sub);
        Picture b = take(format, &scene, camera_pan(0, 0), dark, mask, 2);
        for (int p = -1; p < df_plane_count(&format); p++) {
            double light[3] = { 0 };
            if (p >= 0)
                light[p] = 2;
            Picture a = take(format, &scene, camera_pan(0, 0), light, mask, 1);
            DfFrameMotion motion = motion_of(&a, mask, &b, mask, 1);
            assert_int_equal(motion.repeated, p < 0);
            assert_int_equal(motion.back, 1);
            df_frame_motion_free(&motion);
            free(a.memory);
        }
        free(b.memory);
    }
    deepfill_mask_close(&mask);
}

/** A tenth of a pixel, before a faint background and before a strong one. */
static void slow_pan_is_no_repetition(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_YUV, 8, 1);
    DeepfillMask *mask = logo();

    (void)state;
    for (int faint = 0; faint < 2; faint++) {
        Scene scene = scene_make(7, 0.5, faint ? 0.3 : 1);
        Camera now = camera_pan(0.1, 0), before = camera_pan(0, 0);
        Picture a = take(format, &scene, now, dark, mask, 1), b = take(format, &scene, before, dark, mask, 1);
        DfFrameMotion motion = motion_of(&a, mask, &b, mask, 1);
        assert_int_equal(motion.repeated, 0);
        assert_int_equal(motion.back, 1);
        assert_true(motion_error(&motion, &now, &before, 150, 120) < 0.05);
        df_frame_motion_free(&motion);
        free(a.memory);
        free(b.memory);
    }
    deepfill_mask_close(&mask);
}

static void frames_without_holes_are_related_without_a_motion(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_GRAY, 8, 0);
    Picture a = picture_new(format);
    DfFrameMotion motion = motion_of(&a, NULL, &a, NULL, 3);

    (void)state;
    assert_int_equal(motion.back, 3);
    assert_int_equal(motion.areas.count, 0);
    df_frame_motion_free(&motion);
    free(a.memory);
}

/** A frame that cannot be compared lies on the way between two that can. */
static void part_of_a_motion_is_taken(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_YUV, 8, 1);
    DeepfillMask *mask = logo();
    Scene scene = scene_make(8, 0.5, 1);
    Camera camera[3] = { camera_pan(0, 0), camera_pan(2.5, 1), camera_pan(5, 2) };
    static const double bright[3] = { 60, 0, 0 };
    Picture p[3];
    DfFrameMotion part = { 0 };

    (void)state;
    for (int i = 0; i < 3; i++)
        p[i] = take(format, &scene, camera[i], i == 1 ? bright : dark, mask, i);
    DfFrameMotion whole = motion_of(&p[2], mask, &p[0], mask, 2);
    DfFrameView frame = view_of(&p[1], mask), earlier = view_of(&p[0], mask);
    assert_int_equal(df_frame_motion_interpolate(&part, &account, &whole, 0.5, &frame, &earlier, 1, &scratch), 0);
    assert_int_equal(part.back, 1);
    assert_true(motion_error(&part, &camera[1], &camera[0], 150, 120) < 0.05);
    assert_true(fabsf(part.light[0].offset - 60) < 1);
    df_frame_motion_free(&part);
    df_frame_motion_free(&whole);
    for (int i = 0; i < 3; i++)
        free(p[i].memory);
    deepfill_mask_close(&mask);
}

/** Two things pass behind the hole, one to the right, one to the left: no affine explains half of what is around it. */
static Picture take_passers(DeepfillFormat format, int which, const DeepfillMask *mask)
{
    static const double shift[2][3] = { { 0, 0, 0 }, { 1.5, -5, 6 } };
    Scene scenes[3] = { scene_make(21, 1, 1), scene_make(31, 1, 1), scene_make(32, 1, 1) };
    Picture whole = picture_new(format);

    for (int i = 0; i < 3; i++) {
        Camera camera = camera_pan(shift[which][i], 0);
        Picture p = picture_new(format);
        int x0 = i == 1 ? 130 : 60, x1 = i == 1 ? 190 : 120;
        scene_draw(&p, &scenes[i], &camera, dark);
        for (int y = 0; y < HEIGHT; y++) {
            int from = i ? x0 - (int)shift[which][i] : 0, to = i ? x1 - (int)shift[which][i] : WIDTH;
            memcpy(whole.image.data[0] + y * whole.image.stride[0] + from,
                   p.image.data[0] + y * p.image.stride[0] + from, to - from);
        }
        free(p.memory);
    }
    scene_deface(&whole, mask, 1 + which);
    return whole;
}

/** Residuals are on account for as long as the motion has them; missing memory leaves nothing there. */
static void residuals_are_on_account(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_GRAY, 8, 0);
    DeepfillMask *mask = mask_of_rect(WIDTH, HEIGHT, 105, 90, 215, 150, 0, 0);
    Picture a = take_passers(format, 0, mask), b = take_passers(format, 1, mask);
    DfFrameView here = view_of(&a, mask), there = view_of(&b, mask);
    DfFrameMotion motion = motion_of(&a, mask, &b, mask, 1);
    int n = 0, ret;

    (void)state;
    assert_int_equal(motion.back, 1);
    const DfResidual *r = &motion.motions[0].residual_to_b;
    assert_non_null(r->flow.x.data);
    assert_non_null(motion.motions[0].residual_to_a.flow.x.data);
    /* In the frame's pixels: it lies on the hole. */
    assert_true(r->x0 <= 105 && r->y0 <= 90 && r->x0 + r->flow.x.width >= 215 && r->y0 + r->flow.x.height >= 150);
    assert_true(motion.bytes > 0 && motion.bytes == df_account_bytes(&account));
    /* What it held is given back first. */
    assert_int_equal(df_frame_motion_make(&motion, &account, &here, &there, 1, &scratch), 0);
    assert_int_equal(motion.bytes, df_account_bytes(&account));
    df_frame_motion_free(&motion);
    assert_int_equal(df_account_bytes(&account), 0);
    do {
        DfArena arena = { 0 };
        df_fail_after(n++);
        ret = df_frame_motion_make(&motion, &account, &here, &there, 1, &arena);
        df_fail_after(-1);
        assert_true(ret == 0 ? motion.back == 1 : ret == -ENOMEM);
        df_frame_motion_free(&motion);
        df_arena_free(&arena);
        assert_int_equal(df_account_bytes(&account), 0);
    } while (ret < 0);
    assert_true(n > 5);
    free(a.memory);
    free(b.memory);
    deepfill_mask_close(&mask);
}

static void survives_missing_memory(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_YUV, 8, 1);
    DeepfillMask *mask = logo();
    Scene scene = scene_make(9, 0.5, 1);
    Picture a = take(format, &scene, camera_pan(2, 1), dark, mask, 1);
    Picture b = take(format, &scene, camera_pan(0, 0), dark, mask, 2);
    DfFrameView here = view_of(&a, mask), there = view_of(&b, mask);
    int n = 0, ret;

    (void)state;
    do {
        DfFrameMotion motion = { 0 };
        DfArena arena = { 0 };
        df_fail_after(n++);
        ret = df_frame_motion_make(&motion, &account, &here, &there, 1, &arena);
        df_fail_after(-1);
        assert_true(ret == 0 ? motion.back == 1 : ret == -ENOMEM);
        df_frame_motion_free(&motion);
        df_arena_free(&arena);
    } while (ret < 0);
    assert_true(n > 3);
    free(a.memory);
    free(b.memory);
    deepfill_mask_close(&mask);
}

/** Free what all tests share; nothing is left on account. */
static int free_scratch(void **state)
{
    (void)state;
    df_arena_free(&scratch);
    return df_account_bytes(&account) > 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(motion_and_light_are_found_in_every_plane),
        cmocka_unit_test(copy_does_as_well_as_the_frame),
        cmocka_unit_test(narrower_ring_will_do),
        cmocka_unit_test(other_codes_are_not_related),
        cmocka_unit_test(cut_is_not_related),
        cmocka_unit_test(change_of_light_is_no_cut),
        cmocka_unit_test(black_ends_a_shot_and_begins_none),
        cmocka_unit_test(repetition_is_found),
        cmocka_unit_test(other_plane_is_no_repetition),
        cmocka_unit_test(slow_pan_is_no_repetition),
        cmocka_unit_test(frames_without_holes_are_related_without_a_motion),
        cmocka_unit_test(part_of_a_motion_is_taken),
        cmocka_unit_test(residuals_are_on_account),
        cmocka_unit_test(survives_missing_memory),
    };

    return cmocka_run_group_tests_name("frame motion", tests, NULL, free_scratch);
}
