/**
 * @file
 * What the whole engine does with frames that are each filled by itself: 1080p with a logo, in memory, for
 * several numbers of workers and frames in flight.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bench.h"
#include "cli/cli.h"

enum { WIDTH = 1920, HEIGHT = 1080, FRAMES = 40, MOST_ROUNDS = 100 };
enum { LOGO_X = 1640, LOGO_Y = 40, LOGO_WIDTH = 240, LOGO_HEIGHT = 100 };

static const DeepfillFormat format = { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 1, 1, 0, DEEPFILL_MATRIX_BT709 };

/** What a process is to do. */
typedef struct Job {
    const DfBenchModel *model;
    int workers, delay;
} Job;

/** What it takes; all zero where it is not there yet. */
typedef struct Stage {
    DeepfillModel *model;
    DeepfillMask *mask;
    DeepfillContext *ctx;
    uint8_t *block; /* as many frames as can be in flight */
} Stage;

/** Frame i's planes in the block. */
static DeepfillImage frame_image(uint8_t *block, int i)
{
    uint8_t *luma = block + (size_t)i * WIDTH * HEIGHT * 3 / 2, *chroma = luma + WIDTH * HEIGHT;
    return (DeepfillImage){ format, { luma, chroma, chroma + WIDTH * HEIGHT / 4 },
                            { WIDTH, WIDTH / 2, WIDTH / 2 } };
}

/** Seconds for FRAMES frames through an open context, after as many as fill it. */
static int feed(Stage *stage, double *seconds)
{
    DeepfillResult result;
    int ring = deepfill_delay(stage->ctx) + 1, warm = 2 * ring, received = 0, ret;
    double start = 0;
    for (int sent = 0; received < warm + FRAMES;) {
        DeepfillFrame frame = { .image = frame_image(stage->block, sent % ring), .mask = stage->mask };
        if (sent < warm + FRAMES && !deepfill_send(stage->ctx, &frame)) {
            if (++sent == warm + FRAMES)
                deepfill_flush(stage->ctx);
            continue;
        }
        ret = deepfill_receive(stage->ctx, &result, 1);
        if (ret < 0 || result.error)
            return ret < 0 ? ret : result.error;
        if (++received == warm)
            start = df_cli_now();
    }
    *seconds = df_cli_now() - start;
    return 0;
}

static int make_mask(DeepfillMask **mask)
{
    DeepfillMaskSettings how;
    uint8_t *picture = df_alloc(WIDTH * HEIGHT);
    if (!picture)
        return -ENOMEM;
    for (int y = LOGO_Y; y < LOGO_Y + LOGO_HEIGHT; y++)
        memset(picture + y * WIDTH + LOGO_X, 255, LOGO_WIDTH);
    deepfill_mask_defaults(&how, WIDTH, HEIGHT);
    int ret = deepfill_mask_create(mask, &how, picture, WIDTH, WIDTH, HEIGHT);
    df_free(picture);
    return ret;
}

static int make_frames(uint8_t **block, int count)
{
    uint64_t state = 1;
    size_t size = (size_t)count * WIDTH * HEIGHT * 3 / 2;
    if (!(*block = df_alloc(size)))
        return -ENOMEM;
    for (size_t i = 0; i < size; i++)
        (*block)[i] = 128 + 64 * df_bench_noise(&state);
    return 0;
}

static int set_stage(const Job *job, Stage *stage)
{
    DeepfillSettings settings;
    int ret = df_bench_model_open(&stage->model, job->model, NULL);
    if (!ret)
        ret = make_mask(&stage->mask);
    if (!ret)
        ret = make_frames(&stage->block, job->delay + 1);
    if (ret < 0)
        return ret;
    deepfill_defaults(&settings, stage->model, &format);
    settings.workers = job->workers;
    settings.delay = job->delay;
    settings.temporal = 0;
    return deepfill_open(&stage->ctx, &settings);
}

static int measure(const void *opaque, void *result)
{
    Stage stage = { .model = NULL };
    double *fps = result, seconds;
    int ret = set_stage(opaque, &stage);
    if (!ret)
        ret = feed(&stage, &seconds);
    if (!ret)
        *fps = FRAMES / seconds;
    deepfill_close(&stage.ctx);
    deepfill_mask_close(&stage.mask);
    deepfill_model_close(&stage.model);
    df_free(stage.block);
    return ret;
}

/** The first has a frame waiting, so that its worker is never idle; delay 0: all share one frame. */
static void choose_cases(int workers, DfBenchPipeline *cases)
{
    const int chosen[DF_BENCH_PIPELINES][2] = {
        { 1, 1 }, { 1, 0 }, { workers, 0 }, { workers, workers - 1 }, { workers, 2 * workers - 1 },
        { 2 * workers, 2 * workers - 1 },
    };
    for (int i = 0; i < DF_BENCH_PIPELINES; i++)
        cases[i] = (DfBenchPipeline){ .workers = chosen[i][0], .delay = chosen[i][1] };
}

/** In rounds, each figure beside the first one's of its own round: a machine's speed drifts. */
int df_bench_pipeline(const DfBenchModel *model, int workers, int rounds, DfBenchPipeline *cases)
{
    double fps[DF_BENCH_PIPELINES][MOST_ROUNDS], ratios[DF_BENCH_PIPELINES][MOST_ROUNDS];
    rounds = DF_MIN(rounds, MOST_ROUNDS);
    choose_cases(workers, cases);
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < DF_BENCH_PIPELINES; i++) {
            Job job = { model, cases[i].workers, cases[i].delay };
            if (df_bench_alone(measure, &job, &fps[i][round], sizeof **fps, &cases[i].peak_mib) < 0)
                return -1;
            ratios[i][round] = fps[i][round] / fps[0][round];
        }
    for (int i = 0; i < DF_BENCH_PIPELINES; i++) {
        cases[i].fps = df_bench_median(fps[i], rounds);
        cases[i].ratio = df_bench_median(ratios[i], rounds);
    }
    return 0;
}
