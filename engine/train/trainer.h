/**
 * @file
 * Training: the generator against the truth and against a critic, step by step (Yu et al., ICCV 2019, section 3;
 * docs/training.md has the equations).
 */
#ifndef DF_TRAINER_H
#define DF_TRAINER_H

#include "base.h"

typedef struct DfTiles DfTiles;

/** Thread-safety: none; one thread at a time. The step itself runs on `workers` threads. */
typedef struct DfTrainer DfTrainer;

/** What a training is; a state that is gone on from must have the same cnum, critic, local_critic, sketch and seed. */
typedef struct DfTrainerOptions {
    int cnum;         /**< width of the generator, a multiple of 4, and of init's; 0: that of `init` */
    int size;         /**< sides of a sample in pixels, a multiple of 8 from 64 up */
    int batch;        /**< samples of a step, 1 .. */
    int critic;       /**< channels of the critic's first layer; 0: there is no critic */
    int local_critic; /**< 1: the local critic, whose scores count by how much of their 16x16 pixels is hole and known;
                           0: the paper's, whose scores count alike */
    int sketch;       /**< 1: the generator and the critic see a sketch; where `init` sees none, it is to learn it */
    int workers;      /**< threads, 1 .. */
    float gan;        /**< weight of the adversarial loss in the generator's */
    float rate;       /**< learning rate at its highest; df_schedule() tells its course */
    int64_t steps;    /**< of the whole run; 0: unknown */
    uint64_t seed;    /**< of weights, crops and masks */
    const char *init; /**< model to start from; NULL: random weights */
} DfTrainerOptions;

/** Mean losses of a step's samples. */
typedef struct DfTrainLosses {
    float coarse, refined; /**< L1 of the stages: whole picture plus hole */
    float critic;          /**< its hinge loss; 0 without one */
    float gan;             /**< the generator's, -E D(z) */
} DfTrainLosses;

/**
 * Make networks and optimisers.
 * @param tiles  where samples come from; must outlive the trainer
 * @return 0; -EINVAL with the cause recorded; -ENOMEM
 */
int df_trainer_open(DfTrainer **trainer, const DfTrainerOptions *options, const DfTiles *tiles);

/** Free a trainer and set *trainer to NULL; NULL is fine. */
void df_trainer_close(DfTrainer **trainer);

/**
 * Make one step.
 * @return 0; -EDOM, cause recorded, where a gradient is no number; -ENOMEM. After an error the trainer is only to be
 *         closed: its critic may be a step ahead
 */
int df_trainer_step(DfTrainer *trainer, DfTrainLosses *losses);

/** @return steps that have been made, those of a state that was gone on from counted. */
int64_t df_trainer_steps(const DfTrainer *trainer);

/** Write the averaged generator as a model (safetensors, float32), beside and renamed. @return 0, a negative errno */
int df_trainer_save(const DfTrainer *trainer, const char *path);

/** Write all that a resumed run needs: weights, averages, moments, the critic's vectors, the step. */
int df_trainer_save_state(const DfTrainer *trainer, const char *path);

/**
 * Read what a state's training was: all of *options but steps, workers and init, which stay.
 * @return 0; -EINVAL, cause recorded, where it is no state; a negative errno
 */
int df_trainer_read_options(const char *path, DfTrainerOptions *options);

/**
 * Check that a state is of networks and random numbers as these; one without a critic may get one.
 * @return 0; -EINVAL, cause recorded; a negative errno
 */
int df_trainer_check_state(const char *path, const DfTrainerOptions *options);

/**
 * Go on from a state; one without a critic goes on with a new one.
 * @return 0; 1: the tiles are not those of the state, and the result is not that of one run; -EINVAL, cause recorded,
 *         where it belongs to another training; a negative errno. After an error the trainer is only to be closed
 */
int df_trainer_load_state(DfTrainer *trainer, const char *path);

/** Most samples of a sheet. */
enum { DF_SHEET_ROWS = 6 };

/**
 * Fill the same few samples with the averaged weights: a row each, of truth, input, coarse and refined picture.
 * @param rgb  3 * (4 * size) * (DF_SHEET_ROWS * size) bytes
 */
int df_trainer_sheet(DfTrainer *trainer, uint8_t *rgb, int *width, int *height);

#endif
