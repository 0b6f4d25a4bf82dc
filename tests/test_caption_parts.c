/**
 * @file
 * The steps of the search for captions, each against its definition.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "caption_film.h"
#include "overlay/caption_ends.h"
#include "overlay/caption_judge.h"
#include "overlay/caption_runs.h"
#include "overlay/caption_shrink.h"
#include "overlay/caption_strokes.h"

/* ------------------------------------------------------------------------------------------ strokes -- */

/** The least or the most of a square, clipped to the picture. */
static int pick_square(const uint8_t *picture, int width, int height, int x, int y, int half, int want_most)
{
    int picked = want_most ? 0 : 255;

    for (int v = DF_MAX(y - half, 0); v <= DF_MIN(y + half, height - 1); v++)
        for (int u = DF_MAX(x - half, 0); u <= DF_MIN(x + half, width - 1); u++)
            picked = want_most ? DF_MAX(picked, picture[v * width + u]) : DF_MIN(picked, picture[v * width + u]);
    return picked;
}

static void filter_squares(uint8_t *to, const uint8_t *from, int width, int height, int half, int want_most)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            to[y * width + x] = (uint8_t)pick_square(from, width, height, x, y, half, want_most);
}

static void check_strokes(int width, int height, int side)
{
    int count = width * height, stride = width + 5;
    uint8_t *picture = malloc(count), *padded = malloc((size_t)stride * height), *a = malloc(count), *b = malloc(count),
            *found = malloc(count), *scratch = malloc(df_caption_strokes_scratch(width, height));

    for (int i = 0; i < count; i++)
        picture[i] = (uint8_t)(rand() % 256);
    for (int y = 0; y < height; y++)
        memcpy(padded + y * stride, picture + y * width, width);
    df_caption_strokes(found, padded, stride, width, height, side, scratch);
    filter_squares(a, picture, width, height, side / 2, 0);
    filter_squares(b, a, width, height, side / 2, 1);
    for (int i = 0; i < count; i++)
        a[i] = picture[i] - b[i];
    filter_squares(b, picture, width, height, side / 2, 1);
    filter_squares(padded, b, width, height, side / 2, 0);
    for (int i = 0; i < count; i++)
        assert_int_equal(found[i], DF_MAX(a[i], padded[i] - picture[i]));
    free(picture);
    free(padded);
    free(a);
    free(b);
    free(found);
    free(scratch);
}

static void test_strokes(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 3, 40 }, { 16, 16 }, { 67, 19 }, { 100, 31 } };
    (void)state;
    srand(1);
    for (size_t i = 0; i < DF_COUNT(sizes); i++)
        for (int side = 3; side <= 13; side += 2)
            check_strokes(sizes[i][0], sizes[i][1], side);
}

/* --------------------------------------------------------------------------------------------- runs -- */

enum { PIXELS = 40, FRAMES = 120, LEAST = 5, SPAN = 30, ROWS = 16 };

static uint8_t values[FRAMES][PIXELS], strengths[FRAMES][PIXELS];

/** One pixel's runs by their definition. `ends` gets 1 + the first frame of the run that ends in each frame. */
static void follow_pixel(int pixel, int *ends)
{
    int first = -1, missed = 0;
    float mean = 0;

    memset(ends, 0, FRAMES * sizeof *ends);
    for (int n = 0; n <= FRAMES; n++) {
        int is_stroke = n < FRAMES && strengths[n][pixel] > DF_CAPTION_STROKE;
        int stays = first >= 0 && is_stroke && fabsf(values[n][pixel] - mean) <= DF_CAPTION_STEADY;
        if (stays) {
            mean += .2f * (values[n][pixel] - mean);
            missed = 0;
            continue;
        }
        missed++;
        int last = n - missed, length = last - first + 1;
        if (first >= 0 && missed < 2 && n < FRAMES)
            continue;
        if (first >= 0 && length >= LEAST && length <= SPAN)
            ends[last] = first + 1;
        first = is_stroke ? n : -1;
        mean = n < FRAMES ? values[n][pixel] : 0;
        missed = 0;
    }
}

static void draw_runs(void)
{
    for (int i = 0; i < PIXELS; i++) {
        int level = 0, strength = 0;
        for (int n = 0; n < FRAMES; n++) {
            if (rand() % 12 == 0)
                level = rand() % 256;
            if (rand() % 20 == 0)
                strength = rand() % 60;
            int odd = rand() % 10 == 0 ? 40 : 0;
            values[n][i] = (uint8_t)DF_CLAMP(level + odd + rand() % 9 - 4, 0, 255);
            strengths[n][i] = (uint8_t)strength;
        }
    }
}

static int (*expected_ends)[FRAMES];

static void check_row(const DfCaptionRuns *runs, int frame)
{
    const DfCaptionRow *row = df_caption_runs_row(runs, frame);
    size_t count = 0;

    for (int i = 0; i < PIXELS; i++)
        count += expected_ends[i][frame] > 0;
    assert_int_equal(row->count, count);
    for (size_t i = 0; i < row->count; i++)
        assert_int_equal(row->runs[i].first + 1, expected_ends[row->runs[i].pixel][frame]);
}

static void test_runs(void **state)
{
    DfCaptionRuns runs;
    (void)state;
    srand(2);
    draw_runs();
    expected_ends = malloc(sizeof *expected_ends * PIXELS);
    for (int i = 0; i < PIXELS; i++)
        follow_pixel(i, expected_ends[i]);
    assert_int_equal(df_caption_runs_open(&runs, PIXELS, LEAST, SPAN, ROWS), 0);
    for (int n = 0; n <= FRAMES; n++) {
        const uint8_t *strength = n < FRAMES ? strengths[n] : NULL;
        assert_int_equal(df_caption_runs_push(&runs, n, values[DF_MIN(n, FRAMES - 1)], strength), 0);
        if (n >= 3)
            check_row(&runs, n - 3);
    }
    check_row(&runs, FRAMES - 1);
    assert_int_equal(df_caption_runs_row(&runs, FRAMES - ROWS - 1)->count, 0);
    df_caption_runs_close(&runs);
    free(expected_ends);
}

/** Of beginnings and ends that are near each other one is the peak, and it counts those a frame away. */
static void test_peak(void **state)
{
    DfCaptionRuns runs;
    uint8_t row[PIXELS], strength[PIXELS];
    (void)state;
    assert_int_equal(df_caption_runs_open(&runs, PIXELS, LEAST, SPAN, ROWS), 0);
    for (int n = 0; n < 40; n++) {
        for (int i = 0; i < PIXELS; i++) {
            int first = i % 4 == 0 ? 11 : 10, last = i % 5 == 0 ? 21 : 20;
            row[i] = 200;
            strength[i] = i < 30 && n >= first && n <= last ? 100 : 0;
        }
        assert_int_equal(df_caption_runs_push(&runs, n, row, strength), 0);
        if (n != 20 + DF_CAPTION_RUN_DELAY)
            continue;
        for (int first = 6; first <= 14; first++)
            for (int last = 17; last <= 20; last++)
                assert_int_equal(df_caption_runs_peak(&runs, first, last, 3), first == 10 && last == 20 ? 30 : 0);
        assert_int_equal(df_caption_runs_peak(&runs, 10, 20, 31), 0);
    }
    df_caption_runs_close(&runs);
}

/* ------------------------------------------------------------------------------------------- shrink -- */

static unsigned sample(const DeepfillImage *image, int plane, int x, int y)
{
    const uint8_t *row = image->data[plane] + y * image->stride[plane];
    return image->format.depth > 8 ? ((const uint16_t *)row)[x] : row[x];
}

static void check_shrink(const DeepfillImage *image, DfRect box, int scale)
{
    static uint8_t found[64 * 64];
    int is_rgb = image->format.layout == DEEPFILL_RGB, width = df_rect_width(box) / scale;
    df_caption_shrink(found, image, box, scale);
    for (int y = 0; y < df_rect_height(box) / scale; y++)
        for (int x = 0; x < width; x++) {
            double sum = 0;
            for (int i = 0; i < scale * scale; i++) {
                int u = box.x0 + x * scale + i % scale, v = box.y0 + y * scale + i / scale;
                sum += sample(image, is_rgb, u, v);
                if (is_rgb)
                    sum += .25 * sample(image, 0, u, v) - .5 * sample(image, 1, u, v) + .25 * sample(image, 2, u, v);
            }
            double level = sum / (scale * scale) / (1 << (image->format.depth - 8));
            if (!is_rgb && !image->format.full_range)
                level = (level - 16) * 255 / 219;
            level = DF_CLAMP(level, 0, 255);
            /* Rounded twice where the range is stretched. */
            assert_true(fabs(found[y * width + x] - level) <= 1.2);
        }
}

static void test_shrink(void **state)
{
    static uint16_t memory[3][64 * 64];
    (void)state;
    srand(3);
    for (int kind = 0; kind < 8; kind++) {
        int depth = kind & 1 ? 10 : 8;
        DeepfillImage image = { .format = { .width = 61, .height = 47, .depth = depth, .full_range = kind >> 2 & 1,
                                            .layout = kind & 2 ? DEEPFILL_RGB : DEEPFILL_YUV } };
        for (int p = 0; p < 3; p++) {
            image.data[p] = (uint8_t *)memory[p];
            image.stride[p] = 128;
            for (int i = 0; i < 64 * 64; i++)
                memory[p][i] = depth > 8 ? rand() % 1024 : rand() % 65536;
        }
        for (int scale = 1; scale <= 4; scale++)
            check_shrink(&image, (DfRect){ 3, 5, 61, 47 }, scale);
    }
    assert_int_equal(df_caption_scale(240), 1);
    assert_int_equal(df_caption_scale(719), 1);
    assert_int_equal(df_caption_scale(720), 2);
    assert_int_equal(df_caption_scale(2160), 6);
}

/* --------------------------------------------------------------------------------------------- ends -- */

/** The whole band as a patch, the drawn caption's letters as its strokes. */
static DfCaptionPatch patch_of(const DrawnCaption *caption, float *planes, uint8_t *bytes, int first, int end)
{
    enum { SIZE = BAND_WIDTH * BAND_HEIGHT };
    DfCaptionPatch patch = { .box = { 0, 0, BAND_WIDTH, BAND_HEIGHT }, .width = BAND_WIDTH, .height = BAND_HEIGHT,
                             .reach = 7, .first = first, .end = end, .seed = bytes, .distance = bytes + SIZE,
                             .bytes = bytes + 2 * SIZE };
    for (int i = 0; i < 4; i++)
        patch.plane[i] = planes + i * SIZE;
    for (int y = 0; y < BAND_HEIGHT; y++)
        for (int x = 0; x < BAND_WIDTH; x++)
            patch.seed[y * BAND_WIDTH + x] = caption_part(caption, x, y) == 2;
    df_caption_distance(patch.distance, patch.seed, BAND_WIDTH, BAND_HEIGHT, 10, (int16_t *)patch.plane[0],
                        (int *)patch.bytes);
    return patch;
}

/** Fades of each length, backwards and forwards in time. */
static void test_ends(void **state)
{
    enum { SIZE = BAND_WIDTH * BAND_HEIGHT, COUNT = 90 };
    static uint8_t bands_memory[COUNT * SIZE], bytes[6 * SIZE];
    static float planes[4 * SIZE];
    (void)state;
    for (int ramp = 0; ramp <= 10; ramp++) {
        DrawnCaption caption = { .first = 20, .last = 69, .ramp = ramp, .x = 60, .y = 30, .letters = 12, .lines = 1,
                                 .luma = 235, .outline = 16, .seed = 3 };
        DrawnFilm film = { .frames = COUNT, .speed = 1.4f, .noise = 2, .captions = &caption, .count = 1 };
        DfCaptionBands bands = { bands_memory, BAND_WIDTH, BAND_HEIGHT, COUNT, 0, COUNT - 1 };
        for (int n = 0; n < COUNT; n++)
            draw_band(bands_memory + n * SIZE, &film, n);
        DfCaptionPatch patch = patch_of(&caption, planes, bytes, 20 + ramp, 69 - ramp);
        DfCaptionEnd first = df_caption_end(&bands, &patch, (DfCaptionEndSearch){ -1, 16, .045f });
        DfCaptionEnd last = df_caption_end(&bands, &patch, (DfCaptionEndSearch){ 1, 16, .045f });
        assert_true(first.kind == DF_CAPTION_END_SEEN && last.kind == DF_CAPTION_END_SEEN);
        assert_int_equal(first.frame, 20);
        assert_int_equal(last.frame, 69);
        assert_true(abs(first.ramp - ramp) <= 1 && abs(last.ramp - ramp) <= 1);
        assert_true(fabsf(first.rest) < .05f && fabsf(last.rest) < .05f && first.cut < .2f && last.cut < .2f);
    }
}

/** A frame shows all of its own picture, and nothing of a flat one, however bright. */
static void test_projector(void **state)
{
    enum { SIZE = BAND_WIDTH * BAND_HEIGHT };
    static uint8_t bytes[6 * SIZE];
    static float planes[4 * SIZE], picture[SIZE], projector[SIZE];
    DrawnCaption caption = { .x = 60, .y = 30, .letters = 12, .lines = 1, .seed = 3 };
    DfCaptionPatch patch = patch_of(&caption, planes, bytes, 0, 1);
    double own = 0, flat = 0, sum = 0;
    (void)state;
    for (int i = 0; i < SIZE; i++)
        picture[i] = patch.seed[i] ? 235 : 60 + i % 7;
    df_caption_projector(projector, picture, &patch, patch.plane);
    for (int i = 0; i < SIZE; i++) {
        own += projector[i] * picture[i];
        flat += projector[i] * 200;
        sum += fabs(projector[i]) * 200;
    }
    assert_true(fabs(own - 1) < 1e-4 && fabs(flat) < 1e-3 * sum);
}

/* -------------------------------------------------------------------------------------------- judge -- */

static void test_judge(void **state)
{
    DfCaptionEnd clear = { .kind = DF_CAPTION_END_SEEN }, film = { .kind = DF_CAPTION_END_FILM, .cut = 1 };
    DfCaptionEnd cut = { .kind = DF_CAPTION_END_SEEN, .cut = .9f }, none = { .kind = DF_CAPTION_END_NONE, .rest = 1 };
    DfCaptionEnd fade = { .kind = DF_CAPTION_END_SEEN, .ramp = 5 };
    DfCaptionEnd resembles = { .kind = DF_CAPTION_END_SEEN, .rest = .4f }, flickers = resembles;
    DfCaptionShape good = { .area = 20, .in_lines = 1, .height = .06f, .width = .4f, .fill = .5f, .strength = 100 };
    DfCaptionShape small = good, tall = good, spread = good, faint = good, soft = good;
    (void)state;
    flickers.unrest = .3f;
    small.area = 3;
    small.strength = 80;
    tall.height = .3f;
    spread.fill = .1f;
    faint.strength = 40;
    soft.strength = 80;
    assert_true(df_caption_is_likely(&clear, &clear, &good) && df_caption_is_likely(&clear, &clear, &small));
    assert_true(df_caption_is_likely(&film, &clear, &good) && df_caption_is_likely(&clear, &cut, &good));
    assert_true(df_caption_is_likely(&fade, &fade, &good) && df_caption_is_likely(&resembles, &clear, &good));
    assert_false(df_caption_is_likely(&film, &clear, &small) || df_caption_is_likely(&clear, &cut, &small));
    assert_true(df_caption_is_likely(&fade, &film, &good));
    assert_false(df_caption_is_likely(&fade, &film, &soft) || df_caption_is_likely(&fade, &cut, &soft));
    assert_false(df_caption_is_likely(&film, &cut, &good) || df_caption_is_likely(&cut, &cut, &good));
    assert_false(df_caption_is_likely(&clear, &none, &good) || df_caption_is_likely(&fade, &fade, &small));
    assert_false(df_caption_is_likely(&clear, &flickers, &good) || df_caption_is_likely(&resembles, &fade, &good));
    assert_false(df_caption_is_likely(&clear, &clear, &tall) || df_caption_is_likely(&clear, &clear, &spread));
    assert_false(df_caption_is_likely(&clear, &clear, &faint));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strokes), cmocka_unit_test(test_runs),      cmocka_unit_test(test_peak),
        cmocka_unit_test(test_shrink),  cmocka_unit_test(test_ends),      cmocka_unit_test(test_projector),
        cmocka_unit_test(test_judge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
