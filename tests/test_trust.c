/**
 * @file
 * Which parts of a hole come or go as a whole, whether an open frame shows what another one hides, and masks made of parts
 * of others.
 */
#include "scene.h"
#include "temporal/trust.h"

#define WIDTH 200
#define HEIGHT 120

static const DeepfillFormat formats[] = {
    { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, { WIDTH, HEIGHT, DEEPFILL_RGB, 10, 0, 0, 1, 0 },
    { WIDTH, HEIGHT, DEEPFILL_GRAY, 16, 0, 0, 1, 2 },
};

static DeepfillMask *rect_mask(int x0, int y0, int x1, int y1)
{
    return mask_of_rect(WIDTH, HEIGHT, x0, y0, x1, y1, 0, 0);
}

/* ----------------------------------------------------------------------------------- toggles -- */

static int count_toggles(DeepfillMask *mask, DeepfillMask *neighbour)
{
    DfToggles toggles = { 0 };

    assert_int_equal(df_toggles_add(&toggles, mask, neighbour), 0);
    return toggles.count;
}

static void parts_that_come_or_go_are_found(void **state)
{
    DeepfillMask *logo = rect_mask(10, 10, 30, 30), *caption = rect_mask(60, 80, 160, 100), *both = NULL;
    DeepfillMask *moved = rect_mask(16, 12, 36, 32), *longer = rect_mask(30, 12, 140, 28), *joined = NULL;
    DfToggles toggles = { 0 };

    (void)state;
    assert_int_equal(df_mask_unite(&both, logo, caption, &caption->parts[0], 1), 0);
    assert_int_equal(df_mask_unite(&joined, logo, longer, &longer->parts[0], 1), 0);
    assert_int_equal(joined->part_count, 1);
    assert_int_equal(count_toggles(logo, logo), 0);
    assert_int_equal(count_toggles(logo, NULL), 0);
    assert_int_equal(count_toggles(both, logo), 0);
    assert_int_equal(count_toggles(NULL, both), 2);
    assert_int_equal(df_toggles_add(&toggles, logo, both), 0);
    assert_int_equal(toggles.count, 1);
    assert_memory_equal(&toggles.items[0].rect, &caption->parts[0], sizeof(DfRect));
    /* What a moving object uncovers is none; a caption that begins beside a logo is one. */
    assert_int_equal(count_toggles(logo, moved), 0);
    assert_int_equal(count_toggles(moved, logo), 0);
    assert_int_equal(count_toggles(logo, joined), 1);
    /* It is noted once. */
    assert_int_equal(df_toggles_add(&toggles, logo, both), 0);
    assert_int_equal(toggles.count, 1);
    DeepfillMask *all[] = { logo, caption, both, moved, longer, joined };
    for (size_t i = 0; i < DF_COUNT(all); i++)
        deepfill_mask_close(&all[i]);
}

static void toggles_beyond_the_most_share_the_last(void **state)
{
    static const char *const rows[] = { "#.#.#.#.#.#.#.#.#.#." };
    DeepfillMask *mask = mask_of_text(rows, 1, 10);
    DfToggles toggles = { 0 };

    (void)state;
    assert_int_equal(df_toggles_add(&toggles, NULL, mask), 0);
    assert_int_equal(toggles.count, DF_MOST_TOGGLES);
    for (int i = 0; i < mask->part_count; i++)
        assert_true(df_rect_contains(toggles.items[DF_MIN(i, DF_MOST_TOGGLES - 1)].rect, mask->parts[i]));
    deepfill_mask_close(&mask);
}

/* ----------------------------------------------------------------------------------- compare -- */

static const DfRect part = { 60, 50, 140, 74 };

/** A picture of the scene at (x, 0) with strokes of some opacity. */
static Picture shoot(DeepfillFormat format, double x, double opacity, unsigned grain)
{
    static const double light[3];
    Picture p = picture_new(format);
    Scene scene = scene_make(5, 1, 1);
    Camera camera = camera_pan(x, 0);
    double highest = (1 << format.depth) - 1;
    unsigned seed = grain;

    scene_draw(&p, &scene, &camera, light);
    for (int i = 0; i < df_plane_count(&format); i++)
        for (int y = 0; y < df_plane_side(HEIGHT, df_plane_sub_y(&format, i)); y++)
            for (int x1 = 0; x1 < df_plane_side(WIDTH, df_plane_sub_x(&format, i)); x1++) {
                int at_x = x1 << df_plane_sub_x(&format, i), at_y = y << df_plane_sub_y(&format, i);
                double v = sample_of(&p, i, x1, y) + ((double)draw(&seed, 7) - 3) * highest / 255;
                int is_stroke = at_x >= 64 && at_x < 136 && at_y >= 54 && at_y < 70 && at_x / 4 % 4 == 0;
                v += is_stroke && i < 3 ? opacity * (0.95 * highest - v) : 0;
                df_sample_store(p.image.data[i] + y * p.image.stride[i], x1, df_sample_bytes(&format),
                                (unsigned)DF_CLAMP(v, 0, highest));
            }
    return p;
}

/** Compare what a frame hides with what another one shows, the scene having moved by `step`. */
static int compare(DeepfillFormat format, double hidden, double shown, double step)
{
    DeepfillMask *mask = rect_mask(part.x0, part.y0, part.x1, part.y1);
    Picture p = shoot(format, 0, hidden, 1), q = shoot(format, step, shown, 2);
    DfFrameView frame = { .image = p.image, .mask = mask }, source = { .image = q.image };
    DfArena scratch = { 0 };
    int trust = df_trust_compare(&frame, &source, part, &scratch);

    df_arena_free(&scratch);
    free(p.memory);
    free(q.memory);
    deepfill_mask_close(&mask);
    return trust;
}

static void what_stays_is_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats); i++)
        for (double step = 0; step < 12; step += 2.5) {
            assert_int_equal(compare(formats[i], 1, 1, step), DF_TRUST_SAME);
            assert_int_equal(compare(formats[i], 1, 0, step), DF_TRUST_DIFFERS);
            assert_int_equal(compare(formats[i], 1, 0.5, step), DF_TRUST_SAME);
        }
    /* Where nothing moves a faint rest is told, and so is a faint logo that comes. */
    assert_int_equal(compare(formats[0], 1, 0.12, 0), DF_TRUST_FAINT);
    assert_int_equal(compare(formats[0], 0.3, 0, 0), DF_TRUST_DIFFERS);
    assert_int_equal(compare(formats[0], 0.3, 0.3, 0), DF_TRUST_SAME);
    /* Nothing comes: that is the same, too. */
    assert_int_equal(compare(formats[0], 0, 0, 0), DF_TRUST_SAME);
}

/** A flat logo that a pan's texture gives way to is none that was there before. */
static void flat_logo_comes(void **state)
{
    DeepfillMask *mask = rect_mask(part.x0, part.y0, part.x1, part.y1);

    (void)state;
    for (int stays = 0; stays < 2; stays++) {
        Picture p = shoot(formats[2], 0, 0, 1), q = shoot(formats[2], 2.5, 0, 2);
        for (int y = part.y0 + 4; y < part.y1 - 4; y++)
            for (int x = part.x0 + 4; x < part.x1 - 4; x++) {
                df_sample_store(p.image.data[0] + y * p.image.stride[0], x, 2, 20000);
                if (stays)
                    df_sample_store(q.image.data[0] + y * q.image.stride[0], x, 2, 20000);
            }
        DfFrameView frame = { .image = p.image, .mask = mask }, source = { .image = q.image };
        DfArena scratch = { 0 };
        assert_int_equal(df_trust_compare(&frame, &source, part, &scratch), stays ? DF_TRUST_SAME : DF_TRUST_DIFFERS);
        df_arena_free(&scratch);
        free(p.memory);
        free(q.memory);
    }
    deepfill_mask_close(&mask);
}

static void what_is_not_hidden_tells_nothing(void **state)
{
    DeepfillMask *mask = rect_mask(part.x0, part.y0, part.x1, part.y1);
    Picture p = shoot(formats[0], 0, 1, 1);
    DfFrameView open = { .image = p.image }, hidden = { .image = p.image, .mask = mask };
    DfArena scratch = { 0 };

    (void)state;
    assert_int_equal(df_trust_compare(&open, &open, part, &scratch), DF_TRUST_UNKNOWN);
    assert_int_equal(df_trust_compare(&hidden, &hidden, part, &scratch), DF_TRUST_UNKNOWN);
    df_arena_free(&scratch);
    free(p.memory);
    deepfill_mask_close(&mask);
}

/* ------------------------------------------------------------------------------------- unite -- */

static DeepfillMask *soft_mask(int dilate, int feather, int soft, int x0, int x1)
{
    uint8_t data[HEIGHT * WIDTH] = { 0 };
    DeepfillMaskSettings settings;
    DeepfillMask *mask = NULL;

    for (int y = 40; y < 60; y++)
        for (int x = x0; x < x1; x++)
            data[y * WIDTH + x] = x - x0 < 6 ? 120 : 255;
    deepfill_mask_defaults(&settings, WIDTH, HEIGHT);
    settings.dilate = dilate;
    settings.feather = feather;
    settings.soft = soft;
    assert_int_equal(deepfill_mask_create(&mask, &settings, data, WIDTH, WIDTH, HEIGHT), 0);
    return mask;
}

/** Each sample has the greater of both weights and opacities; a copy is the mask itself. */
static void united_mask_has_both(void **state)
{
    (void)state;
    for (int soft = 0; soft < 4; soft++) {
        DeepfillMask *a = soft_mask(3, 4, soft & 1, 20, 60), *b = soft_mask(3, 4, soft >> 1, 54, 120), *both, *same;
        assert_int_equal(df_mask_unite(&both, a, b, b->parts, b->part_count), 0);
        for (int y = 0; y < HEIGHT; y++) {
            uint8_t w[3][WIDTH], o[3][WIDTH];
            DeepfillMask *all[] = { a, b, both };
            for (int i = 0; i < 3; i++) {
                df_mask_weights(all[i], y, 0, WIDTH, 0, 0, w[i]);
                df_mask_opacities(all[i], y, 0, WIDTH, 0, 0, o[i]);
            }
            for (int x = 0; x < WIDTH; x++) {
                assert_int_equal(w[2][x], DF_MAX(w[0][x], w[1][x]));
                assert_int_equal(o[2][x], DF_MAX(o[0][x], o[1][x]));
            }
        }
        assert_int_equal(both->part_count, 1);
        assert_true(both->info.hole > DF_MAX(a->info.hole, b->info.hole));
        assert_int_equal(df_mask_unite(&same, NULL, b, b->parts, b->part_count), 0);
        assert_ptr_equal(same, b);
        deepfill_mask_close(&same);
        assert_int_equal(df_mask_unite(&same, b, b, NULL, 0), 0);
        assert_ptr_equal(same, b);
        DeepfillMask *gone[] = { a, b, both, same };
        for (int i = 0; i < 4; i++)
            deepfill_mask_close(&gone[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_that_come_or_go_are_found),
        cmocka_unit_test(toggles_beyond_the_most_share_the_last),
        cmocka_unit_test(what_stays_is_the_same),
        cmocka_unit_test(flat_logo_comes),
        cmocka_unit_test(what_is_not_hidden_tells_nothing),
        cmocka_unit_test(united_mask_has_both),
    };

    return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
