/**
 * @file
 * Sketches: threshold, scaling, what is kept of them, crops and views against plain pictures, wrong settings,
 * no memory.
 */
#include "picture.h"

#include <errno.h>
#include <math.h>

#include "image/crop.h"

/** Random values, of which about one in `rare` is above 0.6; the others may be just below. */
static void scribble(uint8_t *data, size_t count, unsigned rare, unsigned seed)
{
    for (size_t i = 0; i < count; i++)
        data[i] = (uint8_t)(draw(&seed, rare) ? draw(&seed, 154) : 154 + draw(&seed, 102));
}

static DeepfillSketch *sketch_of(const uint8_t *data, int width, int height)
{
    DeepfillSketch *sketch = NULL;

    assert_int_equal(deepfill_sketch_create(&sketch, width, height, data, width, width, height), 0);
    return sketch;
}

static void above_six_tenths_is_a_line(void **state)
{
    uint8_t data[256];

    (void)state;
    for (int i = 0; i < 256; i++)
        data[i] = (uint8_t)i;
    DeepfillSketch *sketch = sketch_of(data, 16, 16);
    for (int i = 0; i < 256; i++)
        assert_int_equal(df_sketch_line(sketch, i % 16, i / 16), (float)i / 255 > 0.6f);
    assert_int_equal(df_sketch_line(sketch, 9, 9), 0);
    assert_int_equal(df_sketch_line(sketch, 10, 9), 1);
    deepfill_sketch_close(&sketch);
    assert_null(sketch);
}

/** The definition, looked up everywhere, and a little beyond. */
static void against_nearest(int frame_width, int frame_height, int width, int height, int flipped,
                            unsigned rare, unsigned seed)
{
    uint8_t data[70 * 70];
    DeepfillSketchInfo info;
    DeepfillSketch *sketch = NULL;
    ptrdiff_t stride = flipped ? -70 : 70;
    const uint8_t *first = flipped ? data + (height - 1) * 70 : data;
    int lines = 0;

    scribble(data, sizeof data, rare, seed);
    assert_int_equal(deepfill_sketch_create(&sketch, frame_width, frame_height, first, stride, width, height),
                     0);
    for (int y = -1; y <= frame_height; y++)
        for (int x = -1; x <= frame_width; x++) {
            int inside = x >= 0 && y >= 0 && x < frame_width && y < frame_height;
            int line = inside &&
                       first[y * height / frame_height * stride + x * width / frame_width] / 255.0 > 0.6;
            assert_int_equal(df_sketch_line(sketch, x, y), line);
            lines += line;
        }
    deepfill_sketch_info(sketch, &info);
    assert_int_equal(info.scaled, width != frame_width || height != frame_height);
    assert_true(fabs(info.lines - (double)lines / (frame_width * frame_height)) < 1e-9);
    deepfill_sketch_close(&sketch);
}

static void scales_to_the_nearest(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 1, 40 }, { 40, 1 }, { 7, 5 }, { 33, 31 }, { 64, 70 } };
    static const unsigned rare[] = { 1, 2, 30, 5000 };

    (void)state;
    for (size_t f = 0; f < DF_COUNT(sizes); f++)
        for (size_t p = 0; p < DF_COUNT(sizes); p++)
            for (size_t r = 0; r < DF_COUNT(rare); r++)
                against_nearest(sizes[f][0], sizes[f][1], sizes[p][0], sizes[p][1], (f + r) % 2, rare[r],
                                (unsigned)(f * 100 + p * 10 + r));
}

/** Cropped as the picture that it was made of is: reflection and all. What a box reflects lies in it. */
static void is_cropped_as_a_picture_is(void **state)
{
    static const DfRect places[] = {
        { 0, 0, 45, 37 }, { 3, 5, 20, 21 }, { 10, 3, 74, 67 }, { 22, 18, 67, 55 }, { 0, 0, 200, 300 },
    };
    uint8_t data[37 * 45];

    (void)state;
    scribble(data, sizeof data, 3, 7);
    DeepfillSketch *sketch = sketch_of(data, 45, 37);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = data[i] > 153;
    DeepfillImage image = { { 45, 37, DEEPFILL_GRAY, 8, 0, 0, 1, 2 }, { data }, { 45 } };
    for (size_t i = 0; i < DF_COUNT(places); i++) {
        int width = df_rect_width(places[i]), height = df_rect_height(places[i]);
        uint8_t *lines = malloc(df_rect_area(places[i])), *expected = malloc(df_rect_area(places[i]));
        assert_true(lines && expected);
        df_crop_sketch(sketch, places[i], lines);
        df_crop_plane(&image, 0, places[i], expected, width);
        assert_memory_equal(lines, expected, (size_t)width * height);
        free(lines);
        free(expected);
    }
    deepfill_sketch_close(&sketch);
}

/** A view is a sketch made of that part of the picture: at its edges it ends. */
static void view_is_a_part(void **state)
{
    static const DfRect parts[] = {
        { 0, 0, 45, 37 }, { 7, 9, 29, 33 }, { 20, 0, 45, 12 }, { 44, 36, 45, 37 },
    };
    uint8_t data[37 * 45], lines[64 * 64], expected[64 * 64];

    (void)state;
    scribble(data, sizeof data, 4, 3);
    DeepfillSketch *whole = sketch_of(data, 45, 37);
    for (size_t i = 0; i < DF_COUNT(parts); i++) {
        int width = df_rect_width(parts[i]), height = df_rect_height(parts[i]);
        DfRect box = { width / 3, height / 2, width / 3 + 64, height / 2 + 64 };
        DeepfillSketch view = df_sketch_view(whole, parts[i]), *part = NULL;
        assert_int_equal(deepfill_sketch_create(&part, width, height,
                                                data + parts[i].y0 * 45 + parts[i].x0, 45, width, height), 0);
        df_crop_sketch(&view, box, lines);
        df_crop_sketch(part, box, expected);
        assert_memory_equal(lines, expected, sizeof lines);
        deepfill_sketch_close(&part);
    }
    deepfill_sketch_close(&whole);
}

static void differs_in_the_hole_alone(void **state)
{
    static const char *const rows[] = { "........", ".##.....", ".##...#.", "........" };
    DeepfillMask *mask = mask_of_text(rows, 4, 1);
    uint8_t none[8 * 4] = { 0 }, all[8 * 4];

    (void)state;
    DeepfillSketch *blank = sketch_of(none, 8, 4);
    memset(all, 255, sizeof all);
    assert_int_equal(df_sketch_differs(NULL, NULL, mask), 0);
    assert_int_equal(df_sketch_differs(blank, NULL, mask), 0);
    assert_int_equal(df_sketch_differs(NULL, blank, mask), 0);
    for (int i = 0; i < 8 * 4; i++) {
        uint8_t one[8 * 4] = { 0 };
        int hole = rows[i / 8][i % 8] == '#';
        one[i] = 255;
        DeepfillSketch *a = sketch_of(one, 8, 4), *b = sketch_of(one, 8, 4), *c;
        all[i] = 0;
        c = sketch_of(all, 8, 4);
        assert_int_equal(df_sketch_differs(a, blank, mask), hole);
        assert_int_equal(df_sketch_differs(blank, a, mask), hole);
        assert_int_equal(df_sketch_differs(a, NULL, mask), hole);
        assert_int_equal(df_sketch_differs(NULL, a, mask), hole);
        assert_int_equal(df_sketch_differs(a, b, mask), 0);
        assert_int_equal(df_sketch_differs(a, a, mask), 0);
        assert_int_equal(df_sketch_differs(a, c, mask), 1);
        assert_int_equal(df_sketch_differs(a, blank, NULL), 0);
        all[i] = 255;
        deepfill_sketch_close(&a);
        deepfill_sketch_close(&b);
        deepfill_sketch_close(&c);
    }
    deepfill_sketch_close(&blank);
    deepfill_mask_close(&mask);
}

static void references_keep_it(void **state)
{
    uint8_t data[4] = { 255, 0, 0, 255 };
    DeepfillSketch *first = sketch_of(data, 2, 2), *second = deepfill_sketch_ref(first);

    (void)state;
    assert_ptr_equal(first, second);
    deepfill_sketch_close(&first);
    assert_null(first);
    assert_int_equal(df_sketch_line(second, 1, 1), 1);
    deepfill_sketch_close(&second);
    deepfill_sketch_close(&second);
    deepfill_sketch_close(NULL);
}

static void wrong_sizes_are_named(void **state)
{
    static const struct { int frame_width, frame_height, width, height; const char *words; } cases[] = {
        { 0, 1, 1, 1, "frame width is 0, must be 1 to 32768" },
        { 32769, 1, 1, 1, "frame width is 32769, must be 1 to 32768" },
        { 1, -1, 1, 1, "frame height is -1, must be 1 to 32768" },
        { 1, 1, 0, 1, "sketch width is 0, must be 1 to 32768" },
        { 1, 1, 1, 40000, "sketch height is 40000, must be 1 to 32768" },
    };
    uint8_t data[1] = { 0 };
    DeepfillSketch *sketch = NULL;

    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        assert_int_equal(deepfill_sketch_create(&sketch, cases[i].frame_width, cases[i].frame_height, data, 1,
                                                cases[i].width, cases[i].height), -EINVAL);
        assert_string_equal(deepfill_error(), cases[i].words);
        assert_null(sketch);
    }
    assert_int_equal(deepfill_sketch_create(NULL, 1, 1, data, 1, 1, 1), -EINVAL);
    assert_string_equal(deepfill_error(), "a sketch needs a picture");
    assert_int_equal(deepfill_sketch_create(&sketch, 1, 1, NULL, 1, 1, 1), -EINVAL);
    assert_string_equal(deepfill_error(), "a sketch needs a picture");
}

static void survives_every_failing_allocation(void **state)
{
    uint8_t data[20 * 20];
    DeepfillSketch *sketch = NULL;
    int n = 0, ret;

    (void)state;
    scribble(data, sizeof data, 2, 1);
    do {
        df_fail_after(n++);
        ret = deepfill_sketch_create(&sketch, 30, 10, data, 20, 20, 20);
        df_fail_after(-1);
        if (ret) {
            assert_int_equal(ret, -ENOMEM);
            assert_null(sketch);
            assert_true(*deepfill_error());
        }
    } while (ret && n < 10);
    assert_int_equal(ret, 0);
    assert_int_equal(n, 4);
    deepfill_sketch_close(&sketch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(above_six_tenths_is_a_line),
        cmocka_unit_test(scales_to_the_nearest),
        cmocka_unit_test(is_cropped_as_a_picture_is),
        cmocka_unit_test(view_is_a_part),
        cmocka_unit_test(differs_in_the_hole_alone),
        cmocka_unit_test(references_keep_it),
        cmocka_unit_test(wrong_sizes_are_named),
        cmocka_unit_test(survives_every_failing_allocation),
    };

    return cmocka_run_group_tests_name("sketch", tests, NULL, NULL);
}
