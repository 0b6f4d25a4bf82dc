/**
 * @file
 * Overlays taken off: what comes back, what stays as it is filled, what is never written, failures.
 */
#include "restore_rig.h"

static double greatest_error(const Rig *rig)
{
    double most = 0, level = 1.0 / (1 << (rig->format.depth - 8));

    EACH_SAMPLE(&rig->format, p, x, y)
        if (at_of(&rig->planes->planes[p], x, y) >= 0)
            most = fmax(most, level * fabs((double)sample_of(&rig->out, p, x, y) - sample_of(&rig->truth, p, x, y)));
    return most;
}

/** However far off the fill is, once a second frame tells that y has little noise. */
static void picture_comes_back(void **state)
{
    static const DeepfillFormat formats[] = {
        { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, { WIDTH, HEIGHT, DEEPFILL_YUV, 10, 1, 0, 0, 1 },
        { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 0, 0, 1, 9 }, { WIDTH, HEIGHT, DEEPFILL_YUV, 16, 0, 0, 0, 2 },
        { WIDTH, HEIGHT, DEEPFILL_GRAY, 8, 0, 0, 0, 2 }, { WIDTH, HEIGHT, DEEPFILL_RGB, 8, 0, 0, 1, 2 },
        { WIDTH, HEIGHT, DEEPFILL_RGB, 10, 0, 0, 1, 2 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats); i++)
        for (double alpha = 0.3; alpha < 0.8; alpha += 0.2) {
            Rig rig = rig_new(formats[i], translucent(&formats[i], alpha));
            Shot shot = { .factor = 1, .fill_noise = 60, .fill_offset = 40, .seed = 3 };
            double most = 0.15 + (formats[i].depth > 8 ? 0.4 : 0.5) / (1 - alpha);
            run(&rig, shot);
            run(&rig, shot);
            for (int p = 0; p < df_plane_count(&rig.format); p++)
                if (error_of(&rig, &rig.out, p) > most)
                    fail_msg("format %zu, opacity %.1f, plane %d: off by %.2f, at most %.2f is wanted", i, alpha, p,
                             error_of(&rig, &rig.out, p), most);
            assert_true(greatest_error(&rig) < 2 / (1 - alpha));
            rig_free(&rig);
        }
}

static void exact_fill_wins(void **state)
{
    (void)state;
    for (double alpha = 0.3; alpha < 0.8; alpha += 0.2) {
        Rig rig = rig_new(yuv8, translucent(&yuv8, alpha));
        for (int t = 0; t < 3; t++) {
            run(&rig, (Shot){ .factor = 1, .seen_noise = 6, .seed = 3 + t, .x = 3 * t });
            for (int p = 0; p < 3; p++)
                assert_true(error_of(&rig, &rig.out, p) < 0.15 * 6 / (1 - alpha));
            assert_true(rig.frame.noise > 6 / 1.5 && rig.frame.noise < 6 * 1.5);
        }
        rig_free(&rig);
    }
}

/** Nothing that is filled, shown by y and by no other hole is anything but the fill. */
static void check_filled(const Rig *rig, DeepfillMask *mask, int *filled, int *clear, int *restored)
{
    unsigned most = (1u << rig->format.depth) - 1;

    EACH_SAMPLE(&rig->format, p, x, y) {
        const DfOverlayPlane *plane = &rig->planes->planes[p];
        ptrdiff_t at = at_of(plane, x, y);
        unsigned seen = sample_of(&rig->seen, p, x, y), fill = sample_of(&rig->fill, p, x, y);
        unsigned out = sample_of(&rig->out, p, x, y);
        uint8_t other = 0;
        if (at < 0)
            continue;
        if (mask)
            df_mask_weights(mask, y, x, x + 1, df_plane_sub_x(&rig->format, p), df_plane_sub_y(&rig->format, p),
                            &other);
        int is_clear = !other && plane->opacity[at] <= DF_OVERLAY_LEAST;
        int is_filled = other || plane->opacity[at] >= DF_OVERLAY_OPAQUE || !seen || seen == most;
        if (is_clear)
            assert_int_equal(out, seen);
        else if (is_filled)
            assert_int_equal(out, fill);
        *clear += is_clear;
        *filled += is_filled;
        *restored += !is_clear && !is_filled && out != fill;
    }
}

/** Random opacities, some of them whole, a fill that is far off, codes at both ends of y, another hole with feather. */
static void what_has_no_inverse_stays_filled(void **state)
{
    static const DeepfillFormat formats[] = {
        { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, { WIDTH, HEIGHT, DEEPFILL_YUV, 10, 1, 0, 0, 1 },
        { WIDTH, HEIGHT, DEEPFILL_RGB, 16, 0, 0, 1, 2 },
    };
    DeepfillMask *mask = mask_of_rect(WIDTH, HEIGHT, 60, 40, 80, 60, 2, 3);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats) * 2; i++) {
        Rgba picture = rgba_random(71, 51, 9);
        DeepfillOverlay *overlay = NULL;
        int filled = 0, clear = 0, restored = 0;
        for (int x = 0; x < 71; x++) /* chroma that is opaque */
            for (int y = 0; y < 9; y++)
                rgba_set(picture, x, y, 0.5, 0.5, 0.5, 0.96);
        assert_int_equal(rgba_overlay(&overlay, picture, WIDTH, HEIGHT, 33, 21), 0);
        Rig rig = rig_new(formats[i / 2], overlay);
        Shot shot = { .factor = 1, .fill_noise = 30, .seed = 5, .mask = i % 2 ? mask : NULL, .wants_sources = 1 };
        shoot(&rig, &shot);
        EACH_SAMPLE(&rig.format, p, x, y)
            if ((x * 7 + y * 3) % 11 == 0)
                store(&rig.seen, p, x, y, (x + y) % 2 ? 0 : 256);
        assert_int_equal(restore(&rig, &shot), 0);
        check_filled(&rig, shot.mask, &filled, &clear, &restored);
        assert_true(filled > 1000 && restored > 500);
        assert_true(clear > 0 || rig.format.layout == DEEPFILL_RGB || !rig.format.sub_y);
        rig_free(&rig);
        free(picture.samples);
    }
    deepfill_mask_close(&mask);
}

/** A logo may hide luma alone: then chroma is not filled. */
static void planes_without_opacity_stay_as_they_are(void **state)
{
    static LgdFile file;
    DeepfillOverlay *overlay = NULL;

    (void)state;
    lgd_begin(&file, 1, 1);
    lgd_logo(&file, 1, 31, 23, 41, 33);
    for (int i = 0; i < 41 * 33; i++)
        lgd_pixel(&file, (const int[3]){ 400, 0, 0 }, (const int[3]){ 4096, 0, 0 });
    assert_int_equal(deepfill_overlay_read(&overlay, WIDTH, HEIGHT, file.bytes, file.size), 0);
    Rig rig = rig_new(yuv8, overlay);
    run(&rig, (Shot){ .factor = 1, .fill_noise = 20, .seen_noise = 2, .seed = 5 });
    EACH_SAMPLE(&rig.format, p, x, y)
        assert_true(!p || sample_of(&rig.out, p, x, y) == sample_of(&rig.seen, p, x, y));
    for (int p = 0; p < 3; p++) /* the fill writes it all the same */
        assert_true(at_of(&rig.planes->planes[p], 40 >> !!p, 30 >> !!p) >= 0);
    assert_true(error_of(&rig, &rig.out, 0) > 0);
    rig_free(&rig);
}

/** A frame that does not follow the one before is restored as if it were the first. */
static void gaps_are_noticed(void **state)
{
    Shot shot = { .factor = 1, .fill_noise = 8, .fill_offset = 9, .seen_noise = 3, .seed = 7, .is_fading = 1 };
    Rig rig = rig_new(yuv8, letters(0.5)), fresh = rig_new(yuv8, letters(0.5));

    (void)state;
    run(&fresh, shot);
    shot.factor = 0.4f;
    run(&rig, shot);
    run(&rig, shot);
    rig.number++;
    shot.factor = 1;
    run(&rig, shot);
    assert_memory_equal(rig.out.memory, fresh.out.memory, rig.out.bytes);
    run(&rig, shot);
    assert_true(rig.frame.noise < fresh.frame.noise);
    /* So is one with another overlay. */
    df_overlay_planes_close(&rig.planes);
    assert_int_equal(df_overlay_planes_create(&rig.planes, rig.overlay, &rig.format), 0);
    run(&rig, shot);
    assert_memory_equal(rig.out.memory, fresh.out.memory, rig.out.bytes);
    rig_free(&rig);
    rig_free(&fresh);
}

/** Overlays that take turns, as those of fields do, each go on from the frame before the last. */
static void overlays_take_turns(void **state)
{
    Shot shot = { .factor = 1, .fill_noise = 8, .fill_offset = 9, .seen_noise = 3, .seed = 7, .is_fading = 1 };
    Rig rig = rig_new(yuv8, letters(0.5)), alone = rig_new(yuv8, letters(0.5));
    DfOverlayPlanes *turns[3] = { rig.planes };

    (void)state;
    for (int i = 1; i < 3; i++)
        assert_int_equal(df_overlay_planes_create(&turns[i], rig.overlay, &rig.format), 0);
    for (int t = 0; t < 3; t++) {
        run(&alone, shot);
        for (int i = 0; i < 2; i++) {
            rig.planes = turns[i];
            run(&rig, shot);
            assert_memory_equal(rig.out.memory, alone.out.memory, rig.out.bytes);
        }
    }
    /* Of three the first is forgotten by its turn. */
    rig.planes = turns[2];
    run(&rig, shot);
    rig.planes = turns[0];
    run(&rig, shot);
    assert_memory_not_equal(rig.out.memory, alone.out.memory, rig.out.bytes);
    df_overlay_planes_close(&turns[1]);
    df_overlay_planes_close(&turns[2]);
    rig_free(&rig);
    rig_free(&alone);
}

static void sources_tell_what_counted(void **state)
{
    DfRect opaque = { 40, 30, 60, 50 };

    (void)state;
    for (int is_off = 0; is_off < 2; is_off++) {
        Rgba picture = rgba_new(77, 53);
        DeepfillOverlay *overlay = NULL;
        int restored = 0, count = 0;
        for (int i = 0; i < 77 * 53; i++) {
            int x = i % 77 + 31, y = i / 77 + 22;
            int is_opaque = df_rect_contains(opaque, (DfRect){ x, y, x + 1, y + 1 });
            rgba_set(picture, i % 77, i / 77, 1, 1, 1, is_opaque ? 1 : 0.5);
        }
        assert_int_equal(rgba_overlay(&overlay, picture, WIDTH, HEIGHT, 31, 22), 0);
        Rig rig = rig_new(yuv8, overlay);
        Shot shot = { .factor = 1, .fill_offset = is_off ? 50 : 0, .fill_noise = is_off ? 30 : 0,
                      .seen_noise = is_off ? 0 : 6, .seed = 3, .wants_sources = 1 };
        run(&rig, shot);
        shot.seed++;
        run(&rig, shot);
        assert_non_null(rig.frame.origins);
        for (int i = 0; i < 77 * 53; i++) {
            int x = i % 77 + 31, y = i / 77 + 22, origin = rig.frame.origins[i];
            assert_true(origin == DF_ORIGIN_NONE || origin == DF_ORIGIN_RESTORED);
            if (df_rect_contains(opaque, (DfRect){ x, y, x + 1, y + 1 }))
                assert_int_equal(origin, DF_ORIGIN_NONE);
            restored += origin == DF_ORIGIN_RESTORED;
            count++;
        }
        assert_true(is_off ? restored > count * 8 / 10 : restored < count / 10);
        rig_free(&rig);
        free(picture.samples);
    }
}

/** A frame that fails is as it came, nothing leaks, and the next one is restored as the first. */
static void memory_that_fails_is_told(void **state)
{
    Shot shot = { .factor = 1, .fill_noise = 8, .seen_noise = 3, .seed = 7, .is_fading = 1, .wants_sources = 1 };
    Rig first = rig_new(yuv8, letters(0.5));
    int ret = -ENOMEM, n;

    (void)state;
    run(&first, shot);
    for (n = 0; ret == -ENOMEM; n++) {
        Rig rig = rig_new(yuv8, letters(0.5));
        shoot(&rig, &shot);
        df_arena_free(&scratch);
        df_fail_after(n);
        ret = restore(&rig, &shot);
        df_fail_after(-1);
        assert_true(!ret || ret == -ENOMEM);
        assert_memory_equal(rig.out.memory, ret ? rig.seen.memory : first.out.memory, rig.out.bytes);
        if (ret) {
            assert_int_equal(restore(&rig, &shot), 0);
            assert_memory_equal(rig.out.memory, first.out.memory, rig.out.bytes);
        }
        rig_free(&rig);
    }
    assert_true(n > 5);
    rig_free(&first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picture_comes_back),
        cmocka_unit_test(exact_fill_wins),
        cmocka_unit_test(what_has_no_inverse_stays_filled),
        cmocka_unit_test(planes_without_opacity_stay_as_they_are),
        cmocka_unit_test(gaps_are_noticed),
        cmocka_unit_test(overlays_take_turns),
        cmocka_unit_test(sources_tell_what_counted),
        cmocka_unit_test(memory_that_fails_is_told),
    };
    return cmocka_run_group_tests_name("restore", tests, NULL, free_scratch);
}
