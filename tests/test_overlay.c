/**
 * @file
 * Overlays: cut to what they cover, refused, parted into fields, as planes beside a plain computation of each
 * sample, and as holes.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "overlay_rig.h"
#include "image/mask.h"
#include "overlay/planes.h"

static void says(const char *words)
{
    if (!strstr(deepfill_error(), words))
        fail_msg("\"%s\" does not say \"%s\"", deepfill_error(), words);
}

/** Opacity at a pixel of the frame, 0 where the overlay is not. */
static double alpha_at(const DeepfillOverlay *overlay, int x, int y)
{
    return df_rect_contains(overlay->place, (DfRect){ x, y, x + 1, y + 1 }) ?
           (double)df_overlay_pixel(overlay, x, y)->opacity[0] : 0;
}

static void is_cut_to_what_it_covers(void **state)
{
    Rgba p = rgba_new(40, 30);
    DeepfillOverlay *overlay = NULL;
    DeepfillOverlayInfo info;

    (void)state;
    rgba_set(p, 7, 5, 1, 0.5, 0.25, 0.5);
    rgba_set(p, 12, 21, 1, 1, 1, 0.25);
    rgba_set(p, 9, 9, 0, 0, 0, 0.96);
    rgba_set(p, 39, 29, 1, 1, 1, 0.0019); /* less than half a step of 8 bits */
    assert_int_equal(rgba_overlay(&overlay, p, 100, 80, 10, 20), 0);
    deepfill_overlay_info(overlay, &info);
    assert_int_equal(info.x, 17);
    assert_int_equal(info.y, 25);
    assert_int_equal(info.width, 6);
    assert_int_equal(info.height, 17);
    assert_float_equal(info.opacity, (0.5 + 0.25 + 0.96) / 3, 1e-4);
    assert_float_equal(info.opaque, 1 / 3.0, 1e-6);
    assert_float_equal(info.cover, 3 / 8000.0, 1e-9);
    assert_float_equal(alpha_at(overlay, 17, 25), 0.5, 1e-4);
    assert_float_equal(alpha_at(overlay, 22, 41), 0.25, 1e-4);
    assert_float_equal(df_overlay_pixel(overlay, 17, 25)->colour[1], 0.5, 1e-4);
    assert_float_equal(df_overlay_pixel(overlay, 17, 25)->colour[2], 0.25, 1e-4);
    deepfill_overlay_close(&overlay);
    assert_null(overlay);
    free(p.samples);
}

/** At any place around the frame, its pixels in the frame are those of the picture, and there are no others. */
static void lies_partly_outside(void **state)
{
    static const int places[][2] = { { -13, -9 }, { -1, 4 }, { 39, 3 }, { 3, 27 }, { 49, 31 }, { -16, -12 }, { 5, 7 } };
    Rgba p = rgba_random(17, 13, 3);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(places); i++) {
        DeepfillOverlay *overlay = NULL;
        int at_x = places[i][0], at_y = places[i][1], covered = 0;
        int ret = rgba_overlay(&overlay, p, 50, 32, at_x, at_y);
        for (int y = 0; y < 32; y++)
            for (int x = 0; x < 50; x++) {
                int inside = x >= at_x && x < at_x + 17 && y >= at_y && y < at_y + 13;
                double alpha = inside ? rgba_at(p, x - at_x, y - at_y)[3] / 65535.0 : 0;
                int covers = alpha > (double)DF_OVERLAY_LEAST;
                covered += covers;
                if (!ret)
                    assert_true(!covers || fabs(alpha_at(overlay, x, y) - alpha) < 1e-6);
            }
        assert_int_equal(ret, covered ? 0 : -EINVAL);
        if (!ret)
            assert_float_equal(overlay->info.cover, covered / 1600.0, 1e-9);
        deepfill_overlay_close(&overlay);
    }
    free(p.samples);
}

static void what_is_none_is_refused(void **state)
{
    Rgba clear = rgba_new(20, 10), solid = rgba_new(20, 10);
    DeepfillOverlay *overlay = NULL;

    (void)state;
    for (int i = 0; i < 200; i++) {
        rgba_set(clear, i % 20, i / 20, 1, 1, 1, 0.0015);
        rgba_set(solid, i % 20, i / 20, 1, 1, 1, 0.951);
    }
    assert_int_equal(rgba_overlay(&overlay, clear, 20, 10, 0, 0), -EINVAL);
    says("covers no pixel of the frame of 20x10");
    assert_int_equal(rgba_overlay(&overlay, solid, 20, 10, 20, 0), -EINVAL);
    says("covers no pixel");
    assert_int_equal(rgba_overlay(&overlay, solid, 20, 10, 0, -10), -EINVAL);
    assert_int_equal(rgba_overlay(&overlay, solid, 20, 10, 0, 0), -EINVAL);
    says("hides the whole frame");
    assert_null(overlay);
    assert_int_equal(rgba_overlay(&overlay, solid, 21, 10, 0, 0), 0);
    deepfill_overlay_close(&overlay);
    rgba_set(solid, 3, 3, 1, 1, 1, 0.9);
    assert_int_equal(rgba_overlay(&overlay, solid, 20, 10, 0, 0), 0);
    deepfill_overlay_close(&overlay);
    free(clear.samples);
    free(solid.samples);
}

static void wrong_arguments_are_named(void **state)
{
    uint16_t one[4] = { 65535, 65535, 65535, 30000 };
    DeepfillOverlay *overlay = NULL, *whole = overlay_of_rect(20, 10, (DfRect){ 1, 1, 5, 5 }, 1, 0.5);

    (void)state;
    assert_int_equal(deepfill_overlay_create(NULL, 20, 10, 0, 0, one, 8, 1, 1), -EINVAL);
    assert_int_equal(deepfill_overlay_create(&overlay, 20, 10, 0, 0, NULL, 8, 1, 1), -EINVAL);
    says("needs a picture");
    assert_int_equal(deepfill_overlay_create(&overlay, 0, 10, 0, 0, one, 8, 1, 1), -EINVAL);
    says("frame width is 0");
    assert_int_equal(deepfill_overlay_create(&overlay, 20, 32769, 0, 0, one, 8, 1, 1), -EINVAL);
    says("frame height is 32769");
    assert_int_equal(deepfill_overlay_create(&overlay, 20, 10, 0, 0, one, 8, 0, 1), -EINVAL);
    says("overlay width is 0");
    assert_int_equal(deepfill_overlay_create(&overlay, 20, 10, 0, 0, one, 8, 1, 32769), -EINVAL);
    says("overlay height is 32769");
    assert_int_equal(deepfill_overlay_create(&overlay, 20, 10, 32769, 0, one, 8, 1, 1), -EINVAL);
    says("overlay x is 32769");
    assert_int_equal(deepfill_overlay_create(&overlay, 20, 10, 0, -32769, one, 8, 1, 1), -EINVAL);
    says("overlay y is -32769");
    assert_int_equal(deepfill_overlay_field(&overlay, whole, 2), -EINVAL);
    says("field is 2");
    assert_int_equal(deepfill_overlay_field(NULL, whole, 0), -EINVAL);
    assert_int_equal(deepfill_overlay_field(&overlay, NULL, 0), -EINVAL);
    assert_null(overlay);
    deepfill_overlay_close(&whole);
    deepfill_overlay_close(&whole);
    deepfill_overlay_close(NULL);
}

static void rows_may_run_upwards(void **state)
{
    Rgba p = rgba_random(9, 7, 5);
    DeepfillOverlay *up = NULL, *down = NULL;

    (void)state;
    assert_int_equal(rgba_overlay(&down, p, 30, 30, 4, 4), 0);
    assert_int_equal(deepfill_overlay_create(&up, 30, 30, 4, 4, rgba_at(p, 0, 6), -8 * 9, 9, 7), 0);
    for (int y = 0; y < 7; y++)
        for (int x = 0; x < 9; x++)
            if (alpha_at(down, 4 + x, 4 + y) > 0.01)
                assert_true(alpha_at(up, 4 + x, 10 - y) == alpha_at(down, 4 + x, 4 + y));
    deepfill_overlay_close(&up);
    deepfill_overlay_close(&down);
    free(p.samples);
}

/** Each field has the rows of its parity, in order; a field that has none has no overlay. */
static void fields_have_their_rows(void **state)
{
    static const struct { int y, rows, height; } cases[] = {
        { 0, 8, 20 }, { 1, 8, 20 }, { 4, 1, 20 }, { 5, 1, 20 }, { 5, 2, 20 }, { 12, 7, 20 }, { 13, 6, 19 },
        { 18, 1, 19 }, { 0, 1, 1 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        int y0 = cases[i].y, y1 = y0 + cases[i].rows, seen = 0;
        Rgba p = rgba_new(6, cases[i].rows);
        DeepfillOverlay *whole = NULL, *field[2] = { NULL, NULL };
        for (int y = 0; y < p.height; y++)
            for (int x = 0; x < 6; x++)
                rgba_set(p, x, y, 1, 0.5, 0, 0.1 + 0.03 * y + 0.01 * x);
        assert_int_equal(rgba_overlay(&whole, p, 10, cases[i].height, 3, y0), 0);
        for (int f = 0; f < 2; f++) {
            assert_int_equal(deepfill_overlay_field(&field[f], whole, f), 0);
            int lines = cases[i].height / 2;
            if (field[f])
                assert_true(field[f]->height == lines && field[f]->width == 10 && field[f]->place.y1 <= lines);
            for (int line = 0; line < lines; line++)
                for (int x = 0; x < 10; x++) {
                    int y = 2 * line + f;
                    double wanted = y >= y0 && y < y1 ? alpha_at(whole, x, y) : 0;
                    assert_true((field[f] ? alpha_at(field[f], x, line) : 0) == wanted);
                    seen += wanted > 0;
                }
            assert_true(!field[f] || field[f]->info.cover > 0);
            deepfill_overlay_close(&field[f]);
        }
        assert_int_equal(seen, 6 * (DF_MIN(y1, cases[i].height / 2 * 2) - DF_MIN(y0, cases[i].height / 2 * 2)));
        deepfill_overlay_close(&whole);
        free(p.samples);
    }
}

/** An overlay that lets nothing of one field be seen is one all the same. */
static void fields_may_be_hidden(void **state)
{
    Rgba p = rgba_new(10, 8);
    DeepfillOverlay *whole = NULL, *field = NULL;

    (void)state;
    for (int i = 0; i < 80; i++)
        rgba_set(p, i % 10, i / 10, 1, 1, 1, i / 10 % 2 ? 1 : 0.5);
    assert_int_equal(rgba_overlay(&whole, p, 10, 8, 0, 0), 0);
    assert_int_equal(deepfill_overlay_field(&field, whole, 1), 0);
    assert_true(field->info.opaque == 1 && field->info.cover == 1);
    deepfill_overlay_close(&field);
    deepfill_overlay_close(&whole);
    free(p.samples);
}

/** Shares of red and blue in luma, by matrix; YCgCo has none. */
static int luma_shares(int matrix, double *red, double *blue)
{
    static const double shares[][3] = { { 1, 0.2126, 0.0722 }, { 4, 0.30, 0.11 }, { 5, 0.299, 0.114 },
                                        { 6, 0.299, 0.114 }, { 7, 0.212, 0.087 }, { 9, 0.2627, 0.0593 } };

    for (size_t i = 0; i < DF_COUNT(shares); i++)
        if (matrix == (int)shares[i][0]) {
            *red = shares[i][1];
            *blue = shares[i][2];
            return 1;
        }
    return 0;
}

/** A colour's codes as H.273 has them, in levels of 8 bits. */
static void plain_codes(const DeepfillFormat *f, const uint16_t *rgba, double codes[3])
{
    double r = rgba[0] / 65535.0, g = rgba[1] / 65535.0, b = rgba[2] / 65535.0, kr = 0.299, kb = 0.114;
    double most = (pow(2, f->depth) - 1) / pow(2, f->depth - 8);

    if (f->layout == DEEPFILL_RGB) {
        codes[0] = r * most, codes[1] = g * most, codes[2] = b * most;
        return;
    }
    if (f->matrix == DEEPFILL_MATRIX_YCGCO) {
        codes[0] = g / 2 + (r + b) / 4, codes[1] = g / 2 - (r + b) / 4, codes[2] = (r - b) / 2;
    } else {
        if (!luma_shares(f->matrix, &kr, &kb) && f->height >= 720)
            luma_shares(DEEPFILL_MATRIX_BT709, &kr, &kb);
        codes[0] = kr * r + (1 - kr - kb) * g + kb * b;
        codes[1] = 0.5 * (b - codes[0]) / (1 - kb);
        codes[2] = 0.5 * (r - codes[0]) / (1 - kr);
    }
    codes[0] = f->full_range ? codes[0] * most : 16 + 219 * codes[0];
    for (int p = 1; p < 3; p++)
        codes[p] = 128 + codes[p] * (f->full_range ? most : 224);
}

/** Each sample of each plane: mean opacity and mean light of the luma pixels of the frame that it covers. */
static void check_planes(DeepfillFormat f, Rgba picture, int at_x, int at_y)
{
    DeepfillOverlay *overlay = NULL;
    DfOverlayPlanes *planes = NULL;

    assert_int_equal(rgba_overlay(&overlay, picture, f.width, f.height, at_x, at_y), 0);
    assert_int_equal(df_overlay_planes_create(&planes, overlay, &f), 0);
    for (int p = 0; p < df_plane_count(&f); p++) {
        int sx = df_plane_sub_x(&f, p), sy = df_plane_sub_y(&f, p);
        const DfOverlayPlane *plane = &planes->planes[p];
        for (int y = 0; y < df_plane_side(f.height, sy); y++)
            for (int x = 0; x < df_plane_side(f.width, sx); x++) {
                double opacity = 0, light = 0, codes[3];
                int count = 0, covered = 0;
                for (int v = y << sy; v < DF_MIN((y + 1) << sy, f.height); v++)
                    for (int u = x << sx; u < DF_MIN((x + 1) << sx, f.width); u++, count++) {
                        if (u < at_x || v < at_y || u >= at_x + picture.width || v >= at_y + picture.height)
                            continue;
                        const uint16_t *rgba = rgba_at(picture, u - at_x, v - at_y);
                        if (rgba[3] / 65535.0 <= (double)DF_OVERLAY_LEAST)
                            continue;
                        plain_codes(&f, rgba, codes);
                        opacity += rgba[3] / 65535.0;
                        light += rgba[3] / 65535.0 * codes[p];
                        covered = 1;
                    }
                if (!df_rect_contains(plane->place, (DfRect){ x, y, x + 1, y + 1 })) {
                    assert_false(covered);
                    continue;
                }
                size_t at = (size_t)(y - plane->place.y0) * df_rect_width(plane->place) + (x - plane->place.x0);
                if (fabs((double)plane->opacity[at] - opacity / count) > 1e-5 ||
                    fabs((double)plane->light[at] - light / count) > 2e-3 || plane->covered[at] != covered)
                    fail_msg("%dx%d, matrix %d, plane %d: (%d, %d) is %f, %f, not %f, %f", f.width, f.height, f.matrix,
                             p, x, y, (double)plane->opacity[at], (double)plane->light[at], opacity / count,
                             light / count);
            }
    }
    df_overlay_planes_close(&planes);
    assert_null(planes);
    deepfill_overlay_close(&overlay);
}

static void planes_are_means_of_what_they_cover(void **state)
{
    static const DeepfillFormat formats[] = {
        { 60, 40, DEEPFILL_YUV, 8, 1, 1, 0, 2 },  { 61, 41, DEEPFILL_YUV, 8, 1, 1, 1, 1 },
        { 61, 41, DEEPFILL_YUV, 10, 1, 1, 0, 9 }, { 60, 41, DEEPFILL_YUV, 10, 1, 0, 1, 4 },
        { 61, 40, DEEPFILL_YUV, 16, 0, 1, 0, 7 }, { 59, 39, DEEPFILL_YUV, 8, 0, 0, 0, 8 },
        { 59, 39, DEEPFILL_YUV, 12, 2, 2, 1, 8 }, { 63, 37, DEEPFILL_YUV, 8, 2, 0, 0, 5 },
        { 59, 39, DEEPFILL_GRAY, 8, 0, 0, 0, 2 }, { 59, 39, DEEPFILL_GRAY, 14, 0, 0, 1, 2 },
        { 61, 41, DEEPFILL_RGB, 8, 0, 0, 1, 2 },  { 61, 41, DEEPFILL_RGB, 10, 0, 0, 1, 2 },
        { 61, 41, DEEPFILL_RGB, 16, 0, 0, 1, 2 }, { 44, 720, DEEPFILL_YUV, 8, 1, 1, 0, 2 },
    };
    static const int places[][2] = { { 0, 0 }, { 13, 9 }, { 12, 7 }, { 15, 10 }, { 42, 23 }, { -5, -3 } };
    Rgba picture = rgba_random(19, 18, 11);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats); i++)
        for (size_t k = 0; k < DF_COUNT(places); k++)
            check_planes(formats[i], picture, places[k][0], places[k][1]);
    free(picture.samples);
}

/** Of other holes none, one with feather that overlaps, one far off. */
static void check_hole(DeepfillMask *mask, const DeepfillOverlay *overlay)
{
    DeepfillMask *hole = NULL;

    assert_int_equal(df_overlay_mask(&hole, overlay, mask), 0);
    for (int y = 0; y < 50; y++)
        for (int x = 0; x < 70; x++) {
            uint8_t weight, share, other = 0;
            int near = 0, own = alpha_at(overlay, x, y) > (double)DF_OVERLAY_LEAST;
            for (int v = y - 4; v <= y + 4; v++)
                for (int u = x - 4; u <= x + 4; u++)
                    near |= (u - x) * (u - x) + (v - y) * (v - y) <= 16 &&
                            alpha_at(overlay, u, v) > (double)DF_OVERLAY_LEAST;
            df_mask_weights(hole, y, x, x + 1, 0, 0, &weight);
            df_mask_opacities(hole, y, x, x + 1, 0, 0, &share);
            if (mask)
                df_mask_weights(mask, y, x, x + 1, 0, 0, &other);
            assert_int_equal(weight, near ? 255 : other);
            assert_int_equal(share, own ? 255 : other);
            assert_true(!weight || (y >= hole->info.first_row && y < hole->info.end_row));
        }
    deepfill_mask_close(&hole);
}

static void hole_is_its_pixels_and_their_smear(void **state)
{
    Rgba p = rgba_new(20, 12);
    DeepfillOverlay *overlay = NULL;
    DeepfillMask *masks[] = { NULL, mask_of_rect(70, 50, 40, 20, 50, 30, 2, 3),
                              mask_of_rect(70, 50, 60, 40, 70, 50, 0, 2), mask_of_rect(70, 50, 0, 0, 0, 0, 0, 0) };

    (void)state;
    for (int y = 0; y < 12; y++)
        for (int x = 0; x < 20; x++)
            rgba_set(p, x, y, 1, 1, 1, (x - 9) * (x - 9) + (y - 6) * (y - 6) < 25 || (x == 19 && !y) ? 0.5 : 0);
    assert_int_equal(rgba_overlay(&overlay, p, 70, 50, 30, 15), 0);
    for (size_t i = 0; i < DF_COUNT(masks); i++) {
        check_hole(masks[i], overlay);
        deepfill_mask_close(&masks[i]);
    }
    deepfill_overlay_close(&overlay);
    free(p.samples);
}

/** Everything that can be made of an overlay. @return 0 or -ENOMEM */
static int make_all(Rgba picture)
{
    DeepfillFormat f = { 61, 41, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillOverlay *overlay = NULL, *field = NULL;
    DfOverlayPlanes *planes = NULL;
    DeepfillMask *hole = NULL, *other = mask_of_rect(61, 41, 0, 0, 9, 9, 1, 1);
    int ret, n;

    for (n = 0; (df_fail_after(n), ret = rgba_overlay(&overlay, picture, f.width, f.height, 9, 9)) == -ENOMEM; n++)
        assert_null(overlay);
    assert_int_equal(ret, 0);
    assert_true(n > 1);
    for (n = 0; (df_fail_after(n), ret = deepfill_overlay_field(&field, overlay, 1)) == -ENOMEM; n++)
        assert_null(field);
    assert_int_equal(ret, 0);
    for (n = 0; (df_fail_after(n), ret = df_overlay_planes_create(&planes, overlay, &f)) == -ENOMEM; n++)
        assert_null(planes);
    assert_int_equal(ret, 0);
    assert_true(n > 2);
    for (n = 0; (df_fail_after(n), ret = df_overlay_mask(&hole, overlay, other)) == -ENOMEM; n++)
        assert_null(hole);
    df_fail_after(-1);
    assert_true(n > 4);
    df_overlay_planes_close(&planes);
    deepfill_mask_close(&hole);
    deepfill_mask_close(&other);
    deepfill_overlay_close(&field);
    deepfill_overlay_close(&overlay);
    return ret;
}

static void memory_that_fails_is_told(void **state)
{
    Rgba picture = rgba_random(19, 18, 11);

    (void)state;
    assert_int_equal(make_all(picture), 0);
    free(picture.samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_cut_to_what_it_covers),
        cmocka_unit_test(lies_partly_outside),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(wrong_arguments_are_named),
        cmocka_unit_test(rows_may_run_upwards),
        cmocka_unit_test(fields_have_their_rows),
        cmocka_unit_test(fields_may_be_hidden),
        cmocka_unit_test(planes_are_means_of_what_they_cover),
        cmocka_unit_test(hole_is_its_pixels_and_their_smear),
        cmocka_unit_test(memory_that_fails_is_told),
    };
    return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
