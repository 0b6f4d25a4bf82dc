/**
 * @file
 * Opacity and colour a pixel: a bright logo with a dark soft shadow; pairs of pixels against sums in doubles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "overlay/estimate.h"
#include "overlay_film.h"

#define SAMPLES 48
#define BRIGHT 225
#define DARK 25

static const DfRect around = { 28, 18, 90, 43 };
static const DfBoxes found = { .threshold = .2f, .scale = 1, .least_t = .3f };

/** Opacity of the shadow, which fades out over 4 pixels around the logo. */
static float shadow_of(int x, int y)
{
    float nearest = 9;
    for (int v = y - 4; v <= y + 4; v++)
        for (int u = x - 4; u <= x + 4; u++)
            if (film_logo(u, v) > 0)
                nearest = fminf(nearest, hypotf(u - x, v - y));
    return nearest < 4.5f ? .35f * expf(-.16f * nearest * nearest) : 0;
}

/** The logo of .6 and its shadow. */
static float shadowed(int x, int y, float *luma)
{
    static float shadow[FILM_W * FILM_H];
    if (shadow[30 * FILM_W + 40 - 14] <= 0)
        for (int i = 0; i < FILM_W * FILM_H; i++)
            shadow[i] = shadow_of(i % FILM_W, i / FILM_W);
    int is_logo = film_logo(x, y) > 0;
    *luma = is_logo ? BRIGHT : DARK;
    return is_logo ? .6f : shadow[y * FILM_W + x];
}

/** Lay logo and shadow, both gray, over a frame. */
static void lay(OverlayFrame *frame)
{
    for (int i = 0; i < FILM_W * FILM_H; i++) {
        float luma, a = shadowed(i % FILM_W, i / FILM_W, &luma);
        frame->planes[0][i] = film_round((1 - a) * frame->planes[0][i] + a * luma);
    }
    for (int i = 0; i < FILM_W * FILM_H / 4; i++) {
        float luma, a = 0;
        for (int k = 0; k < 4; k++)
            a += shadowed(i % (FILM_W / 2) * 2 + k % 2, i / (FILM_W / 2) * 2 + k / 2, &luma) / 4;
        for (int p = 1; p < 3; p++)
            frame->planes[p][i] = film_round((1 - a) * frame->planes[p][i] + a * 128);
    }
}

static void take(DfSamples *samples, int with_logo)
{
    OverlayFrame *frame = calloc(1, sizeof *frame);
    DeepfillImage image = film_image(frame);
    assert_non_null(frame);
    assert_int_equal(df_samples_open(samples, &image.format, (DfRect){ 8, 2, 112, 62 }, SAMPLES, 64 << 20), 0);
    for (int i = 0; i < SAMPLES; i++) {
        film_frame(frame, i, 2, 0, (const float[3]){ 0 });
        if (with_logo)
            lay(frame);
        assert_int_equal(df_samples_add(samples, &image, i, i), 0);
    }
    free(frame);
}

static void a_soft_shadow_is_found(void **state)
{
    DfSamples samples;
    DfOverlayEstimate overlay;
    double off = 0, dark = 0, bright = 0;
    int shadow = 0, missed = 0, letters = 0, wrong = 0;
    (void)state;
    take(&samples, 1);
    assert_int_equal(df_overlay_estimate(&overlay, &samples, around, &found, 0), 1);
    for (int i = 0; i < samples.width * samples.height; i++) {
        float luma, a = shadowed(i % samples.width + samples.rect.x0, i / samples.width + samples.rect.y0, &luma);
        float opacity = overlay.mask[i] ? overlay.pixels.opacity[i] : 0;
        off += fabsf(opacity - a);
        wrong += a <= 0 && overlay.mask[i];
        if (luma == BRIGHT) {
            letters++;
            bright += overlay.pixels.luma[i];
        } else if (a > .05f) {
            shadow++;
            missed += !overlay.mask[i];
            dark += overlay.mask[i] ? overlay.pixels.luma[i] : DARK;
        }
    }
    assert_in_range(missed, 0, shadow / 20);
    assert_in_range(wrong, 0, 30);
    assert_true(off / (letters + shadow) < .045);
    assert_float_equal(bright / letters, BRIGHT, 8);
    assert_float_equal(dark / shadow, DARK, 40);
    df_overlay_estimate_free(&overlay);
    df_samples_free(&samples);
}

static void pairs_are_those_of_sums_in_doubles(void **state)
{
    DfSamples samples;
    DfSums sums;
    uint8_t *hole;
    (void)state;
    take(&samples, 0);
    hole = calloc(samples.width, samples.height);
    assert_non_null(hole);
    assert_int_equal(df_sums_take_pairs(&sums, &samples, hole, 0), 0);
    for (int y = 1; y < samples.height - 1; y += 7)
        for (int x = 1; x < samples.width - 1; x += 5)
            for (int k = 0; k < 2; k++) {
                int width = samples.width, at = y * width + x, next = at + (k ? width : 1);
                double weights = 0, mean = 0, square = 0, product = 0;
                for (int i = 0; i < samples.count; i++) {
                    const float *luma = samples.samples[i].planes[0];
                    double gx = (luma[at + 1] - luma[at - 1]) / 2, gy = (luma[at + width] - luma[at - width]) / 2;
                    double weight = 1 / (gx * gx + gy * gy + 16);
                    weights += weight;
                    mean += weight * luma[next];
                    square += weight * luma[next] * luma[next];
                    product += weight * luma[at] * luma[next];
                }
                assert_float_equal(sums.pairs[k][at].next, mean / weights, .01);
                assert_float_equal(sums.pairs[k][at].square, square / weights, 1);
                assert_float_equal(sums.pairs[k][at].product, product / weights, 1);
            }
    df_sums_free(&sums);
    df_samples_free(&samples);
    free(hole);
}

#define SIDE 24

/** Means of a pixel under an opacity, with x as the fit knows it: wrong by `off`, and telling nothing of y. */
static void set_pixel(DfSums *sums, int at, float opacity, float colour, float off)
{
    float rest = 1 - opacity, x = 100 + off, y = 100 * rest + colour * opacity, variance = 1600 * rest * rest;
    sums->moments[0][at] = (DfMoments){ x, y, x * x + 1, x * y, y * y + variance, variance + 2 };
    sums->hole[at] = opacity > 0 ? 255 : 0;
}

/** A pair varies by what its opacities leave of one picture, alike but for a tenth. */
static void set_pairs(DfSums *sums)
{
    for (int i = 0; i < SIDE * (SIDE - 1) - 1; i++)
        for (int k = 0; k < 2; k++) {
            const DfMoments *own = &sums->moments[0][i], *next = &sums->moments[0][i + (k ? SIDE : 1)];
            sums->pairs[k][i] = (DfPair){ next->y, next->yy, own->y * next->y +
                                          .9f * sqrtf((own->yy - own->y * own->y) * (next->yy - next->y * next->y)) };
        }
}

/** x is off by 30 levels in a square of half opacity: its own fit has .34, neighbours outside know better. */
static void neighbours_tell_what_a_pixel_does_not(void **state)
{
    DfColours colours = { .width = SIDE, .height = SIDE, .count = 1, .colours = { { 235, 128, 128 } } };
    DfSums sums = { .width = SIDE, .height = SIDE, .planes = 1 };
    DfRefined refined;
    float sum = 0;
    (void)state;
    sums.hole = calloc(SIDE, SIDE);
    sums.moments[0] = calloc(SIDE * SIDE, sizeof(DfMoments));
    sums.pairs[0] = calloc(SIDE * SIDE, sizeof(DfPair));
    sums.pairs[1] = calloc(SIDE * SIDE, sizeof(DfPair));
    for (int i = 0; i < SIDE * SIDE; i++) {
        int inside = i % SIDE >= 9 && i % SIDE < 15 && i / SIDE >= 9 && i / SIDE < 15;
        set_pixel(&sums, i, inside ? .5f : 0, 235, inside ? 30 : 0);
    }
    set_pairs(&sums);
    assert_int_equal(df_refine(&refined, &colours, &sums, 30, 0), 0);
    for (int i = 0; i < SIDE * SIDE; i++) {
        sum += refined.opacity[i] / 36;
        assert_true(sums.hole[i] || refined.opacity[i] == 0);
        assert_true(!sums.hole[i] || (refined.error[i] > 0 && refined.error[i] < .1f));
    }
    assert_float_equal(sum, .5, .06);
    df_refined_free(&refined);
    free(sums.hole);
    free(sums.moments[0]);
    free(sums.pairs[0]);
    free(sums.pairs[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_soft_shadow_is_found),
        cmocka_unit_test(pairs_are_those_of_sums_in_doubles),
        cmocka_unit_test(neighbours_tell_what_a_pixel_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
