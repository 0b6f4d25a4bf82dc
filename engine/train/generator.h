/**
 * @file
 * A generator in training: its parameters, what a forward pass keeps of each picture of a batch, and gradients.
 * Networks of gated convolutions; partial convolutions are refused.
 */
#ifndef DF_GENERATOR_H
#define DF_GENERATOR_H

#include "layers/layers.h"
#include "model/semantics.h"

/** Thread-safety: none; its passes share their work among the threads that it was opened with. */
typedef struct DfGenerator DfGenerator;

/** What a generator is. */
typedef struct DfGeneratorShape {
    const DfSemantics *semantics;
    int cnum;   /**< channels of the first convolution before gating, a multiple of 4, up to 128 */
    int sketch; /**< 1: the input has a plane for a sketch */
    int side;   /**< of its square pictures, in pixels */
    int batch;  /**< pictures whose forward passes are kept at a time */
    int size;   /**< longest side at which users are to let it work, in pixels: goes into its file */
} DfGeneratorShape;

/** Pictures of H x W x 3, in the network's own range and order. */
typedef struct DfStages {
    float *coarse, *refined;
} DfStages;

/**
 * Describe a generator that starts from a model: semantics, size, and where it is 0 cnum, become the model's.
 * @param name  a built-in model or a checkpoint file
 * @return 0; -EINVAL where cnum is no multiple of the model's, or the model alone has a sketch; a negative errno
 */
int df_generator_describe(DfGeneratorShape *shape, const char *name);

/**
 * Make a generator whose parameters are 0.
 * @return 0; -EINVAL, cause recorded, where the semantics do not allow the side or have partial convolutions; -ENOMEM
 */
int df_generator_open(DfGenerator **generator, const DfGeneratorShape *shape, DfParallel parallel);

/** Free a generator and set *generator to NULL; NULL is fine. */
void df_generator_close(DfGenerator **generator);

/** @return the name of its semantics (static). */
const char *df_generator_semantics(const DfGenerator *generator);

/** @return its parameters, row after row: weights [out][in][ky][kx], then biases. */
float *df_generator_parameters(DfGenerator *generator);

/** @return how many there are. */
size_t df_generator_count(const DfGenerator *generator);

/** @return how pictures of -1..1 become the network's. */
const DfRange *df_generator_range(const DfGenerator *generator);

/** Draw weights as He et al. (2015) have them for ReLU: normal, of variance 2 / (in * k * k); biases are 0. */
void df_generator_initialise(DfGenerator *generator, uint64_t seed);

/**
 * Take a model's parameters. A generator that is wider, or has a sketch where the model has none, computes what the
 * model does, whatever the sketch, but for rounding and what train/widen.h says.
 * @param name  a built-in model or a checkpoint file, of the generator's semantics; its cnum divides the generator's
 * @return 0; -EINVAL, cause recorded, where it is another network; a negative errno
 */
int df_generator_load(DfGenerator *generator, const char *name);

/**
 * Write parameters as a model that deepfill_model_open() reads.
 * @param parameters  df_generator_count() of them, as df_generator_parameters() orders them
 * @return 0 or a negative errno, with the cause recorded
 */
int df_generator_save(const DfGenerator *generator, const float *parameters, const char *path);

/** Make passes see the parameters as they are now: call it after every change. */
void df_generator_prepare(DfGenerator *generator);

/**
 * Fill a picture, and keep what the backward pass reads.
 * @param slot  0 .. batch - 1   @return both stages' pictures, valid until the slot's next pass
 */
DfStages df_generator_forward(DfGenerator *generator, int slot, const DfPicture *picture);

/**
 * Add a picture's part to the gradient. Batches whose pictures come in the same order have the same bits.
 * @param picture  that of the slot's forward pass   @param d_stages  the loss's gradient with respect to its pictures
 */
void df_generator_backward(DfGenerator *generator, int slot, const DfPicture *picture, DfStages d_stages);

/** Write the gradient that backward passes added up since the last call, as parameters lie; sums begin at 0 again. */
void df_generator_gradient(DfGenerator *generator, float *gradient);

#endif
