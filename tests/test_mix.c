/**
 * @file
 * The mix of what is restored and the fill, of errors of known variances, and the estimate of the noise of y.
 */
#include "restore_rig.h"
#include "overlay/mix.h"
#include "overlay/noise.h"
#include "plane/gaussian.h"

/** Planes of one overlay of equal opacity, with errors of known variances on both sides. */
static DfRestored restored_of(int side, float gain, float seen_sigma, float fill_sigma, DfPlane truth)
{
    DfRestored r = { 0 };
    DfPlane *all[] = { &r.seen, &r.fill, &r.usable, &r.restored, &r.gain, &r.low, &r.high };
    unsigned seed = 9;

    for (size_t i = 0; i < DF_COUNT(all); i++)
        *all[i] = df_plane_take(&scratch, side, side);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            float value = df_plane_row(truth, y)[x] = scene(0, x, y);
            df_plane_row(r.usable, y)[x] = 1;
            df_plane_row(r.gain, y)[x] = gain;
            df_plane_row(r.restored, y)[x] = value + gain * seen_sigma * noise(&seed);
            df_plane_row(r.fill, y)[x] = value + fill_sigma * noise(&seed);
            df_plane_row(r.high, y)[x] = df_plane_row(r.restored, y)[x] - df_plane_row(r.fill, y)[x];
        }
    assert_int_equal(df_gaussian_mean(r.low, r.high, &r.usable, DF_RESTORED_SIGMA, &scratch), 0);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
            df_plane_row(r.high, y)[x] -= df_plane_row(r.low, y)[x];
    return r;
}

static double sigma_of(DfPlane a, DfPlane b)
{
    double sum = 0;

    for (int y = 0; y < a.height; y++)
        for (int x = 0; x < a.width; x++) {
            double d = (double)df_plane_row(a, y)[x] - (double)df_plane_row(b, y)[x];
            sum += d * d;
        }
    return sqrt(sum / (a.width * a.height));
}

/** Where the variance of y's noise is known, the mix is better than both, at any ratio of theirs. */
static void mix_is_better_than_both(void **state)
{
    static const float sigmas[][3] = { /* gain, of y, of the fill */
        { 2, 3, 6 }, { 2, 3, 9 }, { 1.4f, 5, 7 }, { 3, 2, 6 }, { 2, 5, 7 }, { 2, 3, 4.5f }, { 2, 2, 12 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(sigmas); i++) {
        DfArenaMark mark = df_arena_mark(&scratch);
        DfPlane truth = df_plane_take(&scratch, 90, 90);
        float gain = sigmas[i][0], own = sigmas[i][1];
        DfRestored r = restored_of(90, gain, own, sigmas[i][2], truth);
        double restored = sigma_of(r.restored, truth), fill = sigma_of(r.fill, truth);
        assert_int_equal(df_overlay_mix(&r, &df_luma_noise, own * own, &scratch), 0);
        double best = 1 / sqrt(1 / (restored * restored) + 1 / (fill * fill)), mixed = sigma_of(r.fill, truth);
        if (mixed > 0.95 * fmin(restored, fill) || mixed < best * 0.95)
            fail_msg("restored %.2f, fill %.2f: the mix is off by %.2f, at best %.2f", restored, fill, mixed, best);
        df_arena_reset(&scratch, mark);
    }
}

/** The fill is good in six tenths of the overlay and far off elsewhere. */
static void noise_is_estimated(void **state)
{
    (void)state;
    for (float gain = 1.2f; gain < 4; gain *= 1.6f)
        for (float own = 2; own < 9; own *= 2) {
            DfArenaMark mark = df_arena_mark(&scratch);
            DfPlane truth = df_plane_take(&scratch, 120, 120);
            DfRestored r = restored_of(120, gain, own, 0.5f, truth);
            float variance = 0;
            for (int y = 0; y < 48; y++)
                for (int x = 0; x < 120; x++)
                    df_plane_row(r.high, y)[x] += (x + y) % 2 ? 40 : -40;
            assert_int_equal(df_overlay_noise(&r, &df_luma_noise, -1, &variance, &scratch), 0);
            assert_true(variance > own * own / 2 && variance < own * own * 2);
            /* A picture that stands still bounds it. */
            assert_int_equal(df_overlay_noise(&r, &df_luma_noise, 0, &variance, &scratch), 0);
            assert_true(variance <= 10);
            for (int y = 0; y < 120; y++)
                memset(df_plane_row(r.usable, y), 0, 120 * sizeof(float));
            assert_int_equal(df_overlay_noise(&r, &df_luma_noise, -1, &variance, &scratch), 0);
            assert_true(variance == 0);
            df_arena_reset(&scratch, mark);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mix_is_better_than_both),
        cmocka_unit_test(noise_is_estimated),
    };
    return cmocka_run_group_tests_name("mix", tests, NULL, free_scratch);
}
