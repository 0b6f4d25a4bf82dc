/**
 * @file
 * A model and a plan from inside the room.
 */
#ifndef DF_MODEL_INTERNAL_H
#define DF_MODEL_INTERNAL_H

#include "model/model.h"
#include "model/semantics.h"
#include "model/table.h"

#include <stdatomic.h>

struct DeepfillModel {
    atomic_int references;
    char *name;
    const DfSemantics *semantics;
    enum DfOrder order; /* of the network's colours */
    int cnum, input_channels;
    int size; /* longest side at which it works well, in pixels */
    int64_t parameters;
    DfConv convs[DF_ROWS]; /* bound to their prepared weights; unused where the row is no convolution */
    float *memory;         /* what they point into */
};

/* Sides of a region are multiples of 8: two layers halve it, the attention once more. */
#define DF_MODEL_ALIGNMENT 8
#define DF_MODEL_LEAST_SIDE 64

struct DfPlan {
    int height, width;       /* of the region */
    DfShape shapes[DF_ROWS]; /* of each row's activation */
    size_t places[DF_ROWS];  /* of each row's activation in the workspace, in bytes */
    size_t scratch[DF_ROWS]; /* of what the row needs while it runs */
    size_t workspace;        /* bytes in all */
};

#endif
