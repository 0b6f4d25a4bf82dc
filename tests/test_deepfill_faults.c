/**
 * @file
 * The public API where things go wrong: every allocation and thread start that fails, wrong settings,
 * wrong frames; what the error text says and what is left behind.
 */
#include "frame.h"

#include <errno.h>

/** Open, fill one frame, close; every step that fails must say so. @return 0 where nothing failed */
static int torture(const uint8_t *map, Picture *in, Picture *out)
{
    DeepfillFormat f = in->image.format;
    DeepfillMaskSettings mask_settings;
    DeepfillSettings settings;
    DeepfillContext *ctx = NULL;
    DeepfillMask *mask = NULL;
    DeepfillResult result = { 0 };
    DeepfillBox box;
    DeepfillFrame frame = { .image = out->image };

    memcpy(out->memory, in->memory, in->bytes);
    deepfill_mask_defaults(&mask_settings, f.width, f.height);
    deepfill_defaults(&settings, model, &f);
    settings.workers = 2;
    int ret = deepfill_mask_create(&mask, &mask_settings, map, f.width, f.width, f.height);
    if (!ret)
        ret = deepfill_open(&ctx, &settings);
    if (!ret && (ret = deepfill_boxes(ctx, mask, &box, 1)) == 1)
        ret = 0;
    frame.mask = mask;
    if (!ret && !(ret = deepfill_send(ctx, &frame)))
        deepfill_flush(ctx);
    if (!ret && !(ret = deepfill_receive(ctx, &result, 1)))
        ret = result.error;
    if (ret) {
        assert_true(ret == -ENOMEM || ret == -EAGAIN);
        assert_true(*deepfill_error());
        assert_memory_equal(in->memory, out->memory, in->bytes);
    }
    df_fail_after(-1);
    deepfill_close(&ctx);
    deepfill_mask_close(&mask);
    return ret;
}

static void survives_every_failing_allocation(void **state)
{
    DeepfillFormat f = { 96, 80, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    Picture in = picture_new(f), out = picture_new(f);
    uint8_t *map = calloc(96, 80);
    int n = 0, ret;

    (void)state;
    assert_non_null(map);
    for (int y = 30; y < 40; y++)
        memset(map + y * 96 + 30, 255, 12);
    picture_draw(&in, 5);
    do {
        df_fail_after(n++);
        ret = torture(map, &in, &out);
    } while (ret && n < 1000);
    assert_int_equal(ret, 0);
    assert_true(n > 20);
    free(map);
    free(in.memory);
    free(out.memory);
}

static void says(const char *words)
{
    if (!strstr(deepfill_error(), words))
        fail_msg("\"%s\" does not say \"%s\"", deepfill_error(), words);
}

static void wrong_settings_are_named(void **state)
{
    static const DeepfillSettings fine = { .delay = -1, .temporal = 1, .ahead = -1, .memory = 1,
                                           .format.depth = 8 };
    struct { DeepfillSettings s; const char *words; } cases[14];
    int count = 0;
#define WRONG(field, value, text) \
    (cases[count].s = fine, cases[count].s.field = (value), cases[count++].words = (text))

    WRONG(size, 63, "size is 63, must be 64 to 4096");
    WRONG(size, 4097, "size is 4097");
    WRONG(workers, 257, "workers is 257");
    WRONG(workers, -1, "workers is -1");
    WRONG(delay, -2, "delay is -2");
    WRONG(delay, 1025, "delay is 1025");
    WRONG(temporal, 2, "temporal is 2, must be 0 to 1");
    WRONG(temporal, -1, "temporal is -1");
    WRONG(ahead, -2, "ahead is -2, must be -1 to 1024");
    WRONG(ahead, 1025, "ahead is 1025");
    WRONG(memory, 0, "memory is 0, must be 1 to 1048576");
    WRONG(memory, (1 << 20) + 1, "memory is 1048577");
    WRONG(format.depth, 7, "depth of 7 bits");
    WRONG(format.depth, 17, "depth of 17 bits");

    (void)state;
    for (int i = 0; i < count; i++) {
        DeepfillSettings s = cases[i].s;
        DeepfillContext *ctx = NULL;
        s.model = model;
        s.format = (DeepfillFormat){ 64, 64, DEEPFILL_GRAY, s.format.depth, 0, 0, 0, 2 };
        assert_int_equal(deepfill_open(&ctx, &s), -EINVAL);
        assert_null(ctx);
        says(cases[i].words);
    }
}

static void wrong_frames_are_named(void **state)
{
    DeepfillFormat f = { 70, 70, DEEPFILL_YUV, 10, 1, 1, 0, 2 }, g = f;
    DeepfillContext *ctx = context_new(f, 1, 0);
    DeepfillMask *mask = mask_of_rect(70, 70, 9, 9, 20, 20, 1, 1);
    DeepfillMask *other = mask_of_rect(71, 70, 9, 9, 20, 20, 1, 1);
    Picture p = picture_new(f);
    DeepfillFrame frame = { .image = p.image, .mask = mask }, wrong;
    DeepfillResult result;

    (void)state;
    picture_draw(&p, 1);
    g.width = 72;
    wrong = frame, wrong.image.format = g;
    assert_int_equal(deepfill_send(ctx, &wrong), -EINVAL);
    says("72x70");
    wrong = frame, wrong.mask = other;
    assert_int_equal(deepfill_send(ctx, &wrong), -EINVAL);
    says("71x70");
    wrong = frame, wrong.image.data[2] = NULL;
    assert_int_equal(deepfill_send(ctx, &wrong), -EINVAL);
    says("plane 2");
    wrong = frame, wrong.image.stride[1] = 20;
    assert_int_equal(deepfill_send(ctx, &wrong), -EINVAL);
    says("plane 1");
    wrong = frame, wrong.image.data[0]++;
    assert_int_equal(deepfill_send(ctx, &wrong), -EINVAL);
    says("even addresses");
    assert_int_equal(deepfill_boxes(ctx, other, NULL, 0), -EINVAL);
    assert_int_equal(deepfill_receive(ctx, &result, 1), -EAGAIN);
    deepfill_flush(ctx);
    assert_int_equal(deepfill_send(ctx, &frame), -EPIPE);
    says("after the flush");
    deepfill_close(&ctx);
    deepfill_mask_close(&mask);
    deepfill_mask_close(&other);
    free(p.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_every_failing_allocation),
        cmocka_unit_test(wrong_settings_are_named),
        cmocka_unit_test(wrong_frames_are_named),
    };

    return cmocka_run_group_tests_name("deepfill faults", tests, open_model, close_model);
}
