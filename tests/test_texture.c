/**
 * @file
 * Texture: how much of it a blurred fill gets, where it comes from, and that threads have no say.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "picture.h"
#include "texture/level.h"

#define SIDE 96
#define FIRST 30 /* of the hole's rows and columns */
#define END 62

/** A picture and what its pixels are. */
typedef struct Scene {
    int width, height;
    float *rgb;
    uint8_t *state;
} Scene;

static Scene scene_new(int width, int height)
{
    Scene s = { width, height, calloc((size_t)3 * width * height, sizeof(float)), calloc(width, height) };

    assert_non_null(s.rgb);
    assert_non_null(s.state);
    return s;
}

static void scene_free(Scene *s)
{
    free(s->rgb);
    free(s->state);
}

static float *pixel(const Scene *s, int x, int y)
{
    return s->rgb + 3 * ((size_t)y * s->width + x);
}

static void mark(Scene *s, int x0, int y0, int x1, int y1, enum DfTextureState state)
{
    for (int y = y0; y < y1; y++)
        memset(s->state + (size_t)y * s->width + x0, state, x1 - x0);
}

static void paint(Scene *s, int x, int y, float value)
{
    for (int c = 0; c < 3; c++)
        pixel(s, x, y)[c] = value;
}

/** Fill a scene with so many threads. @return as df_texture() */
static int texture(const Scene *s, int threads)
{
    DfTexturePicture picture = { s->width, s->height, s->rgb, s->state };
    DfThreadPool *pool = NULL;
    void *scratch = df_alloc(df_texture_bytes(s->width, s->height));

    assert_non_null(scratch);
    assert_int_equal(df_thread_pool_open(&pool, threads - 1), 0);
    int made = df_texture(&picture, &(DfParallel){ pool, threads }, scratch);
    df_thread_pool_close(&pool);
    df_free(scratch);
    return made;
}

/** Noise of +-0.4 around 0, and a hole that is flat, as a network would leave it. */
static Scene noisy(void)
{
    Scene s = scene_new(SIDE, SIDE);
    unsigned seed = 1;

    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            paint(&s, x, y, (int)draw(&seed, 801) / 1000.0f - 0.4f);
    mark(&s, FIRST, FIRST, END, END, DF_TEXTURE_HOLE);
    for (int y = FIRST; y < END; y++)
        for (int x = FIRST; x < END; x++)
            paint(&s, x, y, 0);
    return s;
}

static double deviation(const Scene *s, int x0, int y0, int x1, int y1)
{
    double sum = 0, square = 0, n = (x1 - x0) * (y1 - y0);

    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            sum += *pixel(s, x, y);
            square += *pixel(s, x, y) * *pixel(s, x, y);
        }
    return sqrt(square / n - sum / n * sum / n);
}

/** The fill is flat. White noise is the worst case, as no two patches are alike: two thirds of it come back. */
static void noise_comes_back(void **state)
{
    Scene s = noisy();
    double around = deviation(&s, 0, 0, SIDE, FIRST);

    (void)state;
    assert_int_equal(texture(&s, 1), 1);
    double inside = deviation(&s, FIRST + 4, FIRST + 4, END - 4, END - 4);
    assert_true(inside > 0.5 * around && inside < around);
    scene_free(&s);
}

/** Left and right of a column the picture is so much of what it was, and so much brighter. */
static void grade(Scene *s, int column, const float gain[2], const float offset[2])
{
    for (int i = 0; i < 3 * SIDE * SIDE; i++) {
        int right = i / 3 % SIDE >= column;
        float *value = pixel(s, 0, 0) + i;
        *value = gain[right] * *value + offset[right];
    }
}

/** Near sources are taken, though the fainter noise far away differs less from the flat fill. */
static void near_sources_win(void **state)
{
    Scene s = noisy();

    (void)state;
    grade(&s, END + 10, (float[]){ 0.25f, 0.125f }, (float[]){ 0, 0 });
    double around = deviation(&s, 0, 0, SIDE / 2, FIRST);
    assert_int_equal(texture(&s, 1), 1);
    double inside = deviation(&s, FIRST + 4, FIRST + 4, END - 4, END - 4);
    assert_true(inside > 0.5 * around);
    scene_free(&s);
}

/** Deep in a hole the more similar source is taken, 40 pixels farther: the fill is flat, the right end nearly so. */
static void far_sources_cost_alike(void **state)
{
    Scene s = scene_new(400, 48);
    unsigned seed = 1;

    (void)state;
    mark(&s, 40, 0, 360, 48, DF_TEXTURE_HOLE);
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 400; x++)
            paint(&s, x, y, s.state[y * 400 + x] ? 0 : ((int)draw(&seed, 801) - 400) / (x < 40 ? 2000.0f : 20000.0f));
    assert_int_equal(texture(&s, 1), 1);
    assert_true(deviation(&s, 170, 8, 190, 40) < 0.03);
    scene_free(&s);
}

static float stripes(int x)
{
    return x / 3 % 2 ? 0.6f : -0.6f;
}

/** Stripes of three pixels, of which the network has made grey, go on through the hole. */
static void stripes_go_on(void **state)
{
    Scene s = scene_new(SIDE, SIDE);
    double error = 0;

    (void)state;
    mark(&s, FIRST, FIRST, FIRST + 20, FIRST + 20, DF_TEXTURE_HOLE);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            paint(&s, x, y, s.state[y * SIDE + x] ? 0 : stripes(x));
    assert_int_equal(texture(&s, 1), 1);
    for (int y = FIRST; y < FIRST + 20; y++)
        for (int x = FIRST; x < FIRST + 20; x++)
            error += fabs(*pixel(&s, x, y) - stripes(x)) / 400;
    assert_true(error < 0.1);
    scene_free(&s);
}

/** The guide's colours stay: of a picture half dark, half bright, a hole that is all dark gets nothing bright. */
static void guide_keeps_colours_out(void **state)
{
    Scene s = noisy();

    (void)state;
    grade(&s, END, (float[]){ 0.25f, 0.25f }, (float[]){ -0.6f, 0.6f });
    assert_int_equal(texture(&s, 1), 1);
    for (int y = FIRST; y < END; y++)
        for (int x = FIRST; x < END - 8; x++)
            assert_true(*pixel(&s, x, y) < -0.3f);
    scene_free(&s);
}

/** Neither what the hole nor what OTHER pixels hold is a source: they are far brighter than all that is known. */
static void sources_are_known(void **state)
{
    Scene s = noisy();

    (void)state;
    mark(&s, 70, 10, 90, 90, DF_TEXTURE_OTHER);
    for (int y = 10; y < 90; y++)
        for (int x = 70; x < 90; x++)
            paint(&s, x, y, 0.99f);
    for (int y = FIRST; y < END; y++)
        for (int x = FIRST; x < END; x++)
            paint(&s, x, y, 0.2f);
    assert_int_equal(texture(&s, 1), 1);
    for (int y = FIRST; y < END; y++)
        for (int x = FIRST; x < END; x++)
            assert_true(*pixel(&s, x, y) < 0.6f);
    assert_true(*pixel(&s, 80, 50) == 0.99f);
    scene_free(&s);
}

/** Only hole and ring change. */
static void rest_stays(void **state)
{
    Scene before = noisy(), after = noisy();

    (void)state;
    mark(&after, FIRST - 3, FIRST, FIRST, END, DF_TEXTURE_RING);
    assert_int_equal(texture(&after, 1), 1);
    int changed = 0;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int same = !memcmp(pixel(&before, x, y), pixel(&after, x, y), 3 * sizeof(float));
            assert_true(same || after.state[y * SIDE + x] == DF_TEXTURE_HOLE || after.state[y * SIDE + x] == DF_TEXTURE_RING);
            changed += !same && after.state[y * SIDE + x] == DF_TEXTURE_RING;
        }
    assert_true(changed > (END - FIRST) * 2);
    scene_free(&before);
    scene_free(&after);
}

static void threads_have_no_say(void **state)
{
    Scene one = noisy();

    (void)state;
    texture(&one, 1);
    for (int threads = 2; threads <= 7; threads++) {
        Scene more = noisy();
        texture(&more, threads);
        assert_memory_equal(one.rgb, more.rgb, 3 * SIDE * SIDE * sizeof(float));
        scene_free(&more);
    }
    scene_free(&one);
}

/** Depth is the distance to the nearest known or ring pixel; other pixels are not known. */
static void depth_is_distance(void **state)
{
    Scene s = scene_new(SIDE, SIDE);
    void *planes = calloc(SIDE * SIDE, 2 * DF_MATCH_CHANNELS * sizeof(int16_t) + 2 + sizeof(int32_t));
    int16_t *picture = planes, *guide = picture + DF_MATCH_CHANNELS * SIDE * SIDE;
    int32_t *sources = (int32_t *)(guide + DF_MATCH_CHANNELS * SIDE * SIDE);
    uint8_t *patch = (uint8_t *)(sources + SIDE * SIDE), *depth = patch + SIDE * SIDE;

    (void)state;
    assert_non_null(planes);
    mark(&s, 0, 5, SIDE, SIDE, DF_TEXTURE_HOLE);
    mark(&s, 40, 20, 60, 50, DF_TEXTURE_OTHER);
    mark(&s, 10, 30, 13, 31, DF_TEXTURE_RING);
    DfTextureLevel level = { .width = SIDE, .height = SIDE, .scale = 1, .rgb = s.rgb, .state = s.state,
                             .picture = picture, .guide = guide, .patch = patch, .depth = depth, .sources = sources };
    df_texture_prepare(&level, NULL);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int top = DF_MAX(y - 4, 0), aside = DF_MAX(DF_MAX(10 - x, x - 12), 0);
            assert_int_equal(depth[y * SIDE + x], DF_MIN(top, DF_MAX(aside, abs(y - 30))));
        }
    free(planes);
    scene_free(&s);
}

/** Sides from 1 on, holes at edges, nothing known, nothing to do. Where nothing is made, nothing changes. */
static void any_size_will_do(void **state)
{
    static const int sides[] = { 1, 2, 7, 8, 9, 15, 16, 17, 33 };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(sides); i++)
        for (size_t j = 0; j < DF_COUNT(sides); j++)
            for (int kind = 0; kind < 3; kind++) {
                Scene s = scene_new(sides[i], sides[j]);
                paint(&s, 0, 0, 0.5f);
                mark(&s, 0, 0, kind ? sides[i] : (sides[i] + 1) / 2, kind ? sides[j] : (sides[j] + 1) / 2,
                     kind == 2 ? DF_TEXTURE_KNOWN : DF_TEXTURE_HOLE);
                int made = texture(&s, 2);
                assert_true(!kind || !made);
                assert_true(made || *pixel(&s, 0, 0) == 0.5f);
                scene_free(&s);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_comes_back),        cmocka_unit_test(near_sources_win),
        cmocka_unit_test(far_sources_cost_alike),
        cmocka_unit_test(stripes_go_on),           cmocka_unit_test(guide_keeps_colours_out),
        cmocka_unit_test(sources_are_known),       cmocka_unit_test(rest_stays),
        cmocka_unit_test(threads_have_no_say),     cmocka_unit_test(depth_is_distance),
        cmocka_unit_test(any_size_will_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
