/**
 * @file
 * An overlay learnt from frames whose picture is known: opacity and colour come out, what is not known stays a hole.
 */
#include "restore_rig.h"
#include "overlay/learn.h"

static const DfRect place = { 30, 20, 110, 76 };

/** A film's overlay: white letters' like stripes of .5 and a darker field of .3, nothing between them. */
static DeepfillOverlay *stripes(void)
{
    Rgba p = rgba_new(76, 50);
    DeepfillOverlay *overlay = NULL;

    for (int y = 0; y < p.height; y++)
        for (int x = 0; x < p.width; x++)
            if (x < 40 && x % 10 < 6)
                rgba_set(p, x, y, 0.95, 0.95, 0.95, 0.5);
            else if (x >= 44)
                rgba_set(p, x, y, 0.05, 0.05, 0.05, 0.3);
    assert_int_equal(rgba_overlay(&overlay, p, WIDTH, HEIGHT, 32, 22), 0);
    free(p.samples);
    return overlay;
}

static uint8_t known[80 * 56];

/** Show `frames` of a film whose camera moves by `pace` samples a frame. */
static int show(DfLearner *learner, Rig *rig, int frames, int pace, const DeepfillOverlay *start)
{
    int ret = 0;

    for (int i = 0; i < frames && ret >= 0; i++) {
        Shot shot = { .factor = 1, .fill_noise = 2, .seen_noise = 2, .x = pace * i, .seed = 5 + (unsigned)i };
        shoot(rig, &shot);
        rig->frame = (DfOverlayFrame){ .planes = df_overlay_planes_ref(rig->planes),
                                       .place = df_overlay_place(place, &rig->format) };
        assert_int_equal(df_overlay_keep(&rig->frame, &rig->seen.image), 0);
        DfLesson lesson = { &rig->fill.image, rig->frame.seen, known, start };
        ret = df_learner_add(learner, place, &lesson);
        df_overlay_frame_free(&rig->frame);
    }
    return ret;
}

/** Root of the mean square by which opacity of luma is off, where the learnt one is no hole; and how much is a hole. */
static double error_of_opacity(const DfLearner *learner, const Rig *rig, double *holes)
{
    const DfOverlayPlane *got = &learner->planes->planes[0], *wanted = &rig->planes->planes[0];
    double sum = 0, count = 0, all = 0;

    for (int y = place.y0; y < place.y1; y++)
        for (int x = place.x0; x < place.x1; x++) {
            ptrdiff_t at = at_of(wanted, x, y), k = at_of(got, x, y);
            double truth = at < 0 ? 0 : (double)wanted->opacity[at], value = k < 0 ? 0 : (double)got->opacity[k];
            all++;
            if (value >= (double)DF_OVERLAY_OPAQUE)
                continue;
            sum += (value - truth) * (value - truth);
            count++;
        }
    *holes = 1 - count / all;
    return count > 0 ? sqrt(sum / count) : -1;
}

static void a_moving_camera_tells_the_overlay(void **state)
{
    static const DeepfillFormat formats[] = {
        { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, { WIDTH, HEIGHT, DEEPFILL_YUV, 10, 1, 0, 0, 1 },
        { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 0, 0, 1, 6 }, { WIDTH, HEIGHT, DEEPFILL_GRAY, 8, 0, 0, 1, 2 },
        { WIDTH, HEIGHT, DEEPFILL_RGB, 8, 0, 0, 1, 2 },
    };

    (void)state;
    memset(known, 1, sizeof known);
    for (size_t i = 0; i < DF_COUNT(formats); i++) {
        Rig rig = rig_new(formats[i], stripes());
        DfLearner learner = { 0 };
        double holes, error;
        assert_int_equal(show(&learner, &rig, 60, 3, NULL), 0);
        assert_non_null(learner.planes);
        error = error_of_opacity(&learner, &rig, &holes);
        if (!(error >= 0 && error < 0.05 && holes < 0.1))
            fail_msg("format %zu: opacity is off by %.3f, %.0f %% are holes", i, error, 100 * holes);
        df_learner_free(&learner);
        rig_free(&rig);
    }
}

/** A pixel whose picture no other frame has shown, or always the same one, stays a hole; with a start it stays that. */
static void what_is_not_known_stays(void **state)
{
    (void)state;
    for (int is_still = 0; is_still < 2; is_still++)
        for (int has_start = 0; has_start < 2; has_start++) {
            Rig rig = rig_new(yuv8, stripes());
            DfLearner learner = { 0 };
            double holes, error;
            memset(known, is_still, sizeof known);
            assert_int_equal(show(&learner, &rig, 40, is_still ? 0 : 3, has_start ? rig.overlay : NULL), 0);
            if (learner.planes) {
                error = error_of_opacity(&learner, &rig, &holes);
                assert_true(has_start ? holes < 0.01 && error < 0.1 : holes > 0.99);
            }
            df_learner_free(&learner);
            rig_free(&rig);
        }
}

/** With a start, pixels that are none of its own are none of what is learnt. */
static void a_start_is_made_better(void **state)
{
    Rig rig = rig_new(yuv8, stripes());
    DeepfillOverlay *start = overlay_of_rect(WIDTH, HEIGHT, (DfRect){ 32, 22, 72, 72 }, 0.9, 0.4);
    DfLearner learner = { 0 };

    (void)state;
    memset(known, 1, sizeof known);
    assert_int_equal(show(&learner, &rig, 60, 3, start), 0);
    assert_non_null(learner.planes);
    for (int x = 80; x < 108; x++)
        assert_true(at_of(&learner.planes->planes[0], x, 40) < 0);
    ptrdiff_t at = at_of(&learner.planes->planes[0], 34, 40);
    assert_true(at >= 0 && fabsf(learner.planes->planes[0].opacity[at] - 0.5f) < 0.06f);
    df_learner_free(&learner);
    deepfill_overlay_close(&start);
    rig_free(&rig);
}

static void memory_that_fails_is_told(void **state)
{
    int ret = -ENOMEM, n;

    (void)state;
    memset(known, 1, sizeof known);
    Rig rig = rig_new(yuv8, stripes());
    for (n = 0; ret == -ENOMEM; n++) {
        DfLearner learner = { 0 };
        Shot shot = { .factor = 1, .seed = 1 };
        assert_int_equal(show(&learner, &rig, 11, 3, NULL), 0);
        shoot(&rig, &shot);
        rig.frame = (DfOverlayFrame){ .planes = df_overlay_planes_ref(rig.planes),
                                      .place = df_overlay_place(place, &rig.format) };
        assert_int_equal(df_overlay_keep(&rig.frame, &rig.seen.image), 0);
        DfLesson lesson = { &rig.fill.image, rig.frame.seen, known, NULL };
        df_fail_after(n);
        ret = df_learner_add(&learner, place, &lesson);
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM);
        df_overlay_frame_free(&rig.frame);
        df_learner_free(&learner);
    }
    assert_true(n > 5);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moving_camera_tells_the_overlay),
        cmocka_unit_test(what_is_not_known_stays),
        cmocka_unit_test(a_start_is_made_better),
        cmocka_unit_test(memory_that_fails_is_told),
    };
    return cmocka_run_group_tests_name("learn", tests, NULL, free_scratch);
}
