/**
 * @file
 * Paste: against the formula, sample by sample, with guard values around; tiles that blend; tints.
 */
#include "picture.h"

#include "image/paste.h"

#define MOST_SIDE 96
#define GUARD 0xA5

/** Three planes in memory that is all guard values elsewhere. */
typedef struct Canvas {
    uint8_t bytes[3][(MOST_SIDE + 16) * (MOST_SIDE + 4) * 2];
    DeepfillImage image;
} Canvas;

static void canvas_init(Canvas *canvas, DeepfillFormat format, int upwards, unsigned seed)
{
    int bytes = df_sample_bytes(&format);

    memset(canvas, GUARD, sizeof *canvas);
    canvas->image = (DeepfillImage){ .format = format };
    for (int p = 0; p < df_plane_count(&format); p++) {
        int width = df_plane_side(format.width, df_plane_sub_x(&format, p));
        int height = df_plane_side(format.height, df_plane_sub_y(&format, p)), stride = (width + 16) * bytes;
        canvas->image.data[p] = canvas->bytes[p] + (upwards ? height + 1 : 2) * stride + 8 * bytes;
        canvas->image.stride[p] = upwards ? -stride : stride;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                df_sample_store(canvas->image.data[p] + y * canvas->image.stride[p], x, bytes,
                                draw(&seed, 1u << format.depth));
    }
}

/** A fill of random samples for a box. */
static void fill_init(DfFill *fill, const DeepfillFormat *format, const DfBox *box, unsigned *seed)
{
    int width = df_rect_width(box->place), height = df_rect_height(box->place);
    size_t bytes = df_planes_bytes(format, width, height);

    fill->memory = df_alloc(bytes);
    assert_non_null(fill->memory);
    df_planes_carve(&fill->planes, format, width, height, fill->memory);
    for (size_t i = 0; i < bytes / df_sample_bytes(format); i++)
        df_sample_store(fill->memory, (int)i, df_sample_bytes(format), draw(seed, 1u << format->depth));
}

static unsigned sample_of(const DeepfillImage *image, int plane, int x, int y)
{
    return df_sample_load(image->data[plane] + y * image->stride[plane], x, df_sample_bytes(&image->format));
}

static unsigned fill_of(const DfFill *fill, const DeepfillFormat *format, int plane, const DfBox *box, int x,
                        int y)
{
    const uint8_t *data = fill->planes.data[plane];

    x -= box->place.x0 >> df_plane_sub_x(format, plane);
    y -= box->place.y0 >> df_plane_sub_y(format, plane);
    return df_sample_load(data + y * fill->planes.stride[plane], x, df_sample_bytes(format));
}

static int owns(const DfBox *box, const DeepfillFormat *format, int plane, int x, int y)
{
    int sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);
    DfRect own = box->own;

    return x >= own.x0 >> sx && x << sx < own.x1 && y >= own.y0 >> sy && y << sy < own.y1;
}

/** out = in + (fill - in) * w / 255, rounded, where the box may write; every other byte as it was. */
static void against_formula(DeepfillFormat format, DfRect place, DfRect own, int upwards)
{
    static Canvas before, after;
    DfBox box = { .place = place, .own = own, .start = own.x0, .end = own.x1 };
    DfRegions regions = { .box_count = 1, .boxes = &box };
    DeepfillMask *mask = mask_of_rect(format.width, format.height, format.width / 3, format.height / 3,
                                      2 * format.width / 3 + 1, 2 * format.height / 3 + 1, 2, 5);
    DfPasteRow row;
    DfFill fill = { 0 };
    unsigned seed = 9;

    canvas_init(&before, format, upwards, 4);
    canvas_init(&after, format, upwards, 4);
    fill_init(&fill, &format, &box, &seed);
    assert_int_equal(df_paste_row_create(&row, format.width), 0);
    df_paste(&after.image, mask, &regions, &fill, &row);
    for (int p = 0; p < df_plane_count(&format); p++) {
        int sx = df_plane_sub_x(&format, p), sy = df_plane_sub_y(&format, p);
        for (int y = 0; y < df_plane_side(format.height, sy); y++) {
            for (int x = 0; x < df_plane_side(format.width, sx); x++) {
                unsigned in = sample_of(&before.image, p, x, y), out = sample_of(&after.image, p, x, y);
                uint8_t w;
                df_mask_weights(mask, y, x, x + 1, sx, sy, &w);
                if (w && owns(&box, &format, p, x, y)) {
                    unsigned value = fill_of(&fill, &format, p, &box, x, y);
                    assert_int_equal(out, (in * (255 - w) + value * w + 127) / 255);
                    assert_true(w < 255 || out == value);
                } else {
                    assert_int_equal(out, in);
                }
                /* With the samples put back, nothing else may differ. */
                df_sample_store(after.image.data[p] + y * after.image.stride[p], x, df_sample_bytes(&format),
                                in);
            }
        }
    }
    assert_memory_equal(after.bytes, before.bytes, sizeof before.bytes);
    df_fill_free(&fill);
    df_paste_row_free(&row);
    deepfill_mask_close(&mask);
}

static void writes_what_it_may(void **state)
{
    static const int depths[] = { 8, 10, 16 };
    static const int sizes[][2] = { { 1, 1 }, { 17, 13 }, { 64, 48 }, { 95, 96 } };

    (void)state;
    for (size_t d = 0; d < DF_COUNT(depths); d++) {
        for (size_t s = 0; s < DF_COUNT(sizes); s++) {
            int w = sizes[s][0], h = sizes[s][1];
            DfRect all = { 0, 0, w, h }, place = { 0, 0, 96, 96 }, part = { w / 2, h / 4, w, h - h / 4 };
            for (int upwards = 0; upwards < 2; upwards++) {
                for (int sub = 0; sub < 9; sub++) {
                    DeepfillFormat yuv = { w, h, DEEPFILL_YUV, depths[d], sub % 3, sub / 3, 0, 1 };
                    against_formula(yuv, place, all, upwards);
                    against_formula(yuv, place, part, upwards);
                }
                against_formula((DeepfillFormat){ w, h, DEEPFILL_GRAY, depths[d], 0, 0, 0, 1 }, place, all,
                                upwards);
                against_formula((DeepfillFormat){ w, h, DEEPFILL_RGB, depths[d], 0, 0, 1, 1 }, place, part,
                                upwards);
            }
        }
    }
}

/** Two flat fills that meet: the first alone, a straight ramp, the second alone. */
static void tiles_blend_in_a_ramp(void **state)
{
    (void)state;
    for (int vertical = 0; vertical < 2; vertical++) {
        static Canvas canvas;
        DeepfillFormat format = { 96, 96, DEEPFILL_GRAY, 16, 0, 0, 0, 1 };
        DfBox boxes[2] = { { .place = { 0, 0, 96, 96 }, .own = { 0, 0, 96, 96 }, .vertical = vertical,
                             .overlap = 32, .start = -32, .end = 64 },
                           { .place = { 0, 0, 96, 96 }, .own = { 0, 0, 96, 96 }, .vertical = vertical,
                             .overlap = 32, .start = 32, .end = 128 } };
        DfRegions regions = { .box_count = 2, .boxes = boxes };
        DeepfillMask *mask = mask_of_rect(96, 96, 0, 0, 96, 96, 0, 0);
        DfFill fills[2] = { 0 };
        DfPasteRow row;
        unsigned seed = 1, last = 1000;
        *(vertical ? &boxes[0].own.y1 : &boxes[0].own.x1) = 64;
        *(vertical ? &boxes[1].own.y0 : &boxes[1].own.x0) = 32;
        canvas_init(&canvas, format, 0, 1);
        for (int i = 0; i < 2; i++) {
            fill_init(&fills[i], &format, &boxes[i], &seed);
            df_samples_fill(fills[i].memory, 96 * 96, 2, i ? 34000 : 1000);
        }
        assert_int_equal(df_paste_row_create(&row, 96), 0);
        df_paste(&canvas.image, mask, &regions, fills, &row);
        for (int i = 0; i < 96; i++) {
            unsigned now = sample_of(&canvas.image, 0, vertical ? 7 : i, vertical ? i : 7);
            assert_int_equal(now, i < 32 ? 1000 : i >= 64 ? 34000 : 1000 + (i - 31) * 1000);
            assert_true(now >= last);
            last = now;
        }
        df_fill_free(&fills[0]);
        df_fill_free(&fills[1]);
        df_paste_row_free(&row);
        deepfill_mask_close(&mask);
    }
}

static void tint_stays_in_the_mask(void **state)
{
    static Canvas before, after;
    DeepfillFormat format = { 61, 43, DEEPFILL_YUV, 10, 1, 1, 0, 1 };
    DeepfillMask *mask = mask_of_rect(61, 43, 20, 20, 30, 30, 2, 3);
    DfPasteRow row;
    int changed = 0;

    (void)state;
    canvas_init(&before, format, 0, 4);
    canvas_init(&after, format, 0, 4);
    assert_int_equal(df_paste_row_create(&row, 61), 0);
    df_paste_tint(&after.image, mask, NULL, &row);
    for (int p = 0; p < 3; p++) {
        for (int y = 0; y < df_plane_side(43, p > 0); y++) {
            for (int x = 0; x < df_plane_side(61, p > 0); x++) {
                unsigned in = sample_of(&before.image, p, x, y), out = sample_of(&after.image, p, x, y);
                uint8_t w;
                df_mask_weights(mask, y, x, x + 1, p > 0, p > 0, &w);
                assert_true(w || in == out);
                assert_true(out < 1024);
                changed += in != out;
            }
        }
    }
    assert_true(changed > 100);
    df_paste_row_free(&row);
    deepfill_mask_close(&mask);
}

static void outlines_stay_in_the_frame(void **state)
{
    (void)state;
    for (int sub = 0; sub < 9; sub++) {
        static Canvas canvas, guard;
        DeepfillFormat format = { 33, 29, DEEPFILL_YUV, 8, sub % 3, sub / 3, 0, 1 };
        DfBox box = { .place = { 0, 0, 64, 64 } };
        DfRegions regions = { .box_count = 1, .boxes = &box };
        DeepfillMask *mask = mask_of_rect(33, 29, 3, 3, 4, 4, 0, 0);
        DfPasteRow row;
        canvas_init(&canvas, format, 0, 4);
        canvas_init(&guard, format, 0, 4);
        assert_int_equal(df_paste_row_create(&row, 33), 0);
        df_paste_tint(&canvas.image, mask, &regions, &row);
        /* Seen at all four sides of what lies in the frame. */
        for (int i = 0; i < 29; i++)
            assert_true(sample_of(&canvas.image, 0, 0, i) == 200 &&
                        sample_of(&canvas.image, 0, 32, i) == 200);
        for (int p = 0; p < 3; p++)
            for (int y = 0; y < df_plane_side(29, df_plane_sub_y(&format, p)); y++)
                memcpy(canvas.image.data[p] + y * canvas.image.stride[p],
                       guard.image.data[p] + y * guard.image.stride[p],
                       df_plane_side(33, df_plane_sub_x(&format, p)));
        assert_memory_equal(canvas.bytes, guard.bytes, sizeof guard.bytes);
        df_paste_row_free(&row);
        deepfill_mask_close(&mask);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_it_may),
        cmocka_unit_test(tiles_blend_in_a_ramp),
        cmocka_unit_test(tint_stays_in_the_mask),
        cmocka_unit_test(outlines_stay_in_the_frame),
    };

    return cmocka_run_group_tests_name("paste", tests, NULL, NULL);
}
