/**
 * @file
 * Light between frames: what is told of pairs whose light is known, and fills of films that fade.
 */
#include "film_scenes.h"

#include "temporal/light.h"

#define PAIRS 1000

static DfLightPair pairs[PAIRS];
static float scratch[PAIRS], left;

/** How pairs are made. */
typedef struct Ring {
    DfLight light;
    double contrast, noise; /**< standard deviations, in levels; the noise in both frames, in each block */
    int moved;              /**< percent of pairs that show something else in the frame */
    double level;           /**< one level of 8 bits */
} Ring;

static double normal(unsigned *seed)
{
    double sum = 0;

    for (int i = 0; i < 12; i++)
        sum += waves_draw(seed);
    return sum - 6;
}

static DfLight fit(const Ring *ring, float prior, unsigned seed)
{
    for (int i = 0; i < PAIRS; i++) {
        double both = 100 + ring->contrast * 0.97 * normal(&seed);
        int moved = (int)(waves_draw(&seed) * 100) < ring->moved;
        double other = 100 + ring->contrast * 2 * normal(&seed);
        for (int k = 0; k < 2; k++) {
            double value = both + ring->contrast * 0.25 * normal(&seed);
            double shown = moved ? other : value;
            pairs[i].earlier[k] = (float)(ring->level * (value + ring->noise * normal(&seed)));
            pairs[i].frame[k] = (float)(ring->level * (ring->light.gain * shown + ring->light.offset +
                                                       ring->noise * normal(&seed)));
        }
    }
    return df_light_fit(pairs, PAIRS, (float)ring->level, prior, &left, scratch);
}

static void lights_are_composed_and_inverted(void **state)
{
    DfLight a = { 0.5f, 10 }, b = { 3, -4 }, ab = df_light_compose(b, a);
    DfLight same = df_light_compose(df_light_invert(ab), ab);

    (void)state;
    assert_true(fabsf(df_light_apply(ab, 20) - df_light_apply(b, df_light_apply(a, 20))) < 1e-4f);
    assert_true(fabsf(same.gain - 1) < 1e-6f && fabsf(same.offset) < 1e-4f);
    assert_true(df_light_apply(DF_LIGHT_SAME, 7) == 7);
}

/** Gain, and the light at the ring's mean, in levels. */
static void check(const Ring *ring, double gain, double levels)
{
    for (unsigned seed = 1; seed <= 5; seed++) {
        DfLight light = fit(ring, 1, seed);
        double at = df_light_apply(light, (float)(100 * ring->level)) / ring->level;
        double is = df_light_apply(ring->light, 100);
        if (fabs(light.gain / ring->light.gain - 1) > gain || fabs(at - is) > levels)
            fail_msg("gain %.4f not %.4f, mean %.3f not %.3f", light.gain, ring->light.gain, at, is);
    }
}

static void light_is_found(void **state)
{
    static const DfLight lights[] = { { 1, 5 }, { 0.952f, 0.8f }, { 0.5f, 8 }, { 1.05f, -0.8f }, { 2, -16 } };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(lights); i++)
        for (int depth = 8; depth <= 16; depth += 4) {
            double level = ((1 << depth) - 1) / 255.0;
            check(&(Ring){ lights[i], 25, 0, 0, level }, 0.0005, 0.01);
            check(&(Ring){ lights[i], 25, 0.7, 0, level }, 0.003, 0.2);
            check(&(Ring){ lights[i], 25, 0.3, 30, level }, 0.003, 0.1);
        }
}

/** Noise as strong as half of the contrast: least squares would find a fifth less. */
static void noise_does_not_lessen_a_gain(void **state)
{
    (void)state;
    check(&(Ring){ { 0.6f, 6 }, 10, 5, 0, 1 }, 0.08, 1);
    check(&(Ring){ { 1.6f, -9 }, 10, 5, 0, 1 }, 0.08, 1);
}

/** The prior's gain, and what is left as an offset. */
static void flat_ring_tells_an_offset(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 5; seed++) {
        DfLight light = fit(&(Ring){ { 0.8f, 0 }, 0.1, 0.5, 0, 1 }, 1, seed);
        assert_true(light.gain == 1 && fabsf(light.offset + 20) < 0.1f);
        light = fit(&(Ring){ { 0.8f, 0 }, 0.1, 0.5, 0, 1 }, 0.75f, seed);
        assert_true(light.gain == 0.75f && fabsf(light.offset - 5) < 0.1f);
    }
}

static void black_has_no_contrast(void **state)
{
    (void)state;
    DfLight out = fit(&(Ring){ { 0, 16 }, 5, 0.05, 0, 1 }, 1, 1);
    assert_true(out.gain == 1 / 64.0f);
    assert_true(fabsf(df_light_apply(out, 100) - 16) < 0.1f);
    for (int i = 0; i < PAIRS; i++) {
        DfLightPair p = pairs[i];
        pairs[i] = (DfLightPair){ { p.frame[0], p.frame[1] }, { p.earlier[0], p.earlier[1] } };
    }
    assert_true(df_light_fit(pairs, PAIRS, 1, 1, &left, scratch).gain == 64);
    assert_true(df_light_fit(pairs, 20, 1, 1, &left, scratch).gain == 1);
}

/** Blocks of fine texture have little in common with their neighbours: few pairs tell the ratio by chance. */
static void fine_texture_tells_no_gain(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 100; seed++) {
        unsigned next = 77 * seed;
        for (int i = 0; i < 225; i++) {
            double both = 100 + 2.8 * normal(&next);
            for (int k = 0; k < 2; k++) {
                double value = both + 8.5 * normal(&next);
                pairs[i].earlier[k] = (float)(value + normal(&next));
                pairs[i].frame[k] = (float)(value + normal(&next));
            }
        }
        DfLight light = df_light_fit(pairs, 225, 1, 1, &left, scratch);
        if (fabsf(light.gain - 1) > 0.2f)
            fail_msg("gain %.3f with seed %u", light.gain, seed);
    }
}

/** Some changes of light leave chroma as it is: which of both it was is told even where noise is strong. */
static void prior_may_be_wrong(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 5; seed++) {
        assert_true(fit(&(Ring){ { 1, 0 }, 6, 0.7, 0, 1 }, 0.9f, seed).gain == 1);
        assert_true(fit(&(Ring){ { 0.9f, 10 }, 6, 0.7, 0, 1 }, 0.9f, seed).gain == 0.9f);
    }
}

static void noise_does_not_add_up(void **state)
{
    static const double contrasts[] = { 0, 2, 25 };

    (void)state;
    for (size_t c = 0; c < DF_COUNT(contrasts); c++)
        for (int moved = 0; moved <= 30; moved += 15) {
            DfLight light = DF_LIGHT_SAME;
            for (unsigned t = 0; t < 100; t++)
                light = df_light_compose(fit(&(Ring){ DF_LIGHT_SAME, contrasts[c], 1.5, moved, 1 }, 1, t + 1),
                                         light);
            if (light.gain != 1 || light.offset != 0)
                fail_msg("contrast %.0f, %d %% moved: %.4f, %.4f", contrasts[c], moved, light.gain,
                         light.offset);
        }
}

/* ------------------------------------------------------------------------------------- films -- */

#define FIRST 12
#define LAST 33 /* a caption stands from the one to the other */

static Holes caption(int t)
{
    return t < FIRST || t >= LAST ? (Holes){ 0 } : (Holes){ 1, { { 50, 40, 94, 54 } } };
}

static View unfaded(int t)
{
    return (View){ 50, 40, .grain = 2, .moment = t };
}

static View dimmed(int t, float dim)
{
    View view = unfaded(t);

    view.dim = DF_CLAMP(dim, 0, 1);
    return view;
}

static View to_black(int t)
{
    return dimmed(t, (float)(t - FIRST + 1) / (LAST - FIRST));
}

static View from_black(int t)
{
    return dimmed(t, (float)(LAST - 1 - t) / (LAST - FIRST));
}

/** Exposure falls by 1.5 stops. */
static View falls(int t)
{
    return dimmed(t, 0.65f * DF_CLAMP((float)(t - FIRST + 1) / (LAST - FIRST), 0, 1));
}

static View rises(int t)
{
    return dimmed(t, 0.65f * DF_CLAMP((float)(LAST - 1 - t) / (LAST - FIRST), 0, 1));
}

/** PSNR in the holes of all frames. */
static double psnr_of(const Film *film, int ahead)
{
    Reel *reel = film_run(film, (Way){ 2, 0, ahead, 0 });
    double error = 0;

    for (int t = FIRST; t < LAST; t++) {
        assert_int_equal(reel->result[t].error, 0);
        error += pow(10, -reel_psnr(reel, t) / 10);
    }
    reel_free(reel);
    return -10 * log10(error / (LAST - FIRST));
}

static void fades_cost_nothing(void **state)
{
    static const struct { View (*view)(int t); int live; } fades[] = {
        /* Live, a fade from black shows nothing brighter before. */
        { to_black, 1 }, { from_black, 0 }, { falls, 1 }, { rises, 1 },
    };

    (void)state;
    if (THREADS_ONLY)
        skip();
    /* What a random network makes of the dark is not to be continued as texture. */
    film_plain = 2;
    for (int depth = 8; depth <= 10; depth += 2)
        for (int ahead = 0; ahead <= 20; ahead += 20) {
            Film film = { { 144, 96, DEEPFILL_YUV, depth, 1, 1, 0, 2 }, 40, unfaded, caption, NULL };
            double best = psnr_of(&film, ahead);
            for (size_t i = 0; i < DF_COUNT(fades); i++) {
                film.view = fades[i].view;
                double psnr = ahead || fades[i].live ? psnr_of(&film, ahead) : best;
                if (psnr < best - 1)
                    fail_msg("fade %zu, %d bit, ahead %d: %.2f dB, unfaded %.2f", i, depth, ahead, psnr, best);
            }
        }
    film_plain = 0;
}

/** What was synthesised in the dark does not stay when the light comes on. */
static void what_was_made_in_the_dark_is_renewed(void **state)
{
    Film film = { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 40, from_black, fixed, NULL };
    int renewed = 0;

    (void)state;
    Reel *reel = film_run(&film, (Way){ 2, 0, 0, 0 });
    for (int t = 1; t < film.frames; t++)
        renewed += reel->result[t].network > 0.5;
    assert_in_range(renewed, 3, 8);
    reel_free(reel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lights_are_composed_and_inverted),
        cmocka_unit_test(light_is_found),
        cmocka_unit_test(noise_does_not_lessen_a_gain),
        cmocka_unit_test(flat_ring_tells_an_offset),
        cmocka_unit_test(black_has_no_contrast),
        cmocka_unit_test(fine_texture_tells_no_gain),
        cmocka_unit_test(prior_may_be_wrong),
        cmocka_unit_test(noise_does_not_add_up),
        cmocka_unit_test(fades_cost_nothing),
        cmocka_unit_test(what_was_made_in_the_dark_is_renewed),
    };

    return cmocka_run_group_tests_name("light", tests, film_open, close_model);
}
