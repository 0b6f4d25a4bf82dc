/**
 * @file
 * A generator in training, from inside.
 */
#ifndef DF_GENERATOR_PARTS_H
#define DF_GENERATOR_PARTS_H

#include "model/internal.h"
#include "train/generator.h"

/** Where a row's numbers lie, in floats from the beginning of each array. */
typedef struct DfTrainRow {
    DfConv linear;     /**< the convolution without its activation; weights of `prepared`, biases of `parameters` */
    DfShape shape;     /**< of the activation */
    size_t parameters; /**< weights, then biases */
    size_t prepared, adjoint, sums; /**< of the forward pass, the backward pass, the gradient's sums (then of biases) */
    size_t product;                 /**< in a slot; of a row with a convolution */
    size_t activation;              /**< in a slot; of a row that is recomputed, among `activations` */
    int recomputed;                 /**< 1: no slot keeps the activation, backward passes make it of the product */
    size_t gradient;                /**< with respect to the activation */
} DfTrainRow;

struct DfGenerator {
    DfGeneratorShape shape;
    DfParallel parallel;
    DeepfillModel model; /**< the network, without weights: its shapes, inputs and range */
    DfTrainRow rows[DF_MOST_ROWS];
    size_t count;        /**< of parameters */
    size_t slot;         /**< floats that a picture's forward pass keeps */
    float *parameters, *prepared, *adjoint, *sums;
    float *slots;        /**< batch * slot */
    float *activations;  /**< of one picture's rows that are recomputed */
    float *gradients;    /**< of activations, and behind them room for the largest product's and largest activation's */
    size_t d_product, d_part;
    void *scratch;
};

/** @return a row's activation in a slot, or its product before the gate. */
float *df_train_activation(const DfGenerator *generator, int slot, int row);
float *df_train_product(const DfGenerator *generator, int slot, int row);

#endif
