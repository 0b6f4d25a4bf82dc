/**
 * @file
 * A trainer from inside.
 */
#ifndef DF_TRAINER_PARTS_H
#define DF_TRAINER_PARTS_H

#include "train/critic.h"
#include "train/generator.h"
#include "train/optimizer.h"
#include "train/sample.h"
#include "train/trainer.h"

/** The critic's parameters are each layer's weights and biases. */
enum { DF_CRITIC_PARAMETERS = 2 * DF_CRITIC_LAYERS };

struct DfTrainer {
    DfTrainerOptions options;
    const DfTiles *tiles;
    uint32_t tiles_checksum;
    DfThreadPool *pool;
    DfParallel parallel;
    DfSchedule schedule;

    DfGenerator *generator;
    DfOptimizer generator_optimizer;
    float *gradient;       /* of the generator's parameters */
    DfCritic *critic;      /* NULL: none */
    DfOptimizer critic_optimizer;
    char names[DF_CRITIC_PARAMETERS][32]; /* of the critic's parameters */

    DfSample *samples;     /* of a batch */
    DfStages *stages;      /* what the generator made of each */
    float *truth;          /* of each, in the network's range and order */
    uint8_t *no_hole;      /* size x size zeros */
    float *critic_input;   /* of one sample: colours, hole, sketch */
    float *d_critic_input;
    float *d_scores;
    float *patch_weights;  /* of a batch: samples x patches; of the paper's critic all alike */
    DfStages d_stages;
};

/** @return pixels of a sample. */
static inline size_t df_trainer_pixels(const DfTrainer *trainer)
{
    return (size_t)trainer->options.size * trainer->options.size;
}

/** @return a sample's truth, size x size x 3. */
float *df_trainer_truth(const DfTrainer *trainer, int sample);

/** Draw the samples of a stream, and their truth. @return 0 or -ENOMEM */
int df_trainer_draw(DfTrainer *trainer, enum DfRandomUse use, int64_t step, int count);

/** Make a step from the samples and their truth as they are. @return as df_trainer_step() */
int df_trainer_learn(DfTrainer *trainer, double rate, DfTrainLosses *losses);

/** @return what the generator sees of a sample. */
DfPicture df_trainer_picture(const DfTrainer *trainer, int sample);

#endif
