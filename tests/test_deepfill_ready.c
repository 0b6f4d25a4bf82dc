/**
 * @file
 * DeepfillSettings.ready: a program that receives only when it is told to gets every frame, in order.
 */
#include "frame.h"

#include <errno.h>
#include <time.h>

/* Frames a film, and seconds after which a call that does not come counts as lost. */
enum { FRAMES = 40, PATIENCE = 60 };

/** What the callback signals. */
typedef struct Bell {
    pthread_mutex_t lock;
    pthread_cond_t rung;
    int calls;
    int heard; /* of the calls */
} Bell;

static void ring(void *opaque)
{
    Bell *bell = opaque;

    pthread_mutex_lock(&bell->lock);
    bell->calls++;
    pthread_cond_signal(&bell->rung);
    pthread_mutex_unlock(&bell->lock);
}

static void await(Bell *bell)
{
    struct timespec end;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE;
    pthread_mutex_lock(&bell->lock);
    while (bell->heard == bell->calls)
        assert_int_equal(pthread_cond_timedwait(&bell->rung, &bell->lock, &end), 0);
    bell->heard = bell->calls;
    pthread_mutex_unlock(&bell->lock);
}

/** Receive what is finished. @return how many frames have come by now */
static int take_finished(DeepfillContext *ctx, const Picture *pictures, int taken)
{
    DeepfillResult result;
    int ret;

    while (!(ret = deepfill_receive(ctx, &result, 0))) {
        assert_ptr_equal(result.opaque, &pictures[taken]);
        assert_int_equal(result.error, 0);
        taken++;
    }
    assert_true(ret == -EAGAIN || (ret == -EPIPE && taken == FRAMES));
    return taken;
}

/** Every third frame passes untouched: done within deepfill_send(), unless others wait for it. */
static void run(int temporal, int workers, int delay)
{
    DeepfillFormat f = { 96, 64, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    Bell bell = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 };
    DeepfillMask *mask = mask_of_rect(96, 64, 30, 20, 46, 32, 2, 2);
    Picture pictures[FRAMES];
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;
    int sent = 0, taken = 0;

    deepfill_defaults(&settings, model, &f);
    settings.workers = workers;
    settings.delay = delay;
    settings.temporal = temporal;
    settings.ahead = 3;
    settings.ready = ring;
    settings.ready_opaque = &bell;
    assert_int_equal(deepfill_open(&ctx, &settings), 0);
    for (int i = 0; i < FRAMES; i++) {
        pictures[i] = picture_new(f);
        picture_draw(&pictures[i], i / 10);
    }
    while (taken < FRAMES) {
        int ret = -EAGAIN;
        while (sent < FRAMES) {
            DeepfillFrame frame = { .image = pictures[sent].image, .mask = sent % 3 ? mask : NULL,
                                    .opaque = &pictures[sent] };
            if ((ret = deepfill_send(ctx, &frame)) < 0)
                break;
            if (++sent == FRAMES)
                deepfill_flush(ctx);
        }
        assert_true(ret == 0 || ret == -EAGAIN);
        await(&bell);
        taken = take_finished(ctx, pictures, taken);
    }
    deepfill_close(&ctx);
    assert_true(bell.calls > 0);
    for (int i = 0; i < FRAMES; i++)
        free(pictures[i].memory);
    deepfill_mask_close(&mask);
}

static void told_of_frames_by_themselves(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 5; workers += 2)
        for (int delay = 0; delay <= 4; delay += 4)
            run(0, workers, delay);
}

static void told_of_frames_from_others(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 5; workers += 2)
        for (int delay = 0; delay <= 4; delay += 4)
            run(1, workers, delay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(told_of_frames_by_themselves),
        cmocka_unit_test(told_of_frames_from_others),
    };

    return cmocka_run_group_tests_name("ready", tests, open_model, close_model);
}
