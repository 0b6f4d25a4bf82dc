/**
 * @file
 * `deepfill train`: what was asked for, and the run.
 */
#ifndef DF_CLI_TRAIN_H
#define DF_CLI_TRAIN_H

#include "train/trainer.h"

/** What was asked for on the command line; texts are the caller's. */
typedef struct DfTrainWish {
    const char *out;           /**< ends in .safetensors */
    const char *data;          /**< folder; NULL: `like` */
    const char *like, *mask;   /**< a film and its mask; NULL: `data` */
    DfTrainerOptions options;  /**< steps 0: by `minutes` */
    double minutes;            /**< 0: by the options' steps */
    int memory;                /**< MiB of tiles, at most */
    int resume;
} DfTrainWish;

/** Take the options of the run's state, which must be there. @return 0 or a negative errno */
int df_train_read_state(DfTrainWish *wish);

/** Read the data, train, and leave model, state, losses and sheet. @return 0 or a negative errno */
int df_train_run(const DfTrainWish *wish);

/** @return the name of a file of a run: OUT without .safetensors, and an end; from df_alloc(), NULL: no memory */
char *df_train_name(const DfTrainWish *wish, const char *end);

#endif
