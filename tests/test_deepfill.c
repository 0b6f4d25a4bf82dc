/**
 * @file
 * The public API end to end, with the built-in model: what holds for every format, any number of
 * workers and any delay.
 */
#include "hole.h"

#include <errno.h>
#include <stdio.h>

#include "cpu.h"

static const DeepfillFormat formats[] = {
    { 101, 75, DEEPFILL_YUV, 8, 1, 1, 0, 2 },   { 101, 75, DEEPFILL_YUV, 10, 1, 1, 0, 9 },
    { 90, 64, DEEPFILL_YUV, 8, 1, 0, 1, 6 },    { 77, 91, DEEPFILL_YUV, 16, 0, 1, 0, 1 },
    { 66, 70, DEEPFILL_YUV, 12, 0, 0, 0, 1 },   { 97, 65, DEEPFILL_YUV, 8, 2, 2, 0, 1 },
    { 97, 65, DEEPFILL_YUV, 9, 2, 0, 0, 1 },    { 80, 80, DEEPFILL_GRAY, 8, 0, 0, 0, 2 },
    { 81, 79, DEEPFILL_GRAY, 14, 0, 0, 1, 2 },  { 99, 67, DEEPFILL_RGB, 8, 0, 0, 1, 2 },
    { 67, 99, DEEPFILL_RGB, 16, 0, 0, 1, 2 },
};

static void hole_alone_changes_and_leaks_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats); i++)
        check_hole_alone(formats[i], 21, 19, 44, 38);
}

enum { STREAM = 12 };

/** A stream with a hole that moves, a logo beside it, frames without any; all outputs one after the other. */
static uint8_t *run_stream(int workers, int delay, size_t *bytes)
{
    DeepfillFormat f = { 230, 100, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillContext *ctx = context_new(f, workers, delay);
    Picture pictures[STREAM];
    uint8_t *all;
    int sent = 0, taken = 0;

    while (taken < STREAM) {
        DeepfillResult result;
        if (sent < STREAM) {
            int x = 20 + 9 * sent;
            DeepfillMask *mask = sent % 4 == 3 ? NULL : mask_of_rect(230, 100, x, 30, x + 40, 60, 3, 4);
            pictures[sent] = picture_new(f);
            picture_draw(&pictures[sent], sent);
            DeepfillFrame frame = { .image = pictures[sent].image, .mask = mask, .opaque = &pictures[sent] };
            int ret = deepfill_send(ctx, &frame);
            deepfill_mask_close(&mask);
            if (ret == 0) {
                if (++sent == STREAM)
                    deepfill_flush(ctx);
                continue;
            }
            assert_int_equal(ret, -EAGAIN);
            assert_int_equal(sent - taken, delay + 1);
            free(pictures[sent].memory);
        }
        assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
        assert_ptr_equal(result.opaque, &pictures[taken]);
        assert_int_equal(result.error, 0);
        assert_int_equal(result.boxes > 0, taken % 4 != 3);
        taken++;
    }
    DeepfillResult none;
    assert_int_equal(deepfill_receive(ctx, &none, 1), -EPIPE);
    deepfill_close(&ctx);
    *bytes = pictures[0].bytes * STREAM;
    all = malloc(*bytes);
    assert_non_null(all);
    for (int i = 0; i < STREAM; i++) {
        memcpy(all + i * pictures[0].bytes, pictures[i].memory, pictures[0].bytes);
        free(pictures[i].memory);
    }
    return all;
}

static void workers_and_delay_do_not_matter(void **state)
{
    static const int ways[][2] = { { 1, 8 }, { 2, 2 }, { 3, 1 }, { 5, 0 }, { 5, 8 } };
    size_t bytes, other_bytes;
    uint8_t *expected = run_stream(1, 0, &bytes);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(ways); i++) {
        uint8_t *other = run_stream(ways[i][0], ways[i][1], &other_bytes);
        assert_int_equal(bytes, other_bytes);
        assert_memory_equal(expected, other, bytes);
        free(other);
    }
    free(expected);
}

/** Once warm, no allocation may be needed: all of them fail, and the frames are filled all the same. */
static void warm_context_allocates_nothing(void **state)
{
    DeepfillFormat f = { 160, 90, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillContext *ctx = context_new(f, 1, 2);
    DeepfillMask *mask = mask_of_rect(160, 90, 10, 10, 40, 30, 4, 4);
    Picture p = picture_new(f);

    (void)state;
    /* As many frames as slots. */
    for (int i = 0; i < 3; i++)
        assert_int_equal(fill_one(ctx, &p, mask, DEEPFILL_SHOW_FILL).error, 0);
    df_fail_after(0);
    for (int i = 0; i < 7; i++)
        assert_int_equal(fill_one(ctx, &p, mask, DEEPFILL_SHOW_FILL).error, 0);
    df_fail_after(-1);
    free(p.memory);
    deepfill_mask_close(&mask);
    deepfill_close(&ctx);
}

static void everything_hole_is_counted(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 3, 70 }, { 130, 100 } };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(sizes); i++) {
        DeepfillFormat f = { sizes[i][0], sizes[i][1], DEEPFILL_YUV, 8, 1, 1, 0, 2 };
        DeepfillContext *ctx = context_new(f, 1, 0);
        DeepfillMask *mask = mask_of_rect(f.width, f.height, 0, 0, f.width, f.height, 4, 4);
        Picture p = picture_new(f);
        picture_draw(&p, 1);
        DeepfillResult result = fill_one(ctx, &p, mask, DEEPFILL_SHOW_FILL);
        assert_int_equal(result.error, 0);
        assert_int_equal(result.boxes, 1);
        assert_int_equal(result.no_context, 1);
        assert_true(result.hole == 1);
        free(p.memory);
        deepfill_mask_close(&mask);
        deepfill_close(&ctx);
    }
}

static void shows_without_the_network(void **state)
{
    DeepfillFormat f = { 160, 90, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillContext *ctx = context_new(f, 1, 0);
    DeepfillMask *mask = mask_of_rect(160, 90, 40, 30, 80, 60, 2, 2);
    Picture p[DEEPFILL_SHOW_SOURCES + 1];
    DeepfillBox box;

    (void)state;
    assert_int_equal(deepfill_boxes(ctx, mask, &box, 1), 1);
    assert_true(box.workspace > 0 && box.width == box.net_width && box.x + box.width <= 160);
    for (int show = DEEPFILL_SHOW_FILL; show <= DEEPFILL_SHOW_SOURCES; show++) {
        int network = show != DEEPFILL_SHOW_MASK && show != DEEPFILL_SHOW_REGIONS;
        p[show] = picture_new(f);
        picture_draw(&p[show], 1);
        DeepfillResult result = fill_one(ctx, &p[show], mask, show);
        assert_int_equal(result.boxes, network);
        assert_true(result.network == network);
        for (int other = 0; other < show; other++)
            assert_memory_not_equal(p[show].memory, p[other].memory, p[show].bytes);
    }
    for (int show = DEEPFILL_SHOW_FILL; show <= DEEPFILL_SHOW_SOURCES; show++)
        free(p[show].memory);
    deepfill_mask_close(&mask);
    deepfill_close(&ctx);
}

static DeepfillContext *open_preview(DeepfillFormat f)
{
    DeepfillContext *ctx = NULL;
    DeepfillSettings s;

    deepfill_defaults(&s, model, &f);
    assert_int_equal(s.preview, 0);
    s.preview = 1;
    s.workers = 1;
    s.delay = 0;
    s.ahead = 50;
    assert_int_equal(deepfill_open(&ctx, &s), 0);
    return ctx;
}

/** No frame waits for others, none is filled, and what is shown is what a context that fills shows. */
static void preview_shows_and_fills_nothing(void **state)
{
    DeepfillFormat f = { 160, 90, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillContext *preview = open_preview(f), *fills = context_new(f, 1, 0);
    DeepfillMask *mask = mask_of_rect(160, 90, 40, 30, 80, 60, 2, 2);
    Picture p = picture_new(f), q = picture_new(f);
    DeepfillInfo info;

    (void)state;
    deepfill_info(preview, &info);
    assert_true(info.preview == 1 && info.temporal == 0 && info.ahead == 0 && deepfill_delay(preview) == 0);
    deepfill_info(fills, &info);
    assert_int_equal(info.preview, 0);
    for (int show = DEEPFILL_SHOW_FILL; show <= DEEPFILL_SHOW_SOURCES; show++) {
        DeepfillFrame frame = { .image = p.image, .mask = mask, .show = show, .opaque = &p };
        picture_draw(&p, 1);
        picture_draw(&q, 1);
        if (show == DEEPFILL_SHOW_FILL || show == DEEPFILL_SHOW_SOURCES) {
            assert_int_equal(deepfill_send(preview, &frame), -EINVAL);
            continue;
        }
        fill_one(preview, &p, mask, show);
        fill_one(fills, &q, mask, show);
        assert_memory_equal(p.memory, q.memory, p.bytes);
    }
    free(p.memory);
    free(q.memory);
    deepfill_mask_close(&mask);
    deepfill_close(&preview);
    deepfill_close(&fills);
}

/** Whether a luma sample lies on the outline, 2 samples wide, of the part of a box that lies in the frame. */
static int is_on_outline(const DeepfillFormat *f, const DeepfillBox *box, int x, int y)
{
    int x0 = DF_MAX(box->x, 0), y0 = DF_MAX(box->y, 0);
    int x1 = DF_MIN(box->x + box->width, f->width), y1 = DF_MIN(box->y + box->height, f->height);

    return x >= x0 && x < x1 && y >= y0 && y < y1 && (x < x0 + 2 || x >= x1 - 2 || y < y0 + 2 || y >= y1 - 2);
}

/** Of a hole that moves, the boxes drawn are those that the network fills frames in. */
static void boxes_shown_are_those_filled(void **state)
{
    DeepfillFormat f = { 320, 240, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillContext *preview = open_preview(f), *tints = open_preview(f), *fills = context_new(f, 1, 0);
    Picture p[3] = { picture_new(f), picture_new(f), picture_new(f) };

    (void)state;
    for (int t = 0; t < 10; t++) {
        DeepfillMask *mask = mask_of_rect(320, 240, 30 + 14 * t, 80, 70 + 14 * t, 110, 2, 2);
        DeepfillBox box;
        for (int i = 0; i < 3; i++)
            picture_draw(&p[i], 1);
        assert_int_equal(deepfill_boxes(fills, mask, &box, 1), 1);
        assert_int_equal(fill_one(fills, &p[0], mask, DEEPFILL_SHOW_FILL).boxes, 1);
        fill_one(tints, &p[1], mask, DEEPFILL_SHOW_MASK);
        fill_one(preview, &p[2], mask, DEEPFILL_SHOW_REGIONS);
        unsigned line = sample_of(&p[2], 0, DF_MAX(box.x, 0), DF_MAX(box.y, 0));
        for (int y = 0; y < f.height; y++)
            for (int x = 0; x < f.width; x++)
                assert_int_equal(sample_of(&p[2], 0, x, y),
                                 is_on_outline(&f, &box, x, y) ? line : sample_of(&p[1], 0, x, y));
        deepfill_mask_close(&mask);
    }
    for (int i = 0; i < 3; i++)
        free(p[i].memory);
    deepfill_close(&preview);
    deepfill_close(&tints);
    deepfill_close(&fills);
}

/** What is looked ahead is as asked, whatever the memory: that bounds it frame by frame. */
static void ahead_is_as_asked(void **state)
{
    static const struct {
        int width, temporal, ahead, memory, chosen;
    } cases[] = {
        { 1920, 1, -1, 512, 40 }, { 1920, 1, -1, 1, 40 }, { 320, 1, -1, 512, 40 }, { 1920, 1, 0, 512, 0 },
        { 1920, 1, 200, 1, 200 }, { 1920, 0, -1, 512, 0 }, { 1920, 0, 20, 512, 0 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        DeepfillFormat f = { cases[i].width, cases[i].width * 9 / 16, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
        DeepfillSettings s;
        DeepfillContext *ctx = NULL;
        DeepfillInfo info;
        deepfill_defaults(&s, model, &f);
        assert_true(s.temporal == 1 && s.ahead == -1 && s.memory == 512);
        s.workers = 1;
        s.temporal = cases[i].temporal;
        s.ahead = cases[i].ahead;
        s.memory = cases[i].memory;
        assert_int_equal(deepfill_open(&ctx, &s), 0);
        deepfill_info(ctx, &info);
        assert_int_equal(info.temporal, cases[i].temporal);
        assert_int_equal(info.ahead, cases[i].chosen);
        assert_int_equal(info.memory, cases[i].memory);
        assert_int_equal(info.delay, 1);
        if (cases[i].chosen)
            assert_in_range(deepfill_delay(ctx), cases[i].chosen + 1, cases[i].chosen + 14);
        else
            assert_int_equal(deepfill_delay(ctx), 1);
        deepfill_close(&ctx);
    }
}

typedef struct Heard {
    int count;
    char text[1024];
} Heard;

static void hear(void *opaque, enum DeepfillLogLevel level, const char *message)
{
    Heard *heard = opaque;

    assert_int_equal(level, DEEPFILL_LOG_VERBOSE);
    heard->count++;
    snprintf(heard->text, sizeof heard->text, "%s", message);
}

/** The opening says what was chosen, the closing what was held, where somebody wants to hear it. */
static void log_tells_what_was_chosen(void **state)
{
    DeepfillFormat f = { 160, 90, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillSettings s;
    DeepfillContext *ctx = NULL;

    (void)state;
    for (int level = DEEPFILL_LOG_INFO; level <= DEEPFILL_LOG_VERBOSE; level++) {
        Heard heard = { 0 };
        deepfill_defaults(&s, model, &f);
        assert_true(!s.log && !s.log_opaque && s.log_level == DEEPFILL_LOG_INFO);
        s.log = hear;
        s.log_opaque = &heard;
        s.log_level = (enum DeepfillLogLevel)level;
        s.delay = 3;
        assert_int_equal(deepfill_open(&ctx, &s), 0);
        assert_int_equal(heard.count, level == DEEPFILL_LOG_VERBOSE);
        assert_int_equal(strstr(heard.text, "frames 160x90, ") && strstr(heard.text, ", delay 3, "), heard.count);
        deepfill_close(&ctx);
        assert_int_equal(heard.count, 2 * (level == DEEPFILL_LOG_VERBOSE));
        assert_int_equal(strstr(heard.text, "MiB were held") != NULL, level == DEEPFILL_LOG_VERBOSE);
    }
    s.log_level = (enum DeepfillLogLevel)(DEEPFILL_LOG_DEBUG + 1);
    assert_int_equal(deepfill_open(&ctx, &s), -EINVAL);
}

static void closes_with_frames_in_flight(void **state)
{
    DeepfillFormat f = { 160, 90, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillContext *ctx = context_new(f, 2, 6);
    DeepfillMask *mask = mask_of_rect(160, 90, 40, 30, 80, 60, 2, 2);
    Picture p[5];
    DeepfillInfo info;

    (void)state;
    deepfill_info(ctx, &info);
    assert_true(info.workers == 2 && info.delay == 6 && deepfill_delay(ctx) == 6 && info.size >= 64);
    assert_string_equal(info.cpu, df_cpu_name(df_cpu_level()));
    for (int i = 0; i < 5; i++) {
        p[i] = picture_new(f);
        picture_draw(&p[i], i);
        DeepfillFrame frame = { .image = p[i].image, .mask = mask };
        assert_int_equal(deepfill_send(ctx, &frame), 0);
    }
    deepfill_close(&ctx);
    assert_null(ctx);
    for (int i = 0; i < 5; i++)
        free(p[i].memory);
    deepfill_mask_close(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hole_alone_changes_and_leaks_nothing),
        cmocka_unit_test(workers_and_delay_do_not_matter),
        cmocka_unit_test(warm_context_allocates_nothing),
        cmocka_unit_test(everything_hole_is_counted),
        cmocka_unit_test(shows_without_the_network),
        cmocka_unit_test(preview_shows_and_fills_nothing),
        cmocka_unit_test(boxes_shown_are_those_filled),
        cmocka_unit_test(ahead_is_as_asked),
        cmocka_unit_test(log_tells_what_was_chosen),
        cmocka_unit_test(closes_with_frames_in_flight),
    };

    return cmocka_run_group_tests_name("deepfill", tests, open_model, close_model);
}
