/**
 * @file
 * An endless stream filled from other frames, with a hole that moves, cuts, and frames without a hole: the
 * memory that the process holds does not grow. Frames are made as they are needed and given back at once.
 */
#include "frame.h"

#include <stdio.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/** What a sanitizer keeps of its own grows, and its frames take their time. */
enum { WARM = 40, FRAMES = 200, MEASURES = 0 };
#else
enum { WARM = 1000, FRAMES = 5000, MEASURES = 1 };
#endif

/**
 * Shots are short enough for the network to have met every size of box before the memory is first looked at.
 */
enum { WIDTH = 320, HEIGHT = 180, STILL = 512, SHOT = 90, MASKS = 48 };

static uint8_t still[STILL][STILL];

/** Noise, averaged over 5 x 5 pixels and stretched again: corners all over, and the same at every seam. */
static void draw_still(void)
{
    static uint8_t noise[STILL][STILL];
    unsigned state = 5;

    for (int y = 0; y < STILL; y++)
        for (int x = 0; x < STILL; x++)
            noise[y][x] = draw(&state, 256);
    for (int y = 0; y < STILL; y++)
        for (int x = 0; x < STILL; x++) {
            int sum = 0;
            for (int k = 0; k < 25; k++)
                sum += noise[(y + k / 5) % STILL][(x + k % 5) % STILL];
            still[y][x] = DF_CLAMP(128 + (sum / 25 - 128) * 4, 16, 235);
        }
}

/** Frame n of a camera that goes to and fro over the still; every SHOT frames it begins elsewhere. */
static void draw_frame(Picture *p, int n)
{
    int left = n / SHOT * 131 + 2 * abs(n % 160 - 80), top = n / SHOT * 57 + abs(n % 60 - 30);

    for (int plane = 0; plane < 3; plane++)
        for (int y = 0; y < HEIGHT >> !!plane; y++) {
            uint8_t *row = p->image.data[plane] + y * p->image.stride[plane];
            for (int x = 0; x < WIDTH >> !!plane; x++)
                row[x] = still[((y << !!plane) + top) % STILL][((x << !!plane) + left) % STILL];
        }
}

/** Memory of the process that is resident, in KiB; 0 where the system does not tell. */
static long resident(void)
{
    char line[128];
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");

    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %ld kB", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return kib;
}

static DeepfillContext *open_temporal(DeepfillFormat format, int ahead)
{
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;

    deepfill_defaults(&settings, model, &format);
    /* Which worker first meets the network is chance, and each then takes memory for it. */
    settings.workers = MEASURES ? 1 : 2;
    settings.ahead = ahead;
    settings.memory = 64;
    assert_int_equal(deepfill_open(&ctx, &settings), 0);
    return ctx;
}

/** Send frame n: its hole goes round with the masks, and each seventh of 100 frames shows all. */
static int send_frame(DeepfillContext *ctx, Picture *p, DeepfillMask **masks, int n)
{
    DeepfillFrame frame = { .image = p->image, .mask = n % 100 / 7 == 6 ? NULL : masks[n % MASKS],
                            .opaque = p };

    draw_frame(p, n);
    return deepfill_send(ctx, &frame);
}

/** Stream FRAMES frames. @return the memory held after all of them, over that after WARM */
static double stream(DeepfillContext *ctx, Picture *ring, DeepfillMask **masks)
{
    int slots = deepfill_delay(ctx) + 1, sent = 0;
    long warm = 0;
    DeepfillResult result;

    for (int received = 0; received < FRAMES; received++) {
        while (sent < FRAMES && sent - received < slots && !send_frame(ctx, &ring[sent % slots], masks, sent))
            if (++sent == FRAMES)
                deepfill_flush(ctx);
        assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
        assert_int_equal(result.error, 0);
        assert_ptr_equal(result.opaque, &ring[received % slots]);
        if (received == WARM)
            warm = resident();
    }
    return warm ? (double)resident() / warm : 1;
}

static void run(int ahead)
{
    DeepfillFormat f = { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillContext *ctx = open_temporal(f, ahead);
    DeepfillMask *masks[MASKS];
    int slots = deepfill_delay(ctx) + 1;
    Picture *ring = calloc(slots, sizeof *ring);

    assert_non_null(ring);
    draw_still();
    for (int i = 0; i < slots; i++)
        ring[i] = picture_new(f);
    for (int i = 0; i < MASKS; i++) {
        int x = 40 + 4 * abs(i - MASKS / 2), y = 30 + 2 * i;
        masks[i] = mask_of_rect(WIDTH, HEIGHT, x, y, x + 30, y + 24, 3, 3);
    }
    double growth = stream(ctx, ring, masks);
    deepfill_close(&ctx);
    for (int i = 0; i < MASKS; i++)
        deepfill_mask_close(&masks[i]);
    for (int i = 0; i < slots; i++)
        free(ring[i].memory);
    free(ring);
    print_message("ahead %d: after %d frames %.3f of the memory after %d\n", ahead, FRAMES, growth, WARM);
    if (MEASURES)
        assert_true(growth < 1.05);
}

static void live_stream_does_not_grow(void **state)
{
    (void)state;
    run(0);
}

static void stream_looked_ahead_does_not_grow(void **state)
{
    (void)state;
    run(8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_stream_does_not_grow),
        cmocka_unit_test(stream_looked_ahead_does_not_grow),
    };

    return cmocka_run_group_tests_name("stress_temporal", tests, open_model, close_model);
}
