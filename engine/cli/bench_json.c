/**
 * @file
 * What was measured, for programs.
 */
#include "cli/bench.h"
#include "cpu.h"
#include "kernels/gemm.h"

void df_bench_json_machine(DfJsonOut *json, int blas)
{
    df_json_text(json, "version", deepfill_version());
    df_json_open(json, "machine", '{');
    df_json_text(json, "cpu", df_bench_cpu());
    df_json_number(json, "cpus", df_cpu_count());
    df_json_text(json, "level", df_cpu_name(df_cpu_level()));
    df_json_text(json, "blas", blas ? df_gemm_description() : NULL);
    df_json_close(json, '}');
}

static void put_case(DfJsonOut *json, const DfBenchCase *what)
{
    df_json_text(json, "model", what->model->random ? NULL : what->model->name);
    df_json_number(json, "cnum", what->model->cnum);
    df_json_number(json, "size", what->size);
    df_json_number(json, "workers", what->workers);
}

static void put_run(DfJsonOut *json, const DfBenchCase *what, const char *mode, const DfBenchRun *run)
{
    df_json_open(json, NULL, '{');
    put_case(json, what);
    df_json_bool(json, "shared", what->shared);
    df_json_text(json, "mode", mode);
    df_json_real(json, "fps", run->fps);
    df_json_real(json, "ms", run->ms);
    df_json_real(json, "peak_mib", run->peak_mib);
    df_json_real(json, "workspace_mib", run->workspace_mib);
    df_json_real(json, "ready_ms", run->ready_ms);
    df_json_close(json, '}');
}

void df_bench_json_pair(DfJsonOut *json, const DfBenchPair *pair)
{
    put_run(json, &pair->what, "whole", &pair->whole);
    put_run(json, &pair->what, "hole", &pair->hole);
}

/** The part of a layer that has a time; `all`: that of all layers. */
static void put_time(DfJsonOut *json, const char *const keys[4], double ms, double all, double gflop, double peak)
{
    double rate = 1e3 * gflop / ms;
    df_json_real(json, keys[0], ms);
    df_json_real(json, keys[1], ms / all);
    df_json_real(json, keys[2], rate);
    df_json_real(json, keys[3], rate / peak);
}

static void put_row(DfJsonOut *json, const DfBenchRow *row, double whole, double hole, double peak)
{
    static const char *const of_whole[] = { "ms", "share", "gflops", "of_peak" };
    static const char *const of_hole[] = { "hole_ms", "hole_share", "hole_gflops", "hole_of_peak" };
    df_json_open(json, NULL, '{');
    df_json_text(json, "name", row->name);
    df_json_text(json, "method", *row->method ? row->method : NULL);
    df_json_real(json, "gflop", row->gflop);
    put_time(json, of_whole, row->whole_ms, whole, row->gflop, peak);
    put_time(json, of_hole, row->hole_ms, hole, row->gflop, peak);
    df_json_close(json, '}');
}

void df_bench_json_layers(DfJsonOut *json, const DfBenchCase *what, const DfBenchLayers *layers)
{
    double whole = 0, hole = 0;
    for (int i = 0; i < layers->count; i++) {
        whole += layers->rows[i].whole_ms;
        hole += layers->rows[i].hole_ms;
    }
    df_json_open(json, NULL, '{');
    put_case(json, what);
    df_json_real(json, "sgemm_gflops", layers->peak);
    df_json_real(json, "ms", whole);
    df_json_real(json, "hole_ms", hole);
    df_json_open(json, "rows", '[');
    for (int i = 0; i < layers->count; i++)
        put_row(json, &layers->rows[i], whole, hole, layers->peak);
    df_json_close(json, ']');
    df_json_close(json, '}');
}

void df_bench_json_pipeline(DfJsonOut *json, const DfBenchModel *model, const DfBenchPipeline *cases)
{
    for (int i = 0; i < DF_BENCH_PIPELINES; i++) {
        df_json_open(json, NULL, '{');
        df_json_text(json, "model", model->random ? NULL : model->name);
        df_json_number(json, "cnum", model->cnum);
        df_json_number(json, "workers", cases[i].workers);
        df_json_number(json, "delay", cases[i].delay);
        df_json_real(json, "fps", cases[i].fps);
        df_json_real(json, "ms", 1e3 / cases[i].fps);
        df_json_real(json, "peak_mib", cases[i].peak_mib);
        df_json_real(json, "ratio", cases[i].ratio);
        df_json_close(json, '}');
    }
}
