/**
 * @file
 * Links between pictures whose motion and light are known: what is found of both, cuts, and repetitions.
 */
#include <errno.h>

#include "scene.h"

#define WIDTH 320
#define HEIGHT 240

static DfArena scratch;

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

static DfLinkEnd end_of(const Picture *p, DeepfillMask *mask)
{
    return (DfLinkEnd){ p->image, NULL, mask };
}

static DfLink link_of(const Picture *frame, DeepfillMask *mask, const Picture *earlier,
                      DeepfillMask *earlier_mask, int back)
{
    DfLink link = { 0 };
    DfLinkEnd here = end_of(frame, mask), there = end_of(earlier, earlier_mask);

    assert_int_equal(df_link_make(&link, &here, &there, back, &scratch), 0);
    return link;
}

/** How far a link's motion at a frame's pixel lies from what the cameras say, in pixels. */
static double motion_error(const DfLink *link, const Camera *from, const Camera *to, int x, int y)
{
    double to_x, to_y;
    float dx, dy;
    DfRect outer = link->areas.items[0].outer;

    camera_carry(from, to, x, y, &to_x, &to_y);
    df_affine_at(&link->motions[0].to_b, x - outer.x0, y - outer.y0, &dx, &dy);
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
        DfLink link = link_of(&a, mask, &b, mask, 2);
        assert_int_equal(link.back, 2);
        assert_int_equal(link.repeated, 0);
        assert_int_equal(link.areas.count, 1);
        for (int p = 0; p < df_plane_count(&format); p++)
            if (fabs(link.light[p].offset / scene_level(&format) - light[p]) > 0.25)
                fail_msg("format %zu, plane %d: %.3f + %.3f", i, p, link.light[p].gain, link.light[p].offset);
        assert_true(motion_error(&link, &now, &before, 150, 120) < 0.05);
        assert_true(motion_error(&link, &now, &before, 121, 101) < 0.1);
        assert_true(link.error < 1);
        df_link_free(&link);
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
    DfLink whole = link_of(&a, mask, &b, mask, 1), part = { 0 };
    DfPatches shown = { 0 };
    DfLinkEnd here = end_of(&a, mask), there = end_of(&b, mask);

    (void)state;
    assert_int_equal(df_patches_copy(&shown, &b.image, mask, &whole.areas), 0);
    there.shown = &shown;
    assert_int_equal(df_link_make(&part, &here, &there, 1, &scratch), 0);
    assert_int_equal(part.back, 1);
    assert_memory_equal(&part.motions[0].to_b, &whole.motions[0].to_b, sizeof part.motions[0].to_b);
    assert_memory_equal(part.light, whole.light, sizeof part.light);
    /* A narrower ring will do. */
    shown.items[0].place.x1 -= 60;
    assert_int_equal(df_link_make(&part, &here, &there, 1, &scratch), 0);
    assert_int_equal(part.back, 1);
    assert_int_equal(part.areas.items[0].outer.x1, whole.areas.items[0].outer.x1 - 60);
    Camera now = camera_pan(3.5, 0), before = camera_pan(0, 0);
    assert_true(motion_error(&part, &now, &before, 150, 120) < 0.05);
    shown.items[0].place.x1 = 179;
    assert_int_equal(df_link_make(&part, &here, &there, 1, &scratch), 0);
    assert_int_equal(part.back, 0);
    df_patches_free(&shown);
    df_link_free(&part);
    df_link_free(&whole);
    free(a.memory);
    free(b.memory);
    deepfill_mask_close(&mask);
}

static void cut_is_not_linked(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_YUV, 8, 1);
    DeepfillMask *mask = logo();

    (void)state;
    for (unsigned seed = 1; seed <= 4; seed++) {
        Scene one = scene_make(seed, 1, 1), other = scene_make(seed + 20, 1, 1);
        Picture a = take(format, &one, camera_pan(0, 0), dark, mask, 1);
        Picture b = take(format, &other, camera_pan(0, 0), dark, mask, 1);
        DfLink link = link_of(&a, mask, &b, mask, 1);
        assert_int_equal(link.back, 0);
        df_link_free(&link);
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
    DfLink link = link_of(&a, mask, &b, mask, 1);

    (void)state;
    assert_int_equal(link.back, 1);
    assert_true(fabsf(link.light[0].offset - 20) < 0.5f);
    df_link_free(&link);
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
    DfLink link = link_of(&black, mask, &a, mask, 1);
    assert_int_equal(link.back, 1);
    assert_true(link.light[0].gain < 0.02f && link.light[1].gain < 0.02f);
    assert_true(fabsf(df_light_apply(link.light[0], 128) - 16) < 0.5f);
    df_link_free(&link);
    link = link_of(&a, mask, &black, mask, 1);
    assert_int_equal(link.back, 0);
    df_link_free(&link);
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
        DfLink link = link_of(&a, mask, &b, mask, 1);
        assert_int_equal(link.repeated, 1);
        assert_int_equal(link.back, 1);
        /* Nothing has moved, which is what trails follow. */
        assert_true(motion_error(&link, &rest, &rest, 150, 120) == 0);
        df_link_free(&link);
        link = link_of(&a, mask, &b, other, 1);
        assert_int_equal(link.repeated, 0);
        assert_int_equal(link.back, 1);
        df_link_free(&link);
        add_dust(&a, 3);
    }
    free(a.memory);
    free(b.memory);
    deepfill_mask_close(&mask);
    deepfill_mask_close(&other);
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
        DfLink link = link_of(&a, mask, &b, mask, 1);
        assert_int_equal(link.repeated, 0);
        assert_int_equal(link.back, 1);
        assert_true(motion_error(&link, &now, &before, 150, 120) < 0.05);
        df_link_free(&link);
        free(a.memory);
        free(b.memory);
    }
    deepfill_mask_close(&mask);
}

static void frames_without_holes_are_linked_by_nothing(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_GRAY, 8, 0);
    Picture a = picture_new(format);
    DfLink link = link_of(&a, NULL, &a, NULL, 3);

    (void)state;
    assert_int_equal(link.back, 3);
    assert_int_equal(link.areas.count, 0);
    df_link_free(&link);
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
    DfLink part = { 0 };

    (void)state;
    for (int i = 0; i < 3; i++)
        p[i] = take(format, &scene, camera[i], i == 1 ? bright : dark, mask, i);
    DfLink whole = link_of(&p[2], mask, &p[0], mask, 2);
    DfLinkEnd frame = end_of(&p[1], mask), earlier = end_of(&p[0], mask);
    assert_int_equal(df_link_interpolate(&part, &whole, 0.5, &frame, &earlier, 1, &scratch), 0);
    assert_int_equal(part.back, 1);
    assert_true(motion_error(&part, &camera[1], &camera[0], 150, 120) < 0.05);
    assert_true(fabsf(part.light[0].offset - 60) < 1);
    df_link_free(&part);
    df_link_free(&whole);
    for (int i = 0; i < 3; i++)
        free(p[i].memory);
    deepfill_mask_close(&mask);
}

static void survives_missing_memory(void **state)
{
    DeepfillFormat format = format_of(DEEPFILL_YUV, 8, 1);
    DeepfillMask *mask = logo();
    Scene scene = scene_make(9, 0.5, 1);
    Picture a = take(format, &scene, camera_pan(2, 1), dark, mask, 1);
    Picture b = take(format, &scene, camera_pan(0, 0), dark, mask, 2);
    DfLinkEnd here = end_of(&a, mask), there = end_of(&b, mask);
    int n = 0, ret;

    (void)state;
    do {
        DfLink link = { 0 };
        DfArena arena = { 0 };
        df_fail_after(n++);
        ret = df_link_make(&link, &here, &there, 1, &arena);
        df_fail_after(-1);
        assert_true(ret == 0 ? link.back == 1 : ret == -ENOMEM);
        df_link_free(&link);
        df_arena_free(&arena);
    } while (ret < 0);
    assert_true(n > 3);
    free(a.memory);
    free(b.memory);
    deepfill_mask_close(&mask);
}

static int free_scratch(void **state)
{
    (void)state;
    df_arena_free(&scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(motion_and_light_are_found_in_every_plane),
        cmocka_unit_test(copy_does_as_well_as_the_frame),
        cmocka_unit_test(cut_is_not_linked),
        cmocka_unit_test(change_of_light_is_no_cut),
        cmocka_unit_test(black_ends_a_shot_and_begins_none),
        cmocka_unit_test(repetition_is_found),
        cmocka_unit_test(slow_pan_is_no_repetition),
        cmocka_unit_test(frames_without_holes_are_linked_by_nothing),
        cmocka_unit_test(part_of_a_motion_is_taken),
        cmocka_unit_test(survives_missing_memory),
    };

    return cmocka_run_group_tests_name("link", tests, NULL, free_scratch);
}
