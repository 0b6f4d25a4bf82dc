/**
 * @file
 * Areas around holes: apart from one another, on the chroma grid, those of fewer frames inside those of more.
 */
#include "picture.h"

#include <time.h>

#include "temporal/area.h"

#define WIDTH 1000
#define HEIGHT 600

static DeepfillFormat format_of(int sub_x, int sub_y)
{
    return (DeepfillFormat){ .width = WIDTH, .height = HEIGHT, .layout = DEEPFILL_YUV, .depth = 8,
                             .sub_x = sub_x, .sub_y = sub_y };
}

/** A few rectangles anywhere. */
static DeepfillMask *mask_of_parts(int width, int height, int parts, int side, unsigned *seed)
{
    uint8_t *data = calloc((size_t)width * height, 1);
    DeepfillMaskSettings settings;
    DeepfillMask *mask = NULL;

    assert_non_null(data);
    for (int i = 0; i < parts; i++) {
        int w = (int)draw(seed, side) + 1, h = (int)draw(seed, side) + 1;
        int x0 = (int)draw(seed, width - w), y0 = (int)draw(seed, height - h);
        for (int y = y0; y < y0 + h; y++)
            memset(data + (size_t)y * width + x0, 255, w);
    }
    deepfill_mask_defaults(&settings, width, height);
    settings.dilate = settings.feather = 0;
    assert_int_equal(deepfill_mask_create(&mask, &settings, data, width, width, height), 0);
    free(data);
    return mask;
}

static DfAreas areas_of(const DeepfillFormat *format, DeepfillMask *const *masks, int count)
{
    DfAreas areas = { 0 };

    assert_int_equal(df_areas_create(&areas, format, masks, count), 0);
    return areas;
}

/** Rings as wide as can be, corners on the chroma grid, no two of which overlap. */
static void check_rings(const DfAreas *areas, const DeepfillFormat *f)
{
    for (int i = 0; i < areas->count; i++) {
        DfRect hole = areas->items[i].hole, outer = areas->items[i].outer;
        DfRect ring = df_rect_clip(df_rect_grow(hole, DF_AREA_RING), (DfRect){ 0, 0, f->width, f->height });
        assert_true(df_rect_contains(outer, ring));
        assert_true(df_rect_contains((DfRect){ 0, 0, f->width, f->height }, outer));
        assert_true(outer.x0 > ring.x0 - (1 << f->sub_x) && outer.y0 > ring.y0 - (1 << f->sub_y));
        assert_int_equal(outer.x0 % (1 << f->sub_x) + outer.y0 % (1 << f->sub_y), 0);
        assert_true(outer.x1 % (1 << f->sub_x) == 0 || outer.x1 == f->width);
        assert_true(outer.y1 % (1 << f->sub_y) == 0 || outer.y1 == f->height);
        for (int k = 0; k < i; k++)
            assert_true(df_rect_empty(df_rect_clip(outer, areas->items[k].outer)));
    }
}

/** Every part lies in one area, and the holes of areas are no larger than their parts ask for. */
static void check_holes(const DfAreas *areas, DeepfillMask *const *masks, int count)
{
    for (int i = 0; i < areas->count; i++) {
        DfRect all = { 0 };
        for (int k = 0; k < count; k++)
            for (int n = 0; masks[k] && n < masks[k]->part_count; n++) {
                DfRect part = masks[k]->parts[n];
                if (!df_rect_contains(areas->items[i].outer, part))
                    continue;
                assert_true(df_rect_contains(areas->items[i].hole, part));
                all = df_rect_empty(all) ? part : df_rect_union(all, part);
            }
        assert_memory_equal(&all, &areas->items[i].hole, sizeof all);
    }
    for (int k = 0; k < count; k++)
        for (int n = 0; masks[k] && n < masks[k]->part_count; n++)
            assert_non_null(df_areas_find(areas, masks[k]->parts[n]));
}

/** Whether each of the smaller set's areas lies within one of the larger set's. */
static void check_within(const DfAreas *fewer, const DfAreas *more)
{
    for (int i = 0; i < fewer->count; i++) {
        const DfArea *area = df_areas_find(more, fewer->items[i].outer);
        assert_non_null(area);
        assert_true(df_rect_contains(area->hole, fewer->items[i].hole));
    }
}

static void areas_lie_apart_on_the_chroma_grid(void **state)
{
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < 200; round++) {
        DeepfillFormat format = format_of(round % 3, round / 3 % 3);
        DeepfillMask *mask = mask_of_parts(WIDTH, HEIGHT, 1 + round % 12, 40, &seed);
        DfAreas areas = areas_of(&format, &mask, 1);
        assert_true(areas.count > 0);
        check_rings(&areas, &format);
        check_holes(&areas, &mask, 1);
        df_areas_free(&areas);
        deepfill_mask_close(&mask);
    }
}

static void areas_of_fewer_frames_lie_within_those_of_more(void **state)
{
    unsigned seed = 2;
    int several = 0;

    (void)state;
    for (int round = 0; round < 200; round++) {
        DeepfillFormat format = format_of(round % 2, round % 2);
        DeepfillMask *masks[3];
        DfAreas all, some;
        for (int i = 0; i < 3; i++)
            masks[i] = round % 7 == i ? NULL : mask_of_parts(WIDTH, HEIGHT, 1 + round % 4, 30, &seed);
        all = areas_of(&format, masks, 3);
        check_rings(&all, &format);
        check_holes(&all, masks, 3);
        several += all.count > 1;
        for (int first = 0; first < 3; first++)
            for (int count = 1; first + count <= 3; count++) {
                some = areas_of(&format, masks + first, count);
                check_within(&some, &all);
                df_areas_free(&some);
            }
        df_areas_free(&all);
        for (int i = 0; i < 3; i++)
            deepfill_mask_close(&masks[i]);
    }
    assert_true(several > 50);
}

static void order_of_masks_does_not_matter(void **state)
{
    unsigned seed = 3;

    (void)state;
    for (int round = 0; round < 100; round++) {
        DeepfillFormat format = format_of(1, 1);
        DeepfillMask *a = mask_of_parts(WIDTH, HEIGHT, 2, 30, &seed);
        DeepfillMask *b = mask_of_parts(WIDTH, HEIGHT, 2, 30, &seed);
        DfAreas ab = areas_of(&format, (DeepfillMask *[]){ a, b }, 2);
        DfAreas ba = areas_of(&format, (DeepfillMask *[]){ b, a, b }, 3);
        assert_int_equal(ab.count, ba.count);
        check_within(&ab, &ba);
        check_within(&ba, &ab);
        df_areas_free(&ab);
        df_areas_free(&ba);
        deepfill_mask_close(&a);
        deepfill_mask_close(&b);
    }
}

static void no_hole_has_no_area(void **state)
{
    DeepfillFormat format = format_of(1, 1);
    DeepfillMask *none[] = { NULL, NULL };
    DfAreas areas = areas_of(&format, none, 2);

    (void)state;
    assert_int_equal(areas.count, 0);
    assert_null(df_areas_find(&areas, (DfRect){ 0, 0, 1, 1 }));
    df_areas_free(&areas);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/** Specks, one every 19 pixels of a whole large frame: one area, in no time to speak of. */
static void ten_thousand_specks_are_quick(void **state)
{
    DeepfillFormat format = { .width = 1920, .height = 1920, .layout = DEEPFILL_GRAY, .depth = 8 };
    uint8_t *data = calloc(1920 * 1920, 1);
    DeepfillMaskSettings settings;
    DeepfillMask *mask = NULL;

    (void)state;
    for (int i = 0; i < 10000; i++)
        data[(size_t)(i / 100 * 19 + 5) * 1920 + i % 100 * 19 + 5] = 255;
    deepfill_mask_defaults(&settings, 1920, 1920);
    settings.dilate = settings.feather = 0;
    assert_int_equal(deepfill_mask_create(&mask, &settings, data, 1920, 1920, 1920), 0);
    assert_int_equal(mask->part_count, 10000);
    double start = now();
    DfAreas areas = areas_of(&format, &mask, 1);
    /* A frame's time at 30 fps, where everything against everything would take seconds. */
    assert_true(now() - start < 0.033);
    assert_int_equal(areas.count, 1);
    check_holes(&areas, &mask, 1);
    df_areas_free(&areas);
    deepfill_mask_close(&mask);
    free(data);
}

static void survives_missing_memory(void **state)
{
    DeepfillFormat format = format_of(1, 1);
    DeepfillMask *mask = mask_of_rect(WIDTH, HEIGHT, 10, 10, 20, 20, 0, 0);
    int failures = 0, ret;

    (void)state;
    do {
        DfAreas areas = { 0 };
        df_fail_after(failures);
        ret = df_areas_create(&areas, &format, &mask, 1);
        df_fail_after(-1);
        assert_true(ret == 0 || (areas.count == 0 && !areas.items));
        df_areas_free(&areas);
        failures++;
    } while (ret < 0);
    assert_int_equal(failures - 1, 2);
    deepfill_mask_close(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(areas_lie_apart_on_the_chroma_grid),
        cmocka_unit_test(areas_of_fewer_frames_lie_within_those_of_more),
        cmocka_unit_test(order_of_masks_does_not_matter),
        cmocka_unit_test(no_hole_has_no_area),
        cmocka_unit_test(ten_thousand_specks_are_quick),
        cmocka_unit_test(survives_missing_memory),
    };

    return cmocka_run_group_tests_name("area", tests, NULL, NULL);
}
