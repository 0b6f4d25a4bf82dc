/**
 * @file
 * What the network costs on one region: by one thread, by several that have a frame each, or by several that
 * share one.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "cli/bench.h"
#include "cli/cli.h"
#include "kernels/gemm.h"

enum { LEAST_RUNS = 3, MOST_RUNS = 4096 };

/* ------------------------------------------------------------------------------------- regions -- */

static int check_memory(const DfBenchCase *what, size_t bytes)
{
    char needed[32], left[32];
    size_t free = df_memory_free();
    if (bytes <= free)
        return 0;
    return df_error(-ENOMEM, "a region of %dx%d pixels takes %s of memory here, and %s are left", what->size,
                    what->size, df_memory_text(needed, bytes), df_memory_text(left, free));
}

/** Noise with a hole in it. */
static void draw(DfBenchRegion *region, int side)
{
    size_t pixels = (size_t)side * side;
    uint64_t state = 1;
    for (size_t i = 0; i < 3 * pixels; i++)
        region->image[i] = df_bench_noise(&state);
    for (int y = side / 4; y < 3 * side / 4; y++)
        memset(region->hole + (size_t)y * side + side / 4, 1, side / 2);
}

static int alloc_workspaces(DfBenchRegion *region, size_t bytes, int frames)
{
    region->workspaces = df_alloc(frames * sizeof *region->workspaces);
    if (!region->workspaces)
        return -ENOMEM;
    for (; region->workspace_count < frames; region->workspace_count++)
        if (!(region->workspaces[region->workspace_count] = df_alloc(bytes)))
            return -ENOMEM;
    return 0;
}

int df_bench_region_open(DfBenchRegion *region, const DeepfillModel *model, const DfBenchCase *what)
{
    int frames = what->shared ? 1 : what->workers, threads = what->shared ? what->workers : 1;
    size_t pixels = (size_t)what->size * what->size, picture = 3 * pixels * sizeof *region->image;
    *region = (DfBenchRegion){ .plan = NULL };
    int ret = df_plan_create(&region->plan, model, what->size, what->size, threads);
    if (ret < 0)
        return ret;
    size_t bytes = df_plan_workspace(region->plan);
    ret = check_memory(what, df_size_add(df_size_mul(frames + 1, picture), df_size_mul(frames, bytes)));
    if (ret < 0)
        return ret;
    region->image = df_alloc(picture);
    region->result = df_alloc(frames * picture);
    region->hole = df_alloc(pixels);
    if (!region->image || !region->result || !region->hole)
        return -ENOMEM;
    draw(region, what->size);
    return alloc_workspaces(region, bytes, frames);
}

void df_bench_region_close(DfBenchRegion *region)
{
    while (region->workspace_count)
        df_free(region->workspaces[--region->workspace_count]);
    df_free(region->workspaces);
    df_free(region->hole);
    df_free(region->result);
    df_free(region->image);
    df_plan_close(&region->plan);
}

/* ------------------------------------------------------------------------------------- threads -- */

/** How threads begin: none before all are there, none to be timed before all are warm. */
typedef struct Start {
    pthread_mutex_t gate;
    pthread_barrier_t warm;
    int cancelled; /* 1: one of them could not be had */
} Start;

/** What one thread does: frame after frame. */
typedef struct Seat {
    const DfBenchCase *what;
    const DeepfillModel *model;
    const DfBenchRegion *region;
    Start *start;
    int place;
    DfRun run;
    double times[MOST_RUNS]; /* in seconds */
    int count;
} Seat;

static void *work(void *opaque)
{
    Seat *seat = opaque;
    void *workspace = seat->region->workspaces[seat->place];
    pthread_mutex_lock(&seat->start->gate);
    int cancelled = seat->start->cancelled;
    pthread_mutex_unlock(&seat->start->gate);
    if (cancelled)
        return NULL;
    df_model_run(seat->model, seat->region->plan, workspace, &seat->run);
    pthread_barrier_wait(&seat->start->warm);
    double begun = df_cli_now(), last = begun;
    while (seat->count < MOST_RUNS && (seat->count < LEAST_RUNS || last - begun < seat->what->seconds)) {
        df_model_run(seat->model, seat->region->plan, workspace, &seat->run);
        double now = df_cli_now();
        seat->times[seat->count++] = now - last;
        last = now;
    }
    return NULL;
}

/** The others take seats 1 .., this thread takes seat 0. */
static int work_all(Seat *seats, int count)
{
    pthread_t threads[count];
    Start *start = seats->start;
    int ret = 0, others = 1;
    pthread_mutex_lock(&start->gate);
    for (; others < count && !ret; others += !ret)
        ret = pthread_create(&threads[others], NULL, work, &seats[others]);
    start->cancelled = ret != 0;
    pthread_mutex_unlock(&start->gate);
    work(&seats[0]);
    for (int i = 1; i < others; i++)
        pthread_join(threads[i], NULL);
    return ret ? df_error(-ret, "no thread for a worker: %s", strerror(ret)) : 0;
}

static int sit(const DfBenchCase *what, const DeepfillModel *model, const DfBenchRegion *region, DfThreadPool *pool,
               double *median)
{
    int count = region->workspace_count;
    size_t picture = 3 * (size_t)what->size * what->size;
    Start start = { .gate = PTHREAD_MUTEX_INITIALIZER };
    Seat *seats = df_alloc(count * sizeof *seats);
    double *times = df_alloc(count * sizeof seats->times);
    int ret = seats && times ? -pthread_barrier_init(&start.warm, NULL, count) : -ENOMEM, all = 0;
    int ready = !ret;
    for (int i = 0; i < count && !ret; i++)
        seats[i] = (Seat){
            .what = what, .model = model, .region = region, .start = &start, .place = i,
            .run = { .image = region->image, .hole = region->hole, .pool = pool,
                     .needed = what->hole ? region->hole : NULL, .stage2 = region->result + i * picture },
        };
    if (!ret)
        ret = work_all(seats, count);
    for (int i = 0; i < count && !ret; all += seats[i++].count)
        memcpy(times + all, seats[i].times, seats[i].count * sizeof *times);
    if (!ret)
        *median = df_bench_median(times, all);
    if (ready)
        pthread_barrier_destroy(&start.warm);
    df_free(times);
    df_free(seats);
    return ret;
}

/* ---------------------------------------------------------------------------------------- cases -- */

static int measure(const void *opaque, void *result)
{
    const DfBenchCase *what = opaque;
    DfBenchRun *run = result;
    DeepfillModel *model = NULL;
    DfBenchRegion region = { .plan = NULL };
    DfThreadPool *pool = NULL;
    double median;
    int blas = what->model->blas;
    if (blas)
        df_gemm_open();
    int ret = df_bench_model_open(&model, what->model, &run->ready_ms);
    if (!ret)
        ret = df_bench_region_open(&region, model, what);
    if (!ret && what->shared)
        ret = df_thread_pool_open(&pool, what->workers - 1);
    if (!ret)
        ret = sit(what, model, &region, pool, &median);
    if (!ret) {
        run->ms = 1e3 * median;
        run->fps = region.workspace_count / median;
        run->workspace_mib = df_plan_workspace(region.plan) / (double)(1 << 20);
    }
    df_thread_pool_close(&pool);
    df_bench_region_close(&region);
    deepfill_model_close(&model);
    if (blas)
        df_gemm_close();
    return ret;
}

int df_bench_region(const DfBenchCase *what, DfBenchRun *run)
{
    double peak_mib = 0;
    int ret = df_bench_alone(measure, what, run, sizeof *run, &peak_mib);
    run->peak_mib = peak_mib;
    return ret;
}
