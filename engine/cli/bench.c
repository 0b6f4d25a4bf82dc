/**
 * @file
 * What the engine costs on this machine: `deepfill-bench`, run by `make bench`.
 *
 * Every figure is a ratio or can be made one within the run: products against the matrix library's own peak,
 * two workers against one. Weights are random, as only their number matters; the hole is the central
 * quarter of a region. Each pipeline runs in a process of its own, so that its peak memory is its own.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cpu.h"
#include "kernels/gemm.h"
#include "model/internal.h"

static int fail(const char *what)
{
    fprintf(stderr, "deepfill-bench: %s: %s\n", what, *deepfill_error() ? deepfill_error() : strerror(errno));
    return -1;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* A cheap reproducible number in -1..1 (Knuth's linear congruential generator). */
static float noise(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (int32_t)(*state >> 32) / 2147483648.0f;
}

/* ------------------------------------------------------------------------------ random models -- */

static void write_tensor(FILE *head, FILE *body, const char *row, const char *what, const char *shape,
                         size_t count, float scale, size_t *end)
{
    uint64_t state = *end;
    fprintf(head, "%s\"%s.%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}",
            *end ? "," : "", row, what, shape, *end, *end + 4 * count);
    for (size_t i = 0; i < count; i++) {
        float value = scale * noise(&state);
        fwrite(&value, 4, 1, body);
    }
    *end += 4 * count;
}

static void write_row(FILE *head, FILE *body, const DfSemantics *semantics, int row, int cnum, size_t *end)
{
    DfConv conv = df_semantics_conv_of(semantics, row, cnum, 0);
    const char *name = semantics->net->rows[row].name;
    size_t fan_in = (size_t)conv.kernel * conv.kernel * conv.in;
    char shape[64];
    snprintf(shape, sizeof shape, "%d,%d,%d,%d", conv.out, conv.in, conv.kernel, conv.kernel);
    write_tensor(head, body, name, "weight", shape, conv.out * fan_in, sqrtf(6.0f / fan_in), end);
    snprintf(shape, sizeof shape, "%d", conv.out);
    write_tensor(head, body, name, "bias", shape, conv.out, 0.1f, end);
}

static int write_model(const char *path, int cnum)
{
    const DfSemantics *semantics = df_semantics_find("official");
    char *heading = NULL, *data = NULL;
    size_t heading_size, data_size, end = 0;
    FILE *head = open_memstream(&heading, &heading_size), *body = open_memstream(&data, &data_size);
    FILE *file = fopen(path, "wb");
    int ok = head && body && file;
    if (ok) {
        fputc('{', head);
        for (int row = 0; row < semantics->net->count; row++)
            if (df_row_is_conv(&semantics->net->rows[row]))
                write_row(head, body, semantics, row, cnum, &end);
        fputc('}', head);
    }
    ok = (!head || !fclose(head)) & (!body || !fclose(body)) & ok;
    uint64_t size = ok ? heading_size : 0;
    ok = ok && fwrite(&size, 8, 1, file) && fwrite(heading, heading_size, 1, file) &&
         fwrite(data, data_size, 1, file);
    ok = (!file || !fclose(file)) & ok;
    free(heading);
    free(data);
    return ok ? 0 : fail(path);
}

static DeepfillModel *random_model(int cnum)
{
    char path[] = "/tmp/deepfill-bench-XXXXXX";
    DeepfillModel *model = NULL;
    int file = mkstemp(path);
    if (file < 0 || close(file) < 0 || write_model(path, cnum) < 0 ||
        deepfill_model_open(&model, path, NULL) < 0)
        fail("no random model");
    if (file >= 0)
        unlink(path);
    return model;
}

/* ------------------------------------------------------------------------------- the network -- */

/* Floating-point operations of the network done directly, as its papers state it, whatever is done here. */
static double direct_flop(const DeepfillModel *model, const DfPlan *plan)
{
    const DfNet *net = model->semantics->net;
    double products = 0;
    for (int row = 0; row < net->count; row++) {
        DfShape shape = plan->shapes[row];
        double pixels = (double)shape.height * shape.width;
        if (df_row_is_conv(&net->rows[row])) {
            const DfConv *conv = &model->convs[row];
            products += pixels * conv->out * conv->kernel * conv->kernel * conv->in;
        } else if (net->rows[row].op == DF_OP_ATTENTION) {
            products += pixels / 4 * pixels / 4 * (9 + 16) * shape.channels; /* scores, reconstruction */
        }
    }
    return 2 * products;
}

/* GFLOP/s of a product large enough to run at the library's best, one thread. */
static double gemm_peak(void)
{
    enum { SIDE = 1024 };
    float *a = df_alloc(3 * SIDE * SIDE * sizeof *a), *b = a + SIDE * SIDE, *c = b + SIDE * SIDE;
    double best = 0;
    uint64_t state = 1;
    if (!a)
        return 0;
    for (int i = 0; i < 2 * SIDE * SIDE; i++)
        a[i] = noise(&state);
    for (int run = 0; run < 8; run++) {
        double start = now();
        df_gemm(SIDE, SIDE, SIDE, a, SIDE, b, SIDE, c, SIDE);
        best = fmax(best, 2e-9 * SIDE * SIDE * SIDE / (now() - start));
    }
    df_free(a);
    return best;
}

static double best_run(const DeepfillModel *model, const DfPlan *plan, const DfRun *run, void *workspace)
{
    double best = INFINITY, begun = now();
    for (int i = 0; i < 3 || (i < 20 && now() - begun < 2); i++) {
        double start = now();
        df_model_run(model, plan, workspace, run);
        best = fmin(best, now() - start);
    }
    return best;
}

static int bench_region(const DeepfillModel *model, int side, double peak)
{
    DfPlan *plan = NULL;
    size_t pixels = (size_t)side * side;
    float *image = df_alloc(6 * pixels * sizeof *image);
    uint8_t *hole = df_alloc(pixels);
    void *workspace = NULL;
    uint64_t state = 1;
    int ret = -1;
    if (!image || !hole || df_plan_create(&plan, model, side, side, 1) < 0 ||
        !(workspace = df_alloc(df_plan_workspace(plan)))) {
        fail("no region");
        goto end;
    }
    for (size_t i = 0; i < 3 * pixels; i++)
        image[i] = noise(&state);
    for (int y = side / 4; y < 3 * side / 4; y++)
        memset(hole + (size_t)y * side + side / 4, 1, side / 2);
    DfRun run = { .image = image, .hole = hole, .stage2 = image + 3 * pixels };
    double seconds = best_run(model, plan, &run, workspace), rate = 1e-9 * direct_flop(model, plan) / seconds;
    printf("%4d %5d %10.1f %10.1f %15.0f %% %13.0f\n", model->cnum, side, 1e3 * seconds, rate,
           100 * rate / peak, (double)df_plan_workspace(plan) / (1 << 20));
    ret = 0;
end:
    df_plan_close(&plan);
    df_free(workspace);
    df_free(hole);
    df_free(image);
    return ret;
}

static int bench_network(void)
{
    static const int cnums[] = { 16, 48 }, sides[] = { 256, 512 };
    int ret = 0;
    df_gemm_open();
    double peak = gemm_peak();
    printf("\nOne region, one thread; direct products, against %.1f GFLOP/s of sgemm at 1024 x 1024 x 1024\n",
           peak);
    printf("cnum  side         ms    GFLOP/s  of sgemm's peak  workspace MiB\n");
    for (size_t c = 0; c < DF_COUNT(cnums) && !ret; c++) {
        DeepfillModel *model = random_model(cnums[c]);
        for (size_t s = 0; s < DF_COUNT(sides) && !ret; s++)
            ret = model ? bench_region(model, sides[s], peak) : -1;
        deepfill_model_close(&model);
    }
    df_gemm_close();
    return ret;
}

/* ------------------------------------------------------------------------------ the pipeline -- */

enum { WIDTH = 1920, HEIGHT = 1080 };

/* As many 1080p frames as can be in flight, all in one block; frame i's planes. */
static DeepfillImage frame_image(uint8_t *block, const DeepfillFormat *format, int i)
{
    uint8_t *luma = block + (size_t)i * WIDTH * HEIGHT * 3 / 2, *chroma = luma + WIDTH * HEIGHT;
    return (DeepfillImage){ *format, { luma, chroma, chroma + WIDTH * HEIGHT / 4 },
                            { WIDTH, WIDTH / 2, WIDTH / 2 } };
}

/* Seconds for `frames` frames through an open context, after as many as fill it. */
static double feed(DeepfillContext *ctx, const DeepfillFormat *format, DeepfillMask *mask, uint8_t *block,
                   int frames)
{
    DeepfillResult result;
    int ring = deepfill_delay(ctx) + 1, warm = 2 * ring, received = 0;
    double start = now();
    for (int sent = 0; received < warm + frames;) {
        DeepfillFrame frame = { .image = frame_image(block, format, sent % ring), .mask = mask };
        if (sent < warm + frames && !deepfill_send(ctx, &frame)) {
            if (++sent == warm + frames)
                deepfill_flush(ctx);
            continue;
        }
        if (deepfill_receive(ctx, &result, 1) < 0 || result.error)
            return fail("a frame");
        if (++received == warm)
            start = now();
    }
    return now() - start;
}

/* Frames per second of `small` on 1080p frames with a 240 x 100 logo. */
static double pipeline_rate(int workers, int delay, int frames)
{
    const DeepfillFormat format = { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 1, 1, 0, DEEPFILL_MATRIX_BT709 };
    DeepfillModel *model = NULL;
    DeepfillMask *mask = NULL;
    DeepfillContext *ctx = NULL;
    DeepfillMaskSettings how;
    DeepfillSettings settings;
    uint64_t state = 1;
    size_t size = (size_t)(delay + 1) * WIDTH * HEIGHT * 3 / 2;
    uint8_t *block = malloc(size), *picture = calloc(HEIGHT, WIDTH);
    double rate = -1;
    if (!block || !picture)
        goto end;
    for (size_t i = 0; i < size; i++)
        block[i] = 128 + 64 * noise(&state);
    for (int y = 40; y < 140; y++)
        memset(picture + (size_t)y * WIDTH + 1640, 255, 240);
    deepfill_mask_defaults(&how, WIDTH, HEIGHT);
    if (deepfill_model_open(&model, "small", NULL) < 0 ||
        deepfill_mask_create(&mask, &how, picture, WIDTH, WIDTH, HEIGHT) < 0)
        goto end;
    deepfill_defaults(&settings, model, &format);
    settings.workers = workers;
    settings.delay = delay;
    settings.temporal = 0;
    if (deepfill_open(&ctx, &settings) < 0)
        goto end;
    rate = frames / feed(ctx, &format, mask, block, frames);
end:
    if (rate < 0)
        fail("the pipeline");
    deepfill_close(&ctx);
    deepfill_mask_close(&mask);
    deepfill_model_close(&model);
    free(block);
    free(picture);
    return rate;
}

/* The same in a process of its own. @return frames per second, -1 where it failed */
static double pipeline_alone(int workers, int delay, double *peak_mib)
{
    int ends[2], status;
    struct rusage usage;
    double rate = -1;
    if (pipe(ends) < 0)
        return fail("pipe");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        rate = pipeline_rate(workers, delay, 40);
        _exit(rate < 0 || write(ends[1], &rate, sizeof rate) != sizeof rate);
    }
    close(ends[1]);
    if (child < 0 || read(ends[0], &rate, sizeof rate) != sizeof rate)
        rate = -1;
    close(ends[0]);
    if (child < 0 || wait4(child, &status, 0, &usage) < 0)
        return fail("a process for the pipeline");
    *peak_mib = usage.ru_maxrss / 1024.0;
    return rate;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *values, int count)
{
    double sorted[count];
    memcpy(sorted, values, sizeof sorted);
    qsort(sorted, count, sizeof *sorted, ascending);
    return sorted[count / 2];
}

/* In rounds, each figure beside the first one's of its own round: a machine's speed drifts. */
static int bench_pipeline(void)
{
    enum { ROUNDS = 3, RUNS = 5 };
    /* The first has a frame waiting, so that its worker is never idle. */
    static const struct {
        int workers, delay;
    } runs[RUNS] = { { 1, 1 }, { 1, 0 }, { 2, 1 }, { 2, 3 }, { 4, 3 } };
    double rates[RUNS][ROUNDS], ratios[RUNS][ROUNDS], mib[RUNS] = { 0 };
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < RUNS; i++) {
            rates[i][round] = pipeline_alone(runs[i].workers, runs[i].delay, &mib[i]);
            if (rates[i][round] < 0)
                return -1;
            ratios[i][round] = rates[i][round] / rates[0][round];
        }
    printf("\nsmall, 1080p frames with a 240x100 logo, in memory; medians of %d rounds\n", ROUNDS);
    printf("workers  frames in flight   frames/s  to the first  peak MiB\n");
    for (int i = 0; i < RUNS; i++)
        printf("%7d %17d %10.1f %13.2f %9.0f\n", runs[i].workers, runs[i].delay + 1, median(rates[i], ROUNDS),
               median(ratios[i], ROUNDS), mib[i]);
    return 0;
}

static void print_machine(void)
{
    char line[256], name[256] = "unknown CPU";
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "model name : %255[^\n]", name) == 1)
            break;
    if (file)
        fclose(file);
    printf("deepfill %s on %s, %d CPUs; kernels: %s; %s\n", deepfill_version(), name, df_cpu_count(),
           df_cpu_name(df_cpu_level()), df_gemm_description());
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return fprintf(stderr, "usage: %s (no arguments)\n", argv[0]), 2;
    print_machine();
    return bench_network() < 0 || bench_pipeline() < 0;
}
