/**
 * @file
 * Filling from other frames where things go wrong in midstream: refused frames, allocations that fail for a
 * while. The other frames come out, in order, and no logo stays in those that are said to be filled.
 */
#include "film.h"

static View still(int t)
{
    return (View){ 50, 40, .grain = 2, .moment = t };
}

static View pan(int t)
{
    return (View){ 20 + 5 * t, 30, .moment = t };
}

static View stutter(int t)
{
    return (View){ 20 + 5 * (t / 2), 30, .moment = t / 2 };
}

static Holes fixed(int t)
{
    (void)t;
    return (Holes){ 1, { { 34, 28, 54, 44 } } };
}

static Holes moving(int t)
{
    return t % 5 == 4 ? (Holes){ 0 } : (Holes){ 1, { { 8 + 6 * t, 28, 24 + 6 * t, 44 } } };
}

static const Film films[] = {
    { { 96, 72, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 10, still, fixed, NULL },
    { { 96, 72, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 10, pan, moving, NULL },
    { { 96, 72, DEEPFILL_YUV, 10, 1, 1, 0, 2 }, 10, stutter, fixed, NULL },
};

/** What came of a stream with failures. */
typedef struct Damage {
    int refused, failed, gaps; /* frames: not sent, with an error, with the logo in them though without one */
} Damage;

/** Receive a frame; the first one that failed ends the want of memory. */
static void take(DeepfillContext *ctx, Reel *reel, int t, Damage *damage)
{
    int outside, logo;

    assert_int_equal(film_take(ctx, reel, t), 0);
    if (reel->result[t].error) {
        assert_int_equal(reel->result[t].error, -ENOMEM);
        assert_true(*deepfill_error());
        assert_memory_equal(reel->in[t].memory, reel->out[t].memory, reel->in[t].bytes);
        damage->failed++;
        df_fail_after(-1);
        return;
    }
    reel_count(reel, t, &outside, &logo);
    assert_int_equal(outside, 0);
    damage->gaps += logo > 0;
}

/**
 * Run a film where, from the n-th allocation after the opening on, all fail until a frame has; a frame that
 * is refused is sent again, or given up where that was the last one.
 */
static Damage run_short_of_memory(const Film *film, Way way, long n)
{
    Reel *reel = calloc(1, sizeof *reel);
    DeepfillContext *ctx = film_context(film, way);
    Damage damage = { 0 };
    int taken = 0, sent = 0;

    assert_non_null(reel);
    for (int t = 0; t < film->frames; t++) {
        df_fail_after(-1);
        film_shoot(film, reel, t);
    }
    df_fail_after(n);
    while (sent < film->frames) {
        DeepfillFrame frame = film_frame(film, reel, sent);
        int ret = deepfill_send(ctx, &frame);
        if (ret == -ENOMEM) {
            assert_true(*deepfill_error());
            damage.refused++;
            df_fail_after(-1);
            if (sent == film->frames - 1)
                break;
            continue;
        }
        if (ret == -EAGAIN) {
            take(ctx, reel, taken++, &damage);
            continue;
        }
        assert_int_equal(ret, 0);
        sent++;
    }
    deepfill_flush(ctx);
    while (taken < sent)
        take(ctx, reel, taken++, &damage);
    df_fail_after(-1);
    assert_int_equal(deepfill_receive(ctx, &reel->result[0], 1), -EPIPE);
    deepfill_close(&ctx);
    reel_free(reel);
    return damage;
}

/* Sanitizers take their time. */
#if defined(__SANITIZE_THREAD__)
enum { STEP = 151 };
#elif defined(__SANITIZE_ADDRESS__)
enum { STEP = 61 };
#else
enum { STEP = 13 };
#endif

static void failing_allocations_leave_the_others(void **state)
{
    static const Way ways[] = { { 1, 0, 0, 0 }, { 2, 1, 0, 0 }, { 2, 1, 3, 1 }, { 1, 2, 20, 0 } };
    int refused = 0, failed = 0, runs = 0;

    (void)state;
    for (size_t f = 0; f < DF_COUNT(films); f++)
        for (size_t w = 0; w < DF_COUNT(ways); w++) {
            Damage damage;
            long n = (long)(f + w);
            int untouched = 0;
            /* Until a stream needs no more than the n that it may have, some times over. */
            for (; untouched < 3 && n < 4000; n += STEP) {
                damage = run_short_of_memory(&films[f], ways[w], n);
                if (damage.gaps)
                    fail_msg("film %zu, way %zu, allocation %ld: %d filled frames with the logo", f, w, n,
                             damage.gaps);
                untouched = damage.refused + damage.failed ? 0 : untouched + 1;
                refused += damage.refused;
                failed += damage.failed;
                runs++;
            }
            assert_true(n < 4000);
        }
    assert_true(refused > 5 && failed > 30);
    print_message("%d streams, %d frames refused, %d failed\n", runs, refused, failed);
}

/** Send a frame, receiving those that it takes to make room. @return what the sending says */
static int send(DeepfillContext *ctx, Reel *reel, const DeepfillFrame *frame, int *taken)
{
    int ret;

    while ((ret = deepfill_send(ctx, frame)) == -EAGAIN)
        assert_int_equal(film_take(ctx, reel, (*taken)++), 0);
    return ret;
}

/** A frame that is refused as wrong is none: the stream is as if it had not been sent. */
static void wrong_frames_leave_no_trace(void **state)
{
    (void)state;
    for (size_t f = 0; f < DF_COUNT(films); f++)
        for (int ahead = 0; ahead < 4; ahead += 3) {
            const Film *film = &films[f];
            Reel *whole = film_run(film, (Way){ 2, 1, ahead, 0 }), *reel = calloc(1, sizeof *reel);
            DeepfillContext *ctx = film_context(film, (Way){ 2, 1, ahead, 0 });
            int taken = 0;
            assert_non_null(reel);
            for (int t = 0; t < film->frames; t++) {
                film_shoot(film, reel, t);
                DeepfillFrame frame = film_frame(film, reel, t), wrong = frame;
                wrong.image.format.width--;
                assert_int_equal(send(ctx, reel, &wrong, &taken), -EINVAL);
                wrong = frame;
                wrong.image.data[1] = NULL;
                assert_int_equal(send(ctx, reel, &wrong, &taken), -EINVAL);
                wrong = frame;
                wrong.show = DEEPFILL_SHOW_OVERLAY + 1;
                assert_int_equal(send(ctx, reel, &wrong, &taken), -EINVAL);
                assert_int_equal(send(ctx, reel, &frame, &taken), 0);
            }
            deepfill_flush(ctx);
            for (; taken < film->frames; taken++)
                assert_int_equal(film_take(ctx, reel, taken), 0);
            assert_reels_equal(whole, reel);
            deepfill_close(&ctx);
            reel_free(reel);
            reel_free(whole);
        }
}

/** The context may be closed at any time, with frames in every step. */
static void closes_in_midstream(void **state)
{
    (void)state;
    for (int ahead = 0; ahead < 5; ahead += 2)
        for (int sent = 0; sent <= 2 * ahead + 3; sent++) {
            Film film = films[1];
            DeepfillContext *ctx = film_context(&film, (Way){ 2, 3, ahead, 0 });
            Reel *reel = calloc(1, sizeof *reel);
            assert_non_null(reel);
            for (int t = 0; t < sent; t++) {
                film_shoot(&film, reel, t);
                DeepfillFrame frame = film_frame(&film, reel, t);
                int ret = deepfill_send(ctx, &frame);
                /* Those that are planned may be as many as may wait to be received. */
                assert_true(ret == 0 || (ret == -EAGAIN && t > 3));
            }
            if (sent % 2)
                deepfill_flush(ctx);
            deepfill_close(&ctx);
            reel_free(reel);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failing_allocations_leave_the_others),
        cmocka_unit_test(wrong_frames_leave_no_trace),
        cmocka_unit_test(closes_in_midstream),
    };

    return cmocka_run_group_tests_name("deepfill temporal faults", tests, film_open, close_model);
}
