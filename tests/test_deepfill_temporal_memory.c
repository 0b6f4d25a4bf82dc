/**
 * @file
 * What is held for other frames fits `memory`, however far is looked ahead, but for the frames that have to be in
 * flight; nothing is held once all frames are forgotten.
 */
#include "film_scenes.h"

#include "context.h"

enum { FRAMES = THREADS_ONLY ? 120 : 420, WIDTH = 64, HEIGHT = 48, MIB = 1 << 20 };

/** A camera that turns back before it leaves the canvas. */
static View to_and_fro(int t)
{
    return (View){ 20 + abs(t % 600 - 300), 30 + abs(t % 80 - 40), .grain = 2, .moment = t };
}

/** Cuts each 70 frames, where all that is held is given up. */
static View short_shots(int t)
{
    return (View){ 20 + 2 * (t % 70), 30, t / 70 % 3, .grain = 2, .moment = t };
}

static Holes small_hole(int t)
{
    (void)t;
    return (Holes){ 1, { { 20, 14, 40, 28 } } };
}

/** Most of the frame: each frame's map is large, and nothing is seen for long. */
static Holes great_hole(int t)
{
    (void)t;
    return (Holes){ 1, { { 6, 6, 58, 42 } } };
}

static Holes wandering_hole(int t)
{
    int x = 4 + abs(t % 70 - 35), y = 4 + abs(t % 40 - 20);

    return t % 50 > 45 ? (Holes){ 0 } : (Holes){ 1, { { x, y, x + 16, y + 12 } } };
}

/** Run a film, and forget it. @return most bytes that the account held at a time */
static size_t run(DeepfillContext *ctx, const Film *film)
{
    Picture *pictures = calloc(film->frames, sizeof *pictures);
    DeepfillMask **masks = calloc(film->frames, sizeof *masks);
    DfAccount *account = &df_context_frames(ctx)->temporal.account;
    DeepfillResult result;
    int taken = 0, sent = 0;

    assert_true(pictures && masks);
    for (int t = 0; t < film->frames; t++) {
        View view = film->view(t);
        Holes holes = film->holes(t), before = film->holes(t ? t - 1 : 0);
        pictures[t] = picture_new(film->format);
        film_paint(&pictures[t], &view);
        film_logo(&pictures[t], &holes);
        if (holes.count)
            masks[t] = t && !memcmp(&holes, &before, sizeof holes) ? deepfill_mask_ref(masks[t - 1])
                                                                    : film_mask(&film->format, &holes);
    }
    while (taken < film->frames) {
        DeepfillFrame frame = { .image = pictures[sent % film->frames].image, .mask = masks[sent % film->frames],
                                .opaque = &pictures[sent % film->frames] };
        if (sent < film->frames && !deepfill_send(ctx, &frame)) {
            if (++sent == film->frames)
                deepfill_flush(ctx);
        } else {
            assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
            assert_ptr_equal(result.opaque, &pictures[taken++]);
            assert_int_equal(result.error, 0);
        }
    }
    deepfill_reset(ctx);
    assert_int_equal(df_account_bytes(account), 0);
    for (int t = 0; t < film->frames; t++) {
        free(pictures[t].memory);
        deepfill_mask_close(&masks[t]);
    }
    free(pictures);
    free(masks);
    return atomic_load(&account->peak);
}

/** What frames hold that are in flight whatever the memory: with their copies, and the maps of those planned. */
static size_t in_flight(const DfFrames *frames, const DeepfillFormat *f)
{
    size_t frame = 2 * df_planes_bytes(f, f->width, f->height);

    return (frames->window + frames->unseen) * (frame + 2 * sizeof(DfMapPixel) * f->width * f->height);
}

static void memory_holds(void **state)
{
    static View (*const views[])(int) = { still, to_and_fro, short_shots };
    static Holes (*const holes[])(int) = { small_hole, great_hole, wandering_hole };
    static const Way ways[] = { { 1, 0, 400, 1 }, { 2, 2, 400, 1 } };

    (void)state;
    for (int v = 0; v < 3; v++)
        for (int h = 0; h < 3; h++) {
            Film film = { { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, FRAMES, views[v], holes[h], NULL };
            Way way = ways[(v + h) % 2];
            DeepfillContext *ctx = film_context(&film, way);
            size_t more = in_flight(df_context_frames(ctx), &film.format);
            size_t peak = run(ctx, &film);
            print_message("camera %d, hole %d: %zu KiB of 1024, and %zu for frames in flight\n", v, h,
                          peak >> 10, more >> 10);
            assert_true(peak <= MIB + more);
            deepfill_close(&ctx);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_holds),
    };

    return cmocka_run_group_tests_name("deepfill temporal, memory", tests, film_open, close_model);
}
