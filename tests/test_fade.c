/**
 * @file
 * How much of an overlay frames have: it is followed, is all where nothing fades, and none puts the frame back.
 */
#include "restore_rig.h"

static void fades_are_followed(void **state)
{
    static const float factors[] = { 0, 0, 0, 0.15f, 0.3f, 0.5f, 0.7f, 0.8f, 0.9f, 1, 1, 1, 0.9f, 0.8f, 0.6f, 0.4f,
                                     0.2f, 0, 0, 0, 1, 1, 0.5f, 0.5f, 0, 0 };

    (void)state;
    for (float fill_noise = 2; fill_noise < 5; fill_noise *= 2) {
        Rig rig = rig_new(yuv8, letters(0.5));
        for (int t = 0; t < (int)DF_COUNT(factors); t++) {
            run(&rig, (Shot){ .factor = factors[t], .fill_noise = fill_noise, .fill_offset = 5, .seen_noise = 2,
                              .seed = 3 + t, .x = 2 * t, .is_fading = 1 });
            /* What is near to all is taken for all. */
            if (fabsf(rig.frame.fade - factors[t]) > 0.12f && !(factors[t] >= 0.8f && rig.frame.fade == 1))
                fail_msg("fill off by %g, frame %d: %g is taken for %g", (double)fill_noise, t, (double)factors[t],
                         (double)rig.frame.fade);
        }
        rig_free(&rig);
    }
}

/** What is left of it is taken off: the fill is off by so much that y alone tells the picture's light. */
static void faded_overlays_are_taken_off(void **state)
{
    (void)state;
    for (float factor = 0.4f; factor < 0.7f; factor += 0.2f) {
        Rig rig = rig_new(yuv8, letters(0.6));
        for (int t = 0; t < 8; t++)
            run(&rig, (Shot){ .factor = factor, .fill_noise = 1, .fill_offset = 15, .seen_noise = 1, .seed = 3 + t,
                              .x = 2 * t, .is_fading = 1 });
        assert_true(error_of(&rig, &rig.out, 0) < error_of(&rig, &rig.fill, 0));
        rig_free(&rig);
    }
}

static void steady_overlays_are_there_in_full(void **state)
{
    (void)state;
    for (float fill_noise = 0; fill_noise < 30; fill_noise += 8)
        for (int is_flat = 0; is_flat < 2; is_flat++) {
            Rig rig = rig_new(yuv8, is_flat ? translucent(&yuv8, 0.4) : letters(0.4));
            for (int t = 0; t < 12; t++) {
                run(&rig, (Shot){ .factor = 1, .fill_noise = fill_noise, .fill_offset = fill_noise, .seen_noise = 3,
                                  .seed = 3 + t, .x = 2 * t, .is_fading = 1 });
                assert_true(rig.frame.fade == 1);
            }
            rig_free(&rig);
        }
}

/** Frames without it come out as they came, codes at both ends too, but for other holes. */
static void frames_without_it_are_put_back(void **state)
{
    DeepfillMask *mask = mask_of_rect(WIDTH, HEIGHT, 60, 40, 80, 60, 0, 0);
    Rig rig = rig_new(yuv8, letters(0.5));
    int holes = 0;

    (void)state;
    for (int t = 0; t < 6; t++) {
        Shot shot = { .fill_noise = 4, .seen_noise = 2, .seed = 3 + t, .x = 2 * t, .mask = t == 5 ? mask : NULL,
                      .is_fading = 1 };
        shoot(&rig, &shot);
        for (int x = 21; x < 60; x++)
            store(&rig.seen, 0, x, 30 + x % 7, x % 2 ? 0 : 255);
        assert_int_equal(restore(&rig, &shot), 0);
        if (t < 2)
            continue;
        assert_true(rig.frame.fade == 0);
        EACH_SAMPLE(&rig.format, p, x, y) {
            int sub = df_plane_sub_x(&rig.format, p);
            int hole = shot.mask && at_of(&rig.planes->planes[p], x, y) >= 0 && x << sub >= 60 && x << sub < 80 &&
                       y << sub >= 40 && y << sub < 60;
            holes += hole;
            assert_int_equal(sample_of(&rig.out, p, x, y), sample_of(hole ? &rig.fill : &rig.seen, p, x, y));
        }
    }
    assert_true(holes > 100);
    rig_free(&rig);
    deepfill_mask_close(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fades_are_followed),
        cmocka_unit_test(faded_overlays_are_taken_off),
        cmocka_unit_test(steady_overlays_are_there_in_full),
        cmocka_unit_test(frames_without_it_are_put_back),
    };
    return cmocka_run_group_tests_name("fade", tests, NULL, free_scratch);
}
