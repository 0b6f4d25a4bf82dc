/**
 * @file
 * Captions found in films that are drawn: their frames, their pixels, and none where there are none.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "base.h"
#include "caption_film.h"
#include "overlay/caption.h"

enum { MOST_FOUND = 16 };

typedef struct Found {
    DfCaption captions[MOST_FOUND];
    int count;
} Found;

static DfCaptionSettings settings_of(size_t memory)
{
    return (DfCaptionSettings){ .width = BAND_WIDTH, .height = BAND_HEIGHT, .frame_height = BAND_FRAME, .rate = 24,
                                .memory = memory };
}

static void take_all(DfCaptions *search, Found *found, int64_t settled)
{
    DfCaption caption;

    while (df_captions_take(search, &caption)) {
        assert_true(caption.first >= settled);
        assert_true(found->count < MOST_FOUND);
        found->captions[found->count++] = caption;
    }
}

/** @return 0, or the error of a call; what was found before it is in `found` */
static int search_film(Found *found, const DrawnFilm *film, size_t memory)
{
    static uint8_t band[BAND_WIDTH * BAND_HEIGHT];
    DfCaptionSettings settings = settings_of(memory);
    DfCaptions *search;
    int64_t settled = 0;
    int ret = df_captions_open(&search, &settings);

    found->count = 0;
    if (ret) {
        assert_null(search);
        return ret;
    }
    for (int n = 0; n < film->frames && !ret; n++) {
        draw_band(band, film, n);
        ret = df_captions_push(search, band, BAND_WIDTH);
        if (!ret) {
            take_all(search, found, settled);
            assert_true(df_captions_settled(search) >= settled && df_captions_settled(search) <= n);
            settled = df_captions_settled(search);
        }
    }
    if (!ret)
        ret = df_captions_flush(search);
    if (!ret) {
        take_all(search, found, settled);
        assert_int_equal(df_captions_settled(search), film->frames);
    }
    df_captions_close(&search);
    assert_null(search);
    return ret;
}

static void free_found(Found *found)
{
    for (int i = 0; i < found->count; i++)
        df_caption_free(&found->captions[i]);
}

static int is_masked(const DfCaption *caption, int x, int y)
{
    DfRect box = caption->box;
    if (x < box.x0 || y < box.y0 || x >= box.x1 || y >= box.y1)
        return 0;
    return caption->mask[(size_t)(y - box.y0) * (box.x1 - box.x0) + x - box.x0];
}

/** The mask covers strokes and outline, and not much more. */
static void assert_covers(const DfCaption *caption, const DrawnCaption *drawn)
{
    int covered = 0, all = 0, marked = 0;

    for (int y = 0; y < BAND_HEIGHT; y++)
        for (int x = 0; x < BAND_WIDTH; x++) {
            int is_drawn = caption_part(drawn, x, y) > 0, is_marked = is_masked(caption, x, y);
            all += is_drawn;
            covered += is_drawn && is_marked;
            marked += is_marked;
        }
    if (covered < .99 * all || marked > 2.5 * all)
        fail_msg("frames %d to %d: %d of %d pixels are covered, by %d", drawn->first, drawn->last, covered, all,
                 marked);
}

/** Each caption drawn is found, with its frames but for `slack`, and nothing else is. */
static void assert_finds(const DrawnFilm *film, int slack)
{
    Found found;

    assert_int_equal(search_film(&found, film, 0), 0);
    if (found.count != film->count)
        fail_msg("%d captions were found, %d drawn", found.count, film->count);
    for (int i = 0; i < film->count; i++) {
        const DrawnCaption *drawn = &film->captions[i];
        const DfCaption *caption = &found.captions[i];
        if (llabs(caption->first - drawn->first) > slack || llabs(caption->last - drawn->last) > slack)
            fail_msg("found from %d to %d, drawn from %d to %d", (int)caption->first, (int)caption->last,
                     drawn->first, drawn->last);
        assert_covers(caption, drawn);
    }
    free_found(&found);
}

#define CAPTION .x = 60, .y = 30, .letters = 12, .lines = 1, .luma = 235, .outline = 16

static void test_moving(void **state)
{
    static const DrawnCaption captions[] = { { CAPTION, .first = 9, .last = 30, .seed = 1 },
                                             { CAPTION, .first = 41, .last = 90, .seed = 2 },
                                             { CAPTION, .first = 93, .last = 120, .seed = 3 } };
    (void)state;
    assert_finds(&(DrawnFilm){ .frames = 140, .speed = 1.7f, .noise = 3, .captions = captions, .count = 3 }, 0);
}

static void test_locked_camera(void **state)
{
    static const DrawnCaption captions[] = { { CAPTION, .first = 12, .last = 50, .seed = 4 },
                                             { CAPTION, .first = 60, .last = 81, .seed = 5 } };
    (void)state;
    assert_finds(&(DrawnFilm){ .frames = 100, .noise = 2, .captions = captions, .count = 2 }, 0);
}

/** Two lines, light gray and without an outline; and one above the other, each with its own time. */
static void test_lines(void **state)
{
    static const DrawnCaption two[] = { { .x = 40, .y = 16, .letters = 16, .lines = 2, .luma = 220, .outline = 40,
                                          .first = 10, .last = 40, .seed = 6 } };
    static const DrawnCaption times[] = { { .x = 60, .y = 10, .letters = 12, .lines = 1, .luma = 235, .outline = 16,
                                            .first = 10, .last = 40, .seed = 8 },
                                          { .x = 60, .y = 36, .letters = 12, .lines = 1, .luma = 180, .outline = 16,
                                            .first = 24, .last = 70, .seed = 7 } };
    (void)state;
    assert_finds(&(DrawnFilm){ .frames = 60, .speed = .8f, .noise = 3, .captions = two, .count = 1 }, 0);
    assert_finds(&(DrawnFilm){ .frames = 90, .speed = .8f, .noise = 3, .captions = times, .count = 2 }, 0);
}

/** From the first frame that shows a tenth of it. */
static void test_fades(void **state)
{
    static const DrawnCaption captions[] = { { CAPTION, .first = 10, .last = 50, .ramp = 8, .seed = 9 },
                                             { CAPTION, .first = 62, .last = 95, .ramp = 5, .seed = 10 } };
    (void)state;
    assert_finds(&(DrawnFilm){ .frames = 120, .speed = 1.3f, .noise = 2, .captions = captions, .count = 2 }, 0);
    assert_finds(&(DrawnFilm){ .frames = 120, .noise = 2, .captions = captions, .count = 2 }, 0);
}

/** Across a cut, from a cut on, up to a cut; behind a camera that stands still. */
static void test_cuts(void **state)
{
    static const DrawnCaption across[] = { { CAPTION, .first = 20, .last = 60, .seed = 11 } };
    static const DrawnCaption from[] = { { CAPTION, .first = 40, .last = 70, .seed = 12 } };
    static const DrawnCaption to[] = { { CAPTION, .first = 12, .last = 39, .seed = 13 } };
    const DrawnCaption *all[] = { across, from, to };
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_finds(&(DrawnFilm){ .frames = 90, .cut = 40, .noise = 2, .captions = all[i], .count = 1 }, 0);
}

/** The film begins or ends while a caption is shown. */
static void test_film_ends(void **state)
{
    static const DrawnCaption captions[] = { { CAPTION, .first = 0, .last = 25, .seed = 14 },
                                             { CAPTION, .first = 40, .last = 69, .seed = 15 } };
    (void)state;
    assert_finds(&(DrawnFilm){ .frames = 70, .speed = 1.1f, .noise = 2, .captions = captions, .count = 2 }, 0);
}

/** Strokes that captions, each right after the other, have in common are told as such, and stand for all of them. */
static void test_common(void **state)
{
    static const DrawnCaption captions[] = { { CAPTION, .first = 10, .last = 39, .seed = 18 },
                                             { CAPTION, .first = 40, .last = 70, .seed = 18 },
                                             { CAPTION, .first = 10, .last = 39, .seed = 19 },
                                             { CAPTION, .first = 40, .last = 70, .seed = 20 } };
    DrawnCaption drawn[4];
    DrawnFilm film = { .frames = 90, .speed = 1.3f, .noise = 2, .captions = drawn, .count = 4 };
    Found found;
    int common = 0;
    (void)state;
    memcpy(drawn, captions, sizeof drawn);
    /* Half a line stays, the other half changes. */
    for (int i = 2; i < 4; i++) {
        drawn[i].x = i == 2 ? 196 : 201;
        drawn[i].letters = 10;
    }
    assert_int_equal(search_film(&found, &film, 0), 0);
    for (int i = 0; i < found.count; i++) {
        const DfCaption *caption = &found.captions[i];
        common += caption->is_common;
        assert_int_equal(caption->first, caption->is_common || caption->last == 39 ? 10 : 40);
        assert_int_equal(caption->last, caption->first == 10 && !caption->is_common ? 39 : 70);
    }
    assert_int_equal(found.count, 3);
    assert_int_equal(common, 1);
    free_found(&found);
}

static void test_nothing(void **state)
{
    static const float speeds[] = { 0, .3f, 1, 4 };
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_finds(&(DrawnFilm){ .frames = 120, .speed = speeds[i], .cut = 50, .noise = 4 }, 0);
    /* Too short for a search, and empty. */
    assert_finds(&(DrawnFilm){ .frames = 1 }, 0);
    assert_finds(&(DrawnFilm){ .frames = 0 }, 0);
}

/** A caption that stands longer than bands are held is not found; the next one is. */
static void test_memory(void **state)
{
    static const DrawnCaption captions[] = { { CAPTION, .first = 10, .last = 150, .seed = 16 },
                                             { CAPTION, .first = 170, .last = 195, .seed = 17 } };
    DrawnFilm film = { .frames = 220, .speed = 1.7f, .noise = 2, .captions = captions, .count = 2 };
    Found found;
    (void)state;
    assert_finds(&film, 0);
    assert_int_equal(search_film(&found, &film, 1), 0);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.captions[0].first, 170);
    free_found(&found);
}

static void test_no_memory(void **state)
{
    static const DrawnCaption captions[] = { { CAPTION, .first = 9, .last = 30, .seed = 1 } };
    DrawnFilm film = { .frames = 45, .speed = 1.7f, .captions = captions, .count = 1 };
    Found found;
    int ret = -1;
    (void)state;
    for (int n = 0; ret; n++) {
        assert_true(n < 400);
        df_error_clear();
        df_fail_after(n);
        ret = search_film(&found, &film, 1);
        df_fail_after(-1);
        free_found(&found);
        if (ret) {
            assert_int_equal(ret, -ENOMEM);
            assert_string_not_equal(df_error_text(), "");
        }
    }
    assert_int_equal(found.count, 1);
}

static void test_settings(void **state)
{
    DfCaptionSettings wrong[] = { settings_of(0), settings_of(0), settings_of(0) };
    DfCaptions *search;
    (void)state;
    wrong[0].width = 15;
    wrong[1].height = 40000;
    wrong[2].frame_height = BAND_HEIGHT - 1;
    for (int i = 0; i < 3; i++) {
        df_error_clear();
        assert_int_equal(df_captions_open(&search, &wrong[i]), -EINVAL);
        assert_null(search);
        assert_string_not_equal(df_error_text(), "");
    }
    df_captions_close(&search);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moving),    cmocka_unit_test(test_locked_camera), cmocka_unit_test(test_lines),
        cmocka_unit_test(test_fades),     cmocka_unit_test(test_cuts),          cmocka_unit_test(test_film_ends),
        cmocka_unit_test(test_common),    cmocka_unit_test(test_nothing),       cmocka_unit_test(test_memory),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
