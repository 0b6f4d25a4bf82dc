/**
 * @file
 * What the parts of `deepfill bench` share: models to measure, processes to measure in, what was measured, and
 * how it is printed.
 */
#ifndef DF_CLI_BENCH_H
#define DF_CLI_BENCH_H

#include <stdio.h>

#include "cli/text.h"
#include "model/model.h"

/** @return a cheap reproducible number in -1..1; *state is any number before the first. */
float df_bench_noise(uint64_t *state);

/** @return the middle one of so many values, of an even number the upper one. */
double df_bench_median(double *values, int count);

/* -------------------------------------------------------------------------------------- models -- */

/** A model, not opened yet: each process that measures opens its own. */
typedef struct DfBenchModel {
    const char *name;      /**< for deepfill_model_open() */
    const char *semantics; /**< for the same; NULL: as the file says */
    int random;            /**< 1: random weights, as only their number matters */
    int cnum;
    int blas;              /**< 1: a run calls the matrix library */
    FILE *file;            /**< of random weights, no longer in any folder */
    char path[64];         /**< and how it is reached */
} DfBenchModel;

/** Write random weights of that width. @return 0 or a negative errno */
int df_bench_model_random(DfBenchModel *model, int cnum);

/** Take a built-in model or a checkpoint, which must be one. @return 0 or a negative errno */
int df_bench_model_named(DfBenchModel *model, const char *name, const char *semantics);

/** Give up what there is; one that is all zero is fine. */
void df_bench_model_close(DfBenchModel *model);

/** Open it. @param ready_ms  how long that took, weights transformed; NULL is fine */
int df_bench_model_open(DeepfillModel **opened, const DfBenchModel *model, double *ready_ms);

/* ----------------------------------------------------------------------------------- processes -- */

/** Measure something: fills `result`. @return 0 or a negative errno */
typedef int (*DfBenchWork)(const void *what, void *result);

/**
 * Do it in a process of its own, so that its peak memory is its own.
 * @param peak_mib  most memory that the whole process held
 * @return 0; -1 where it failed, which has been said on stderr
 */
int df_bench_alone(DfBenchWork work, const void *what, void *result, size_t result_size, double *peak_mib);

/* ------------------------------------------------------------------------------------- regions -- */

/** Square regions, their hole the central quarter. */
typedef struct DfBenchCase {
    const DfBenchModel *model;
    int size;       /**< a side, in pixels */
    int workers;    /**< threads, 1 .. */
    int shared;     /**< 1: all of them on one frame; 0: a frame each */
    int hole;       /**< 1: the hole alone is to be right; 0: the whole region is */
    double seconds; /**< to measure for, at least */
} DfBenchCase;

/** What it costs. */
typedef struct DfBenchRun {
    double ms;  /**< a frame from its beginning to its end, the median */
    double fps; /**< frames a second by all workers */
    double ready_ms;      /**< to open the model */
    double workspace_mib; /**< of a frame */
    double peak_mib;      /**< of the whole process, the checkpoint in it */
} DfBenchRun;

/** Measure one case in a process of its own. @return 0; -1 where it failed, which has been said */
int df_bench_region(const DfBenchCase *what, DfBenchRun *run);

/** A region in this process: all that a run needs. */
typedef struct DfBenchRegion {
    DfPlan *plan;
    float *image, *result;
    uint8_t *hole;
    void **workspaces;
    int workspace_count;
} DfBenchRegion;

/** Make one. @return 0 or a negative errno; df_bench_region_close() frees what there is either way */
int df_bench_region_open(DfBenchRegion *region, const DeepfillModel *model, const DfBenchCase *what);
void df_bench_region_close(DfBenchRegion *region);

/* -------------------------------------------------------------------------------------- layers -- */

/** A row of the network. */
typedef struct DfBenchRow {
    char name[48], method[24]; /**< method: "" where the row is no convolution and has no choice */
    double gflop;              /**< done directly, the whole region */
    double whole_ms, hole_ms;
} DfBenchRow;

/** All of them. */
typedef struct DfBenchLayers {
    int count, runs;
    double peak; /**< GFLOP/s of the matrix library's own product, one thread */
    DfBenchRow rows[DF_MOST_ROWS];
} DfBenchLayers;

/** Measure each row in a process of its own; the case's `hole` is not read. @return as df_bench_region() */
int df_bench_layers(const DfBenchCase *what, DfBenchLayers *layers);

/* ------------------------------------------------------------------------------------ pipeline -- */

/** 1080p frames with a logo through the whole engine, each by itself. */
typedef struct DfBenchPipeline {
    int workers, delay;
    double fps, ratio; /**< ratio: to the first case's */
    double peak_mib;   /**< of the whole process */
} DfBenchPipeline;

enum { DF_BENCH_PIPELINES = 6 };

/**
 * Measure what `workers` gain, in rounds, for frames of their own and for shared ones.
 * @param cases  DF_BENCH_PIPELINES of them
 * @return as df_bench_region()
 */
int df_bench_pipeline(const DfBenchModel *model, int workers, int rounds, DfBenchPipeline *cases);

/* -------------------------------------------------------------------------------------- output -- */

/** A whole region, and the hole alone. */
typedef struct DfBenchPair {
    DfBenchCase what; /**< `hole` has no meaning */
    DfBenchRun whole, hole;
} DfBenchPair;

/** Where results go: a table for people, or JSON, which is held back until it is whole. */
typedef struct DfBenchOut {
    int json;       /**< 1: as JSON */
    int rounds;     /**< of which the best are printed */
    int blas;       /**< 1: the matrix library is measured, or a model calls it: tell which it is */
    DfJsonOut text; /**< the JSON so far */
    char *buffer;
    size_t size;
} DfBenchOut;

/** What was measured is of which width: its number, or the model's name. */
const char *df_bench_model_label(const DfBenchModel *model, char text[32]);

/** Begin with the machine. @return 0 or a negative errno */
int df_bench_out_open(DfBenchOut *out);

/** A list of elements of one kind follows: pairs, layers, or the pipeline's cases. */
enum DfBenchList { DF_BENCH_RUNS, DF_BENCH_LAYERS, DF_BENCH_PIPELINE };
void df_bench_out_list(DfBenchOut *out, enum DfBenchList list);
void df_bench_out_end(DfBenchOut *out);

void df_bench_out_pair(DfBenchOut *out, const DfBenchPair *pair);
void df_bench_out_layers(DfBenchOut *out, const DfBenchCase *what, const DfBenchLayers *layers);
void df_bench_out_pipeline(DfBenchOut *out, const DfBenchModel *model, const DfBenchPipeline *cases);

/** Print what was held back, unless it failed, and free it. */
void df_bench_out_close(DfBenchOut *out, int failed);

/** The two ways to print. */
void df_bench_json_machine(DfJsonOut *json, int blas);
void df_bench_json_pair(DfJsonOut *json, const DfBenchPair *pair);
void df_bench_json_layers(DfJsonOut *json, const DfBenchCase *what, const DfBenchLayers *layers);
void df_bench_json_pipeline(DfJsonOut *json, const DfBenchModel *model, const DfBenchPipeline *cases);
void df_bench_table_machine(int blas);
void df_bench_table_head(enum DfBenchList list, int rounds);
void df_bench_table_pair(const DfBenchPair *pair);
void df_bench_table_layers(const DfBenchCase *what, const DfBenchLayers *layers);
void df_bench_table_pipeline(const DfBenchModel *model, const DfBenchPipeline *cases);

/** @return the CPU as it calls itself (static). */
const char *df_bench_cpu(void);

#endif
