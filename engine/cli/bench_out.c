/**
 * @file
 * Where what was measured goes: to a table, line by line, or to JSON, at the end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bench.h"

int df_bench_out_open(DfBenchOut *out)
{
    if (!out->json)
        return df_bench_table_machine(out->blas), 0;
    out->text.to = open_memstream(&out->buffer, &out->size);
    if (!out->text.to)
        return df_error(-ENOMEM, "no memory for the output");
    df_json_open(&out->text, NULL, '{');
    df_bench_json_machine(&out->text, out->blas);
    return 0;
}

void df_bench_out_list(DfBenchOut *out, enum DfBenchList list)
{
    static const char *const keys[] = { "runs", "layers", "pipeline" };
    if (out->json)
        df_json_open(&out->text, keys[list], '[');
    else
        df_bench_table_head(list, out->rounds);
}

void df_bench_out_end(DfBenchOut *out)
{
    if (out->json)
        df_json_close(&out->text, ']');
}

void df_bench_out_pair(DfBenchOut *out, const DfBenchPair *pair)
{
    if (out->json)
        df_bench_json_pair(&out->text, pair);
    else
        df_bench_table_pair(pair);
}

void df_bench_out_layers(DfBenchOut *out, const DfBenchCase *what, const DfBenchLayers *layers)
{
    if (out->json)
        df_bench_json_layers(&out->text, what, layers);
    else
        df_bench_table_layers(what, layers);
}

void df_bench_out_pipeline(DfBenchOut *out, const DfBenchModel *model, const DfBenchPipeline *cases)
{
    if (out->json)
        df_bench_json_pipeline(&out->text, model, cases);
    else
        df_bench_table_pipeline(model, cases);
}

void df_bench_out_close(DfBenchOut *out, int failed)
{
    if (!out->text.to)
        return;
    if (!failed)
        df_json_close(&out->text, '}');
    fclose(out->text.to);
    if (!failed)
        fwrite(out->buffer, 1, out->size, stdout);
    free(out->buffer);
}
