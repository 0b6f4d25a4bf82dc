/**
 * @file
 * Filling from other frames after a frame has failed: the others do not wait for what it was to make, and it is made
 * once more, not in each of them.
 */
#include "film_scenes.h"

static Holes tiny_hole(int t)
{
    (void)t;
    return (Holes){ 1, { { 34, 28, 54, 44 } } };
}

static const Film locked = { { 96, 72, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 24, grainy_still, tiny_hole, NULL };

/** What became of a film. */
typedef struct Outcome {
    int failed;     /* frames */
    int last;       /* the last of them; -1: none */
    int networks;   /* frames after it in which the network ran */
    int last_network;
    int delay;
} Outcome;

/** Take a frame; one that failed ends the want of memory. */
static void take(DeepfillContext *ctx, Reel *reel, int t, Outcome *outcome)
{
    const DeepfillResult *result = &reel->result[t];

    assert_int_equal(film_take(ctx, reel, t), 0);
    if (result->error) {
        df_fail_after(-1);
        outcome->failed++;
        outcome->last = t;
        outcome->networks = 0;
    } else if (result->boxes) {
        /* What it made is told. */
        if (!(result->network > 0))
            fail_msg("frame %d: %d boxes, but no pixel of the network", t, result->boxes);
        outcome->networks++;
        outcome->last_network = t;
    }
}

/** Run a film in which, from the n-th allocation after frame `from` was sent on, all fail until a frame has. */
static Outcome run_with_failure(const Film *film, Way way, int from, int n)
{
    Reel *reel = calloc(1, sizeof *reel);
    DeepfillContext *ctx = film_context(film, way);
    Outcome outcome = { .last = -1, .delay = deepfill_delay(ctx) };
    int taken = 0, sent = 0;

    assert_non_null(reel);
    for (int t = 0; t < film->frames; t++)
        film_shoot(film, reel, t);
    while (sent < film->frames) {
        if (sent == from)
            df_fail_after(n);
        DeepfillFrame frame = film_frame(film, reel, sent);
        int ret = deepfill_send(ctx, &frame);
        if (ret == -EAGAIN) {
            take(ctx, reel, taken++, &outcome);
        } else if (ret == -ENOMEM) {
            df_fail_after(-1);
            from = -1;
        } else {
            assert_int_equal(ret, 0);
            sent++;
        }
    }
    deepfill_flush(ctx);
    while (taken < sent)
        take(ctx, reel, taken++, &outcome);
    df_fail_after(-1);
    deepfill_close(&ctx);
    reel_free(reel);
    return outcome;
}

/** Frames that were planned when one failed run the network once more; of those after them, one. */
static void check(Way way, int from)
{
    int failures = 0;

    /* The first ones are those of the sending and the copies, one by one. */
    for (int n = 0; n < 260; n += n < 14 ? 1 + THREADS_ONLY * 6 : 14 + THREADS_ONLY * 40) {
        Outcome o = run_with_failure(&locked, way, from, n);
        failures += o.failed > 0;
        if (o.failed && o.networks && o.last_network > o.last + way.delay + 2)
            fail_msg("workers %d, ahead %d, allocation %d: frame %d failed, the network ran in %d frames, up to %d",
                     way.workers, way.ahead, n, o.last, o.networks, o.last_network);
    }
    assert_true(failures > 0);
}

static void live(void **state)
{
    (void)state;
    check((Way){ 1, 0, 0, 0 }, 0);
    check((Way){ 1, 0, 0, 0 }, 3);
    check((Way){ 2, 2, 0, 0 }, 3);
}

static void looked_ahead(void **state)
{
    (void)state;
    check((Way){ 1, 0, 4, 0 }, 0);
    check((Way){ 2, 2, 12, 0 }, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live),
        cmocka_unit_test(looked_ahead),
    };

    return cmocka_run_group_tests_name("deepfill temporal, failed frames", tests, film_open, close_model);
}
