/**
 * @file
 * deepfill_reset(): a context whose frames are forgotten makes of a film what a fresh one makes of it, whatever it was
 * busy with, and holds nothing.
 */
#include "film_scenes.h"

#include "context.h"

static const Film films[] = {
    { { 112, 80, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 12, grainy_pan, moving, NULL },
    { { 112, 80, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 12, grainy_still, fixed, NULL },
};

/** A film with another scene, brighter, whose hole has just been where those of `films` are. */
static View other_scene(int t)
{
    return (View){ 300 - 3 * t, 20, 2, .grain = 1, .light = 20, .moment = 100 + t };
}

static const Film before = { { 112, 80, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 40, other_scene, fixed, NULL };

/** Send the first frames of a film, until there is no room. @return how many */
static int send_first(DeepfillContext *ctx, const Film *film, Reel *reel, int most)
{
    int t = 0;

    for (; t < most; t++) {
        film_shoot(film, reel, t);
        DeepfillFrame frame = film_frame(film, reel, t);
        int ret = deepfill_send(ctx, &frame);
        if (ret == -EAGAIN)
            break;
        assert_int_equal(ret, 0);
    }
    return t;
}

/** Run a film in a context that was used before; it is flushed in the end. */
static Reel *run_in(DeepfillContext *ctx, const Film *film)
{
    Reel *reel = calloc(1, sizeof *reel);

    assert_non_null(reel);
    film_run_in(ctx, film, reel);
    return reel;
}

static size_t bytes_held(DeepfillContext *ctx)
{
    return df_account_bytes(&df_context_frames(ctx)->temporal.account);
}

/** Forget `sent` frames, of which `taken` were received, and run all films. */
static void check_reset(Way way, Reel *const *fresh, int sent, int taken, int flush)
{
    DeepfillContext *ctx = film_context(&before, way);
    size_t held = bytes_held(ctx);
    Reel *reel = calloc(1, sizeof *reel);

    assert_non_null(reel);
    sent = send_first(ctx, &before, reel, sent);
    if (flush)
        deepfill_flush(ctx);
    for (int t = 0; t < DF_MIN(taken, sent); t++)
        if (deepfill_receive(ctx, &reel->result[t], 1) < 0)
            break;
    deepfill_reset(ctx);
    assert_int_equal(bytes_held(ctx), held);
    /* Nothing writes to what was forgotten. */
    for (int t = 0; t < reel->frames; t++)
        memset(reel->out[t].memory, 0, reel->out[t].bytes);
    for (size_t f = 0; f < DF_COUNT(films); f++) {
        Reel *other = run_in(ctx, &films[f]);
        assert_reels_equal(fresh[f], other);
        reel_free(other);
        deepfill_reset(ctx);
        assert_int_equal(bytes_held(ctx), held);
    }
    for (int t = 0; t < reel->frames; t++)
        for (size_t i = 0; i < reel->out[t].bytes; i++)
            assert_int_equal(((uint8_t *)reel->out[t].memory)[i], 0);
    deepfill_close(&ctx);
    reel_free(reel);
}

static void check_all(int ahead)
{
    static const int worker_counts[] = { 1, 2, 5 };
    Reel *fresh[DF_COUNT(films)];

    for (size_t f = 0; f < DF_COUNT(films); f++)
        fresh[f] = film_run(&films[f], (Way){ 1, 0, ahead, 0 });
    for (size_t i = THREADS_ONLY; i < DF_COUNT(worker_counts); i++) {
        Way way = { worker_counts[i], worker_counts[i], ahead, 0 };
        for (int sent = 0; sent < 24; sent += THREADS_ONLY ? 11 : 3)
            check_reset(way, fresh, sent, sent % 2 ? sent / 2 : 0, sent % 4 == 1);
    }
    for (size_t f = 0; f < DF_COUNT(films); f++)
        reel_free(fresh[f]);
}

static void reset_context_is_as_fresh(void **state)
{
    (void)state;
    check_all(6);
}

static void reset_live_context_is_as_fresh(void **state)
{
    (void)state;
    check_all(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reset_context_is_as_fresh),
        cmocka_unit_test(reset_live_context_is_as_fresh),
    };

    return cmocka_run_group_tests_name("deepfill temporal, reset", tests, film_open, close_model);
}
