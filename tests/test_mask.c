/**
 * @file
 * Masks: weights against a brute-force distance, thresholds, scaling, soft edges, parts, wrong settings.
 */
#include "picture.h"

#include <errno.h>
#include <limits.h>
#include <math.h>

#include "image/mask.h"

static int weight_at(const DeepfillMask *mask, int x, int y)
{
    uint8_t weight;

    df_mask_weights(mask, y, x, x + 1, 0, 0, &weight);
    return weight;
}

/** The definition: Euclidean distance to the nearest hole sample, looked for everywhere. */
static int brute_weight(const uint8_t *data, int width, int height, int x, int y, int dilate, int feather)
{
    long best = LONG_MAX;

    for (int v = 0; v < height; v++)
        for (int u = 0; u < width; u++)
            if (data[v * width + u] > 127)
                best = DF_MIN(best, (long)(u - x) * (u - x) + (long)(v - y) * (v - y));
    if (best == LONG_MAX)
        return 0;
    double beyond = sqrt((double)best) - dilate;
    if (beyond <= 0)
        return 255;
    return beyond > feather ? 0 : DF_CLAMP((int)lrint(255 * (1 - beyond / (feather + 1))), 1, 254);
}

static void against_brute_force(int width, int height, int holes, int dilate, int feather, unsigned seed)
{
    uint8_t data[64 * 64] = { 0 };
    DeepfillMaskSettings settings;
    DeepfillMaskInfo info;
    DeepfillMask *mask;
    int inside = 0;

    for (int i = 0; i < holes; i++)
        data[draw(&seed, height) * width + draw(&seed, width)] = 128 + draw(&seed, 128);
    deepfill_mask_defaults(&settings, width, height);
    settings.dilate = dilate;
    settings.feather = feather;
    assert_int_equal(deepfill_mask_create(&mask, &settings, data, width, width, height), 0);
    deepfill_mask_info(mask, &info);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            int expected = brute_weight(data, width, height, x, y, dilate, feather);
            assert_int_equal(weight_at(mask, x, y), expected);
            assert_true(!expected || (y >= info.first_row && y < info.end_row));
            inside += expected == 255;
        }
    }
    assert_true(inside || info.first_row == info.end_row);
    assert_true(fabs(info.hole - (double)inside / (width * height)) < 1e-9);
    deepfill_mask_close(&mask);
    assert_null(mask);
}

static void grows_by_euclidean_distance(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 1, 40 }, { 40, 1 }, { 7, 5 }, { 33, 31 }, { 64, 64 } };
    static const int reaches[][2] = { { 0, 0 }, { 4, 4 }, { 0, 3 }, { 5, 0 }, { 1, 1 }, { 20, 30 },
                                      { 256, 256 } };

    (void)state;
    for (size_t s = 0; s < DF_COUNT(sizes); s++)
        for (size_t r = 0; r < DF_COUNT(reaches); r++)
            for (int holes = 0; holes <= 9; holes += 3)
                against_brute_force(sizes[s][0], sizes[s][1], holes, reaches[r][0], reaches[r][1],
                                    (unsigned)(s * 100 + r * 10 + holes));
    against_brute_force(48, 48, 900, 2, 3, 7);
}

static void threshold_decides(void **state)
{
    static const struct { float threshold; int invert, value, hole; } cases[] = {
        { 0.5f, 0, 127, 0 }, { 0.5f, 0, 128, 1 }, { 0.5f, 1, 127, 1 }, { 0.5f, 1, 128, 0 }, { 0, 0, 0, 0 },
        { 0, 0, 1, 1 },      { 1, 0, 255, 0 },    { 1, 1, 255, 1 },    { 0.2f, 0, 51, 0 },
        { 0.2f, 0, 52, 1 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        uint8_t data[4] = { (uint8_t)cases[i].value, (uint8_t)cases[i].value, (uint8_t)cases[i].value,
                            (uint8_t)cases[i].value };
        DeepfillMaskSettings settings;
        DeepfillMaskInfo info;
        DeepfillMask *mask;
        deepfill_mask_defaults(&settings, 2, 2);
        settings.threshold = cases[i].threshold;
        settings.invert = cases[i].invert;
        assert_int_equal(deepfill_mask_create(&mask, &settings, data, 2, 2, 2), 0);
        deepfill_mask_info(mask, &info);
        assert_true(info.hole == cases[i].hole);
        deepfill_mask_close(&mask);
    }
}

static void scales_and_flips(void **state)
{
    static const uint8_t data[2][4] = { { 0, 255, 100, 0 }, { 0, 0, 0, 255 } };
    DeepfillMaskSettings settings;
    DeepfillMaskInfo info;
    DeepfillMask *mask;

    (void)state;
    deepfill_mask_defaults(&settings, 8, 6);
    settings.dilate = settings.feather = 0;
    /* Read from the last row upwards: the picture upside down. */
    assert_int_equal(deepfill_mask_create(&mask, &settings, data[1], -4, 4, 2), 0);
    deepfill_mask_info(mask, &info);
    assert_int_equal(info.scaled, 1);
    assert_true(fabs(info.greys - 1.0 / 8) < 1e-9);
    for (int y = 0; y < 6; y++)
        for (int x = 0; x < 8; x++)
            assert_int_equal(weight_at(mask, x, y), data[1 - y / 3][x / 2] > 127 ? 255 : 0);
    deepfill_mask_close(&mask);
}

static void chroma_weighs_as_its_heaviest_luma(void **state)
{
    DeepfillMask *mask = mask_of_rect(11, 9, 3, 3, 5, 4, 1, 3);

    (void)state;
    for (int sub_x = 0; sub_x <= 2; sub_x++) {
        for (int sub_y = 0; sub_y <= 2; sub_y++) {
            int columns = (11 + (1 << sub_x) - 1) >> sub_x, rows = (9 + (1 << sub_y) - 1) >> sub_y;
            for (int y = 0; y < rows; y++) {
                uint8_t weights[11];
                df_mask_weights(mask, y, 0, columns, sub_x, sub_y, weights);
                for (int x = 0; x < columns; x++) {
                    int heaviest = 0;
                    for (int v = y << sub_y; v < DF_MIN((y + 1) << sub_y, 9); v++)
                        for (int u = x << sub_x; u < DF_MIN((x + 1) << sub_x, 11); u++)
                            heaviest = DF_MAX(heaviest, weight_at(mask, u, v));
                    assert_int_equal(weights[x], heaviest);
                }
            }
        }
    }
    deepfill_mask_close(&mask);
}

static int opacity_at(const DeepfillMask *mask, int x, int y)
{
    uint8_t opacity;

    df_mask_opacities(mask, y, x, x + 1, 0, 0, &opacity);
    return opacity;
}

static DeepfillMask *soft_mask(const uint8_t *data, int width, int height, int invert, int dilate, int feather)
{
    DeepfillMaskSettings settings;
    DeepfillMask *mask;

    deepfill_mask_defaults(&settings, width, height);
    settings.soft = 1;
    settings.invert = invert;
    settings.dilate = dilate;
    settings.feather = feather;
    assert_int_equal(deepfill_mask_create(&mask, &settings, data, width, width, height), 0);
    return mask;
}

static void greys_of_a_soft_mask_are_weights(void **state)
{
    static const uint8_t data[] = { 0, 16, 20, 21, 60, 128, 200, 234, 235, 255, 90, 0 };
    static const uint8_t opacities[] = { 0, 0, 0, 1, 47, 128, 213, 254, 255, 255, 83, 0 };
    uint8_t inverted[12];
    DeepfillMaskInfo info;

    (void)state;
    for (int i = 0; i < 12; i++)
        inverted[i] = (uint8_t)(255 - data[i]);
    for (int invert = 0; invert <= 1; invert++) {
        DeepfillMask *mask = soft_mask(invert ? inverted : data, 12, 1, invert, 0, 0);
        for (int x = 0; x < 12; x++) {
            assert_int_equal(opacity_at(mask, x, 0), opacities[x]);
            assert_int_equal(weight_at(mask, x, 0), opacities[x] ? 255 : 0);
        }
        deepfill_mask_info(mask, &info);
        assert_true(fabs(info.hole - 8.0 / 12) < 1e-9);
        assert_int_equal(mask->part_count, 1);
        deepfill_mask_close(&mask);
    }
}

/** What is white grows as ever; where a grey weighs more, it stays. */
static void soft_masks_grow_from_white(void **state)
{
    static const uint8_t data[] = { 0, 0, 0, 0, 255, 240, 60, 40, 120, 16, 0, 0 };
    static const uint8_t opacities[] = { 0, 85, 170, 255, 255, 255, 255, 170, 119, 0, 0, 0 };
    static const uint8_t weights[] = { 0, 85, 170, 255, 255, 255, 255, 255, 255, 0, 0, 0 };
    DeepfillMask *mask = soft_mask(data, 12, 1, 0, 1, 2);

    (void)state;
    for (int x = 0; x < 12; x++) {
        assert_int_equal(opacity_at(mask, x, 0), opacities[x]);
        assert_int_equal(weight_at(mask, x, 0), weights[x]);
    }
    deepfill_mask_close(&mask);
}

static double ramps_of(const uint8_t *row, int width)
{
    DeepfillMaskSettings settings;
    DeepfillMaskInfo info;
    DeepfillMask *mask;

    deepfill_mask_defaults(&settings, width, 1);
    assert_int_equal(deepfill_mask_create(&mask, &settings, row, width, width, 1), 0);
    deepfill_mask_info(mask, &info);
    deepfill_mask_close(&mask);
    return info.ramps;
}

static void soft_edges_are_told_from_pictures(void **state)
{
    static const uint8_t edges[] = { 0, 60, 128, 255, 255, 200, 100, 25 }, back[] = { 0, 60, 120, 80, 0, 9 },
                         turns[] = { 0, 60, 50, 255 }, open[] = { 60, 255, 255, 60 }, none[] = { 0, 255, 0 };

    (void)state;
    assert_true(ramps_of(edges, 8) == 1);
    assert_true(ramps_of(back, 6) == 0);
    assert_true(ramps_of(turns, 4) == 0);
    assert_true(ramps_of(open, 4) == 0);
    assert_true(ramps_of(none, 3) == 0);
}

static void expect_part(const DeepfillMask *mask, int i, int x0, int y0, int x1, int y1)
{
    DfRect expected = { x0, y0, x1, y1 };

    assert_memory_equal(&mask->parts[i], &expected, sizeof expected);
}

static void parts_touch_diagonally(void **state)
{
    static const char *const map[] = {
        "#..#...##",
        ".#.#...##",
        "..###....",
        ".......#.",
        "#.#...#..",
        "###..#...",
        ".....#..#",
    };
    DeepfillMask *mask = mask_of_text(map, 7, 1);

    (void)state;
    assert_int_equal(mask->part_count, 5);
    expect_part(mask, 0, 0, 0, 5, 3);
    expect_part(mask, 1, 7, 0, 9, 2);
    expect_part(mask, 2, 5, 3, 8, 7);
    expect_part(mask, 3, 0, 4, 3, 6);
    expect_part(mask, 4, 8, 6, 9, 7);
    deepfill_mask_close(&mask);
}

static void refused(const char *words, int width, int height, float threshold, int dilate, int feather)
{
    DeepfillMaskSettings settings;
    DeepfillMask *mask = NULL;
    uint8_t data = 0;

    deepfill_mask_defaults(&settings, width, height);
    settings.threshold = threshold;
    settings.dilate = dilate;
    settings.feather = feather;
    assert_int_equal(deepfill_mask_create(&mask, &settings, &data, 1, 1, 1), -EINVAL);
    assert_null(mask);
    assert_non_null(strstr(deepfill_error(), words));
}

static void wrong_settings_are_named(void **state)
{
    (void)state;
    refused("frame width is 0", 0, 4, 0.5f, 4, 4);
    refused("frame height is 40000", 4, 40000, 0.5f, 4, 4);
    refused("threshold is 1.5", 4, 4, 1.5f, 4, 4);
    refused("threshold", 4, 4, NAN, 4, 4);
    refused("dilate is -1", 4, 4, 0.5f, -1, 4);
    refused("feather is 257", 4, 4, 0.5f, 4, 257);
}

static void references_are_counted(void **state)
{
    DeepfillMask *mask = mask_of_rect(8, 8, 2, 2, 4, 4, 0, 0), *other = deepfill_mask_ref(mask);

    (void)state;
    deepfill_mask_close(&mask);
    assert_null(mask);
    assert_int_equal(weight_at(other, 2, 2), 255);
    deepfill_mask_close(&other);
    deepfill_mask_close(&other);
    deepfill_mask_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_by_euclidean_distance),
        cmocka_unit_test(threshold_decides),
        cmocka_unit_test(scales_and_flips),
        cmocka_unit_test(greys_of_a_soft_mask_are_weights),
        cmocka_unit_test(soft_masks_grow_from_white),
        cmocka_unit_test(soft_edges_are_told_from_pictures),
        cmocka_unit_test(chroma_weighs_as_its_heaviest_luma),
        cmocka_unit_test(parts_touch_diagonally),
        cmocka_unit_test(wrong_settings_are_named),
        cmocka_unit_test(references_are_counted),
    };

    return cmocka_run_group_tests_name("mask", tests, NULL, NULL);
}
