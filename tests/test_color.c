/**
 * @file
 * Conversions to the network's RGB and back, crops with reflection, and known samples grown into holes.
 */
#include "picture.h"

#include <math.h>

#include "image/color.h"
#include "image/crop.h"
#include "image/nearest.h"

static const int matrices[] = { 1, 4, 5, 6, 7, 8, 9 };

/** A conversion with the memory that it works in. */
typedef struct Bench {
    DfColor *color;
    DfColorKey key;
    DfPlanes planes;
    void *memory, *samples;
    float *rgb;
} Bench;

static Bench bench_open(DeepfillFormat format, int net_width, int net_height)
{
    Bench b = { .key = { format, net_width, net_height } };

    assert_int_equal(df_color_create(&b.color, &b.key), 0);
    b.memory = df_alloc(df_color_bytes(b.color));
    b.samples = df_alloc(df_planes_bytes(&format, format.width, format.height));
    b.rgb = df_alloc((size_t)net_width * net_height * 3 * sizeof(float));
    assert_true(b.memory && b.samples && b.rgb);
    df_planes_carve(&b.planes, &format, format.width, format.height, b.samples);
    return b;
}

static void bench_close(Bench *b)
{
    df_color_close(&b->color);
    df_free(b->memory);
    df_free(b->samples);
    df_free(b->rgb);
}

static void set_rgb(Bench *b, float red, float green, float blue)
{
    for (int i = 0; i < b->key.net_width * b->key.net_height; i++) {
        b->rgb[3 * i] = red;
        b->rgb[3 * i + 1] = green;
        b->rgb[3 * i + 2] = blue;
    }
}

/** The code that every sample of a plane has, but for `slack`. */
static int flat_code(const Bench *b, int plane, int slack)
{
    const DeepfillFormat *f = &b->key.format;
    int bytes = df_sample_bytes(f), code = (int)df_sample_load(b->planes.data[plane], 0, bytes);

    for (int y = 0; y < f->height >> df_plane_sub_y(f, plane); y++)
        for (int x = 0; x < f->width >> df_plane_sub_x(f, plane); x++) {
            int other = (int)df_sample_load(b->planes.data[plane] + y * b->planes.stride[plane], x, bytes);
            assert_true(abs(other - code) <= slack);
        }
    return code;
}

/** A flat colour becomes flat planes, these the same colour, and that the same planes. */
static void round_trip(DeepfillFormat format, int net_width, int net_height, unsigned *seed)
{
    Bench b = bench_open(format, net_width, net_height);
    float in[3], step = 2.0f / (1 << format.depth) * (format.full_range ? 3 : 4);
    int codes[3];

    for (int c = 0; c < 3; c++)
        in[c] = format.layout == DEEPFILL_GRAY && c ? in[0] : draw(seed, 2001) / 1000.0f - 1;
    set_rgb(&b, in[0], in[1], in[2]);
    assert_int_equal(df_color_from_rgb(b.color, b.memory, b.rgb, &b.planes), 0);
    for (int p = 0; p < df_plane_count(&format); p++)
        codes[p] = flat_code(&b, p, format.depth > 12);
    set_rgb(&b, 9, 9, 9);
    assert_int_equal(df_color_to_rgb(b.color, b.memory, &b.planes, b.rgb), 0);
    for (int i = 0; i < net_width * net_height * 3; i++)
        assert_true(fabsf(b.rgb[i] - in[i % 3]) < step + 1e-5f);
    assert_int_equal(df_color_from_rgb(b.color, b.memory, b.rgb, &b.planes), 0);
    for (int p = 0; p < df_plane_count(&format); p++)
        assert_true(abs(flat_code(&b, p, 1) - codes[p]) <= 1);
    bench_close(&b);
}

static void flat_colours_survive(void **state)
{
    unsigned seed = 1;

    (void)state;
    for (int depth = 8; depth <= 16; depth++) {
        for (int full = 0; full < 2; full++) {
            for (int sub = 0; sub < 9; sub++) {
                DeepfillFormat yuv = { 96, 64, DEEPFILL_YUV, depth, sub % 3, sub / 3, full,
                                       matrices[draw(&seed, DF_COUNT(matrices))] };
                round_trip(yuv, 96, 64, &seed);
                yuv.width = 212, yuv.height = 144;
                round_trip(yuv, 96, 64, &seed);
            }
            round_trip((DeepfillFormat){ 96, 64, DEEPFILL_GRAY, depth, 0, 0, full, 2 }, 96, 64, &seed);
            round_trip((DeepfillFormat){ 97, 71, DEEPFILL_GRAY, depth, 0, 0, full, 2 }, 64, 64, &seed);
        }
        round_trip((DeepfillFormat){ 64, 96, DEEPFILL_RGB, depth, 0, 0, 1, 2 }, 64, 96, &seed);
        round_trip((DeepfillFormat){ 145, 217, DEEPFILL_RGB, depth, 0, 0, 1, 2 }, 64, 96, &seed);
    }
}

static void white_and_black_have_their_codes(void **state)
{
    static const struct { enum DeepfillLayout layout; int depth, full, white, black, neutral; } cases[] = {
        { DEEPFILL_YUV, 8, 0, 235, 16, 128 }, { DEEPFILL_YUV, 8, 1, 255, 0, 128 },
        { DEEPFILL_YUV, 10, 0, 940, 64, 512 }, { DEEPFILL_YUV, 10, 1, 1023, 0, 512 },
        { DEEPFILL_GRAY, 8, 0, 235, 16, 0 }, { DEEPFILL_GRAY, 8, 1, 255, 0, 0 },
        { DEEPFILL_RGB, 8, 0, 255, 0, 0 }, { DEEPFILL_RGB, 16, 1, 65535, 0, 0 },
        { DEEPFILL_YUV, 12, 0, 3760, 256, 2048 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        DeepfillFormat format = { 64, 64, cases[i].layout, cases[i].depth, 0, 0, cases[i].full, 1 };
        Bench b = bench_open(format, 64, 64);
        for (int white = 0; white < 2; white++) {
            float level = white ? 1 : -1;
            set_rgb(&b, level, level, level);
            assert_int_equal(df_color_from_rgb(b.color, b.memory, b.rgb, &b.planes), 0);
            assert_int_equal(flat_code(&b, 0, 0), white ? cases[i].white : cases[i].black);
            if (format.layout == DEEPFILL_YUV)
                assert_int_equal(flat_code(&b, 1, 0) + flat_code(&b, 2, 0), 2 * cases[i].neutral);
        }
        bench_close(&b);
    }
}

static void unnamed_matrix_follows_the_height(void **state)
{
    static const struct { int height, matrix, resolved; } cases[] = {
        { 719, 2, 6 }, { 720, 2, 1 },   { 719, 1, 1 }, { 1080, 5, 5 },
        { 480, 0, 6 }, { 1080, 14, 1 }, { 480, 9, 9 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        DeepfillFormat format = { 64, cases[i].height, DEEPFILL_YUV, 8, 1, 1, 0, cases[i].matrix };
        assert_int_equal(df_color_resolve(format).matrix, cases[i].resolved);
    }
}

/** The n-th sample of a walk that turns round at both ends. */
static int bounced(int n, int length)
{
    int at = 0, step = 1;

    while (n-- > 0 && length > 1) {
        if (at + step < 0 || at + step >= length)
            step = -step;
        at += step;
    }
    return at;
}

static void crop_reflects(DeepfillFormat format, DfRect place)
{
    uint8_t samples[40 * 40 * 2], out[80 * 160], hole[80 * 80];
    int bytes = df_sample_bytes(&format);
    DeepfillImage image = { .format = format };
    DeepfillMask *mask = mask_of_rect(format.width, format.height, format.width / 3, format.height / 3,
                                      format.width / 3 + 1, format.height / 3 + 1, 0, 0);
    unsigned seed = 3;

    for (size_t i = 0; i < sizeof samples; i++)
        samples[i] = (uint8_t)draw(&seed, 256);
    for (int p = 0; p < df_plane_count(&format); p++) {
        int sx = df_plane_sub_x(&format, p), sy = df_plane_sub_y(&format, p);
        int width = df_plane_side(format.width, sx), height = df_plane_side(format.height, sy), known = 0;
        /* Rows from the last upwards. */
        image.data[p] = samples + (height - 1) * 80;
        image.stride[p] = -80;
        df_crop_plane(&image, p, place, out, 160);
        int found = df_crop_hole(mask, place, sx, sy, hole), columns = df_rect_width(place) >> sx;
        for (int y = 0; y < df_rect_height(place) >> sy; y++) {
            for (int x = 0; x < columns; x++) {
                int u = bounced((place.x0 >> sx) + x, width), v = bounced((place.y0 >> sy) + y, height);
                uint8_t weight;
                df_mask_weights(mask, v, u, u + 1, sx, sy, &weight);
                assert_int_equal(df_sample_load(out + y * 160, x, bytes),
                                 df_sample_load(image.data[p] + v * image.stride[p], u, bytes));
                assert_int_equal(hole[y * columns + x], weight == 255);
                known += weight != 255;
            }
        }
        assert_int_equal(found, known);
    }
    deepfill_mask_close(&mask);
}

static void frames_are_reflected_beyond_their_edges(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 2, 1 }, { 1, 40 }, { 3, 5 }, { 39, 37 }, { 40, 40 } };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(sizes); i++)
        for (int sub = 0; sub < 9; sub++)
            for (int depth = 8; depth <= 10; depth += 2) {
                int width = sizes[i][0], height = sizes[i][1];
                DeepfillFormat format = { width, height, DEEPFILL_YUV, depth, sub % 3, sub / 3, 0, 1 };
                crop_reflects(format, (DfRect){ 0, 0, 80, 80 });
            }
    crop_reflects((DeepfillFormat){ 39, 37, DEEPFILL_YUV, 8, 1, 1, 0, 1 }, (DfRect){ 8, 6, 40, 38 });
}

static void holes_take_the_nearest_known(void **state)
{
    enum { W = 23, H = 19 };
    uint16_t plane[H][W], before[H][W];
    uint8_t hole[H * W];
    void *scratch = df_alloc(df_nearest_bytes(W, H));
    unsigned seed = 11;

    (void)state;
    assert_non_null(scratch);
    for (int round = 0; round < 60; round++) {
        unsigned share = draw(&seed, 101);
        for (int i = 0; i < W * H; i++) {
            hole[i] = draw(&seed, 100) < share;
            before[i / W][i % W] = plane[i / W][i % W] = (uint16_t)i;
        }
        df_nearest_fill((uint8_t *)plane, sizeof plane[0], 2, hole, W, H, 65535, scratch);
        for (int i = 0; i < W * H; i++) {
            int best = W * W + H * H, x = i % W, y = i / W, taken = plane[y][x];
            for (int k = 0; k < W * H; k++)
                if (!hole[k])
                    best = DF_MIN(best, (k % W - x) * (k % W - x) + (k / W - y) * (k / W - y));
            if (best == W * W + H * H) {
                assert_int_equal(taken, 65535);
            } else {
                assert_false(hole[taken]);
                assert_int_equal((taken % W - x) * (taken % W - x) + (taken / W - y) * (taken / W - y), best);
            }
            assert_true(hole[i] || taken == before[y][x]);
        }
    }
    df_free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flat_colours_survive),
        cmocka_unit_test(white_and_black_have_their_codes),
        cmocka_unit_test(unnamed_matrix_follows_the_height),
        cmocka_unit_test(frames_are_reflected_beyond_their_edges),
        cmocka_unit_test(holes_take_the_nearest_known),
    };

    return cmocka_run_group_tests_name("color", tests, NULL, NULL);
}
