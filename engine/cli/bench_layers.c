/**
 * @file
 * What each row of the network costs, beside what the matrix library reaches at its best in the same run.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "cli/bench.h"
#include "cli/cli.h"
#include "kernels/gemm.h"
#include "model/internal.h"

enum { LEAST_RUNS = 3, GEMM_SIDE = 1024 };

/* ---------------------------------------------------------------------------- what is to be done -- */

/** Billions of operations done directly, as the papers state the network, whatever is done here. */
static double row_gflop(const DeepfillModel *model, const DfPlan *plan, int row)
{
    const DfRow *about = &model->semantics->net->rows[row];
    DfShape shape = plan->shapes[row];
    double pixels = (double)shape.height * shape.width, products = 0;
    if (df_row_is_conv(about)) {
        const DfConv *conv = &model->convs[row];
        products = pixels * conv->out * conv->kernel * conv->kernel * conv->in;
    } else if (about->op == DF_OP_ATTENTION) {
        products = pixels / 4 * pixels / 4 * (9 + 16) * shape.channels; /* scores, reconstruction */
    }
    return 2e-9 * products;
}

static void describe(DfBenchLayers *layers, const DeepfillModel *model, const DfPlan *plan)
{
    const DfNet *net = model->semantics->net;
    layers->count = net->count;
    for (int i = 0; i < net->count; i++) {
        DfBenchRow *row = &layers->rows[i];
        const char *method = net->rows[i].op == DF_OP_ATTENTION ? "attention" : "";
        if (df_row_is_conv(&net->rows[i]))
            method = df_method_name(model->convs[i].method);
        snprintf(row->name, sizeof row->name, "%s", net->rows[i].name);
        snprintf(row->method, sizeof row->method, "%s", method);
        row->gflop = row_gflop(model, plan, i);
        row->whole_ms = row->hole_ms = INFINITY;
    }
}

/* ---------------------------------------------------------------------------------- what it takes -- */

/** The row that is being made, and since when. */
typedef struct Watch {
    DfBenchLayers *layers;
    int hole, row;
    double since;
} Watch;

static void tick(void *opaque, const char *name, DfShape shape, const float *activation)
{
    Watch *watch = opaque;
    DfBenchRow *row = &watch->layers->rows[watch->row++];
    double *ms = watch->hole ? &row->hole_ms : &row->whole_ms, now = df_cli_now();
    (void)name, (void)shape, (void)activation;
    *ms = fmin(*ms, 1e3 * (now - watch->since));
    watch->since = df_cli_now();
}

static void run_once(const DeepfillModel *model, const DfBenchRegion *region, DfThreadPool *pool,
                     DfBenchLayers *layers, int hole)
{
    Watch watch = { layers, hole, 0, df_cli_now() };
    DfRun run = { .image = region->image, .hole = region->hole, .needed = hole ? region->hole : NULL,
                  .pool = pool, .stage2 = region->result, .watch = tick, .opaque = &watch };
    df_model_run(model, region->plan, region->workspaces[0], &run);
}

/** GFLOP/s of a product large enough to run at the library's best, one thread. */
static double gemm_once(float *a)
{
    enum { SIDE = GEMM_SIDE };
    double start = df_cli_now();
    df_gemm(SIDE, SIDE, SIDE, a, SIDE, a + SIDE * SIDE, SIDE, a + 2 * SIDE * SIDE, SIDE);
    return 2e-9 * SIDE * SIDE * SIDE / (df_cli_now() - start);
}

static float *gemm_matrices(void)
{
    uint64_t state = 1;
    float *a = df_alloc(3 * GEMM_SIDE * GEMM_SIDE * sizeof *a);
    for (int i = 0; a && i < 2 * GEMM_SIDE * GEMM_SIDE; i++)
        a[i] = df_bench_noise(&state);
    return a;
}

/** In turn, as a machine's speed drifts; the best of each row. */
static int run_all(const DfBenchCase *what, const DeepfillModel *model, const DfBenchRegion *region,
                   DfThreadPool *pool, DfBenchLayers *layers)
{
    float *matrices = gemm_matrices();
    if (!matrices)
        return -ENOMEM;
    double begun = df_cli_now();
    gemm_once(matrices);
    while (layers->runs < LEAST_RUNS || df_cli_now() - begun < 2 * what->seconds) {
        run_once(model, region, pool, layers, 0);
        run_once(model, region, pool, layers, 1);
        layers->peak = fmax(layers->peak, gemm_once(matrices));
        layers->runs++;
    }
    df_free(matrices);
    return 0;
}

static int measure(const void *opaque, void *result)
{
    const DfBenchCase *what = opaque;
    DfBenchLayers *layers = result;
    DeepfillModel *model = NULL;
    DfBenchRegion region = { .plan = NULL };
    DfThreadPool *pool = NULL;
    df_gemm_open();
    int ret = df_bench_model_open(&model, what->model, NULL);
    if (!ret)
        ret = df_bench_region_open(&region, model, what);
    if (!ret && what->workers > 1)
        ret = df_thread_pool_open(&pool, what->workers - 1);
    if (!ret) {
        describe(layers, model, region.plan);
        ret = run_all(what, model, &region, pool, layers);
    }
    df_thread_pool_close(&pool);
    df_bench_region_close(&region);
    deepfill_model_close(&model);
    df_gemm_close();
    return ret;
}

int df_bench_layers(const DfBenchCase *what, DfBenchLayers *layers)
{
    DfBenchCase shared = *what;
    double peak_mib;
    shared.shared = 1;
    memset(layers, 0, sizeof *layers);
    return df_bench_alone(measure, &shared, layers, sizeof *layers, &peak_mib);
}
