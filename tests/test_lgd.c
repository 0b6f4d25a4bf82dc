/**
 * @file
 * Logo data files: both versions, what their numbers mean, every length that is too short, and what is none.
 */
#include <errno.h>
#include <stdio.h>

#include "overlay_rig.h"

static LgdFile file;

static void says(const char *words)
{
    if (!strstr(deepfill_error(), words))
        fail_msg("\"%s\" does not say \"%s\"", deepfill_error(), words);
}

/** Numbers of a pixel: opacity and value of luma, blue and red difference. */
static void numbers_at(int x, int y, int opacity[3], int value[3])
{
    opacity[0] = 100 + 50 * x + 20 * y;
    opacity[1] = opacity[0] / 2;
    opacity[2] = y == 2 ? 0 : opacity[0] / 4;
    value[0] = 4096 - 300 * x;
    value[1] = -2048 + 100 * y;
    value[2] = 2048 - 70 * x;
}

static void write_pixels(int width, int height, void (*numbers)(int, int, int *, int *))
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            int opacity[3], value[3];
            numbers(x, y, opacity, value);
            lgd_pixel(&file, opacity, value);
        }
}

/** One logo of 5x4 at (7, 3). */
static void write_file(int version)
{
    lgd_begin(&file, version, 1);
    lgd_logo(&file, version, 7, 3, 5, 4);
    write_pixels(5, 4, numbers_at);
}

static int read_file(DeepfillOverlay **overlay)
{
    return deepfill_overlay_read(overlay, 40, 30, file.bytes, file.size);
}

/** Rows and columns of the logo from (x0, y0) on are those of numbers_at(). */
static void check_pixels(const DeepfillOverlay *overlay, DfRect place, int x0, int y0)
{
    assert_int_equal(overlay->colours, DF_OVERLAY_YUV);
    assert_memory_equal(&overlay->place, &place, sizeof place);
    for (int y = place.y0; y < place.y1; y++)
        for (int x = place.x0; x < place.x1; x++) {
            const DfOverlayPixel *pixel = df_overlay_pixel(overlay, x, y);
            int opacity[3], value[3];
            numbers_at(x - place.x0 + x0, y - place.y0 + y0, opacity, value);
            for (int p = 0; p < 3; p++) {
                assert_float_equal(pixel->opacity[p], opacity[p] / 1000.0f, 1e-6);
                assert_float_equal(pixel->colour[p], value[p] / 4096.0f, 1e-6);
            }
        }
}

static void both_versions_are_read(void **state)
{
    (void)state;
    for (int version = 1; version <= 2; version++) {
        DeepfillOverlay *overlay = NULL;
        write_file(version);
        assert_int_equal(file.size, (version == 2 ? 28 + 4 + 256 + 16 + 240 : 28 + 4 + 32 + 16) + 5 * 4 * 12);
        assert_int_equal(read_file(&overlay), 0);
        assert_string_equal(deepfill_error(), "");
        check_pixels(overlay, (DfRect){ 7, 3, 12, 7 }, 0, 0);
        assert_int_equal(overlay->width, 40);
        assert_int_equal(overlay->height, 30);
        deepfill_overlay_close(&overlay);
    }
}

/** What follows the first logo is not looked at. */
static void first_of_several_counts(void **state)
{
    (void)state;
    for (int version = 1; version <= 2; version++)
        for (int is_whole = 0; is_whole < 2; is_whole++) {
            DeepfillOverlay *overlay = NULL;
            lgd_begin(&file, version, 3);
            lgd_logo(&file, version, 7, 3, 5, 4);
            write_pixels(5, 4, numbers_at);
            lgd_logo(&file, version, -9000, 3, is_whole ? 2 : -2, 2);
            if (is_whole)
                write_pixels(2, 2, numbers_at);
            assert_int_equal(read_file(&overlay), 0);
            check_pixels(overlay, (DfRect){ 7, 3, 12, 7 }, 0, 0);
            deepfill_overlay_close(&overlay);
        }
}

/** A file that ends at any byte is refused in a sentence, and no byte behind its end is looked at. */
static void every_cut_is_told(void **state)
{
    (void)state;
    for (int version = 1; version <= 2; version++) {
        write_file(version);
        for (size_t size = 0; size < file.size; size++) {
            DeepfillOverlay *overlay = NULL;
            uint8_t *copy = malloc(size ? size : 1);
            assert_non_null(copy);
            memcpy(copy, file.bytes, size);
            assert_int_equal(deepfill_overlay_read(&overlay, 40, 30, copy, size), -EINVAL);
            assert_null(overlay);
            says(size < 28 ? "is missing at its beginning" : "is cut short");
            free(copy);
        }
    }
}

static void sizes_that_are_none_are_refused(void **state)
{
    static const int sizes[][2] = { { 0, 4 }, { 5, 0 }, { -5, 4 }, { 5, -4 }, { -5, -4 }, { -32768, -32768 } };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(sizes); i++) {
        DeepfillOverlay *overlay = NULL;
        char words[64];
        lgd_begin(&file, 1, 1);
        lgd_logo(&file, 1, 7, 3, sizes[i][0], sizes[i][1]);
        write_pixels(5, 4, numbers_at);
        snprintf(words, sizeof words, "the logo file's logo is %dx%d", sizes[i][0], sizes[i][1]);
        assert_int_equal(read_file(&overlay), -EINVAL);
        says(words);
        assert_null(overlay);
    }
    /* The greatest there is would take 12 GiB: it is refused before memory is asked for. */
    DeepfillOverlay *overlay = NULL;
    lgd_begin(&file, 1, 1);
    lgd_logo(&file, 1, 32767, 32767, 32767, 32767);
    write_pixels(5, 4, numbers_at);
    df_fail_after(0);
    assert_int_equal(read_file(&overlay), -EINVAL);
    df_fail_after(-1);
    says("its logo is 32767x32767 pixels of 12 bytes, 240 bytes are left");
}

static void what_is_no_logo_file_is_refused(void **state)
{
    DeepfillOverlay *overlay = NULL;

    (void)state;
    write_file(1);
    file.bytes[21] = '3';
    assert_int_equal(read_file(&overlay), -EINVAL);
    says("of a version that is not known");
    file.bytes[3]++;
    assert_int_equal(read_file(&overlay), -EINVAL);
    says("this is no logo file");
    write_file(1);
    file.bytes[31] = 0;
    assert_int_equal(read_file(&overlay), -EINVAL);
    says("holds no logo");
    write_file(1);
    assert_int_equal(deepfill_overlay_read(NULL, 40, 30, file.bytes, file.size), -EINVAL);
    assert_int_equal(deepfill_overlay_read(&overlay, 40, 30, NULL, 5), -EINVAL);
    says("needs a file");
    assert_int_equal(deepfill_overlay_read(&overlay, 40, 30, NULL, 0), -EINVAL);
    assert_int_equal(deepfill_overlay_read(&overlay, 0, 30, file.bytes, file.size), -EINVAL);
    says("frame width is 0");
    assert_null(overlay);
}

static void logos_lie_where_they_like(void **state)
{
    static const struct { int x, y; DfRect place; int x0, y0; } cases[] = {
        { -2, -1, { 0, 0, 3, 3 }, 2, 1 }, { 37, 28, { 37, 28, 40, 30 }, 0, 0 }, { 35, 26, { 35, 26, 40, 30 }, 0, 0 },
        { -5, 3, { 0 }, 0, 0 }, { 40, 3, { 0 }, 0, 0 }, { 3, 30, { 0 }, 0, 0 }, { -32768, 32767, { 0 }, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        DeepfillOverlay *overlay = NULL;
        lgd_begin(&file, 1, 1);
        lgd_logo(&file, 1, cases[i].x, cases[i].y, 5, 4);
        write_pixels(5, 4, numbers_at);
        int is_inside = !df_rect_empty(cases[i].place);
        assert_int_equal(read_file(&overlay), is_inside ? 0 : -EINVAL);
        if (is_inside)
            check_pixels(overlay, cases[i].place, cases[i].x0, cases[i].y0);
        else
            says("covers no pixel of the frame");
        deepfill_overlay_close(&overlay);
    }
}

static void wild_numbers(int x, int y, int opacity[3], int value[3])
{
    static const int opacities[] = { -32768, -1, 1, 2, 3, 1000, 1001, 32767 };

    for (int p = 0; p < 3; p++) {
        opacity[p] = p ? 500 : opacities[x];
        value[p] = y ? 32767 : -32768;
    }
}

/** Opacity is held to 0..1; colours beyond black and white are taken as they are. */
static void wild_numbers_are_held(void **state)
{
    static const float wanted[] = { 0, 0, 0.001f, 0.002f, 0.003f, 1, 1, 1 };
    DeepfillOverlay *overlay = NULL;

    (void)state;
    lgd_begin(&file, 1, 1);
    lgd_logo(&file, 1, 0, 0, 8, 2);
    write_pixels(8, 2, wild_numbers);
    assert_int_equal(read_file(&overlay), 0);
    for (int x = 0; x < 8; x++) {
        assert_float_equal(df_overlay_pixel(overlay, x, 1)->opacity[0], wanted[x], 1e-6);
        assert_float_equal(df_overlay_pixel(overlay, x, 1)->opacity[2], 0.5f, 1e-6);
        assert_float_equal(df_overlay_pixel(overlay, x, 1)->colour[0], 32767 / 4096.0f, 1e-6);
        assert_float_equal(df_overlay_pixel(overlay, x, 0)->colour[0], -8, 1e-6);
    }
    assert_float_equal(overlay->info.opaque, 3 / 8.0, 1e-6);
    deepfill_overlay_close(&overlay);
}

static void no_opacity(int x, int y, int opacity[3], int value[3])
{
    wild_numbers(x, y, opacity, value);
    opacity[0] = 2;
    opacity[1] = opacity[2] = 0;
}

static void transparent_logos_are_refused(void **state)
{
    DeepfillOverlay *overlay = NULL;

    (void)state;
    lgd_begin(&file, 1, 1);
    lgd_logo(&file, 1, 0, 0, 3, 2);
    write_pixels(3, 2, no_opacity);
    assert_int_equal(read_file(&overlay), -EINVAL);
    says("covers no pixel of the frame of 40x30");
}

static void memory_that_fails_is_told(void **state)
{
    DeepfillOverlay *overlay = NULL;
    int n, ret;

    (void)state;
    write_file(2);
    for (n = 0; (df_fail_after(n), ret = read_file(&overlay)) == -ENOMEM; n++)
        assert_null(overlay);
    df_fail_after(-1);
    assert_int_equal(ret, 0);
    assert_true(n > 1);
    deepfill_overlay_close(&overlay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_versions_are_read),
        cmocka_unit_test(first_of_several_counts),
        cmocka_unit_test(every_cut_is_told),
        cmocka_unit_test(sizes_that_are_none_are_refused),
        cmocka_unit_test(what_is_no_logo_file_is_refused),
        cmocka_unit_test(logos_lie_where_they_like),
        cmocka_unit_test(wild_numbers_are_held),
        cmocka_unit_test(transparent_logos_are_refused),
        cmocka_unit_test(memory_that_fails_is_told),
    };
    return cmocka_run_group_tests_name("lgd", tests, NULL, NULL);
}
