/**
 * @file
 * `deepfill bench`: how fast it is on the user's machine.
 */
#include "cli/bench.h"

#include <string.h>

#include "cli/cli.h"

enum { MOST_CNUM = 256, LEAST_SIZE = 16, MOST_SIZE = 16384, MOST_WORKERS = 256, MOST_ROUNDS = 100 };

/** What was asked for. */
typedef struct Wish {
    const char *model, *semantics;
    int cnum, size, workers, rounds; /* 0: the default */
    double seconds;
    int layers, pipeline, json;
} Wish;

/* ------------------------------------------------------------------------------------- options -- */

enum Option { CNUM = 256, SIZE, WORKERS, SEMANTICS, LAYERS, PIPELINE, ROUNDS, SECONDS, JSON };

static const struct option options[] = {
    { "cnum", required_argument, NULL, CNUM },       { "size", required_argument, NULL, SIZE },
    { "workers", required_argument, NULL, WORKERS }, { "model", required_argument, NULL, 'm' },
    { "semantics", required_argument, NULL, SEMANTICS }, { "layers", no_argument, NULL, LAYERS },
    { "pipeline", no_argument, NULL, PIPELINE },     { "rounds", required_argument, NULL, ROUNDS },
    { "seconds", required_argument, NULL, SECONDS }, { "json", no_argument, NULL, JSON },
    { "help", no_argument, NULL, 'h' },              { NULL, 0, NULL, 0 },
};

static enum DfExit set_count(const char *name, const char *value, int least, int most, int step, int *count)
{
    if (df_cli_integer(value, least, most, count) && *count % step == 0)
        return DF_EXIT_DONE;
    if (step > 1)
        return df_cli_misused(&df_command_bench, "--%s is '%s', must be a multiple of %d, %d to %d", name, value,
                              step, least, most);
    return df_cli_misused(&df_command_bench, "--%s is '%s', must be %d to %d", name, value, least, most);
}

static enum DfExit set_option(Wish *wish, int option, const char *value)
{
    switch (option) {
    case 'm': wish->model = value; break;
    case SEMANTICS: wish->semantics = value; break;
    case LAYERS: wish->layers = 1; break;
    case PIPELINE: wish->pipeline = 1; break;
    case JSON: wish->json = 1; break;
    case CNUM: return set_count("cnum", value, 4, MOST_CNUM, 4, &wish->cnum);
    case SIZE: return set_count("size", value, LEAST_SIZE, MOST_SIZE, 1, &wish->size);
    case WORKERS: return set_count("workers", value, 1, MOST_WORKERS, 1, &wish->workers);
    case ROUNDS: return set_count("rounds", value, 1, MOST_ROUNDS, 1, &wish->rounds);
    case SECONDS:
        if (!df_cli_real(value, 0, 3600, &wish->seconds))
            return df_cli_misused(&df_command_bench, "--seconds is '%s', must be 0 to 3600", value);
        break;
    default: return df_cli_unknown(&df_command_bench);
    }
    return DF_EXIT_DONE;
}

static enum DfExit check_wish(const Wish *wish, int names)
{
    const DfCommand *command = &df_command_bench;
    if (names)
        return df_cli_misused(command, "takes options alone: a checkpoint is given by --model");
    if (wish->model && wish->cnum)
        return df_cli_misused(command, "--model and --cnum exclude each other: a model has its own");
    if (wish->semantics && !wish->model)
        return df_cli_misused(command, "--semantics is about a checkpoint: give --model");
    if (wish->pipeline && (wish->size || wish->layers))
        return df_cli_misused(command, "--pipeline takes no --size or --layers: its frames are 1080p");
    return DF_EXIT_DONE;
}

/* ------------------------------------------------------------------------------------- measuring -- */

static void keep_best(DfBenchRun *best, const DfBenchRun *run)
{
    if (best->fps == 0) {
        *best = *run;
        return;
    }
    best->ms = DF_MIN(best->ms, run->ms);
    best->fps = DF_MAX(best->fps, run->fps);
    best->ready_ms = DF_MIN(best->ready_ms, run->ready_ms);
    best->peak_mib = DF_MAX(best->peak_mib, run->peak_mib);
}

/** Both in turn, round by round, as a machine's speed drifts. */
static int bench_pair(DfBenchOut *out, DfBenchPair *pair)
{
    for (int round = 0; round < out->rounds; round++)
        for (int hole = 0; hole < 2; hole++) {
            DfBenchRun run = { .fps = 0 };
            pair->what.hole = hole;
            if (df_bench_region(&pair->what, &run) < 0)
                return -1;
            keep_best(hole ? &pair->hole : &pair->whole, &run);
        }
    df_bench_out_pair(out, pair);
    return 0;
}

static int bench_layers(DfBenchOut *out, const DfBenchCase *what)
{
    DfBenchLayers layers;
    if (df_bench_layers(what, &layers) < 0)
        return -1;
    df_bench_out_layers(out, what, &layers);
    return 0;
}

/** Several workers: with a frame each, then all on one. */
static int bench_size(const Wish *wish, DfBenchOut *out, const DfBenchModel *model, int size,
                      enum DfBenchList list)
{
    int workers = wish->workers ? wish->workers : 1, ret = 0;
    DfBenchCase what = { .model = model, .size = size, .workers = workers, .seconds = wish->seconds };
    if (list == DF_BENCH_LAYERS)
        return bench_layers(out, &what);
    for (int shared = 0; shared <= (workers > 1) && !ret; shared++) {
        DfBenchPair pair = { .what = what };
        pair.what.shared = shared;
        ret = bench_pair(out, &pair);
    }
    return ret;
}

static int bench_sizes(const Wish *wish, DfBenchOut *out, const DfBenchModel *models, int count,
                       enum DfBenchList list)
{
    static const int sizes[] = { 256, 512 };
    int ret = 0;
    df_bench_out_list(out, list);
    for (int m = 0; m < count; m++)
        for (size_t s = 0; s < (wish->size ? 1 : DF_COUNT(sizes)) && !ret; s++)
            ret = bench_size(wish, out, &models[m], wish->size ? wish->size : sizes[s], list);
    df_bench_out_end(out);
    return ret;
}

static int bench_pipeline(const Wish *wish, DfBenchOut *out, const DfBenchModel *model)
{
    DfBenchPipeline cases[DF_BENCH_PIPELINES];
    int ret = df_bench_pipeline(model, wish->workers ? wish->workers : 2, out->rounds, cases);
    if (ret < 0)
        return ret;
    df_bench_out_list(out, DF_BENCH_PIPELINE);
    df_bench_out_pipeline(out, model, cases);
    df_bench_out_end(out);
    return 0;
}

static int bench_all(const Wish *wish, DfBenchOut *out, const DfBenchModel *models, int count)
{
    if (wish->pipeline)
        return bench_pipeline(wish, out, &models[0]);
    int ret = bench_sizes(wish, out, models, count, DF_BENCH_RUNS);
    if (!ret && wish->layers)
        ret = bench_sizes(wish, out, models, count, DF_BENCH_LAYERS);
    return ret;
}

/* ------------------------------------------------------------------------------------------ call -- */

/** The user's; else random weights of the width asked for, or of two. @return how many, or a negative errno */
static int choose_models(const Wish *wish, DfBenchModel models[2])
{
    const char *name = !wish->model && wish->pipeline && !wish->cnum ? "small" : wish->model;
    int ret = name ? df_bench_model_named(&models[0], name, wish->semantics)
                     : df_bench_model_random(&models[0], wish->cnum ? wish->cnum : 16);
    if (ret < 0 || name || wish->cnum)
        return ret < 0 ? ret : 1;
    ret = df_bench_model_random(&models[1], 48);
    return ret < 0 ? ret : 2;
}

static enum DfExit bench(const Wish *wish)
{
    DfBenchModel models[2] = { { .name = NULL }, { .name = NULL } };
    DfBenchOut out = { .json = wish->json, .rounds = wish->rounds ? wish->rounds : 3 };
    enum DfExit status = DF_EXIT_DONE;
    int count = choose_models(wish, models);
    out.blas = wish->layers || models[0].blas;
    if (count < 0 || df_bench_out_open(&out) < 0)
        status = df_cli_failed();
    else if (bench_all(wish, &out, models, count) < 0) /* what went wrong was said where it did */
        status = DF_EXIT_FAILED;
    df_bench_out_close(&out, status != DF_EXIT_DONE);
    df_bench_model_close(&models[0]);
    df_bench_model_close(&models[1]);
    return status;
}

static enum DfExit run(int argc, char **argv)
{
    Wish wish = { .seconds = 2 };
    int option;
    while ((option = getopt_long(argc, argv, "m:h", options, NULL)) != -1) {
        if (option == 'h')
            return df_cli_help(&df_command_bench);
        enum DfExit wrong = set_option(&wish, option, optarg);
        if (wrong)
            return wrong;
    }
    enum DfExit wrong = check_wish(&wish, argc - optind);
    return wrong ? wrong : bench(&wish);
}

const DfCommand df_command_bench = {
    .name = "bench",
    .arguments = "[OPTION]...",
    .summary = "tell how fast it is on this machine",
    .help =
        "Runs the network on square regions, their hole the central quarter, once so that the whole region is\n"
        "made and once for the hole alone, and tells what a frame takes, frames per second and peak memory.\n"
        "Each is measured in a process of its own. Without --cnum and --size: widths of 16 and 48, regions of\n"
        "256 and 512 pixels.\n"
        "\n"
        "      --cnum N          width of the network, with random weights (16: as small, 48: as published)\n"
        "  -m, --model NAME      a built-in model, or a checkpoint's file, instead\n"
        "      --semantics NAME  what the checkpoint does not say itself (see deepfill info --help)\n"
        "      --size N          side of the region in pixels\n"
        "      --workers N       threads: with a frame each, then all on one frame (default: 1)\n"
        "      --layers          also each layer: how it is computed, its time, its share of all, GFLOP/s,\n"
        "                        and how much that is of what the matrix library reaches at its best\n"
        "      --pipeline        instead, 1080p frames with a logo through the whole engine, each by itself,\n"
        "                        by one worker and by N (default: 2); the model is small if none is named\n"
        "      --rounds N        times that everything is measured, the best is told (default: 3)\n"
        "      --seconds T       to measure each for, at least (default: 2)\n"
        "      --json            the same as one JSON object\n"
        "  -h, --help            show this\n",
    .run = run,
};
