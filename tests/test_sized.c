/**
 * @file
 * Callers that know fewer or more fields of the public structs than the library does.
 */
#include "frame.h"

#include <errno.h>

#include "sized.h"

/* What programs built with 0.4.0 hand over: later fields come after these. */
#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(DeepfillFormat) == 32 && sizeof(DeepfillImage) == 80, "these lie inside others");
_Static_assert(offsetof(DeepfillSettings, preview) == 64 && offsetof(DeepfillSettings, ready_opaque) == 96, "0.4.0");
_Static_assert(offsetof(DeepfillFrame, sketch) == 104 && offsetof(DeepfillMaskSettings, soft) == 24, "0.4.0");
_Static_assert(offsetof(DeepfillResult, network) == 32 && offsetof(DeepfillBox, workspace) == 24, "0.4.0");
_Static_assert(offsetof(DeepfillInfo, preview) == 48 && offsetof(DeepfillModelInfo, parameters) == 56, "0.4.0");
#endif

static const DeepfillFormat format = { 96, 64, DEEPFILL_YUV, 8, 1, 1, 0, 2 };

/** A struct of a later header: with a field more. */
#define LATER(type) struct { type known; int64_t unknown; }

static void bytes_beyond_the_smaller_struct_are_not_touched(void **state)
{
    unsigned char own[4] = { 1, 2, 3, 4 }, other[6] = { 9, 9, 9, 9, 9, 9 };

    (void)state;
    df_sized_give(other, 2, own, 4);
    assert_memory_equal(other, ((unsigned char[]){ 1, 2, 9, 9, 9, 9 }), 6);
    df_sized_give(other, 5, own, 4);
    assert_memory_equal(other, ((unsigned char[]){ 1, 2, 3, 4, 0, 9 }), 6);
    assert_int_equal(df_sized_take(own, 4, (unsigned char[]){ 7, 7 }, 2, "bytes"), 0);
    assert_memory_equal(own, ((unsigned char[]){ 7, 7, 3, 4 }), 4);
    assert_int_equal(df_sized_take(own, 4, (unsigned char[]){ 5, 6, 7, 8, 0 }, 5, "bytes"), 0);
    assert_memory_equal(own, ((unsigned char[]){ 5, 6, 7, 8 }), 4);
    df_error_clear();
    assert_int_equal(df_sized_take(own, 4, (unsigned char[]){ 1, 1, 1, 1, 0, 1 }, 6, "bytes"), -EINVAL);
    assert_string_equal(df_error_text(), "bytes: byte 5 of 6 is set, of which libdeepfill 0.4.0 knows 4");
    assert_memory_equal(own, ((unsigned char[]){ 5, 6, 7, 8 }), 4);
}

/** A caller that knows no fields from the log's on: what lies behind its struct is not read. */
static void earlier_callers_get_defaults(void **state)
{
    const size_t size = offsetof(DeepfillSettings, preview);
    DeepfillContext *ctx = NULL;
    DeepfillSettings s;

    (void)state;
    memset(&s, 0xA5, sizeof s);
    deepfill_defaults_sized(&s, model, &format, size);
    assert_true(s.memory == 512 && (unsigned)s.log_level == 0xA5A5A5A5);
    assert_int_equal(deepfill_open(&ctx, &s), -EINVAL);
    assert_int_equal(deepfill_open_sized(&ctx, &s, size), 0);
    deepfill_close(&ctx);
}

static void later_callers_may_leave_new_fields_alone(void **state)
{
    LATER(DeepfillSettings) s;
    LATER(DeepfillMaskSettings) how;
    DeepfillContext *ctx = NULL;
    DeepfillMask *mask = NULL;
    uint8_t white = 255;

    (void)state;
    memset(&s, 0xA5, sizeof s);
    memset(&how, 0xA5, sizeof how);
    deepfill_defaults_sized(&s.known, model, &format, sizeof s);
    deepfill_mask_defaults_sized(&how.known, 96, 64, sizeof how);
    assert_true(s.unknown == 0 && how.unknown == 0);
    assert_int_equal(deepfill_open_sized(&ctx, &s.known, sizeof s), 0);
    deepfill_close(&ctx);
    assert_int_equal(deepfill_mask_create_sized(&mask, &how.known, &white, 1, 1, 1, sizeof how), 0);
    deepfill_mask_close(&mask);
    s.unknown = how.unknown = 1;
    assert_int_equal(deepfill_open_sized(&ctx, &s.known, sizeof s), -EINVAL);
    assert_non_null(strstr(deepfill_error(), "settings: byte "));
    assert_int_equal(deepfill_mask_create_sized(&mask, &how.known, &white, 1, 1, 1, sizeof how), -EINVAL);
    assert_true(!ctx && !mask);
}

/** Everything that a later caller is told: its new fields are 0. */
static void later_callers_are_told_what_is_known(void **state)
{
    LATER(DeepfillModelInfo) net = { .unknown = 1 };
    LATER(DeepfillInfo) info = { .unknown = 1 };
    LATER(DeepfillMaskInfo) hole = { .unknown = 1 };
    LATER(DeepfillBox) boxes[2] = { { .unknown = 1 }, { .unknown = 1 } };
    LATER(DeepfillFrame) frame = { .unknown = 1 };
    LATER(DeepfillResult) result = { .unknown = 1 };
    DeepfillContext *ctx = context_new(format, 1, 0);
    DeepfillMask *mask = mask_of_rect(96, 64, 30, 20, 50, 36, 0, 0);
    Picture p = picture_new(format);

    (void)state;
    picture_draw(&p, 1);
    frame.known = (DeepfillFrame){ .image = p.image, .mask = mask, .opaque = &p };
    deepfill_model_info_sized(model, &net.known, sizeof net);
    deepfill_info_sized(ctx, &info.known, sizeof info);
    deepfill_mask_info_sized(mask, &hole.known, sizeof hole);
    assert_int_equal(deepfill_boxes_sized(ctx, mask, &boxes[0].known, 2, sizeof boxes[0]), 1);
    assert_int_equal(deepfill_send_sized(ctx, &frame.known, sizeof frame), -EINVAL);
    frame.unknown = 0;
    assert_int_equal(deepfill_send_sized(ctx, &frame.known, sizeof frame), 0);
    assert_int_equal(deepfill_receive_sized(ctx, &result.known, 1, sizeof result), 0);
    assert_true(net.unknown + info.unknown + hole.unknown + boxes[0].unknown + result.unknown == 0);
    assert_true(boxes[1].unknown == 1 && boxes[1].known.width == 0);
    assert_true(net.known.parameters > 0 && info.known.workers == 1 && hole.known.hole > 0);
    assert_true(boxes[0].known.width > 0 && result.known.opaque == &p && result.known.boxes == 1);
    deepfill_close(&ctx);
    deepfill_mask_close(&mask);
    free(p.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_beyond_the_smaller_struct_are_not_touched),
        cmocka_unit_test(earlier_callers_get_defaults),
        cmocka_unit_test(later_callers_may_leave_new_fields_alone),
        cmocka_unit_test(later_callers_are_told_what_is_known),
    };

    return cmocka_run_group_tests_name("sized", tests, open_model, close_model);
}
