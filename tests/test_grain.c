/**
 * @file
 * Grain put into planes and pictures: as much as is missing, new for each seed, nothing where nothing is missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "frame.h"
#include "noise_picture.h"
#include "image/grain.h"
#include "kernels/normal.h"
#include "plane/sample.h"

#define SIDE 128

/** A plane of one class throughout, and its classes. */
typedef struct Field {
    DfArena arena;
    DfPlane plane;
    uint8_t *classes;
} Field;

static Field field_new(uint8_t class)
{
    Field f = { 0 };

    f.plane = df_plane_take(&f.arena, SIDE, SIDE);
    f.classes = df_arena_take(&f.arena, SIDE * SIDE);
    memset(f.classes, class, SIDE * SIDE);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            df_plane_row(f.plane, y)[x] = 100;
    return f;
}

static DfNoise noise_of(float sigma, float tap)
{
    DfNoise noise = { .tap = { tap, tap } };

    for (int i = 0; i < DF_NOISE_LEVELS; i++)
        noise.variance[i] = sigma * sigma;
    return noise;
}

static void apply(Field *f, const DfNoise *noise, uint32_t seed, int x, int y)
{
    DfGrainPlane plane = { .colour = f->plane, .x = x, .y = y, .classes = f->classes, .luma = f->plane, .highest = 255,
                           .seed = seed };

    assert_int_equal(df_grain_apply(&plane, noise, &f->arena), 0);
}

/** Standard deviation of second differences along both axes, as of white noise of that sigma. */
static float high_pass(DfPlane p)
{
    double sum = 0;

    for (int y = 1; y < p.height - 1; y++)
        for (int x = 1; x < p.width - 1; x++) {
            float d = 0;
            for (int i = -1; i <= 1; i++) {
                const float *row = df_plane_row(p, y + i) + x;
                d += (i ? 1.0f : -2.0f) * (row[-1] - 2 * row[0] + row[1]);
            }
            sum += d * d / 36;
        }
    return (float)sqrt(sum / ((p.width - 2) * (p.height - 2)));
}

static void fill_with(DfPlane p, const float *noise, float sigma)
{
    for (int y = 0; y < p.height; y++)
        for (int x = 0; x < p.width; x++)
            df_plane_row(p, y)[x] = 100 + sigma * noise[y * p.width + x];
}

static void white_noise_is_normal(void **state)
{
    static float row[1 << 16], part[100];
    double sum = 0, squares = 0, neighbours = 0;
    int n = DF_COUNT(row);

    (void)state;
    df_normal_row(row, 7, 0, n);
    for (int i = 0; i < n; i++) {
        sum += row[i];
        squares += row[i] * row[i];
        neighbours += i ? row[i] * row[i - 1] : 0;
        assert_true(fabsf(row[i]) < 3.5f);
    }
    assert_float_equal(sum / n, 0, 0.02f);
    assert_float_equal(squares / n, 1, 0.02f);
    assert_float_equal(neighbours / n, 0, 0.02f);
    df_normal_row(part, 7, 500, 100);
    assert_memory_equal(part, row + 500, sizeof part);
    df_normal_row(part, 8, 500, 100);
    assert_memory_not_equal(part, row + 500, sizeof part);
}

static void smooth_planes_get_all(void **state)
{
    (void)state;
    for (float tap = 0; tap < 0.5f; tap += 0.2f)
        for (float sigma = 2; sigma <= 8; sigma *= 2) {
            Field f = field_new(DF_GRAIN_NEW);
            DfNoise noise = noise_of(sigma, tap);
            float *truth = noise_new(SIDE, SIDE, tap, tap, 3);
            apply(&f, &noise, 5, 0, 0);
            float made = high_pass(f.plane);
            fill_with(f.plane, truth, sigma);
            assert_float_equal(made / high_pass(f.plane), 1, 0.05f);
            free(truth);
            df_arena_free(&f.arena);
        }
}

/** Noise of another time is replaced, not doubled. */
static void old_noise_is_replaced(void **state)
{
    (void)state;
    for (float sigma = 2; sigma <= 8; sigma *= 2) {
        Field f = field_new(DF_GRAIN_NEW);
        DfNoise noise = noise_of(sigma, 0);
        float *old = noise_new(SIDE, SIDE, 0, 0, 3);
        double common = 0;
        fill_with(f.plane, old, sigma);
        apply(&f, &noise, 5, 0, 0);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                common += (df_plane_row(f.plane, y)[x] - 100) * old[y * SIDE + x] / sigma;
        assert_float_equal(high_pass(f.plane) / sigma, 1, 0.08f);
        assert_true(fabs(common / (SIDE * SIDE)) < 0.35);
        free(old);
        df_arena_free(&f.arena);
    }
}

/** Interpolated noise gets what it has lost, at any fraction. */
static void interpolated_noise_is_completed(void **state)
{
    static uint16_t samples[(SIDE + 8) * (SIDE + 8)];
    static const float fractions[] = { 0, 0.25f, 0.5f, 0.8f };
    DfTexture texture = { (const uint8_t *)samples, 2 * (SIDE + 8), SIDE + 8, SIDE + 8, 2 };
    float *old = noise_new(SIDE + 8, SIDE + 8, 0, 0, 9);
    const float sigma = 1000;
    DfNoise noise = noise_of(sigma, 0);

    (void)state;
    for (int i = 0; i < (int)DF_COUNT(samples); i++)
        samples[i] = (uint16_t)(30000 + sigma * old[i]);
    for (size_t i = 0; i < DF_COUNT(fractions) * DF_COUNT(fractions); i++) {
        float dx = fractions[i % DF_COUNT(fractions)], dy = fractions[i / DF_COUNT(fractions)];
        Field f = field_new(df_grain_class(dx, 7 + dy));
        for (int y = 0; y < SIDE; y++) {
            float at_x[SIDE], at_y[SIDE];
            for (int x = 0; x < SIDE; x++) {
                at_x[x] = (float)x + 4 + dx;
                at_y[x] = (float)y + 4 + dy;
            }
            df_sample_cubic(df_plane_row(f.plane, y), &texture, at_x, at_y, SIDE);
        }
        float before = high_pass(f.plane);
        apply(&f, &noise, 5, 0, 0);
        if (dx == 0 && dy == 0)
            assert_float_equal(high_pass(f.plane), before, 0);
        assert_float_equal(high_pass(f.plane) / sigma, 1, 0.1f);
        df_arena_free(&f.arena);
    }
    free(old);
}

/** A part of a plane has the grain that the whole has there; another seed has another. */
static void grain_goes_by_place_and_seed(void **state)
{
    Field a = field_new(DF_GRAIN_NEW), b = field_new(DF_GRAIN_NEW), c = field_new(DF_GRAIN_NEW);
    DfNoise noise = noise_of(4, 0.3f);
    double common = 0;

    (void)state;
    apply(&a, &noise, 5, 0, 0);
    apply(&b, &noise, 5, 20, 10);
    apply(&c, &noise, 6, 0, 0);
    for (int y = 0; y < SIDE - 10; y++)
        for (int x = 0; x < SIDE - 20; x++) {
            assert_float_equal(df_plane_row(a.plane, y + 10)[x + 20], df_plane_row(b.plane, y)[x], 1e-4f);
            common += (df_plane_row(a.plane, y)[x] - 100) * (df_plane_row(c.plane, y)[x] - 100);
        }
    assert_true(fabs(common) / (16.0 * SIDE * SIDE) < 0.05);
    df_arena_free(&a.arena);
    df_arena_free(&b.arena);
    df_arena_free(&c.arena);
}

static void edges_stay(void **state)
{
    Field f = field_new(DF_GRAIN_NEW);
    DfNoise noise = noise_of(2, 0);

    (void)state;
    for (int y = 0; y < SIDE; y++)
        for (int x = SIDE / 2; x < SIDE; x++)
            df_plane_row(f.plane, y)[x] = 180;
    apply(&f, &noise, 5, 0, 0);
    double step = 0;
    for (int y = 0; y < SIDE; y++)
        step += df_plane_row(f.plane, y)[SIDE / 2] - df_plane_row(f.plane, y)[SIDE / 2 - 1];
    assert_float_equal(step / SIDE, 80, 2.0f);
    df_arena_free(&f.arena);
}

/** Without noise no sample changes; with it no sample outside of the hole does, and bands have no seams. */
static void pictures_change_in_the_hole(void **state)
{
    DeepfillFormat f = { 301, 203, DEEPFILL_YUV, 10, 1, 1, 0, 2 };
    DeepfillMask *mask = mask_of_rect(f.width, f.height, 61, 39, 240, 164, 2, 2);
    Picture before = picture_new(f), after = picture_new(f);
    DfFrameNoise noise = { .is_known = 1 };
    DfArena scratch = { 0 };
    uint8_t weights[301];

    (void)state;
    picture_draw(&before, 1);
    picture_draw(&after, 1);
    assert_int_equal(df_grain_image(&after.image, mask, &noise, 1, &scratch), 0);
    assert_memory_equal(before.memory, after.memory, before.bytes);
    for (int p = 0; p < 3; p++)
        noise.planes[p] = noise_of(12, 0.2f);
    assert_int_equal(df_grain_image(&after.image, mask, &noise, 1, &scratch), 0);
    for (int p = 0; p < 3; p++) {
        int sx = df_plane_sub_x(&f, p), sy = df_plane_sub_y(&f, p), width = df_plane_side(f.width, sx), changed = 0;
        for (int y = 0; y < df_plane_side(f.height, sy); y++) {
            df_mask_weights(mask, y, 0, width, sx, sy, weights);
            for (int x = 0; x < width; x++) {
                int same = sample_of(&before, p, x, y) == sample_of(&after, p, x, y);
                assert_true(weights[x] || same);
                changed += !same;
            }
        }
        assert_true(changed > (180 * 124 * 8 / 10) >> (sx + sy));
    }
    df_arena_free(&scratch);
    deepfill_mask_close(&mask);
    free(before.memory);
    free(after.memory);
}

/** What df_grain_image() is to make of a plane: grain put into all of it at once. */
static void grain_at_once(const Picture *p, int plane, const DeepfillMask *mask, const DfNoise *noise, uint32_t seed)
{
    const DeepfillFormat *f = &p->image.format;
    int sx = df_plane_sub_x(f, plane), sy = df_plane_sub_y(f, plane);
    int width = df_plane_side(f->width, sx), height = df_plane_side(f->height, sy);
    DfArena arena = { 0 };
    DfPlane colour = df_plane_take(&arena, width, height), luma = df_plane_take(&arena, f->width, f->height);
    uint8_t *share = df_arena_take(&arena, (size_t)width * height);
    uint8_t *classes = df_arena_take(&arena, (size_t)width * height);
    float highest = (float)((1 << f->depth) - 1);
    DfGrainPlane grain = { .colour = colour, .classes = classes, .luma = luma, .sub_x = sx, .sub_y = sy,
                           .highest = highest, .seed = df_hash(seed + plane) };

    for (int i = 0; i < f->width * f->height; i++)
        df_plane_row(luma, i / f->width)[i % f->width] = (float)sample_of(p, 0, i % f->width, i / f->width);
    for (int y = 0; y < height; y++) {
        df_mask_opacities(mask, y, 0, width, sx, sy, share + y * width);
        for (int x = 0; x < width; x++) {
            classes[y * width + x] = share[y * width + x] ? DF_GRAIN_NEW : DF_GRAIN_NOTHING;
            df_plane_row(colour, y)[x] = (float)sample_of(p, plane, x, y);
        }
    }
    assert_int_equal(df_grain_apply(&grain, noise, &arena), 0);
    for (int i = 0; i < width * height; i++) {
        float was = (float)sample_of(p, plane, i % width, i / width);
        float now = was + (df_plane_row(colour, i / width)[i % width] - was) * (float)share[i] / 255;
        uint8_t *to = p->image.data[plane] + i / width * p->image.stride[plane];
        df_sample_store(to, i % width, df_sample_bytes(f), (unsigned)(DF_CLAMP(now, 0, highest) + 0.5f));
    }
    df_arena_free(&arena);
}

/** A picture is worked through in bands, each of which needs rows of the one before as they were. */
static void bands_do_not_matter(void **state)
{
    static const int formats[][3] = { { 0, 0, 16 }, { 1, 1, 8 }, { 1, 0, 16 }, { 2, 2, 8 } }; /* subsampling, depth */
    DfFrameNoise noise = { .is_known = 1 };
    DfArena scratch = { 0 };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats); i++) {
        DeepfillFormat f = { 230, 331, DEEPFILL_YUV, formats[i][2], formats[i][0], formats[i][1], 0, 2 };
        DeepfillMask *mask = mask_of_rect(f.width, f.height, 21, 40, 200, 301, 3, 4);
        Picture banded = picture_new(f), whole = picture_new(f);
        picture_draw(&banded, 1);
        picture_draw(&whole, 1);
        for (int p = 2; p >= 0; p--) {
            noise.planes[p] = noise_of((float)(2 << (f.depth - 8)), 0.2f);
            grain_at_once(&whole, p, mask, &noise.planes[p], 5);
        }
        assert_int_equal(df_grain_image(&banded.image, mask, &noise, 5, &scratch), 0);
        for (int p = 0; p < 3; p++)
            for (int y = 0; y < df_plane_side(f.height, df_plane_sub_y(&f, p)); y++)
                for (int x = 0; x < df_plane_side(f.width, df_plane_sub_x(&f, p)); x++)
                    if (sample_of(&banded, p, x, y) != sample_of(&whole, p, x, y))
                        fail_msg("format %zu, plane %d: (%d, %d) is %u, not %u", i, p, x, y,
                                 sample_of(&banded, p, x, y), sample_of(&whole, p, x, y));
        deepfill_mask_close(&mask);
        free(banded.memory);
        free(whole.memory);
    }
    df_arena_free(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_noise_is_normal),
        cmocka_unit_test(smooth_planes_get_all),
        cmocka_unit_test(old_noise_is_replaced),
        cmocka_unit_test(interpolated_noise_is_completed),
        cmocka_unit_test(grain_goes_by_place_and_seed),
        cmocka_unit_test(edges_stay),
        cmocka_unit_test(pictures_change_in_the_hole),
        cmocka_unit_test(bands_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
