/**
 * @file
 * What was measured, for people.
 */
#include "cli/bench.h"
#include "cpu.h"
#include "kernels/gemm.h"

const char *df_bench_cpu(void)
{
    static char name[256];
    char line[256];
    if (*name)
        return name;
    snprintf(name, sizeof name, "unknown CPU");
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "model name : %255[^\n]", name) == 1)
            break;
    if (file)
        fclose(file);
    return name;
}

void df_bench_table_machine(int blas)
{
    printf("deepfill %s on %s, %d CPU%s; kernels: %s%s%s\n", deepfill_version(), df_bench_cpu(),
           df_cpu_count(), df_cpu_count() == 1 ? "" : "s", df_cpu_name(df_cpu_level()),
           blas ? "; " : "", blas ? df_gemm_description() : "");
}

void df_bench_table_head(enum DfBenchList list, int rounds)
{
    switch (list) {
    case DF_BENCH_RUNS:
        printf("\nSquare regions, the hole their central quarter; medians, the best of %d round%s. Peak memory "
               "is of\nthe whole process, the model in it.\n\n%-34s  %-30s %s\n", rounds, rounds == 1 ? "" : "s",
               "", "whole region", "hole only");
        printf("%-10s %5s %7s %9s %9s %9s %9s %10s %9s %9s %9s\n", "model", "size", "workers", "on", "ms",
               "frames/s", "peak MiB", "ms", "frames/s", "peak MiB", "ready ms");
        break;
    case DF_BENCH_LAYERS:
        printf("\nLayer by layer, the best of each. GFLOP/s count what the layer does directly on the whole "
               "region,\nwhatever is done here, of the hole alone as well.\n");
        break;
    case DF_BENCH_PIPELINE:
        printf("\n1080p frames with a 240x100 logo, in memory, each by itself (temporal=0); medians of %d "
               "round%s,\neach set against the first of its own round\n\n", rounds, rounds == 1 ? "" : "s");
        printf("%-10s %7s %17s %7s %10s %13s %9s\n", "model", "workers", "frames in flight", "delay", "frames/s",
               "to the first", "peak MiB");
    }
}

void df_bench_table_pair(const DfBenchPair *pair)
{
    const DfBenchCase *what = &pair->what;
    const DfBenchRun *whole = &pair->whole, *hole = &pair->hole;
    const char *on = what->workers == 1 ? "" : what->shared ? "one frame" : "one each";
    char label[32];
    printf("%-10s %5d %7d %9s %9.1f %9.2f %9.0f %10.1f %9.2f %9.0f %9.1f\n",
           df_bench_model_label(what->model, label), what->size, what->workers, on, whole->ms, whole->fps,
           whole->peak_mib, hole->ms, hole->fps, hole->peak_mib, DF_MIN(whole->ready_ms, hole->ready_ms));
}

static void print_rate(double ms, double all, double gflop, double peak)
{
    double rate = 1e3 * gflop / ms;
    printf(" %9.2f %5.1f %%", ms, 100 * ms / all);
    if (gflop > 0)
        printf(" %8.1f %5.0f %%", rate, 100 * rate / peak);
    else
        printf(" %8s %7s", "", "");
}

static void print_row(const DfBenchRow *row, double whole, double hole, double peak)
{
    printf("%-20s %-12s", row->name, row->method);
    print_rate(row->whole_ms, whole, row->gflop, peak);
    printf(" ");
    print_rate(row->hole_ms, hole, row->gflop, peak);
    printf("\n");
}

void df_bench_table_layers(const DfBenchCase *what, const DfBenchLayers *layers)
{
    DfBenchRow sum = { .name = "all" };
    char label[32];
    for (int i = 0; i < layers->count; i++) {
        sum.gflop += layers->rows[i].gflop;
        sum.whole_ms += layers->rows[i].whole_ms;
        sum.hole_ms += layers->rows[i].hole_ms;
    }
    printf("\n%s, %dx%d, %d worker%s on one frame, %d runs; sgemm's peak here: %.1f GFLOP/s (1024^3, one "
           "thread)\n\n", df_bench_model_label(what->model, label), what->size, what->size, what->workers,
           what->workers == 1 ? "" : "s", layers->runs, layers->peak);
    printf("%-33s  %-34s  %s\n", "", "whole region", "hole only");
    printf("%-20s %-12s %9s %7s %8s %7s  %9s %7s %8s %7s\n", "layer", "method", "ms", "share", "GFLOP/s",
           "of peak", "ms", "share", "GFLOP/s", "of peak");
    for (int i = 0; i < layers->count; i++)
        print_row(&layers->rows[i], sum.whole_ms, sum.hole_ms, layers->peak);
    print_row(&sum, sum.whole_ms, sum.hole_ms, layers->peak);
}

void df_bench_table_pipeline(const DfBenchModel *model, const DfBenchPipeline *cases)
{
    char label[32];
    for (int i = 0; i < DF_BENCH_PIPELINES; i++)
        printf("%-10s %7d %17d %7d %10.1f %13.2f %9.0f\n", df_bench_model_label(model, label),
               cases[i].workers, cases[i].delay + 1, cases[i].delay, cases[i].fps, cases[i].ratio,
               cases[i].peak_mib);
}
