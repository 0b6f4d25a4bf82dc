/**
 * @file
 * Packed frames: their colours are filled as those of planar ones are, to the bit, and nothing else is touched: neither
 * the fourth sample nor what lies between rows.
 */
#include "hole.h"

#include <errno.h>

enum { WIDTH = 101, HEIGHT = 83, FRAMES = 5, PADDING = 6 };

static const struct {
    enum DeepfillLayout layout;
    int step, offset[3];
} layouts[] = {
    { DEEPFILL_PACKED_RGB, 3, { 0, 1, 2 } },
    { DEEPFILL_PACKED_BGR, 3, { 2, 1, 0 } },
    { DEEPFILL_PACKED_RGBA, 4, { 0, 1, 2 } },
    { DEEPFILL_PACKED_BGRA, 4, { 2, 1, 0 } },
};

static DeepfillFormat planar(int depth)
{
    return (DeepfillFormat){ WIDTH, HEIGHT, DEEPFILL_RGB, depth, 0, 0, 1, 2 };
}

static DeepfillContext *context(DeepfillFormat format, int temporal)
{
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;

    deepfill_defaults(&settings, model, &format);
    settings.workers = 2;
    settings.delay = FRAMES;
    settings.temporal = temporal;
    assert_int_equal(deepfill_open(&ctx, &settings), 0);
    return ctx;
}

/** The same scene each time, panned by two pixels a frame. */
static void draw_frame(Picture *p, int t)
{
    unsigned seed = 1;
    DeepfillFormat format = p->image.format;

    format.width += 2 * FRAMES;
    Picture wide = picture_new(format);
    picture_draw(&wide, seed);
    for (int plane = 0; plane < 3; plane++)
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                df_sample_store(p->image.data[plane] + y * p->image.stride[plane], x,
                                df_sample_bytes(&p->image.format), sample_of(&wide, plane, x + 2 * t, y));
    free(wide.memory);
}

/** A packed copy, with noise where no colour is. */
static DeepfillImage pack(const Picture *p, int layout, uint8_t *memory)
{
    int bytes = df_sample_bytes(&p->image.format), step = layouts[layout].step;
    DeepfillImage image = { .format = p->image.format, .data = { memory },
                            .stride = { WIDTH * step * bytes + PADDING } };
    unsigned seed = 7;

    image.format.layout = layouts[layout].layout;
    for (ptrdiff_t i = 0; i < HEIGHT * image.stride[0]; i++)
        memory[i] = (uint8_t)draw(&seed, 256);
    for (int plane = 0; plane < 3; plane++)
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                df_sample_store(memory + y * image.stride[0], x * step + layouts[layout].offset[plane], bytes,
                                sample_of(p, plane, x, y));
    return image;
}

static void run(DeepfillContext *ctx, DeepfillImage *images, DeepfillMask *mask)
{
    DeepfillResult result;

    for (int t = 0; t < FRAMES; t++) {
        /* The last one passes, and the others may look at it. */
        DeepfillFrame frame = { .image = images[t], .mask = t < FRAMES - 1 ? mask : NULL };
        assert_int_equal(deepfill_send(ctx, &frame), 0);
    }
    deepfill_flush(ctx);
    for (int t = 0; t < FRAMES; t++) {
        assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
        assert_int_equal(result.error, 0);
    }
}

static void check(int layout, int depth, int temporal)
{
    DeepfillMask *mask = mask_of_rect(WIDTH, HEIGHT, 30, 25, 60, 50, 3, 4);
    DeepfillFormat packed_format = planar(depth);
    Picture pictures[FRAMES];
    DeepfillImage planes[FRAMES], images[FRAMES];

    packed_format.layout = layouts[layout].layout;
    for (int t = 0; t < FRAMES; t++) {
        pictures[t] = picture_new(planar(depth));
        draw_frame(&pictures[t], t);
        planes[t] = pictures[t].image;
        images[t] = pack(&pictures[t], layout, malloc((WIDTH * 8 + PADDING) * HEIGHT));
    }
    DeepfillContext *plain = context(planar(depth), temporal), *ctx = context(packed_format, temporal);
    run(plain, planes, mask);
    run(ctx, images, mask);
    for (int t = 0; t < FRAMES; t++) {
        uint8_t *expected = malloc((WIDTH * 8 + PADDING) * HEIGHT);
        pack(&pictures[t], layout, expected);
        assert_memory_equal(images[t].data[0], expected, HEIGHT * images[t].stride[0]);
        free(expected);
        free(images[t].data[0]);
        free(pictures[t].memory);
    }
    deepfill_close(&plain);
    deepfill_close(&ctx);
    deepfill_mask_close(&mask);
}

static void packed_frames_are_filled_as_planar_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(layouts); i++)
        for (int depth = 8; depth <= 16; depth += 4)
            for (int temporal = 0; temporal < 2; temporal++)
                check((int)i, depth, temporal);
}

static void near_rows_are_refused(void **state)
{
    DeepfillFormat format = planar(8);
    uint8_t memory[4 * WIDTH];
    (void)state;

    format.layout = DEEPFILL_PACKED_RGBA;
    DeepfillContext *ctx = context(format, 1);
    DeepfillFrame frame = { .image = { .format = format, .data = { memory }, .stride = { 4 * WIDTH - 1 } } };
    assert_int_equal(deepfill_send(ctx, &frame), -EINVAL);
    assert_string_equal(deepfill_error(), "plane 0: rows are 403 bytes apart, too near for 404 samples");
    frame.image.format.layout = DEEPFILL_PACKED_BGRA;
    assert_int_equal(deepfill_send(ctx, &frame), -EINVAL);
    deepfill_close(&ctx);
}

/** A mask that grows in time may fill a frame that has none of its own. */
static void missing_planes_are_refused(void **state)
{
    DeepfillFormat format = planar(8);
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;
    (void)state;

    for (int packed = 0; packed < 2; packed++) {
        format.layout = packed ? DEEPFILL_PACKED_RGB : DEEPFILL_RGB;
        deepfill_defaults(&settings, model, &format);
        settings.temporal = 0;
        settings.dilate_time = 2;
        assert_int_equal(deepfill_open(&ctx, &settings), 0);
        DeepfillFrame frame = { .image.format = format };
        assert_int_equal(deepfill_send(ctx, &frame), -EINVAL);
        assert_string_equal(deepfill_error(), "plane 0 of the frame is missing");
        deepfill_close(&ctx);
    }
}

/** A frame that nobody looks at needs no planes; one that is forgotten leaves nothing behind. */
static void passing_and_forgotten_frames(void **state)
{
    DeepfillFormat format = planar(8);
    DeepfillResult result;
    (void)state;

    format.layout = DEEPFILL_PACKED_BGR;
    DeepfillContext *ctx = context(format, 0);
    DeepfillFrame frame = { .image.format = format };
    assert_int_equal(deepfill_send(ctx, &frame), 0);
    assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
    uint8_t *memory = calloc(3 * WIDTH, HEIGHT);
    frame.image.data[0] = memory;
    frame.image.stride[0] = 3 * WIDTH;
    assert_int_equal(deepfill_send(ctx, &frame), 0);
    deepfill_reset(ctx);
    assert_int_equal(deepfill_send(ctx, &frame), 0);
    deepfill_close(&ctx);
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_frames_are_filled_as_planar_ones),
        cmocka_unit_test(near_rows_are_refused),
        cmocka_unit_test(missing_planes_are_refused),
        cmocka_unit_test(passing_and_forgotten_frames),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
