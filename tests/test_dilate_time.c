/**
 * @file
 * Masks grown in time: frames that have one mask and are given the same parts share the result.
 */
#include "frame.h"
#include "video/dilate_time.h"

#define WIDTH 96
#define HEIGHT 64

enum { FRAMES = 19, HOLD = 8, FIRST = 6, LAST = 9 };

/** A logo throughout, and a caption in the frames FIRST .. LAST. */
static void neighbours_share_their_grown_masks(void **state)
{
    DeepfillFormat format = { .width = WIDTH, .height = HEIGHT, .layout = DEEPFILL_GRAY, .depth = 8 };
    DeepfillMask *logo = mask_of_rect(WIDTH, HEIGHT, 4, 4, 20, 12, 0, 0), *both;
    DeepfillMask *caption = mask_of_rect(WIDTH, HEIGHT, 20, 40, 80, 52, 0, 0);
    static DfDilateTime dilate;
    Picture picture = picture_new(format);

    (void)state;
    dilate = (DfDilateTime){ .frames = HOLD, .hold = HOLD };
    picture_draw(&picture, 1);
    assert_int_equal(df_mask_unite(&both, logo, caption, caption->parts, caption->part_count), 0);
    for (int t = 0; t < FRAMES; t++) {
        int has_caption = t >= FIRST && t <= LAST;
        assert_int_equal(df_dilate_time_push(&dilate, &picture.image, has_caption ? both : logo, 0), 0);
        const DfHeld *now = df_dilate_time_held(&dilate, t);
        assert_ptr_equal(now->filled, now->hidden);
        if (t == FIRST)
            for (int n = 0; n < FIRST; n++) {
                const DfHeld *held = df_dilate_time_held(&dilate, n), *first = df_dilate_time_held(&dilate, 0);
                assert_true(df_mask_hole(held->filled, 40, 45) && df_mask_hole(held->filled, 10, 8));
                assert_ptr_equal(held->filled, first->filled);
                assert_ptr_equal(held->hidden, first->filled);
            }
        if (t > LAST + 1 && t <= LAST + HOLD)
            assert_ptr_equal(now->filled, df_dilate_time_held(&dilate, t - 1)->filled);
        assert_int_equal(df_mask_hole(now->filled, 40, 45), t >= FIRST && t <= LAST + HOLD);
    }
    /* The last frame needed no union. */
    for (int i = 0; i < DF_MOST_UNIONS; i++)
        assert_true(!dilate.unions[i].mask && !dilate.unions[i].other && !dilate.unions[i].united);
    df_dilate_time_free(&dilate);
    deepfill_mask_close(&logo);
    deepfill_mask_close(&caption);
    deepfill_mask_close(&both);
    free(picture.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_share_their_grown_masks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
