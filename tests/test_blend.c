/**
 * @file
 * Composites and their blending where the truth is known: what another frame shows, sampled along known motions
 * and blended in, is what the hole hides.
 */
#include "scene.h"
#include "scratch.h"
#include "script.h"

#include "temporal/blend.h"

#define WIDTH 160
#define HEIGHT 104

/** A hole in the middle, off the chroma grid where `odd`. */
static DeepfillMask *logo(int odd)
{
    return mask_of_rect(WIDTH, HEIGHT, 66 + odd, 40 + odd, 90 + odd, 60 + odd, 0, 0);
}

static DeepfillFormat format_of(enum DeepfillLayout layout, int depth, int sub_x, int sub_y)
{
    return (DeepfillFormat){ .width = WIDTH, .height = HEIGHT, .layout = layout, .depth = depth,
                             .sub_x = sub_x, .sub_y = sub_y };
}

/** A film of a scene with known light, its holes defaced. */
typedef struct Take {
    Script *script;
    Scene scene;
    Picture pictures[64];
    double light[64][3], contrast[64]; /* levels that are added; share of the scene's contrast */
} Take;

static Take *take_new(DeepfillFormat format, int frames, DeepfillMask *mask)
{
    Take *take = calloc(1, sizeof *take);

    assert_non_null(take);
    take->script = script_new(format, frames);
    take->scene = scene_make(3, 0.35, 0.6);
    for (int t = 0; t < frames; t++) {
        take->script->shots[t].mask = mask;
        take->pictures[t] = picture_new(format);
        take->contrast[t] = 1;
    }
    return take;
}

/** The scene as it is lit in a frame. */
static Scene scene_of(const Take *take, int t)
{
    Scene scene = take->scene;

    scene.contrast *= take->contrast[t];
    return scene;
}

/** How a frame's plane is lit against the frame before. */
static DfLight light_of(const Take *take, int t, int p)
{
    double gain = take->contrast[t] / take->contrast[t - 1], middle = 128;
    double offset = middle + take->light[t][p] - gain * (middle + take->light[t - 1][p]);

    return (DfLight){ (float)gain, (float)(scene_level(&take->script->format) * offset) };
}

/**
 * Take the pictures.
 *
 * @param told    1: motions know how the light changes
 * @param hidden  what is defaced; NULL: the holes
 */
static void take_shoot_defaced(Take *take, int told, const DeepfillMask *hidden)
{
    for (int t = 0; t < take->script->frames; t++) {
        Shot *shot = &take->script->shots[t];
        Scene scene = scene_of(take, t);
        scene_draw(&take->pictures[t], &scene, &shot->camera, take->light[t]);
        if (shot->mask)
            scene_deface(&take->pictures[t], hidden ? hidden : shot->mask, t + 1);
        shot->picture = &take->pictures[t];
        for (int p = 0; told && t && p < 3; p++)
            shot->light[p] = light_of(take, t, p);
    }
}

static void take_shoot(Take *take, int told)
{
    take_shoot_defaced(take, told, NULL);
}

static void take_free(Take *take)
{
    for (int t = 0; t < take->script->frames; t++)
        free(take->pictures[t].memory);
    script_free(take->script);
    free(take);
}

static double truth_at(const Take *take, int t, int plane, int x, int y)
{
    Scene scene = scene_of(take, t);

    return take->light[t][plane] + scene_at(&scene, &take->script->format, plane, x, y,
                                            &take->script->shots[t].camera);
}

/** Errors of a composite's plane in its hole, in levels of 8 bits. */
typedef struct Errors {
    double mean_square, most; /* of colours */
    double step;              /* most between neighbours, one of them hole */
    int count;
} Errors;

static double error_at(const Take *take, int t, int p, const DfCompositePlane *plane, int x, int y)
{
    double value = df_plane_row(plane->colour, y)[x] / scene_level(&take->script->format);

    return value - truth_at(take, t, p, plane->place.x0 + x, plane->place.y0 + y);
}

static Errors measure(const Take *take, int t, int p, const DfCompositePlane *plane)
{
    int width = plane->colour.width;
    Errors e = { 0 };

    for (int y = 1; y < plane->colour.height; y++)
        for (int x = 1; x < width; x++) {
            const uint8_t *hole = plane->hole + (size_t)y * width + x;
            double here = error_at(take, t, p, plane, x, y);
            if (*hole) {
                e.mean_square += here * here;
                e.most = fmax(e.most, fabs(here));
                e.count++;
            }
            if (*hole || hole[-1])
                e.step = fmax(e.step, fabs(here - error_at(take, t, p, plane, x - 1, y)));
            if (*hole || hole[-width])
                e.step = fmax(e.step, fabs(here - error_at(take, t, p, plane, x, y - 1)));
        }
    assert_true(e.count > 0);
    e.mean_square /= e.count;
    return e;
}

/**
 * Subsampled planes: where a source ends at its own hole, its last sample covers several pixels, and the step
 * to the next one is taken for none.
 */
#define COARSE 1.25

static int is_coarse(const DeepfillFormat *format, int plane)
{
    return df_plane_sub_x(format, plane) || df_plane_sub_y(format, plane);
}

/** Blend a composite. */
static void blend(DfComposite *composite, const DfFrameState *s)
{
    for (int i = 0; i < composite->count; i++)
        for (int p = 0; p < df_plane_count(&s->image.format); p++)
            assert_int_equal(df_blend(composite, &composite->areas[i].planes[p], p, &scratch), 0);
}

/** Hold a plane against the truth. */
static void check_plane(const Take *take, int t, int p, const DfCompositePlane *plane, double half)
{
    Errors e = measure(take, t, p, plane);
    double limit = is_coarse(&take->script->format, p) ? COARSE : half;

    if (sqrt(e.mean_square) > limit || e.most > 4 * limit)
        fail_msg("frame %d, plane %d: %.2f levels off, %.2f at most", t, p, sqrt(e.mean_square), e.most);
}

/**
 * Hold frames of which nothing is synthesised against the truth, planes that are not subsampled before blending, too.
 * @return how many they are
 */
static int check_fills(const Take *take, int first, int end, double half)
{
    int checked = 0;

    for (int t = first; t < end; t++) {
        const DfFrameState *s = script_state(take->script, t);
        DfComposite composite;
        if (s->fresh || s->need_count)
            continue;
        script_check(take->script, t);
        assert_int_equal(df_composite_make(&composite, s, &scratch), 0);
        for (int p = 0; p < df_plane_count(&s->image.format); p++)
            if (!is_coarse(&s->image.format, p))
                check_plane(take, t, p, &composite.areas[0].planes[p], half);
        blend(&composite, s);
        for (int p = 0; p < df_plane_count(&s->image.format); p++)
            check_plane(take, t, p, &composite.areas[0].planes[p], half);
        df_arena_reset(&scratch, (DfArenaMark){ 0 });
        checked++;
    }
    return checked;
}

static int shoot_and_check(Take *take, int ahead, double half)
{
    int checked = 0;

    script_start(take->script, ahead, SIZE_MAX);
    for (int first = 0, end; first < take->script->frames; first = end) {
        end = script_plan(take->script);
        checked += check_fills(take, first, end, half);
    }
    return checked;
}

static void hidden_content_is_restored(void **state)
{
    static const struct { enum DeepfillLayout layout; int depth, sub_x, sub_y; double half; } formats[] = {
        { DEEPFILL_YUV, 8, 1, 1, 0.5 }, { DEEPFILL_YUV, 10, 0, 0, 0.25 }, { DEEPFILL_YUV, 8, 1, 0, 0.5 },
        { DEEPFILL_GRAY, 16, 0, 0, 0.25 }, { DEEPFILL_RGB, 8, 0, 0, 0.5 }, { DEEPFILL_YUV, 10, 1, 1, 0.25 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats); i++) {
        DeepfillMask *mask = logo(i % 2);
        DeepfillFormat format = format_of(formats[i].layout, formats[i].depth, formats[i].sub_x,
                                          formats[i].sub_y);
        Take *take = take_new(format, 10, mask);
        for (int t = 0; t < 10; t++)
            take->script->shots[t].camera = camera_at(5.3 * t, 0.6 * t, 0.002 * t, 1, 80, 50);
        take_shoot(take, 1);
        assert_true(shoot_and_check(take, 10, formats[i].half) >= 8);
        take_free(take);
        deepfill_mask_close(&mask);
    }
}

/** A hole that is grown beyond what it hides; a pan so slow that positions are taken over twenty times. */
static void grown_hole_is_restored_at_a_slow_pan(void **state)
{
    DeepfillMask *hidden = mask_of_rect(WIDTH, HEIGHT, 70, 44, 86, 56, 0, 0);
    DeepfillMask *mask = mask_of_rect(WIDTH, HEIGHT, 70, 44, 86, 56, 4, 0);
    Take *take = take_new(format_of(DEEPFILL_YUV, 8, 1, 1), 40, mask);

    (void)state;
    for (int t = 0; t < 40; t++)
        take->script->shots[t].camera = camera_pan(1.3 * t, 0.1 * t);
    take_shoot_defaced(take, 1, hidden);
    assert_int_equal(shoot_and_check(take, 20, 0.5), 40);
    take_free(take);
    deepfill_mask_close(&mask);
    deepfill_mask_close(&hidden);
}

/** Two levels more a frame, colours too, which motions have measured. */
static void light_is_brought_along(void **state)
{
    DeepfillMask *mask = logo(1);
    Take *take = take_new(format_of(DEEPFILL_YUV, 8, 1, 1), 12, mask);

    (void)state;
    for (int t = 0; t < 12; t++) {
        take->script->shots[t].camera = camera_pan(4.6 * t, -0.5 * t);
        take->light[t][0] = 2 * t;
        take->light[t][1] = -t;
        take->light[t][2] = 0.5 * t;
    }
    take_shoot(take, 1);
    assert_true(shoot_and_check(take, 6, 0.5) >= 10);
    take_free(take);
    deepfill_mask_close(&mask);
}

/** A fade to half of the contrast and to darkness, over which sources of either side are brought. */
static void fade_is_brought_along(void **state)
{
    DeepfillMask *mask = logo(0);
    Take *take = take_new(format_of(DEEPFILL_YUV, 10, 1, 1), 14, mask);

    (void)state;
    for (int t = 0; t < 14; t++) {
        take->script->shots[t].camera = camera_pan(4.6 * t, -0.5 * t);
        take->contrast[t] = 1 - 0.035 * t;
        take->light[t][0] = -4 * t;
    }
    take_shoot(take, 1);
    assert_true(shoot_and_check(take, 6, 0.5) >= 12);
    take_free(take);
    deepfill_mask_close(&mask);
}

/**
 * Past and future differ by 8 levels that no motion knows of. Where they meet, and at the rim, no step remains;
 * the composite alone has them.
 */
static void seams_are_not_seen(void **state)
{
    DeepfillMask *mask = logo(0);
    Take *take = take_new(format_of(DEEPFILL_YUV, 8, 1, 1), 9, mask);
    DfComposite composite;

    (void)state;
    for (int t = 0; t < 9; t++) {
        take->script->shots[t].camera = camera_pan(6.4 * t, 0.3 * t);
        for (int p = 0; p < 3; p++)
            take->light[t][p] = t < 4 ? -4 : t > 4 ? 4 : 0;
    }
    take_shoot(take, 0);
    script_start(take->script, 9, SIZE_MAX);
    while (script_plan(take->script) <= 4)
        ;
    const DfFrameState *s = script_state(take->script, 4);
    assert_int_equal(s->fresh, 0);
    assert_int_equal(df_composite_make(&composite, s, &scratch), 0);
    for (int p = 0; p < 3; p++) {
        DfCompositePlane *plane = &composite.areas[0].planes[p];
        assert_true(measure(take, 4, p, plane).step > 3);
        assert_int_equal(df_blend(&composite, plane, p, &scratch), 0);
        Errors e = measure(take, 4, p, plane);
        if (e.step > 2)
            fail_msg("plane %d: a step of %.2f levels", p, e.step);
        assert_true(e.most < 4);
    }
    df_arena_reset(&scratch, (DfArenaMark){ 0 });
    take_free(take);
    deepfill_mask_close(&mask);
}

/** Put into a composite what the network would, were it always right, or one colour; and keep it for others. */
static void make(const Take *take, DfComposite *composite, int t, double colour)
{
    double level = scene_level(&take->script->format);

    for (int p = 0; p < df_plane_count(&take->script->format); p++) {
        DfCompositePlane *plane = &composite->areas[0].planes[p];
        const DfOriginSample *origin = plane->origins;
        for (int y = 0; y < plane->colour.height; y++)
            for (int x = 0; x < plane->colour.width; x++, origin++)
                if (df_composite_is_fresh(composite, origin)) {
                    double truth = truth_at(take, t, p, plane->place.x0 + x, plane->place.y0 + y);
                    df_plane_row(plane->colour, y)[x] = (float)(level * (colour >= 0 ? colour : truth));
                }
    }
    if (composite->state->keep_composite)
        assert_int_equal(df_composite_keep(composite), 0);
}

/** What is synthesised in the first frame is carried along in all later ones, which see nothing ahead. */
static void what_was_made_is_carried_along(void **state)
{
    DeepfillMask *mask = logo(1);
    Take *take = take_new(format_of(DEEPFILL_YUV, 8, 1, 1), 16, mask);

    (void)state;
    for (int t = 0; t < 16; t++) {
        take->script->shots[t].camera = camera_at(-0.8 * t, 0.3 * t, 0.001 * t, 1, 80, 50);
        take->light[t][0] = t;
    }
    take_shoot(take, 1);
    script_start(take->script, 0, SIZE_MAX);
    for (int t = 0; t < 16; t++) {
        DfComposite composite;
        assert_int_equal(script_plan(take->script), t + 1);
        script_check(take->script, t);
        const DfFrameState *s = script_state(take->script, t);
        assert_true(t == 0 ? s->fresh == s->hole : s->fresh * 10 < s->hole);
        assert_int_equal(df_composite_make(&composite, s, &scratch), 0);
        make(take, &composite, t, -1);
        for (int p = 0; p < 3; p++) {
            assert_int_equal(df_blend(&composite, &composite.areas[0].planes[p], p, &scratch), 0);
            Errors e = measure(take, t, p, &composite.areas[0].planes[p]);
            /* Nothing is known of the step across the rim but that it should be small. */
            if (sqrt(e.mean_square) > (p ? 2 : 1) || e.most > 4)
                fail_msg("frame %d, plane %d: %.2f levels off, %.2f at most", t, p, sqrt(e.mean_square),
                         e.most);
        }
        df_arena_reset(&scratch, (DfArenaMark){ 0 });
    }
    take_free(take);
    deepfill_mask_close(&mask);
}

/** Plan frame `t` and make its composite: what is synthesised is 100, from the first renewal on 140. */
static const DfFrameState *make_renewed(Take *take, DfComposite *composite, int t, int *renewals)
{
    assert_int_equal(script_plan(take->script), t + 1);
    const DfFrameState *s = script_state(take->script, t);
    *renewals += t && s->fresh * 2 > s->hole;
    assert_int_equal(df_composite_make(composite, s, &scratch), 0);
    make(take, composite, t, *renewals ? 140 : 100);
    return s;
}

/** When what was synthesised is renewed, the former colour gives way to the new one in equal steps. */
static void renewal_fades_over(void **state)
{
    DeepfillMask *mask = logo(0);
    Take *take = take_new(format_of(DEEPFILL_YUV, 8, 1, 1), 40, mask);
    int renewals = 0;

    (void)state;
    for (int t = 1; t < 40; t++)
        take->script->shots[t].error = 5;
    take_shoot(take, 1);
    script_start(take->script, 0, SIZE_MAX);
    for (int t = 0; t < 40; t++) {
        DfComposite composite;
        const DfFrameState *s = make_renewed(take, &composite, t, &renewals);
        if (s->fade > 0)
            assert_int_equal(df_composite_fade(&composite, &scratch), 0);
        for (int p = 0; p < 3; p++) {
            const DfCompositePlane *plane = &composite.areas[0].planes[p];
            float colour = df_plane_row(plane->colour, plane->colour.height / 2)[plane->colour.width / 2];
            float wanted = renewals ? 140 - 40 * s->fade : 100;
            assert_true(fabsf(colour - wanted) < 0.01f);
        }
        df_arena_reset(&scratch, (DfArenaMark){ 0 });
    }
    assert_int_equal(renewals, 1);
    take_free(take);
    deepfill_mask_close(&mask);
}

/** The largest step from a sample of the hole to the next along a row of luma. */
static float row_step(const DfCompositePlane *plane, DfRect hole, int y)
{
    const float *row = df_plane_row(plane->colour, y - plane->place.y0) - plane->place.x0;
    float most = 0;

    for (int x = hole.x0 + 1; x < hole.x1; x++)
        most = fmaxf(most, fabsf(row[x] - row[x - 1]));
    return most;
}

/**
 * A pan brings what no frame has seen into a hole at the frame's edge: synthesised while a former fades away, it has no
 * former itself, and no edge of one is seen beside it.
 */
static void former_leaves_no_edge(void **state)
{
    DfRect hole = { WIDTH - 36, 30, WIDTH, 70 };
    DeepfillMask *mask = mask_of_rect(WIDTH, HEIGHT, hole.x0, hole.y0, hole.x1, hole.y1, 0, 0);
    Take *take = take_new(format_of(DEEPFILL_GRAY, 8, 0, 0), 40, mask);
    int renewals = 0, without = 0;

    (void)state;
    for (int t = 0; t < 40; t++) {
        take->script->shots[t].error = 5;
        take->script->shots[t].camera = camera_pan(1.5 * t, 0);
    }
    take_shoot(take, 1);
    script_start(take->script, 0, SIZE_MAX);
    for (int t = 0; t < 40; t++) {
        DfComposite composite;
        const DfFrameState *s = make_renewed(take, &composite, t, &renewals);
        if (s->fade > 0) {
            assert_int_equal(df_composite_fade(&composite, &scratch), 0);
            float step = row_step(&composite.areas[0].planes[0], hole, 50);
            if (step > 8)
                fail_msg("frame %d, %.2f of the former: a step of %.1f levels", t, s->fade, step);
            without += script_origin(s->former, WIDTH - 1, 50).frame < 0;
        }
        df_arena_reset(&scratch, (DfArenaMark){ 0 });
    }
    assert_int_equal(renewals, 1);
    assert_true(without > 5);
    take_free(take);
    deepfill_mask_close(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hidden_content_is_restored),
        cmocka_unit_test(grown_hole_is_restored_at_a_slow_pan),
        cmocka_unit_test(light_is_brought_along),
        cmocka_unit_test(fade_is_brought_along),
        cmocka_unit_test(seams_are_not_seen),
        cmocka_unit_test(what_was_made_is_carried_along),
        cmocka_unit_test(renewal_fades_over),
        cmocka_unit_test(former_leaves_no_edge),
    };

    return cmocka_run_group_tests_name("blend", tests, NULL, free_scratch);
}
