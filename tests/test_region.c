/**
 * @file
 * Regions: holes drawn as text, the boxes expected; what must hold for any hole at all.
 */
#include "picture.h"

#include <stdio.h>
#include <time.h>

#include "image/mask.h"
#include "image/region.h"

static const DfRules hd = { .width = 1920, .height = 1080, .size = 512, .alignment = 8, .least_side = 64,
                            .grid_x = 2, .grid_y = 2, .feather = 4 };

static DfRules rules_for(int width, int height)
{
    DfRules rules = hd;

    rules.width = width;
    rules.height = height;
    return rules;
}

/** "x,y WxH>NWxNH" for each box, joined by "; ". */
static const char *spelled(const DfRegions *regions)
{
    static char text[2048];
    size_t at = 0;

    text[0] = 0;
    for (int i = 0; i < regions->box_count && at < sizeof text; i++) {
        const DfBox *b = &regions->boxes[i];
        at += snprintf(text + at, sizeof text - at, "%s%d,%d %dx%d", i ? "; " : "", b->place.x0, b->place.y0,
                       df_rect_width(b->place), df_rect_height(b->place));
        if (b->net_width != df_rect_width(b->place) || b->net_height != df_rect_height(b->place))
            at += snprintf(text + at, sizeof text - at, ">%dx%d", b->net_width, b->net_height);
    }
    return text;
}

static int owned(const DfRegions *regions, int x, int y)
{
    for (int i = 0; i < regions->box_count; i++) {
        DfRect own = regions->boxes[i].own;
        if (x >= own.x0 && x < own.x1 && y >= own.y0 && y < own.y1)
            return 1;
    }
    return 0;
}

static void check_box(const DfRules *rules, const DfBox *box)
{
    DfRect frame = { 0, 0, rules->width, rules->height };

    assert_in_range(box->place.x0, 0, rules->width - 1);
    assert_in_range(box->place.y0, 0, rules->height - 1);
    assert_true(df_rect_contains(box->place, box->own) && df_rect_contains(frame, box->own));
    assert_int_equal(box->place.x0 % rules->grid_x + box->place.x1 % rules->grid_x, 0);
    assert_int_equal(box->place.y0 % rules->grid_y + box->place.y1 % rules->grid_y, 0);
    assert_int_equal(box->net_width % rules->alignment + box->net_height % rules->alignment, 0);
    assert_in_range(box->net_width, rules->least_side, rules->size);
    assert_in_range(box->net_height, rules->least_side, rules->size);
    assert_true(df_rect_width(box->place) >= box->net_width && df_rect_height(box->place) >= box->net_height);
}

/** Follow the feather's edge around a part, but for the chroma grid's last columns: all of it has owners. */
static void check_feather(const DfRules *rules, DfRect part, const DfRegions *regions)
{
    int by = DF_MAX(rules->feather - DF_MAX(rules->grid_x, rules->grid_y) + 1, 0);
    DfRect r = df_rect_clip(df_rect_grow(part, by), (DfRect){ 0, 0, rules->width, rules->height });

    for (int x = r.x0; x < r.x1; x += DF_MAX(1, DF_MIN(7, r.x1 - 1 - x)))
        assert_true(owned(regions, x, r.y0) && owned(regions, x, r.y1 - 1));
    for (int y = r.y0; y < r.y1; y += DF_MAX(1, DF_MIN(7, r.y1 - 1 - y)))
        assert_true(owned(regions, r.x0, y) && owned(regions, r.x1 - 1, y));
}

/** What holds for every hole: its pixels have owners, boxes obey the rules, no merge is left undone. */
static void check(const DfRules *rules, const DfRect *parts, int count, const DfRegions *regions, int fresh)
{
    for (int i = 0; i < regions->box_count; i++)
        check_box(rules, &regions->boxes[i]);
    for (int i = 0; i < count; i++)
        for (int y = parts[i].y0; y < parts[i].y1; y += DF_MAX(1, DF_MIN(7, parts[i].y1 - 1 - y)))
            for (int x = parts[i].x0; x < parts[i].x1; x += DF_MAX(1, DF_MIN(7, parts[i].x1 - 1 - x)))
                assert_true(owned(regions, x, y));
    for (int i = 0; i < count; i++)
        check_feather(rules, parts[i], regions);
    for (int a = 0; fresh && a < regions->group_count; a++) {
        for (int b = a + 1; b < regions->group_count; b++) {
            const DfGroup *g = &regions->groups[a], *h = &regions->groups[b];
            DfLayout both = df_layout(rules, df_rect_union(g->hole, h->hole));
            int64_t apart = df_rect_area(g->layout.outer) + df_rect_area(h->layout.outer);
            assert_true(df_rect_area(both.outer) > apart);
        }
    }
}

static DfRegions *regions_of(const DfRules *rules, const DfRect *parts, int count, const DfRegions *before)
{
    DfRegions *regions = NULL;

    assert_int_equal(df_regions_create(&regions, rules, parts, count, before), 0);
    check(rules, parts, count, regions, !before);
    return regions;
}

static void expect_map(const char *const *rows, int count, int cell, const char *expected)
{
    DeepfillMask *mask = mask_of_text(rows, count, cell);
    DfRules rules = rules_for(mask->settings.width, mask->settings.height);
    DfRegions *regions = regions_of(&rules, mask->parts, mask->part_count, NULL);

    assert_string_equal(spelled(regions), expected);
    df_regions_close(&regions);
    deepfill_mask_close(&mask);
}

static void corner_logos_stay_two(void **state)
{
    static const char *const map[] = {
        "............................",
        ".##.........................",
        ".##.........................",
        "............................",
        "............................",
        "............................",
        "............................",
        "............................",
        "........................##..",
        "........................##..",
        "............................",
    };

    (void)state;
    expect_map(map, 11, 32, "0,0 192x192; 704,160 192x192");
}

static void glyphs_of_a_line_share_a_box(void **state)
{
    static const char *const map[] = {
        "........................", "........................", "........................",
        "........................", "........................", "........................",
        "........................", "........................", "......#.##.#..#.##......",
        "......#.#..##.#.#.......", "......#.##.#.##.##......", "........................",
        "........................", "........................", "........................",
        "........................", "........................", "........................",
    };

    (void)state;
    /* 144 x 36 pixels, 64 around: 272 x 164, in a frame 288 wide. */
    expect_map(map, 18, 12, "0,18 288x192");
}

static void strip_is_tiled(void **state)
{
    static const char *const map[] = {
        "................................................................",
        "................................................................",
        "................................................................",
        "................................................................",
        "....########################################################....",
        "....########################################################....",
        "................................................................",
    };

    (void)state;
    /* 1344 x 48 pixels: tiles of 512 at native scale share twice the context of 64 and the seam's 32. */
    expect_map(map, 7, 24, "32,0 512x168; 352,0 512x168; 672,0 512x168; 992,0 512x168");
}

static void tiles_blend_where_they_meet(void **state)
{
    DfRect strip = { 300, 900, 1620, 1000 };
    DfRegions *regions = regions_of(&hd, &strip, 1, NULL);

    (void)state;
    assert_int_equal(regions->group_count, 1);
    assert_int_equal(regions->box_count, 5);
    for (int i = 0; i + 1 < regions->box_count; i++) {
        const DfBox *left = &regions->boxes[i], *right = left + 1;
        assert_int_equal(left->own.x1 - right->own.x0, 32);
        assert_int_equal(left->end, left->own.x1);
        assert_int_equal(right->start, right->own.x0);
        /* Each sees its context of 100 beyond what it writes, but for the grid's pixel. */
        assert_true(left->place.x1 - left->own.x1 >= 98 && right->own.x0 - right->place.x0 >= 98);
    }
    df_regions_close(&regions);
}

static void large_hole_is_scaled(void **state)
{
    DfRect hole = { 700, 200, 1300, 800 }, disc = { 566, 206, 1234, 874 }, all = { 0, 0, 1920, 1080 };
    DfRegions *regions = regions_of(&hd, &hole, 1, NULL);

    (void)state;
    /* 600 + 2 * 256, but for the frame's end: 1056 pixels, 2.25 of them to one of the network's. */
    assert_string_equal(spelled(regions), "424,0 1152x1008>512x448");
    df_regions_close(&regions);
    /* A little too long for that scale: it gives up some context rather than being cut in two. */
    regions = regions_of(&hd, &disc, 1, NULL);
    assert_string_equal(spelled(regions), "324,0 1152x1080>512x480");
    df_regions_close(&regions);
    regions = regions_of(&hd, &all, 1, NULL);
    assert_string_equal(spelled(regions),
                        "0,0 1008x1080>448x480; 456,0 1008x1080>448x480; 912,0 1008x1080>448x480");
    df_regions_close(&regions);
}

static void frame_edges_move_boxes_inward(void **state)
{
    static const struct { DfRect hole; const char *boxes; } cases[] = {
        { { 0, 0, 40, 40 }, "0,0 128x128" },          { { 1880, 1040, 1920, 1080 }, "1792,952 128x128" },
        { { 0, 500, 1, 501 }, "0,404 96x192" },       { { 1919, 0, 1920, 1080 }, NULL },
        { { 950, 1079, 951, 1080 }, "854,984 192x96" },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        DfRegions *regions = regions_of(&hd, &cases[i].hole, 1, NULL);
        if (cases[i].boxes)
            assert_string_equal(spelled(regions), cases[i].boxes);
        df_regions_close(&regions);
    }
}

static void small_frames_are_reflected(void **state)
{
    static const struct { int width, height; const char *boxes; } cases[] = {
        { 1, 1, "0,0 64x64" }, { 17, 5, "0,0 64x64" }, { 100, 70, "0,0 104x72" }, { 101, 300, "0,0 104x304" },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        DfRules rules = rules_for(cases[i].width, cases[i].height);
        DfRect all = { 0, 0, cases[i].width, cases[i].height };
        DfRegions *regions = regions_of(&rules, &all, 1, NULL);
        assert_string_equal(spelled(regions), cases[i].boxes);
        df_regions_close(&regions);
    }
}

static void moving_hole_keeps_its_box(void **state)
{
    DfRect hole = { 900, 500, 1000, 600 };
    DfRegions *before = regions_of(&hd, &hole, 1, NULL);
    DfRect first = before->boxes[0].place;
    int kept = 0;

    (void)state;
    for (int step = 0; step < 60; step++) {
        hole.x0 += 4, hole.x1 += 4;
        DfRegions *regions = regions_of(&hd, &hole, 1, before);
        /* Half its context is 50. */
        int fits = hole.x1 + 50 <= first.x1;
        assert_int_equal(fits, !memcmp(&regions->boxes[0].place, &first, sizeof first));
        kept += fits;
        df_regions_close(&before);
        before = regions;
        if (!fits)
            break;
    }
    assert_true(kept > 5);
    assert_int_equal(df_rect_width(before->boxes[0].place), df_rect_width(first));
    df_regions_close(&before);
}

/** The widest feather there is leaves no visible edge where its box ends, moving hole or not. */
static void widest_feather_fits_its_box(void **state)
{
    DfRules rules = hd;
    DfRegions *before = NULL;

    (void)state;
    rules.feather = 256;
    for (int step = 0; step < 12; step++) {
        DfRect hole = { 900 + 16 * step, 500, 960 + 16 * step, 560 };
        DfRegions *regions = regions_of(&rules, &hole, 1, before);
        df_regions_close(&before);
        before = regions;
    }
    df_regions_close(&before);
}

static void shrunken_hole_leaves_a_box_too_large(void **state)
{
    DfRect large = { 800, 400, 1000, 600 }, medium = { 850, 450, 950, 550 }, small = { 890, 490, 900, 500 };
    DfRegions *before = regions_of(&hd, &large, 1, NULL), *same, *fresh;

    (void)state;
    same = regions_of(&hd, &medium, 1, before);
    assert_memory_equal(&same->boxes[0].place, &before->boxes[0].place, sizeof(DfRect));
    fresh = regions_of(&hd, &small, 1, same);
    assert_string_equal(spelled(fresh), "798,398 192x192");
    df_regions_close(&before);
    df_regions_close(&same);
    df_regions_close(&fresh);
}

static void broken_hole_shares_its_box(void **state)
{
    DfRect whole = { 800, 400, 1000, 500 };
    DfRect halves[] = { { 800, 400, 880, 500 }, { 940, 410, 1000, 490 } };
    DfRegions *before = regions_of(&hd, &whole, 1, NULL);
    DfRegions *after = regions_of(&hd, halves, 2, before);

    (void)state;
    assert_int_equal(after->box_count, 1);
    assert_memory_equal(&after->boxes[0].place, &before->boxes[0].place, sizeof(DfRect));
    df_regions_close(&before);
    df_regions_close(&after);
}

static void strip_keeps_its_tiles(void **state)
{
    DfRect strip = { 300, 900, 1620, 1000 }, shorter = { 320, 905, 1600, 995 };
    DfRegions *before = regions_of(&hd, &strip, 1, NULL);
    DfRegions *after = regions_of(&hd, &shorter, 1, before);

    (void)state;
    assert_int_equal(after->box_count, before->box_count);
    for (int i = 0; i < after->box_count; i++)
        assert_memory_equal(&after->boxes[i].place, &before->boxes[i].place, sizeof(DfRect));
    df_regions_close(&before);
    df_regions_close(&after);
}

/** A mask can have as many parts as it likes: time must not go with their square. */
static void hatching_takes_no_time(void **state)
{
    enum { COLUMNS = 3840, ROWS = 62, LENGTH = 68 };
    DfRules rules = rules_for(2 * COLUMNS, ROWS * (LENGTH + 2));
    DfRect *lines = calloc((size_t)COLUMNS * ROWS, sizeof *lines);
    clock_t start;

    (void)state;
    assert_non_null(lines);
    for (int i = 0; i < COLUMNS * ROWS; i++) {
        int x = 2 * (i % COLUMNS), y = (LENGTH + 2) * (i / COLUMNS);
        lines[i] = (DfRect){ x, y, x + 1, y + LENGTH };
    }
    start = clock();
    DfRegions *regions = regions_of(&rules, lines, COLUMNS * ROWS, NULL);
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 10);
    assert_int_equal(regions->group_count, 1);
    df_regions_close(&regions);
    free(lines);
}

/** What networks ask of sides: multiples of the first, at least the second. */
static const int networks[][2] = { { 8, 64 }, { 8, 72 }, { 128, 128 } };

static void set_network(DfRules *rules, int i, int size)
{
    rules->alignment = networks[i][0];
    rules->least_side = networks[i][1];
    rules->size = DF_MAX(size / rules->alignment * rules->alignment, rules->least_side);
}

static void sides_are_what_the_network_asks_for(void **state)
{
    static const struct { int network, width, height; DfRect hole; const char *boxes; } cases[] = {
        { 1, 1920, 1080, { 0, 0, 1, 1 }, "0,0 96x96" },
        { 1, 40, 30, { 3, 3, 9, 9 }, "0,0 72x72" },
        { 2, 1920, 1080, { 0, 0, 1, 1 }, "0,0 128x128" },
        { 2, 1920, 1080, { 900, 500, 940, 540 }, "792,392 256x256" },
        { 2, 200, 140, { 0, 0, 200, 140 }, "0,0 256x256" },
        { 2, 1920, 1080, { 300, 900, 1620, 1000 },
          "200,822 512x256; 452,822 512x256; 704,822 512x256; 956,822 512x256; 1208,822 512x256" },
        { 2, 1920, 1080, { 700, 200, 1300, 800 }, "424,0 1152x1152>512x512" },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        DfRules rules = rules_for(cases[i].width, cases[i].height);
        set_network(&rules, cases[i].network, 512);
        rules.feather = 0;
        DfRegions *regions = regions_of(&rules, &cases[i].hole, 1, NULL);
        assert_string_equal(spelled(regions), cases[i].boxes);
        df_regions_close(&regions);
    }
}

/** Any holes, in any frame, with any memory of the frame before. */
static void rules_hold_for_random_holes(void **state)
{
    unsigned seed = 5;

    (void)state;
    for (int round = 0; round < 400; round++) {
        DfRules rules = rules_for(1 + draw(&seed, 1500), 1 + draw(&seed, 1200));
        DfRegions *before = NULL;
        rules.grid_x = 1 << draw(&seed, 3);
        rules.grid_y = 1 << draw(&seed, 3);
        set_network(&rules, draw(&seed, DF_COUNT(networks)), 32 * (2 + draw(&seed, 24)));
        rules.feather = draw(&seed, draw(&seed, 2) ? 20 : 257);
        for (int frame = 0; frame < 3; frame++) {
            DfRect parts[12];
            int count = 1 + draw(&seed, DF_COUNT(parts));
            for (int i = 0; i < count; i++) {
                int x = draw(&seed, rules.width), y = draw(&seed, rules.height);
                parts[i] = (DfRect){ x, y, x + 1 + draw(&seed, rules.width - x),
                                     y + 1 + draw(&seed, rules.height - y) };
                if (draw(&seed, 2))
                    parts[i].x1 = DF_MIN(parts[i].x1, x + 20), parts[i].y1 = DF_MIN(parts[i].y1, y + 20);
            }
            DfRegions *regions = regions_of(&rules, parts, count, before);
            df_regions_close(&before);
            before = regions;
        }
        df_regions_close(&before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corner_logos_stay_two),
        cmocka_unit_test(glyphs_of_a_line_share_a_box),
        cmocka_unit_test(strip_is_tiled),
        cmocka_unit_test(tiles_blend_where_they_meet),
        cmocka_unit_test(large_hole_is_scaled),
        cmocka_unit_test(frame_edges_move_boxes_inward),
        cmocka_unit_test(small_frames_are_reflected),
        cmocka_unit_test(moving_hole_keeps_its_box),
        cmocka_unit_test(widest_feather_fits_its_box),
        cmocka_unit_test(shrunken_hole_leaves_a_box_too_large),
        cmocka_unit_test(broken_hole_shares_its_box),
        cmocka_unit_test(strip_keeps_its_tiles),
        cmocka_unit_test(hatching_takes_no_time),
        cmocka_unit_test(sides_are_what_the_network_asks_for),
        cmocka_unit_test(rules_hold_for_random_holes),
    };

    return cmocka_run_group_tests_name("region", tests, NULL, NULL);
}
