/**
 * @file
 * Opacity, colours and presence of a logo of which they are known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "overlay/changes.h"
#include "overlay/estimate.h"
#include "overlay/presence.h"
#include "overlay_film.h"

#define COUNT (FILM_W * FILM_H)

static const DfRect around = { 28, 18, 90, 43 };
/* What df_boxes_find() finds in such footage. */
static const DfBoxes found = { .threshold = .2f, .scale = 1, .least_t = .3f };

/** Samples of as many backgrounds; the logo has the opacity that `opacity` tells for each. */
static void take(DfSamples *samples, int count, float (*opacity)(int), const float colour[3])
{
    OverlayFrame *frame = calloc(1, sizeof *frame);
    DeepfillImage image = film_image(frame);
    assert_non_null(frame);
    assert_int_equal(df_samples_open(samples, &image.format, (DfRect){ 8, 2, 112, 62 }, count, 64 << 20), 0);
    for (int i = 0; i < count; i++) {
        film_frame(frame, i, 2, opacity(i), colour);
        assert_int_equal(df_samples_add(samples, &image, i, i), 0);
    }
    free(frame);
}

/** Chroma of 4:1:0 that rises from sample to sample is where it was in the frame, whatever the rectangle's corner. */
static void crops_keep_chroma_in_its_place(void **state)
{
    uint8_t luma[16 * 16] = { 0 }, chroma[2][4 * 4];
    DeepfillImage image = { .format = { 16, 16, DEEPFILL_YUV, 8, 2, 2, 0, 2 }, .data = { luma, chroma[0], chroma[1] },
                            .stride = { 16, 4, 4 } };
    (void)state;
    for (int i = 0; i < 32; i++)
        chroma[i / 16][i % 16] = (uint8_t)(100 + 10 * (i % 4) + i / 4 % 4);
    for (int corner = 0; corner < 8; corner++) {
        DfSamples samples;
        assert_int_equal(df_samples_open(&samples, &image.format, (DfRect){ corner, corner, 14, 14 }, 8, 1 << 20), 0);
        assert_int_equal(df_samples_add(&samples, &image, 0, 0), 0);
        for (int y = 0; y < samples.height / 2; y++)
            for (int x = 0; x < samples.width / 2; x++) {
                int from = (samples.rect.y0 + 2 * y) / 4 * 4 + (samples.rect.x0 + 2 * x) / 4;
                assert_true(samples.samples[0].planes[1][y * (samples.width / 2) + x] == chroma[0][from]);
            }
        df_samples_free(&samples);
    }
}

static float half(int i)
{
    (void)i;
    return .5f;
}

static float faint(int i)
{
    (void)i;
    return .2f;
}

static float whole(int i)
{
    (void)i;
    return 1;
}

static float comes_and_goes(int i)
{
    return i >= 12 && i < 36 ? .5f : 0;
}

/** Mean of |opacity - expected| over the logo's inside, and how many mask pixels are wrong. */
static double error_of(const DfOverlayEstimate *overlay, float expected, int *wrong)
{
    double sum = 0;
    int count = 0, width = df_rect_width(overlay->area);
    *wrong = 0;
    for (int y = 0; y < df_rect_height(overlay->area); y++)
        for (int x = 0; x < width; x++) {
            int is = film_logo(x + overlay->area.x0, y + overlay->area.y0) > 0;
            *wrong += is != !!overlay->mask[y * width + x];
            if (is) {
                sum += fabs(overlay->pixels.opacity[y * width + x] - expected);
                count++;
            }
        }
    return sum / count;
}

static void check(float (*opacity)(int), float expected, const float colour[3], int goes)
{
    DfSamples samples;
    DfOverlayEstimate overlay;
    int wrong;
    take(&samples, 48, opacity, colour);
    assert_int_equal(df_overlay_estimate(&overlay, &samples, around, &found, 0), 1);
    double error = error_of(&overlay, expected, &wrong);
    assert_true(error < .035);
    assert_in_range(wrong, 0, 12);
    assert_true(fabs(overlay.opacity - expected) < .05);
    assert_int_equal(overlay.comes_and_goes, goes);
    /* The fainter, the less its colour matters: what is added counts. */
    for (int p = 0; p < 3; p++)
        assert_true(expected * fabsf(overlay.colours.colours[0][p] - colour[p]) < 5);
    for (int i = 0; i < samples.count && goes; i++)
        if (i < 10 || (i > 13 && i < 34) || i > 37)
            assert_true(fabs(samples.samples[i].presence - opacity(i) / expected) < .3);
    df_overlay_estimate_free(&overlay);
    df_samples_free(&samples);
}

static void white_at_half(void **state)
{
    (void)state;
    check(half, .5f, (const float[3]){ 235, 128, 128 }, 0);
}

static void black_and_faint(void **state)
{
    (void)state;
    check(faint, .2f, (const float[3]){ 16, 128, 128 }, 0);
}

static void red_at_half(void **state)
{
    (void)state;
    check(half, .5f, (const float[3]){ 82, 90, 240 }, 0);
}

static void opaque(void **state)
{
    (void)state;
    check(whole, 1, (const float[3]){ 180, 60, 160 }, 0);
}

static void one_that_comes_and_goes(void **state)
{
    (void)state;
    check(comes_and_goes, .5f, (const float[3]){ 235, 128, 128 }, 1);
}

/** Sums against those in doubles, where the hole is one pixel and its four neighbours' mean lies behind it. */
static void moments_are_weighted_means(void **state)
{
    DfSamples samples;
    DfSums sums;
    uint8_t *hole = calloc(1, COUNT);
    double w[6] = { 0 };
    (void)state;
    take(&samples, 20, half, (const float[3]){ 235, 128, 128 });
    int width = samples.width, at = 20 * width + 30;
    assert_non_null(hole);
    hole[at] = 255;
    assert_int_equal(df_sums_take(&sums, &samples, hole, 0), 0);
    for (int i = 0; i < samples.count; i++) {
        /* Anywhere else both are what is seen: the weight cancels there, and so it is checked where y is x. */
        double y = samples.samples[i].planes[0][5 * width + 5];
        w[0] += y;
        w[1] += y * y;
    }
    const DfMoments *m = &sums.moments[0][5 * width + 5];
    assert_true(fabs(m->x - m->y) < 1e-3 && fabs(m->xx - m->xy) < 1 && fabs(m->xx - m->yy) < 1);
    assert_true(m->noise >= 2 && m->noise < 2.1);
    assert_true(m->xx + 1 >= m->x * m->x);
    /* The unweighted mean lies within what weights can make of it. */
    assert_true(fabs(m->x - w[0] / samples.count) < 40);
    df_sums_free(&sums);
    df_samples_free(&samples);
    free(hole);
}

/** The closed form of one block against a search over all opacities in steps of 1/50. */
static void a_block_is_solved(void **state)
{
    DfSums sums = { .width = 2, .height = 2, .planes = 1 };
    DfMoments moments[4];
    uint8_t hole[4] = { 255, 255, 0, 255 };
    const float colour[3] = { 235, 128, 128 };
    (void)state;
    srand(3);
    sums.hole = hole;
    sums.moments[0] = moments;
    for (int trial = 0; trial < 200; trial++) {
        float opacity[4], left, best = INFINITY, least[4] = { 0 };
        for (int i = 0; i < 4; i++) {
            float x = 40 + rand() % 150, a = (rand() % 100) / 100.f, y = (1 - a) * x + a * 235, v = 1 + rand() % 400;
            moments[i] = (DfMoments){ x, y, x * x + v, x * y + (1 - a) * v, y * y + (1 - a) * (1 - a) * v + 1, 2 };
        }
        left = df_colours_solve(&sums, 0, colour, opacity);
        for (int i = 0; i < 4; i++) {
            DfNormal n = df_normal(&moments[i], colour[0], 2);
            best = INFINITY;
            for (int k = 0; k <= 50; k++) {
                float a = k / 50.f, value = n.a - 2 * a * n.b + a * a * n.c;
                if (value < best) {
                    best = value;
                    least[i] = a;
                }
            }
            if (hole[i])
                assert_true(fabsf(opacity[i] - least[i]) <= .011f);
            else
                assert_true(opacity[i] == 0);
        }
        assert_true(left >= 0);
    }
}

/** The part of pixels that change beyond the level, whatever all of them do together, and away from the hole. */
static void change_is_told_beside_the_hole(void **state)
{
    const DeepfillFormat format = { 64, 48, DEEPFILL_GRAY, 8, 0, 0, 1, 2 };
    uint8_t picture[64 * 48], hole[64 * 48] = { 0 };
    DeepfillImage image = { format, { picture }, { 64 } };
    DfSamples samples;
    float change;

    (void)state;
    for (int y = 20; y < 28; y++)
        memset(&hole[64 * y + 24], 255, 16);
    assert_int_equal(df_samples_open(&samples, &format, (DfRect){ 0, 0, 64, 48 }, 20, 1 << 24), 0);
    for (int i = 0; i < 20; i++) {
        /* The upper third turns over by 30 levels each way, all of it fades, what lies in the hole goes wild. */
        for (int k = 0; k < 64 * 48; k++)
            picture[k] = (uint8_t)(100 + 3 * i + (k / 64 < 16 ? (i + k % 64) % 2 ? 30 : -30 : 0));
        for (int y = 18; y < 30; y++)
            memset(&picture[64 * y + 22], i % 2 ? 255 : 0, 20);
        assert_int_equal(df_samples_add(&samples, &image, i, i), 0);
    }
    /* 24 x 16 of 3072 pixels are in the hole or beside it, none of them in the upper third. */
    assert_int_equal(df_samples_change(&samples, hole, 20, &change), 0);
    assert_float_equal(change, 1024.0 / (3072 - 24 * 16), 0.01);
    assert_int_equal(df_samples_change(&samples, hole, 60, &change), 0);
    assert_true(change == 0);
    memset(hole, 255, sizeof hole);
    assert_int_equal(df_samples_change(&samples, hole, 20, &change), 0);
    assert_true(change == 1);
    df_samples_free(&samples);
}

/** A plate of 32 x 24 pixels less its rim: half goes to and fro with noise, a quarter has all levels, the rim, too. */
static void counters_go_to_and_fro(void **state)
{
    const DeepfillFormat format = { 64, 48, DEEPFILL_GRAY, 8, 0, 0, 1, 2 };
    static uint8_t picture[64 * 48], mask[64 * 48];
    static float opacity[64 * 48];
    DeepfillImage image = { format, { picture }, { 64 } };
    DfOverlayEstimate overlay = { .area = { 0, 0, 64, 48 }, .rect = { 4, 4, 44, 36 }, .mask = mask };
    DfSamples samples;
    float part;

    (void)state;
    overlay.pixels.opacity = opacity;
    assert_int_equal(df_samples_open(&samples, &format, (DfRect){ 0, 0, 64, 48 }, 30, 1 << 24), 0);
    for (int y = 4; y < 36; y++)
        memset(&mask[64 * y + 4], 255, 40);
    for (int i = 0; i < 30; i++) {
        for (int k = 0; k < 64 * 48; k++) {
            int x = k % 64, digit = (i / 5 % 2 ? 200 : 30) + (i * 7 + k) % 9;
            picture[k] = (uint8_t)(x < 8 ? i % 2 * 255 : x < 24 ? digit : x < 32 ? (37 * i + k) % 256 : 90);
        }
        assert_int_equal(df_samples_add(&samples, &image, i, i), 0);
    }
    assert_int_equal(df_overlay_changes(&overlay, &samples, &part), 0);
    assert_float_equal(part, .5, 1e-6);
    memset(&mask[64 * 8], 0, 64 * 20);
    df_overlay_cover_box(&overlay);
    for (int k = 0; k < 64 * 48; k++) {
        int inside = k % 64 >= 4 && k % 64 < 44 && k / 64 >= 4 && k / 64 < 36;
        assert_int_equal(mask[k], inside ? 255 : 0);
        assert_true(opacity[k] == inside);
    }
    df_samples_free(&samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_at_half),       cmocka_unit_test(black_and_faint),
        cmocka_unit_test(red_at_half),         cmocka_unit_test(opaque),
        cmocka_unit_test(one_that_comes_and_goes), cmocka_unit_test(moments_are_weighted_means),
        cmocka_unit_test(a_block_is_solved),   cmocka_unit_test(crops_keep_chroma_in_its_place),
        cmocka_unit_test(change_is_told_beside_the_hole), cmocka_unit_test(counters_go_to_and_fro),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
