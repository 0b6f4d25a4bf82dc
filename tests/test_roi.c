/**
 * @file
 * What the frame will take of a fill: marks against plain loops; and that what the network does not make, because
 * nobody wants it, is nowhere in what the frame takes, whatever resampling lies between.
 */
#include "hole.h"
#include "image/fill.h"
#include "image/roi.h"

/* ---------------------------------------------------------------------------------------- marks -- */

enum { WIDTH = 37, HEIGHT = 23 };

static int near_mark(const uint8_t *marks, int x, int y, int margin)
{
    for (int j = DF_MAX(y - margin, 0); j <= DF_MIN(y + margin, HEIGHT - 1); j++)
        for (int i = DF_MAX(x - margin, 0); i <= DF_MIN(x + margin, WIDTH - 1); i++)
            if (marks[j * WIDTH + i])
                return 1;
    return 0;
}

static void test_grow(void **state)
{
    uint8_t marks[WIDTH * HEIGHT], grown[WIDTH * HEIGHT], line[WIDTH];
    unsigned seed = 1;
    (void)state;
    for (int margin = 0; margin <= 16; margin++)
        for (int of = 2; of <= 2000; of *= 10) {
            for (int i = 0; i < WIDTH * HEIGHT; i++)
                grown[i] = marks[i] = !draw(&seed, of);
            df_roi_grow(grown, WIDTH, HEIGHT, margin, line);
            for (int i = 0; i < WIDTH * HEIGHT; i++)
                assert_int_equal(grown[i], near_mark(marks, i % WIDTH, i / WIDTH, margin));
        }
}

/** A box that begins or ends within a chroma sample writes it for the sake of luma samples that it does not own. */
static void test_marks_cover_chroma(void **state)
{
    DeepfillMask *mask = mask_of_rect(96, 64, 40, 20, 41, 43, 0, 0);
    uint8_t roi[96 * 64];
    (void)state;
    for (int sub = 0; sub <= 2; sub++)
        for (int edge = 36; edge <= 48; edge++)
            for (int right = 0; right < 2; right++) {
                DfBox box = { .place = { 0, 0, 96, 64 },
                              .own = { right ? 0 : edge, 21, right ? edge : 96, 42 } };
                int x = 40 >> sub, first = box.own.x0 >> sub, end = df_ceil_div(box.own.x1, 1 << sub);
                df_roi_mark(mask, &box, sub, sub, roi);
                for (int y = 0; y < 64; y++)
                    for (int i = 0; i < 96; i++) {
                        int row = y >= 20 && y < 43 && y >> sub >= 21 >> sub && y >> sub < df_ceil_div(42, 1 << sub);
                        assert_int_equal(roi[y * 96 + i], i == 40 && row && x >= first && x < end);
                    }
            }
    deepfill_mask_close(&mask);
}

/* ---------------------------------------------------------------------------------------- fills -- */

static const DfRect place = { 8, 16, 136, 144 };

static DeepfillMask *mask_of(const DeepfillFormat *f, int feather)
{
    DeepfillMaskSettings how;
    DeepfillMask *mask = NULL;
    uint8_t *picture = calloc(f->height, f->width);
    for (int y = 60; y < 91; y++)
        memset(picture + y * f->width + 51, 255, y < 70 ? 40 : 29);
    deepfill_mask_defaults(&how, f->width, f->height);
    how.dilate = 0;
    how.feather = feather;
    assert_int_equal(deepfill_mask_create(&mask, &how, picture, f->width, f->width, f->height), 0);
    free(picture);
    return mask;
}

/** Two fills that differ in their region of interest. */
typedef struct Pair {
    const DeepfillFormat *format;
    DfFill few, many;
    int seen;
} Pair;

/** Where the frame takes a sample of the one with the smaller region, both are the same. */
static void compare(void *opaque, int plane, int x, int y, int weight)
{
    Pair *pair = opaque;
    int bytes = df_sample_bytes(pair->format);
    x -= place.x0 >> df_plane_sub_x(pair->format, plane);
    y -= place.y0 >> df_plane_sub_y(pair->format, plane);
    if (!weight)
        return;
    const DfPlanes *few = &pair->few.planes, *many = &pair->many.planes;
    assert_int_equal(df_sample_load(few->data[plane] + y * few->stride[plane], x, bytes),
                     df_sample_load(many->data[plane] + y * many->stride[plane], x, bytes));
    pair->seen++;
}

static void check_format(DeepfillFormat f, int net_side)
{
    DfFiller *filler = NULL;
    DfBox box = { .place = place, .own = place, .net_width = net_side, .net_height = net_side, .end = 1000 };
    DeepfillMask *narrow = mask_of(&f, 0), *wide = mask_of(&f, 40);
    Picture picture = picture_new(f);
    Pair pair = { .format = &f };
    picture_draw(&picture, 5);
    assert_int_equal(df_filler_create(&filler, model, (DfParallel){ NULL, 1 }, 0), 0);
    assert_int_equal(df_fill_box(filler, &picture.image, wide, NULL, &box, 0, &pair.many), 0);
    assert_int_equal(df_fill_box(filler, &picture.image, narrow, NULL, &box, 0, &pair.few), 0);
    hole_visit(&picture, narrow, compare, &pair);
    assert_true(pair.seen > 900);
    df_filler_close(&filler);
    df_fill_free(&pair.few);
    df_fill_free(&pair.many);
    deepfill_mask_close(&narrow);
    deepfill_mask_close(&wide);
    free(picture.memory);
}

static void test_fills(void **state)
{
    static const int subs[][2] = { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 1, 1 }, { 2, 0 }, { 2, 2 } };
    static const int net_sides[] = { 128, 96, 64, 192 };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(subs); i++)
        for (size_t j = 0; j < DF_COUNT(net_sides); j++)
            check_format((DeepfillFormat){ 160, 152, DEEPFILL_YUV, i % 2 ? 10 : 8, subs[i][0], subs[i][1], 0,
                                           DEEPFILL_MATRIX_BT709 }, net_sides[j]);
    check_format((DeepfillFormat){ 160, 152, DEEPFILL_RGB, 8, 0, 0, 1, DEEPFILL_MATRIX_UNSPECIFIED }, 128);
    check_format((DeepfillFormat){ 160, 152, DEEPFILL_GRAY, 8, 0, 0, 0, DEEPFILL_MATRIX_UNSPECIFIED }, 128);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_grow), cmocka_unit_test(test_marks_cover_chroma),
                                        cmocka_unit_test(test_fills) };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
