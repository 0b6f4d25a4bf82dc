/**
 * @file
 * What each step of a fill from other frames costs: `deepfill-steps`, run by `make bench`.
 *
 * Frames are made in memory; everything else is as a user of the library has it by default. Times are those
 * of the workers' CPU, so that what else runs on the machine, and drawing the frames, is left out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "context.h"

enum { WIDTH = 1920, HEIGHT = 1080, ROUND = 120 };

static int fail(const char *what)
{
    fprintf(stderr, "deepfill-steps: %s: %s\n", what, deepfill_error());
    return -1;
}

/* ------------------------------------------------------------------------------ the footage -- */

/** One in -1..1 for each place of a lattice (mixed as in MurmurHash3's last step). */
static float lattice(int x, int y, uint32_t seed)
{
    uint32_t h = (uint32_t)x * 0x9e3779b1u ^ (uint32_t)y * 0x85ebca77u ^ seed;
    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return (int32_t)(h ^ h >> 16) / 2147483648.0f;
}

/** Between the places it goes smoothly. */
static float value_noise(float x, float y, uint32_t seed)
{
    int left = (int)x, top = (int)y;
    float u = x - left, v = y - top;
    u *= u * (3 - 2 * u);
    v *= v * (3 - 2 * v);
    float above = lattice(left, top, seed) * (1 - u) + lattice(left + 1, top, seed) * u;
    float below = lattice(left, top + 1, seed) * (1 - u) + lattice(left + 1, top + 1, seed) * u;
    return above * (1 - v) + below * v;
}

/** Detail of all sizes from 4 pixels up, the larger the stronger, as in pictures. */
static float texture(float x, float y, uint32_t seed)
{
    float sum = 128, strength = 6;
    for (int cell = 4; cell <= 128; cell *= 2, strength *= 1.4f)
        sum += strength * value_noise(x / cell, y / cell, seed + cell);
    return sum;
}

/** Pictures, 4:2:0, that frames are windows of: `count` in turn. */
typedef struct Film {
    int count, width, height;
    int step_x, step_y; /* of the camera from frame to frame, in quarters of a chroma sample */
    uint8_t *pictures;
} Film;

static const struct {
    int across, down, shift;
    uint32_t seed;
} planes[3] = { { WIDTH, HEIGHT, 0, 1 }, { WIDTH / 2, HEIGHT / 2, 1, 2 }, { WIDTH / 2, HEIGHT / 2, 1, 3 } };

static size_t picture_size(const Film *film)
{
    return (size_t)film->width * film->height * 3 / 2;
}

static uint8_t *picture_plane(const Film *film, int picture, int plane)
{
    size_t luma = (size_t)film->width * film->height;
    return film->pictures + picture * picture_size(film) + (plane ? luma + (plane - 1) * luma / 4 : 0);
}

/** One picture, the camera moved by so many pixels. */
static void paint(const Film *film, int picture, float right, float down)
{
    for (int p = 0; p < 3; p++) {
        int shift = planes[p].shift;
        uint8_t *sample = picture_plane(film, picture, p);
        for (int y = 0; y < film->height >> shift; y++)
            for (int x = 0; x < film->width >> shift; x++) {
                float level = texture((x << shift) + right, (y << shift) + down, planes[p].seed);
                *sample++ = (uint8_t)DF_CLAMP(level, 0, 255);
            }
    }
}

/** A sensor's noise upon the first picture; the sum of three has about a normal distribution. */
static void add_noise(const Film *film, int picture, float sigma)
{
    const uint8_t *clean = film->pictures;
    uint8_t *noisy = picture_plane(film, picture, 0);
    for (int i = 0; i < (int)picture_size(film); i++) {
        float noise = lattice(i, picture, 7) + lattice(i, picture, 8) + lattice(i, picture, 9);
        noisy[i] = (uint8_t)DF_CLAMP(clean[i] + sigma * noise + 0.5f, 0, 255);
    }
}

/**
 * A camera that goes to and fro by 3.5 and 1.5 pixels a frame: four pictures, as it stops at quarters of a
 * chroma sample; the rest are whole steps of the window.
 */
static int film_pan(Film *film)
{
    *film = (Film){ .count = 4, .width = WIDTH + 2 * ROUND, .height = HEIGHT + ROUND,
                    .step_x = 7, .step_y = 3 };
    if (!(film->pictures = malloc(film->count * picture_size(film))))
        return fail("no memory for the footage");
    for (int i = 0; i < film->count; i++)
        paint(film, i, film->step_x * i % 4 / 2.0f, film->step_y * i % 4 / 2.0f);
    return 0;
}

/** A camera that stands. */
static int film_locked(Film *film)
{
    *film = (Film){ .count = 16, .width = WIDTH, .height = HEIGHT };
    if (!(film->pictures = malloc(film->count * picture_size(film))))
        return fail("no memory for the footage");
    paint(film, 0, 0, 0);
    for (int i = film->count; i--;)
        add_noise(film, i, 2);
    return 0;
}

static void draw(const Film *film, int frame, const DeepfillImage *image)
{
    int at = film->step_x ? ROUND / 2 - abs(ROUND / 2 - frame % ROUND) : frame;
    int left = film->step_x * at / 4, top = film->step_y * at / 4;
    for (int p = 0; p < 3; p++) {
        int shift = planes[p].shift, width = film->width >> shift;
        const uint8_t *from = picture_plane(film, at % film->count, p) + (left << (1 - shift)) +
                              (size_t)(top << (1 - shift)) * width;
        for (int y = 0; y < planes[p].down; y++)
            memcpy(image->data[p] + y * image->stride[p], from + (size_t)y * width, planes[p].across);
    }
}

/* -------------------------------------------------------------------------------- the steps -- */

static const DeepfillFormat format = { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 1, 1, 0, DEEPFILL_MATRIX_BT709 };

static DeepfillImage frame_image(uint8_t *block, int i)
{
    uint8_t *luma = block + (size_t)i * WIDTH * HEIGHT * 3 / 2, *chroma = luma + WIDTH * HEIGHT;
    return (DeepfillImage){ format, { luma, chroma, chroma + WIDTH * HEIGHT / 4 },
                            { WIDTH, WIDTH / 2, WIDTH / 2 } };
}

/** What was spent up to a moment, in seconds. */
typedef struct Spent {
    double wall, network, steps[DF_MOST_STEPS];
} Spent;

static Spent spent_so_far(DeepfillContext *ctx)
{
    const DfFrames *frames = df_context_frames(ctx);
    Spent spent = { .wall = df_cli_now() };
    for (int i = 0; i < DF_MOST_STEPS; i++)
        spent.steps[i] = 1e-9 * df_pipeline_spent(frames->pipeline, i);
    for (int i = 0; i < frames->worker_count; i++)
        spent.network += 1e-9 * df_filler_spent(frames->workers[i].filler);
    return spent;
}

/**
 * Send footage until `warm` and then `count` frames have come back, and close the context.
 * ends: what was spent before and after the latter
 */
static int feed(DeepfillContext *ctx, const Film *film, DeepfillMask *mask, int warm, int count,
                Spent ends[2])
{
    int ring = deepfill_delay(ctx) + 1, sent = 0, ret = 0;
    uint8_t *block = malloc((size_t)ring * WIDTH * HEIGHT * 3 / 2);
    if (!block)
        return fail("no memory for frames");
    for (int received = 0; received < warm + count && !ret; received++) {
        DeepfillResult result;
        while (!ret && sent - received < ring) {
            DeepfillFrame frame = { .image = frame_image(block, sent % ring), .mask = mask };
            draw(film, sent, &frame.image);
            if (!(ret = deepfill_send(ctx, &frame)))
                sent++;
        }
        if (ret == -EAGAIN)
            ret = 0;
        if (received == warm)
            ends[0] = spent_so_far(ctx);
        if (!ret)
            ret = deepfill_receive(ctx, &result, 1);
        if (!ret)
            ret = result.error;
    }
    ends[1] = spent_so_far(ctx);
    deepfill_close(&ctx); /* what is in flight lies in the block */
    free(block);
    return ret ? fail("a frame") : 0;
}

static DeepfillMask *make_mask(DfRect hole)
{
    DeepfillMaskSettings how;
    DeepfillMask *mask = NULL;
    uint8_t *picture = calloc(HEIGHT, WIDTH);
    deepfill_mask_defaults(&how, WIDTH, HEIGHT);
    for (int y = hole.y0; picture && y < hole.y1; y++)
        memset(picture + (size_t)y * WIDTH + hole.x0, 255, df_rect_width(hole));
    if (!picture || deepfill_mask_create(&mask, &how, picture, WIDTH, WIDTH, HEIGHT) < 0)
        fail("a mask");
    free(picture);
    return mask;
}

static void print_head(DeepfillContext *ctx)
{
    const DfFrames *frames = df_context_frames(ctx);
    DeepfillInfo info;
    deepfill_info(ctx, &info);
    printf("\nFilling from other frames: small, 1080p in memory, %d workers, %d frames ahead; CPU time of\n"
           "all workers in ms a frame, and what of it is the network's\n%-10s %-8s",
           info.workers, info.ahead, "hole", "footage");
    for (int i = 0; i < DF_MOST_STEPS; i++)
        printf(" %7s", frames->steps[i].name);
    printf(" %7s %8s %9s\n", "sum", "network", "frames/s");
}

static void print_row(const char *footage, DfRect hole, const Spent ends[2], int count)
{
    double sum = 0;
    printf("%4dx%-5d %-8s", df_rect_width(hole), df_rect_height(hole), footage);
    for (int i = 0; i < DF_MOST_STEPS; i++) {
        double ms = 1e3 * (ends[1].steps[i] - ends[0].steps[i]) / count;
        sum += ms;
        printf(" %7.2f", ms);
    }
    printf(" %7.2f %8.2f %9.1f\n", sum, 1e3 * (ends[1].network - ends[0].network) / count,
           count / (ends[1].wall - ends[0].wall));
    fflush(stdout);
}

static int bench_hole(DeepfillModel *model, const Film *film, const char *footage, DfRect hole, int head)
{
    DeepfillSettings settings;
    DeepfillContext *ctx = NULL;
    DeepfillMask *mask = make_mask(hole);
    Spent ends[2];
    int ret = -1;
    deepfill_defaults(&settings, model, &format);
    if (mask && deepfill_open(&ctx, &settings) < 0)
        fail("no context");
    if (ctx) {
        if (head)
            print_head(ctx);
        /* Warm once frames wait for their turn and the camera has shown all there is; then whole rounds. */
        ret = feed(ctx, film, mask, 2 * ROUND, 2 * ROUND, ends);
    }
    if (!ret)
        print_row(footage, hole, ends, 2 * ROUND);
    deepfill_mask_close(&mask);
    return ret;
}

int main(int argc, char **argv)
{
    static const DfRect holes[] = { { 1640, 40, 1880, 140 }, { 300, 930, 1620, 1030 } };
    DeepfillModel *model = NULL;
    Film pan = { 0 }, locked = { 0 };
    int ret = 0;
    if (argc > 1)
        return fprintf(stderr, "usage: %s (no arguments)\n", argv[0]), 2;
    if (deepfill_model_open(&model, "small", NULL) < 0)
        ret = fail("no model");
    if (!ret && !(ret = film_pan(&pan)))
        ret = film_locked(&locked);
    for (int i = 0; i < (int)DF_COUNT(holes) && !ret; i++)
        if (!(ret = bench_hole(model, &pan, "pan", holes[i], !i)))
            ret = bench_hole(model, &locked, "locked", holes[i], 0);
    free(pan.pictures);
    free(locked.pictures);
    deepfill_model_close(&model);
    return ret < 0;
}
