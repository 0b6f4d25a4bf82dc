/**
 * @file
 * Overlays through the public API: films with a translucent logo come out the same for any workers, nothing beside it
 * changes, what is shown otherwise, wrong sizes, resets, memory that fails.
 */
#include "film_scenes.h"
#include "overlay_rig.h"
#include "overlay/planes.h"

enum { FRAMES = 10 };

static const DfRect logo = { 61, 37, 95, 58 };

/** How a film with a logo is run. */
typedef struct Run {
    DeepfillFormat format;
    int workers, delay, temporal, ahead;
    enum DeepfillShow show;
    int fade;               /**< DeepfillSettings.overlay_fade */
    int (*has_logo)(int t); /**< NULL: all frames have it */
    DeepfillMask *mask;     /**< of all frames; NULL: none */
} Run;

/** Strokes of three pixels with an opaque core in the rectangle of the logo. */
static Rgba strokes(void)
{
    Rgba p = rgba_new(df_rect_width(logo), df_rect_height(logo));

    for (int y = 0; y < p.height; y++)
        for (int x = 0; x < p.width; x++)
            rgba_set(p, x, y, 1, 0.9, 0.8, x < 4 && y < 4 ? 1 : (x / 3 + y / 5) % 2 ? 0.5 : 0);
    return p;
}

static DeepfillOverlay *overlay_for(const DeepfillFormat *f)
{
    DeepfillOverlay *overlay = NULL;
    Rgba p = strokes();

    assert_int_equal(rgba_overlay(&overlay, p, f->width, f->height, logo.x0, logo.y0), 0);
    free(p.samples);
    return overlay;
}

/** Blend the logo over a picture, in its codes. */
static void put_logo(Picture *picture, const DeepfillOverlay *overlay)
{
    const DeepfillFormat *f = &picture->image.format;
    DfOverlayPlanes *planes = NULL;

    assert_int_equal(df_overlay_planes_create(&planes, overlay, f), 0);
    for (int p = 0; p < df_plane_count(f); p++) {
        DfRect r = planes->planes[p].place;
        for (int y = r.y0; y < r.y1; y++)
            for (int x = r.x0; x < r.x1; x++) {
                size_t at = (size_t)(y - r.y0) * df_rect_width(r) + (x - r.x0);
                float scale = (float)(1 << (f->depth - 8)), left = 1 - planes->planes[p].opacity[at];
                float code = (float)sample_of(picture, p, x, y) * left + scale * planes->planes[p].light[at];
                df_sample_store(picture->image.data[p] + y * picture->image.stride[p], x, df_sample_bytes(f),
                                (unsigned)(code + 0.5f));
            }
    }
    df_overlay_planes_close(&planes);
}

static DeepfillContext *open_context(const Run *run)
{
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;

    deepfill_defaults(&settings, model, &run->format);
    settings.size = 64;
    settings.workers = run->workers;
    settings.delay = run->delay;
    settings.temporal = run->temporal;
    settings.ahead = run->ahead;
    settings.memory = 64;
    settings.overlay_fade = run->fade;
    settings.preview = run->show == DEEPFILL_SHOW_OVERLAY || run->show == DEEPFILL_SHOW_MASK;
    assert_int_equal(deepfill_open(&ctx, &settings), 0);
    return ctx;
}

static void shoot(const Run *run, Reel *reel, int t, DeepfillOverlay *overlay)
{
    View view = pan(t);
    Picture *all[] = { &reel->truth[t], &reel->in[t], &reel->out[t] };

    view.grain = 2;
    for (int i = 0; i < 3; i++) {
        *all[i] = picture_new(run->format);
        film_paint(all[i], &view);
        if (i && overlay)
            put_logo(all[i], overlay);
    }
    reel->frames = t + 1;
}

static int takes_logo(const Run *run, int t)
{
    return !run->has_logo || run->has_logo(t);
}

/** Send frames first .. FRAMES - 1 and take them all. */
static void play(DeepfillContext *ctx, const Run *run, Reel *reel, int first)
{
    DeepfillOverlay *overlay = overlay_for(&run->format);
    int taken = first, ret;

    for (int t = first; t < FRAMES; t++) {
        DeepfillOverlay *own = takes_logo(run, t) ? overlay : NULL;
        shoot(run, reel, t, own);
        DeepfillFrame frame = { .image = reel->out[t].image, .mask = run->mask, .show = run->show, .overlay = own,
                                .opaque = &reel->out[t] };
        while ((ret = deepfill_send(ctx, &frame)) == -EAGAIN)
            assert_int_equal(film_take(ctx, reel, taken++), 0);
        assert_int_equal(ret, 0);
    }
    deepfill_overlay_close(&overlay);
    deepfill_flush(ctx);
    for (; taken < FRAMES; taken++)
        assert_int_equal(film_take(ctx, reel, taken), 0);
}

static Reel *run_film(Run run)
{
    Reel *reel = calloc(1, sizeof *reel);
    DeepfillContext *ctx = open_context(&run);

    assert_non_null(reel);
    play(ctx, &run, reel, 0);
    deepfill_close(&ctx);
    return reel;
}

/** Errors of in and out where the logo is translucent, in levels squared; beside it and the mask nothing may change. */
static void errors_of(const Run *run, const Reel *reel, int t, double *in, double *out)
{
    const DeepfillFormat *f = &run->format;
    DeepfillOverlay *overlay = overlay_for(f);
    DfOverlayPlanes *planes = NULL;
    double level = 1.0 / (1 << (f->depth - 8));

    assert_int_equal(df_overlay_planes_create(&planes, overlay, f), 0);
    *in = *out = 0;
    for (int p = 0; p < df_plane_count(f); p++)
        for (int y = 0; y < df_plane_side(f->height, df_plane_sub_y(f, p)); y++)
            for (int x = 0; x < df_plane_side(f->width, df_plane_sub_x(f, p)); x++) {
                const DfOverlayPlane *plane = &planes->planes[p];
                DfRect r = plane->place;
                uint8_t weight = 0;
                int covered = df_rect_contains(r, (DfRect){ x, y, x + 1, y + 1 }) && takes_logo(run, t) &&
                              plane->covered[(size_t)(y - r.y0) * df_rect_width(r) + (x - r.x0)];
                double truth = sample_of(&reel->truth[t], p, x, y), was = sample_of(&reel->in[t], p, x, y);
                double is = sample_of(&reel->out[t], p, x, y);
                if (run->mask)
                    df_mask_weights(run->mask, y, x, x + 1, df_plane_sub_x(f, p), df_plane_sub_y(f, p), &weight);
                if (!covered && !weight && is != was)
                    fail_msg("frame %d, plane %d: (%d, %d) is %g, was %g", t, p, x, y, is, was);
                if (!covered || plane->opacity[(size_t)(y - r.y0) * df_rect_width(r) + (x - r.x0)] > 0.6f)
                    continue;
                *in += level * level * (was - truth) * (was - truth);
                *out += level * level * (is - truth) * (is - truth);
            }
    df_overlay_planes_close(&planes);
    deepfill_overlay_close(&overlay);
}

static int odd_frames(int t)
{
    return t & 1;
}

static int middle_frames(int t)
{
    return t >= 3 && t < 7;
}

static const DeepfillFormat formats[] = {
    { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, { 145, 97, DEEPFILL_YUV, 10, 1, 0, 0, 1 },
    { 144, 96, DEEPFILL_GRAY, 8, 0, 0, 0, 2 }, { 145, 97, DEEPFILL_RGB, 8, 0, 0, 1, 2 },
};

static void logos_go_and_the_rest_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats) && !THREADS_ONLY; i++)
        for (int temporal = 0; temporal < 2; temporal++)
            for (int mixed = 0; mixed < 3; mixed += i ? 3 : 1) {
                Run run = { formats[i], 2, 2, temporal, temporal ? 5 : 0, DEEPFILL_SHOW_FILL, 1,
                            mixed == 2 ? middle_frames : mixed ? odd_frames : NULL, NULL };
                Reel *reel = run_film(run);
                for (int t = 0; t < FRAMES; t++) {
                    double in, out;
                    errors_of(&run, reel, t, &in, &out);
                    assert_int_equal(reel->result[t].error, 0);
                    assert_int_equal(reel->result[t].hole > 0, takes_logo(&run, t));
                    if (out > in / 25)
                        fail_msg("format %zu, temporal %d, frame %d: off by %.0f of %.0f", i, temporal, t, out, in);
                }
                reel_free(reel);
            }
}

static void workers_and_delay_do_not_matter(void **state)
{
    static const int ways[][2] = { { 2, 2 }, { 5, 0 }, { 5, 5 } };
    DeepfillMask *mask = mask_of_rect(144, 96, 88, 50, 110, 66, 2, 3);

    (void)state;
    for (int temporal = 0; temporal < 2; temporal++)
        for (int k = 0; k < 3; k++) {
            Run run = { small, 1, 0, temporal, temporal ? 5 : 0, k == 2 ? DEEPFILL_SHOW_SOURCES : DEEPFILL_SHOW_FILL, 1,
                        k == 1 ? odd_frames : NULL, k ? mask : NULL };
            Reel *one = run_film(run);
            for (size_t i = 0; i < DF_COUNT(ways); i++) {
                run.workers = ways[i][0];
                run.delay = ways[i][1];
                Reel *other = run_film(run);
                assert_reels_equal(one, other);
                reel_free(other);
            }
            reel_free(one);
        }
    deepfill_mask_close(&mask);
}

/** What the mask adds is filled: what it held has no say, under the overlay neither. */
static void masks_beside_are_filled(void **state)
{
    DeepfillMask *mask = mask_of_rect(144, 96, 88, 50, 110, 66, 2, 3);

    (void)state;
    for (int temporal = 0; temporal < 2; temporal++) {
        Run run = { small, 1, 0, temporal, 0, DEEPFILL_SHOW_FILL, 1, NULL, mask };
        DeepfillContext *ctx = open_context(&run);
        DeepfillOverlay *overlay = overlay_for(&small);
        Picture out[2] = { picture_new(small), picture_new(small) };
        View view = pan(0);
        DeepfillResult result;
        for (int i = 0; i < 2; i++) {
            film_paint(&out[i], &view);
            put_logo(&out[i], overlay);
            for (int y = 48; y < 68 && i; y++)
                memset(out[i].image.data[0] + y * out[i].image.stride[0] + 88, 230, 22);
            DeepfillFrame frame = { .image = out[i].image, .mask = mask, .overlay = overlay, .opaque = &out[i] };
            deepfill_reset(ctx);
            assert_int_equal(deepfill_send(ctx, &frame), 0);
            deepfill_flush(ctx);
            assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
            assert_int_equal(result.error, 0);
        }
        assert_memory_equal(out[0].memory, out[1].memory, out[0].bytes);
        deepfill_overlay_close(&overlay);
        deepfill_close(&ctx);
        free(out[0].memory);
        free(out[1].memory);
    }
    deepfill_mask_close(&mask);
}

/** The hole is that of the overlay and of the frame's own mask, whatever the frame before had. */
static void masks_may_come_and_go(void **state)
{
    Run run = { small, 1, 0, 0, 0, DEEPFILL_SHOW_FILL, 1, NULL, NULL };
    DeepfillMask *near = mask_of_rect(144, 96, 88, 50, 110, 66, 2, 3), *far = mask_of_rect(144, 96, 4, 4, 30, 20, 2, 3);
    DeepfillMask *masks[] = { NULL, near, far, NULL, far };
    DeepfillContext *ctx = open_context(&run);
    DeepfillOverlay *overlay = overlay_for(&small);
    Picture p = picture_new(small);
    double holes[DF_COUNT(masks)];

    (void)state;
    picture_draw(&p, 1);
    for (size_t i = 0; i < DF_COUNT(masks); i++) {
        DeepfillFrame frame = { .image = p.image, .mask = masks[i], .overlay = overlay };
        DeepfillMask *hole = NULL;
        DeepfillResult result;
        assert_int_equal(deepfill_send(ctx, &frame), 0);
        assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
        assert_int_equal(df_overlay_mask(&hole, overlay, masks[i]), 0);
        assert_true(result.hole == hole->info.hole);
        holes[i] = result.hole;
        deepfill_mask_close(&hole);
    }
    assert_true(holes[0] < holes[1] && holes[0] < holes[2] && holes[1] != holes[2]);
    deepfill_overlay_close(&overlay);
    deepfill_mask_close(&near);
    deepfill_mask_close(&far);
    deepfill_close(&ctx);
    free(p.memory);
}

/** Heat shows opacity and nothing beside it; a frame without an overlay, or that shows itself, stays as it is. */
static void other_shows(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats); i++) {
        Run run = { formats[i], 2, 2, 1, 5, DEEPFILL_SHOW_OVERLAY, 1, odd_frames, NULL };
        Reel *heat = run_film(run);
        run.show = DEEPFILL_SHOW_FRAME;
        Reel *frames = run_film(run);
        for (int t = 0; t < FRAMES; t++) {
            double in, out;
            errors_of(&run, heat, t, &in, &out);
            assert_int_equal(memcmp(heat->out[t].memory, heat->in[t].memory, heat->in[t].bytes) != 0, t & 1);
            assert_memory_equal(frames->out[t].memory, frames->in[t].memory, frames->in[t].bytes);
        }
        /* What is opaque looks otherwise than what is not, and alike in all frames. */
        unsigned opaque = sample_of(&heat->out[1], 0, logo.x0 + 1, logo.y0 + 1);
        unsigned half = sample_of(&heat->out[1], 0, logo.x0 + 9, logo.y0);
        assert_int_not_equal(opaque, half);
        assert_int_equal(sample_of(&heat->out[3], 0, logo.x0 + 1, logo.y0 + 1), opaque);
        assert_int_equal(sample_of(&heat->out[3], 0, logo.x0 + 9, logo.y0), half);
        reel_free(heat);
        reel_free(frames);
    }
}

/** The first eight frames show themselves. @param is_masked  1: they hide the overlay by a mask, and do not name it */
static Reel *run_beside_shown(int is_masked)
{
    Run run = { small, 2, 2, 1, 5, DEEPFILL_SHOW_FILL, 1, NULL, NULL };
    Reel *reel = calloc(1, sizeof *reel);
    DeepfillContext *ctx = open_context(&run);
    DeepfillOverlay *overlay = overlay_for(&small);
    DeepfillMask *hole = NULL;

    assert_non_null(reel);
    assert_int_equal(df_overlay_mask(&hole, overlay, NULL), 0);
    for (int t = 0; t < FRAMES; t++) {
        int is_shown = t < 8, hides = is_shown && is_masked;
        shoot(&run, reel, t, overlay);
        DeepfillFrame frame = { .image = reel->out[t].image, .overlay = hides ? NULL : overlay,
                                .mask = hides ? hole : NULL, .opaque = &reel->out[t],
                                .show = is_shown ? DEEPFILL_SHOW_FRAME : DEEPFILL_SHOW_FILL };
        assert_int_equal(deepfill_send(ctx, &frame), 0);
    }
    deepfill_flush(ctx);
    for (int t = 0; t < FRAMES; t++)
        assert_int_equal(film_take(ctx, reel, t), 0);
    deepfill_overlay_close(&overlay);
    deepfill_mask_close(&hole);
    deepfill_close(&ctx);
    return reel;
}

/** An overlay's pixels are no source for others in a frame that shows itself, either; it comes as it is. */
static void shown_frames_hide_their_overlay(void **state)
{
    Reel *masked = run_beside_shown(1), *named = run_beside_shown(0);

    (void)state;
    assert_reels_equal(masked, named);
    for (int t = 0; t < 8; t++)
        assert_memory_equal(named->out[t].memory, named->in[t].memory, named->in[t].bytes);
    reel_free(masked);
    reel_free(named);
}

/** Sources differ from the fill in the hole alone, with other frames and without. */
static void sources_are_tinted(void **state)
{
    (void)state;
    for (int temporal = 0; temporal < 2; temporal++) {
        Run run = { small, 2, 2, temporal, temporal ? 5 : 0, DEEPFILL_SHOW_SOURCES, 1, odd_frames, NULL };
        Reel *reel = run_film(run);
        for (int t = 0; t < FRAMES; t++) {
            double in, out;
            errors_of(&run, reel, t, &in, &out);
            assert_int_equal(reel->result[t].error, 0);
            assert_int_equal(memcmp(reel->out[t].memory, reel->in[t].memory, reel->in[t].bytes) != 0, t & 1);
            /* Violet is the only tint that raises both differences. */
            int violet = 0;
            for (int y = logo.y0 / 2 + 1; y < logo.y1 / 2; y++)
                for (int x = logo.x0 / 2 + 1; x < logo.x1 / 2; x++)
                    violet += sample_of(&reel->out[t], 1, x, y) > sample_of(&reel->truth[t], 1, x, y) &&
                              sample_of(&reel->out[t], 2, x, y) > sample_of(&reel->truth[t], 2, x, y);
            assert_true(violet > 20 || !(t & 1));
        }
        reel_free(reel);
    }
}

static void wrong_overlays_are_named(void **state)
{
    Run run = { small, 1, 0, 0, 0, DEEPFILL_SHOW_FILL, 1, NULL, NULL };
    DeepfillFormat other = { 145, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillOverlay *overlay = overlay_for(&other);
    DeepfillContext *ctx = open_context(&run);
    Picture p = picture_new(small);
    DeepfillFrame frame = { .image = p.image, .overlay = overlay };
    DeepfillResult result;

    (void)state;
    assert_int_equal(deepfill_send(ctx, &frame), -EINVAL);
    assert_string_equal(deepfill_error(), "the overlay is for frames of 145x96, these are 144x96");
    frame.show = DEEPFILL_SHOW_OVERLAY + 1;
    assert_int_equal(deepfill_send(ctx, &frame), -EINVAL);
    assert_int_equal(deepfill_receive(ctx, &result, 1), -EAGAIN);
    deepfill_overlay_close(&overlay);
    deepfill_close(&ctx);
    free(p.memory);
}

/** After a reset a film comes out as in a context of its own, frames in flight or not. */
static void resets_forget(void **state)
{
    (void)state;
    for (int temporal = 0; temporal < 2; temporal++) {
        Run run = { small, 2, 2, temporal, temporal ? 5 : 0, DEEPFILL_SHOW_FILL, 1, NULL, NULL };
        Reel *expected = run_film(run), *reel = calloc(1, sizeof *reel), *before = calloc(1, sizeof *before);
        DeepfillContext *ctx = open_context(&run);
        DeepfillOverlay *overlay = overlay_for(&small);
        assert_true(reel && before);
        for (int t = 0; t < 3; t++) {
            shoot(&run, before, t, overlay);
            DeepfillFrame frame = { .image = before->out[t].image, .overlay = overlay, .opaque = &before->out[t] };
            assert_int_equal(deepfill_send(ctx, &frame), 0);
        }
        deepfill_overlay_close(&overlay);
        deepfill_reset(ctx);
        play(ctx, &run, reel, 0);
        assert_reels_equal(expected, reel);
        deepfill_close(&ctx);
        reel_free(expected);
        reel_free(reel);
        reel_free(before);
    }
}

/** Restore two frames. @return 0 or the first error; frames that fail are as they came */
static int torture(int n, int temporal, DeepfillMask *mask)
{
    Run run = { small, 1, 0, temporal, 0, DEEPFILL_SHOW_FILL, 1, NULL, mask };
    Reel *reel = calloc(1, sizeof *reel);
    DeepfillContext *ctx = open_context(&run);
    DeepfillOverlay *overlay = overlay_for(&small);
    int error = 0;

    assert_non_null(reel);
    for (int t = 0; t < 2; t++)
        shoot(&run, reel, t, overlay);
    df_fail_after(n);
    for (int t = 0; t < 2; t++) {
        DeepfillFrame frame = { .image = reel->out[t].image, .overlay = overlay, .mask = mask,
                                .opaque = &reel->out[t] };
        DeepfillResult result = { 0 };
        int ret = deepfill_send(ctx, &frame);
        if (!ret)
            assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
        ret = ret ? ret : result.error;
        assert_true(!ret || ret == -ENOMEM);
        if (ret)
            assert_true(*deepfill_error());
        if (ret && !mask)
            assert_memory_equal(reel->out[t].memory, reel->in[t].memory, reel->in[t].bytes);
        error = error ? error : ret;
    }
    df_fail_after(-1);
    deepfill_close(&ctx);
    deepfill_overlay_close(&overlay);
    reel_free(reel);
    return error;
}

static void survives_every_failing_allocation(void **state)
{
    DeepfillMask *mask = mask_of_rect(144, 96, 88, 50, 110, 66, 2, 3);

    (void)state;
    for (int temporal = 0; temporal < 2; temporal++) {
        int n = 0;
        while (torture(n, temporal, temporal ? NULL : mask) && n < 1000)
            n += THREADS_ONLY ? 29 : 1;
        assert_true(n > 10 && n < 1000);
    }
    deepfill_mask_close(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logos_go_and_the_rest_stays),
        cmocka_unit_test(workers_and_delay_do_not_matter),
        cmocka_unit_test(masks_beside_are_filled),
        cmocka_unit_test(masks_may_come_and_go),
        cmocka_unit_test(other_shows),
        cmocka_unit_test(shown_frames_hide_their_overlay),
        cmocka_unit_test(sources_are_tinted),
        cmocka_unit_test(wrong_overlays_are_named),
        cmocka_unit_test(resets_forget),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests_name("deepfill overlay", tests, film_open, close_model);
}
