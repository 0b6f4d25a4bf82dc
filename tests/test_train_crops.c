/**
 * @file
 * Tiles within their limit, each kept as likely as the others; crops beside what they are of; samples of pictures and
 * of a film with a mask.
 */
#include <errno.h>
#include <math.h>

#include "picture.h"
#include "train/brush.h"
#include "train/sample.h"

enum { WIDTH = 90, HEIGHT = 70, SIZE = 32, MOST = 64 };

/** A picture of its own for each number. */
static void draw_picture(uint8_t *rgb, int width, int height, unsigned number)
{
    for (int i = 0; i < 3 * width * height; i++)
        rgb[i] = (uint8_t)draw(&number, 256);
}

static DfTiles tiles_of(const uint8_t *rgb, const uint8_t *known, int width, int height)
{
    DfTiles tiles = { .most = 1 << 20 };

    assert_int_equal(df_tiles_add(&tiles, rgb, known, width, height), 0);
    assert_int_equal(tiles.count, 1);
    return tiles;
}

/* --------------------------------------------------------------------------------------- tiles -- */

static void pictures_become_squares(void **state)
{
    static const struct {
        int width, height, count, last; /* where the last one begins */
    } cases[] = { { 60, 60, 1, 0 }, { 80, 60, 1, 10 }, { 90, 60, 2, 30 }, { 60, 150, 3, 90 }, { 160, 60, 3, 100 } };
    static uint8_t rgb[160 * 160 * 3];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DfTiles tiles = { .most = 1 << 20 };
        int width = cases[i].width, height = cases[i].height, wide = width > height;
        draw_picture(rgb, width, height, 3);
        assert_int_equal(df_tiles_add_squares(&tiles, rgb, width, height), 0);
        assert_int_equal(tiles.count, cases[i].count);
        const DfTile *last = &tiles.list[tiles.count - 1];
        assert_true(last->width == 60 && last->height == 60 && !last->known);
        for (int y = 0; y < 60; y++) {
            int u = wide ? cases[i].last : 0, v = y + (wide ? 0 : cases[i].last);
            assert_memory_equal(last->rgb + y * 60 * 3, rgb + (v * width + u) * 3, 60 * 3);
        }
        df_tiles_free(&tiles);
    }
}

/** Tiles are numbered by their first byte: which of 40 stay where there is room for 10. */
static void tiles_stay_by_chance_within_their_limit(void **state)
{
    int counts[40] = { 0 };

    (void)state;
    for (int seed = 0; seed < 400; seed++) {
        DfTiles tiles = { .most = 10 * 4 * 4 * 4 + 3, .seed = seed };
        for (int i = 0; i < 40; i++) {
            uint8_t rgb[4 * 4 * 3] = { (uint8_t)i }, known[16] = { 1 };
            assert_int_equal(df_tiles_add(&tiles, rgb, known, 4, 4), 0);
        }
        assert_int_equal(tiles.count, 10);
        assert_int_equal(tiles.bytes, 10 * 64);
        for (int i = 0; i < 10; i++)
            counts[tiles.list[i].rgb[0]]++;
        df_tiles_free(&tiles);
        assert_null(tiles.list);
    }
    for (int i = 0; i < 40; i++)
        assert_in_range(counts[i], 65, 135);
}

/** Of 200 tiles of 48 or 192 bytes there is room for 40: both kinds are as likely to stay. */
static void small_tiles_stay_no_likelier(void **state)
{
    double counts[2] = { 0 };

    (void)state;
    for (int seed = 0; seed < 400; seed++) {
        static const uint8_t rgb[8 * 8 * 3];
        DfTiles tiles = { .most = 40 * 120, .seed = seed };
        for (int i = 0; i < 200; i++)
            assert_int_equal(df_tiles_add(&tiles, rgb, NULL, i % 2 ? 8 : 4, i % 2 ? 8 : 4), 0);
        assert_true(tiles.bytes <= tiles.most);
        for (int i = 0; i < tiles.count; i++)
            counts[tiles.list[i].width == 8]++;
        df_tiles_free(&tiles);
    }
    assert_true(counts[1] > 0.92 * counts[0] && counts[1] < 1.08 * counts[0]);
}

/** Sides, each tile, its last pixel and its mask change the checksum; what the mask hides does not. */
static void checksums_tell_tiles_apart(void **state)
{
    enum { W = 4, H = 2 };
    static const struct {
        int width, count, last, unknown;
    } cases[] = { { W, 1, 9, -1 }, { H, 1, 9, -1 }, { W, 2, 9, -1 }, { W, 1, 8, -1 }, { W, 1, 9, 3 }, { W, 1, 9, 2 } };
    uint32_t sums[DF_COUNT(cases)];
    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        for (int hidden = 0; hidden < 2; hidden++) {
            uint8_t rgb[3 * W * H], known[W * H];
            DfTiles tiles = { .most = 1 << 20 };
            memset(rgb, 9, sizeof rgb);
            memset(known, 1, sizeof known);
            rgb[3 * W * H - 1] = (uint8_t)cases[i].last;
            if (cases[i].unknown >= 0) {
                known[cases[i].unknown] = 0;
                rgb[3 * cases[i].unknown] = (uint8_t)hidden;
            }
            for (int k = 0; k < cases[i].count; k++)
                assert_int_equal(df_tiles_add(&tiles, rgb, cases[i].unknown < 0 ? NULL : known, cases[i].width,
                                              W * H / cases[i].width), 0);
            uint32_t sum = df_tiles_checksum(&tiles);
            assert_true(!hidden || sum == sums[i]);
            sums[i] = sum;
            df_tiles_free(&tiles);
        }
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(sums[k], sums[i]);
    }
}

static void no_memory_leaves_tiles_as_they_were(void **state)
{
    static uint8_t rgb[WIDTH * HEIGHT * 3];
    DfTiles tiles = { .most = 1 << 20 };

    (void)state;
    for (int n = 0; n < 3; n++) {
        df_fail_after(n);
        assert_int_equal(df_tiles_add_squares(&tiles, rgb, WIDTH, HEIGHT), -ENOMEM);
        assert_true(tiles.count == 0 && tiles.bytes == 0);
    }
    df_fail_after(-1);
    df_tiles_free(&tiles);
}

/* --------------------------------------------------------------------------------------- crops -- */

static float image[SIZE * SIZE * 3];
static uint8_t scratch[MOST * 1024];

static void cut(const DfCrop *crop)
{
    assert_true(df_crop_scratch(SIZE) <= sizeof scratch);
    df_crop_image(crop, SIZE, image, scratch);
}

static void a_crop_in_place_is_a_copy(void **state)
{
    static uint8_t rgb[WIDTH * HEIGHT * 3];

    (void)state;
    draw_picture(rgb, WIDTH, HEIGHT, 1);
    DfTiles tiles = tiles_of(rgb, NULL, WIDTH, HEIGHT);
    for (int flip = 0; flip < 2; flip++) {
        cut(&(DfCrop){ .tile = tiles.list, .x = 58, .y = 38, .zoom = 1, .flip = flip, .gain = 1 });
        for (int i = 0; i < SIZE * SIZE * 3; i++) {
            int x = i / 3 % SIZE, y = i / 3 / SIZE;
            int at = ((38 + y) * WIDTH + 58 + (flip ? SIZE - 1 - x : x)) * 3 + i % 3;
            assert_true(fabsf(image[i] - ((float)rgb[at] / 127.5f - 1)) < 1e-5f);
        }
    }
    df_tiles_free(&tiles);
}

/** A ramp stays one at any zoom, away from the tile's edges. */
static void a_ramp_stays_a_ramp(void **state)
{
    static uint8_t rgb[128 * 128 * 3];
    static const double zooms[] = { 0.55, 0.8, 1, 1.3, 2, 3 };

    (void)state;
    for (int i = 0; i < 128 * 128; i++) {
        rgb[3 * i] = (uint8_t)(2 * (i % 128));
        rgb[3 * i + 1] = (uint8_t)(2 * (i / 128));
        rgb[3 * i + 2] = 77;
    }
    DfTiles tiles = tiles_of(rgb, NULL, 128, 128);
    for (size_t z = 0; z < sizeof zooms / sizeof *zooms; z++) {
        DfCrop crop = { .tile = tiles.list, .x = 9.3, .y = 17.6, .zoom = zooms[z], .gain = 0.5f,
                        .offset = { 0.1f, 0, -0.2f } };
        cut(&crop);
        for (int i = 0; i < SIZE * SIZE; i++) {
            double u = crop.x + (i % SIZE + 0.5) * crop.zoom - 0.5, v = crop.y + (i / SIZE + 0.5) * crop.zoom - 0.5;
            assert_true(fabs((double)image[3 * i] - (0.5 * (2 * u / 127.5 - 1) + 0.1)) < 2e-3);
            assert_true(fabs((double)image[3 * i + 1] - 0.5 * (2 * v / 127.5 - 1)) < 2e-3);
            assert_true(fabs((double)image[3 * i + 2] - (0.5 * (77 / 127.5 - 1) - 0.2)) < 1e-5);
        }
    }
    df_tiles_free(&tiles);
}

static void what_is_finer_than_the_crop_is_averaged(void **state)
{
    static uint8_t rgb[WIDTH * HEIGHT * 3];

    (void)state;
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        memset(rgb + 3 * i, (i % WIDTH + i / WIDTH) % 2 ? 255 : 0, 3);
    DfTiles tiles = tiles_of(rgb, NULL, WIDTH, HEIGHT);
    cut(&(DfCrop){ .tile = tiles.list, .x = 3, .y = 3, .zoom = 1.9, .gain = 1 });
    for (int i = 0; i < SIZE * SIZE * 3; i++)
        assert_true(fabsf(image[i]) < 0.05f);
    cut(&(DfCrop){ .tile = tiles.list, .x = 3, .y = 3, .zoom = 1, .gain = 3 });
    for (int i = 0; i < SIZE * SIZE * 3; i++)
        assert_true(fabsf(image[i]) == 1);
    df_tiles_free(&tiles);
}

static void crops_lie_in_their_tiles(void **state)
{
    static uint8_t rgb[200 * 200 * 3], known[200 * 200];
    DfTiles tiles = { .most = 1 << 20 };
    int flips = 0, of_tile[3] = { 0 };
    double least = 9, most = 0;

    (void)state;
    df_tiles_add(&tiles, rgb, NULL, 200, 150);
    df_tiles_add(&tiles, rgb, NULL, 40, 60);
    df_tiles_add(&tiles, rgb, known, 12, 12);
    for (int i = 0; i < 3000; i++) {
        DfRandom random = df_random_open(1, DF_RANDOM_EXAMPLE, i, 0);
        DfCrop crop = df_crop_draw(&tiles, &df_crop_any, SIZE, &random);
        assert_true(crop.x >= 0 && crop.x + crop.zoom * SIZE <= crop.tile->width + 1e-9);
        assert_true(crop.y >= 0 && crop.y + crop.zoom * SIZE <= crop.tile->height + 1e-9);
        assert_true(crop.gain >= 0.85f && crop.gain <= 1.1f && fabsf(crop.offset[1]) <= 0.06f);
        of_tile[crop.tile - tiles.list]++;
        flips += crop.flip;
        if (crop.tile->width == 200) {
            least = fmin(least, crop.zoom);
            most = fmax(most, crop.zoom);
        }
        cut(&crop);
    }
    assert_true(least >= 0.55 && least < 0.56 && most <= 1.5 && most > 1.48);
    assert_in_range(flips, 1350, 1650);
    for (int i = 0; i < 3; i++)
        assert_in_range(of_tile[i], 850, 1150);
    df_tiles_free(&tiles);
}

/** A white tile is black where it is not known: the crop is white where it is known, and only there. */
static void what_an_unknown_pixel_touches_is_unknown(void **state)
{
    static uint8_t rgb[WIDTH * HEIGHT * 3], known[WIDTH * HEIGHT], crop_known[SIZE * SIZE];
    unsigned seed = 3;
    int unknown = 0;

    (void)state;
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        known[i] = draw(&seed, 30) ? 200 : 0;
        memset(rgb + 3 * i, 255, 3);
    }
    DfTiles tiles = tiles_of(rgb, known, WIDTH, HEIGHT);
    for (int i = 0; i < 100; i++) {
        DfRandom random = df_random_open(1, DF_RANDOM_EXAMPLE, i, 0);
        DfCrop crop = df_crop_draw(&tiles, &df_crop_any, SIZE, &random);
        crop.gain = 1;
        memset(crop.offset, 0, sizeof crop.offset);
        cut(&crop);
        df_crop_known(&crop, SIZE, crop_known);
        for (int p = 0; p < SIZE * SIZE; p++) {
            assert_in_range(crop_known[p], 0, 1);
            if (crop_known[p] && image[3 * p] < 1 - 1e-6f)
                fail_msg("crop %d: pixel %d is told known, and is not", i, p);
            unknown += !crop_known[p] && image[3 * p] > 1 - 1e-6f;
        }
    }
    assert_true(unknown < 100 * SIZE * SIZE / 50);
    df_tiles_free(&tiles);
}

/* ------------------------------------------------------------------------------------- samples -- */

enum { SIDE = 96, PIXELS = SIDE * SIDE };

static int same_sample(const DfSample *a, const DfSample *b)
{
    return !memcmp(a->image, b->image, 3 * PIXELS * sizeof(float)) && !memcmp(a->hole, b->hole, PIXELS) &&
           !memcmp(a->counts, b->counts, PIXELS) && !memcmp(a->sketch, b->sketch, PIXELS * sizeof(float));
}

static void a_stream_gives_one_sample(void **state)
{
    static uint8_t rgb[160 * 120 * 3];
    DfSample a, b;
    int lines = 0;

    (void)state;
    draw_picture(rgb, 160, 120, 4);
    memset(rgb, 200, 160 * 60 * 3);
    DfTiles tiles = tiles_of(rgb, NULL, 160, 120);
    assert_int_equal(df_sample_open(&a, SIDE, 1), 0);
    assert_int_equal(df_sample_open(&b, SIDE, 1), 0);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(df_sample_draw(&b, &tiles, df_random_open(2, DF_RANDOM_EXAMPLE, i, 1)), 0);
        assert_int_equal(df_sample_draw(&a, &tiles, df_random_open(2, DF_RANDOM_EXAMPLE, i, 0)), 0);
        assert_false(same_sample(&a, &b));
        assert_int_equal(df_sample_draw(&b, &tiles, df_random_open(2, DF_RANDOM_EXAMPLE, i, 0)), 0);
        assert_true(same_sample(&a, &b));
        int holes = 0;
        for (int p = 0; p < PIXELS; p++) {
            assert_true(a.counts[p] == 1 && fabsf(a.image[3 * p]) <= 1 && a.hole[p] <= 1);
            assert_true(a.sketch[p] == 0 || (a.sketch[p] == 1 && a.hole[p]));
            holes += a.hole[p];
            lines += a.sketch[p] == 1;
        }
        assert_true(holes >= DF_BRUSH_LEAST * PIXELS && holes <= DF_BRUSH_MOST * PIXELS);
    }
    assert_true(lines > 1000);
    df_sample_close(&a);
    df_sample_close(&b);
    df_tiles_free(&tiles);
}

/** A film whose mask is a logo of 40 x 16 in its corner: the truth there is white, all else gray. */
static void a_film_teaches_its_known_pixels(void **state)
{
    static uint8_t rgb[200 * 150 * 3], known[200 * 150];
    DfSample sample;
    int unknown = 0, drawn = 0, like = 0;

    (void)state;
    for (int i = 0; i < 200 * 150; i++) {
        int x = i % 200, y = i / 200;
        known[i] = !(x >= 150 && x < 190 && y >= 10 && y < 26);
        memset(rgb + 3 * i, known[i] ? 100 : 255, 3);
    }
    DfTiles tiles = tiles_of(rgb, known, 200, 150);
    assert_int_equal(df_sample_open(&sample, SIDE, 1), 0);
    for (int i = 0; i < 60; i++) {
        int holes = 0;
        assert_int_equal(df_sample_draw(&sample, &tiles, df_random_open(2, DF_RANDOM_EXAMPLE, i, 0)), 0);
        for (int p = 0; p < PIXELS; p++) {
            assert_true(sample.counts[p] ? sample.image[3 * p] < 0 : sample.hole[p] == 1);
            assert_true(sample.sketch[p] == 0 || (sample.hole[p] && sample.counts[p]));
            unknown += !sample.counts[p];
            holes += sample.hole[p] && sample.counts[p];
        }
        drawn += holes >= DF_BRUSH_LEAST * PIXELS;
        /* The whole logo at a zoom of .8 to 1.25, or a part of it. */
        like += holes > 0 && holes <= 40 * 16 / 0.64 * 1.1;
    }
    assert_int_equal(drawn, 60);
    assert_true(like > 50);
    assert_true(unknown > 0);
    df_sample_close(&sample);
    df_tiles_free(&tiles);
}

/** Under a mask of nearly half the film crops are looked for that show enough of the rest. */
static void much_of_a_sample_is_known(void **state)
{
    static uint8_t rgb[200 * 150 * 3], known[200 * 150];
    DfSample sample;

    (void)state;
    for (int i = 0; i < 200 * 150; i++)
        known[i] = i % 200 >= 90;
    DfTiles tiles = tiles_of(rgb, known, 200, 150);
    assert_int_equal(df_sample_open(&sample, SIDE, 0), 0);
    for (int i = 0; i < 100; i++) {
        int counts = 0;
        assert_int_equal(df_sample_draw(&sample, &tiles, df_random_open(2, DF_RANDOM_EXAMPLE, i, 0)), 0);
        for (int p = 0; p < PIXELS; p++)
            counts += sample.counts[p];
        assert_true(counts >= 0.6 * PIXELS);
    }
    df_sample_close(&sample);
    df_tiles_free(&tiles);
}

/** Under a mask that covers all of the film there is nothing to learn: no endless search. */
static void a_film_that_is_all_hole_ends(void **state)
{
    static uint8_t rgb[100 * 100 * 3], known[100 * 100];
    DfSample sample;

    (void)state;
    DfTiles tiles = tiles_of(rgb, known, 100, 100);
    assert_int_equal(df_sample_open(&sample, SIDE, 0), 0);
    assert_int_equal(df_sample_draw(&sample, &tiles, df_random_open(2, DF_RANDOM_EXAMPLE, 0, 0)), 0);
    for (int p = 0; p < PIXELS; p++)
        assert_true(sample.hole[p] == 1 && sample.counts[p] == 0);
    df_sample_close(&sample);
    df_tiles_free(&tiles);
}

static void samples_without_memory_are_told(void **state)
{
    static uint8_t rgb[100 * 100 * 3];
    DfSample sample;
    int ret = -ENOMEM;

    (void)state;
    DfTiles tiles = tiles_of(rgb, NULL, 100, 100);
    for (int n = 0; n < 4; n++) {
        df_fail_after(n);
        assert_int_equal(df_sample_open(&sample, SIDE, 1), -ENOMEM);
        assert_null(sample.image);
    }
    df_fail_after(-1);
    assert_int_equal(df_sample_open(&sample, SIDE, 1), 0);
    for (int n = 0; ret; n++) {
        df_arena_free(&sample.scratch);
        df_fail_after(n);
        ret = df_sample_draw(&sample, &tiles, df_random_open(2, DF_RANDOM_EXAMPLE, 1, 0));
        assert_true(ret == 0 || ret == -ENOMEM);
        assert_true(ret || n > 0);
    }
    df_fail_after(-1);
    df_sample_close(&sample);
    df_tiles_free(&tiles);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_become_squares),
        cmocka_unit_test(tiles_stay_by_chance_within_their_limit),
        cmocka_unit_test(small_tiles_stay_no_likelier),
        cmocka_unit_test(checksums_tell_tiles_apart),
        cmocka_unit_test(no_memory_leaves_tiles_as_they_were),
        cmocka_unit_test(a_crop_in_place_is_a_copy),
        cmocka_unit_test(a_ramp_stays_a_ramp),
        cmocka_unit_test(what_is_finer_than_the_crop_is_averaged),
        cmocka_unit_test(crops_lie_in_their_tiles),
        cmocka_unit_test(what_an_unknown_pixel_touches_is_unknown),
        cmocka_unit_test(a_stream_gives_one_sample),
        cmocka_unit_test(a_film_teaches_its_known_pixels),
        cmocka_unit_test(much_of_a_sample_is_known),
        cmocka_unit_test(a_film_that_is_all_hole_ends),
        cmocka_unit_test(samples_without_memory_are_told),
    };

    return cmocka_run_group_tests_name("train_crops", tests, NULL, NULL);
}
