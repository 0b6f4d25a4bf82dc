/**
 * @file
 * Noise of known strength is told from blocks, between frames and in one; texture is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "noise_picture.h"
#include "frame.h"
#include "waves.h"
#include "image/grain.h"

static const DeepfillFormat gray = { 320, 240, DEEPFILL_GRAY, 8, 0, 0, 1, 2 };

/** A mask with a rectangle in the middle as its hole. */
static DeepfillMask *middle(const DeepfillFormat *f)
{
    int x = f->width / 2, y = f->height / 2;

    return mask_of_rect(f->width, f->height, x - 40, y - 20, x + 40, y + 20, 0, 0);
}

/** What a picture shows before there is noise: a ramp of luma, or waves. */
typedef float Content(int x, int y);

static float flat(int x, int y)
{
    (void)x, (void)y;
    return 128;
}

static float ramp(int x, int y)
{
    (void)y;
    return 20 + 0.66f * (float)x;
}

static Waves texture;

static float wavy(int x, int y)
{
    return waves_at(&texture, x, y);
}

/** A picture with noise, of sigma in levels of 8 bits, that is `more` times that at white. */
static Picture draw_noisy(DeepfillFormat f, Content *content, float sigma, float more, float tap, unsigned seed)
{
    Picture p = picture_new(f);

    for (int i = 0; i < df_plane_count(&f); i++) {
        int width = df_plane_side(f.width, df_plane_sub_x(&f, i));
        int height = df_plane_side(f.height, df_plane_sub_y(&f, i));
        float *noise = noise_new(width, height, tap, tap, seed + 10 * i);
        float scale = (float)((1 << f.depth) - 1) / 255;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                float luma = content(x << df_plane_sub_x(&f, i), y << df_plane_sub_y(&f, i));
                float value = (i ? 128 : luma) + sigma * (1 + (more - 1) * luma / 255) * noise[y * width + x];
                df_sample_store(p.image.data[i] + y * p.image.stride[i], x, df_sample_bytes(&f),
                                (unsigned)(DF_CLAMP(value * scale, 0, (float)((1 << f.depth) - 1)) + 0.5f));
            }
        free(noise);
    }
    return p;
}

static DfFrameNoise measure(DeepfillFormat f, Content *content, float sigma, float more, float tap)
{
    Picture p = draw_noisy(f, content, sigma, more, tap, 1);
    DeepfillMask *mask = middle(&f);
    DfArena scratch = { 0 };
    DfFrameNoise noise;

    assert_int_equal(df_noise_measure(&noise, &p.image, mask, NULL, 1, &scratch), 0);
    df_arena_free(&scratch);
    deepfill_mask_close(&mask);
    free(p.memory);
    return noise;
}

static void tells_sigma(void **state)
{
    (void)state;
    for (float sigma = 2; sigma <= 8; sigma *= 2)
        for (int depth = 8; depth <= 12; depth += 4) {
            DeepfillFormat f = { 320, 240, DEEPFILL_YUV, depth, 1, 1, 0, 2 };
            DfFrameNoise noise = measure(f, flat, sigma, 1, 0);
            float level = (float)((1 << depth) - 1) / 255;
            assert_true(noise.is_known);
            for (int p = 0; p < 3; p++) {
                assert_float_equal(df_noise_sigma(&noise.planes[p], 0.5f) / level, sigma, 0.08f * sigma);
                assert_float_equal(noise.planes[p].tap[0], 0, 0.06f);
                assert_float_equal(noise.planes[p].tap[1], 0, 0.06f);
            }
        }
}

static void tells_correlation(void **state)
{
    (void)state;
    for (float tap = 0.15f; tap < 0.5f; tap += 0.1f) {
        DfFrameNoise noise = measure(gray, flat, 4, 1, tap);
        assert_float_equal(df_noise_sigma(&noise.planes[0], 0.5f), 4, 0.4f);
        assert_float_equal(noise.planes[0].tap[0], tap, 0.05f);
        assert_float_equal(noise.planes[0].tap[1], tap, 0.05f);
    }
}

static void tells_luma(void **state)
{
    DfFrameNoise noise = measure(gray, ramp, 2, 3, 0);

    (void)state;
    for (float luma = 0.2f; luma < 0.9f; luma += 0.1f)
        assert_float_equal(df_noise_sigma(&noise.planes[0], luma), 2 + 4 * luma, 0.12f * (2 + 4 * luma));
}

static void texture_is_no_noise(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed < 6; seed++) {
        texture = waves_make(seed);
        DfFrameNoise noise = measure(gray, wavy, 0, 1, 0);
        assert_false(df_noise_is_any(&noise.planes[0]));
    }
}

static void too_few_blocks_tell_nothing(void **state)
{
    DeepfillFormat small = gray;
    (void)state;
    small.width = 100;
    small.height = 60;
    DfFrameNoise noise = measure(small, flat, 4, 1, 0);
    assert_false(noise.is_known);
    assert_false(df_noise_is_any(&noise.planes[0]));
}

/** Flat graphics all around the left half of the hole, as they are and kept out. */
static void what_is_kept_out_tells_nothing(void **state)
{
    Picture p = draw_noisy(gray, flat, 4, 1, 0, 1);
    DeepfillMask *mask = middle(&gray), *graphics = mask_of_rect(320, 240, 0, 0, 170, 240, 0, 0);
    DfArena scratch = { 0 };
    DfFrameNoise noise;

    (void)state;
    for (int y = 0; y < 240; y++)
        memset(p.image.data[0] + y * p.image.stride[0], 128, 170);
    assert_int_equal(df_noise_measure(&noise, &p.image, mask, NULL, 1, &scratch), 0);
    assert_true(df_noise_sigma(&noise.planes[0], 0.5f) < 2);
    assert_int_equal(df_noise_measure(&noise, &p.image, mask, graphics, 1, &scratch), 0);
    assert_float_equal(df_noise_sigma(&noise.planes[0], 0.5f), 4, 0.4f);
    df_arena_free(&scratch);
    deepfill_mask_close(&graphics);
    deepfill_mask_close(&mask);
    free(p.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_sigma),
        cmocka_unit_test(tells_correlation),
        cmocka_unit_test(tells_luma),
        cmocka_unit_test(texture_is_no_noise),
        cmocka_unit_test(too_few_blocks_tell_nothing),
        cmocka_unit_test(what_is_kept_out_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
