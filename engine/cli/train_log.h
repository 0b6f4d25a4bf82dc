/**
 * @file
 * How a training goes: OUT.csv, and a line on the terminal.
 */
#ifndef DF_CLI_TRAIN_LOG_H
#define DF_CLI_TRAIN_LOG_H

#include "train/trainer.h"

/** Losses of a run. Thread-safety: one thread at a time. */
typedef struct DfTrainLog {
    const char *path;      /**< of OUT.csv; the caller's */
    char *rows;            /**< all of the file, from malloc() */
    int batch;             /**< samples of a step */
    int64_t first, last;   /**< step that the run began after; step that it ends with */
    double start;          /**< moment of its first step */
    double before;         /**< seconds of the runs that it goes on from */
    DfTrainLosses sums;    /**< of steps that are in no row yet */
    int count;             /**< of these steps */
    double told;           /**< moment of the last line that was shown */
    int bar;               /**< 1: lines are rewritten in place, on the standard error */
} DfTrainLog;

/**
 * Begin: of a file that is there, rows of steps up to `first` are kept; with first 0 it is begun anew.
 * @return 0 or a negative errno
 */
int df_train_log_open(DfTrainLog *log, const char *path, int batch, int64_t first, int64_t last);

/** Add a step's losses; every twentieth step, and the last, adds a row of means. @return 0 or -ENOMEM */
int df_train_log_step(DfTrainLog *log, int64_t step, const DfTrainLosses *losses);

/** Write OUT.csv. @return 0 or a negative errno */
int df_train_log_write(const DfTrainLog *log);

/** Free what it holds, and end its line on the terminal. */
void df_train_log_close(DfTrainLog *log);

#endif
