/**
 * @file
 * A model and a plan from inside the room.
 */
#ifndef DF_MODEL_INTERNAL_H
#define DF_MODEL_INTERNAL_H

#include "model/model.h"
#include "weights/weights.h"

#include <stdatomic.h>

struct DeepfillModel {
    atomic_int references;
    char *name;
    const char *container, *variant; /* static */
    const DfSemantics *semantics;
    DfInputs input, refined; /* of the stages; input.channels and refined.channels are those of the rows */
    DfRange range;           /* and the order of the colours, which need not be the semantics' own */
    int direct;              /* 1: everything as it is defined; of convolutions, their methods say so, too */
    int blas;                /* 1: a run calls the matrix library: a partial convolution or the direct method */
    int sketch;              /* 1: the input has a plane for one */
    int cnum;
    int size;                /* longest side at which it works well, in pixels */
    int64_t parameters;
    DfConv convs[DF_MOST_ROWS]; /* bound to their prepared weights; unused where the row is none */
    float *memory;              /* what they point into */
};

struct DfPlan {
    int height, width;            /* of the region */
    int threads;                    /* most threads at a time */
    DfShape shapes[DF_MOST_ROWS]; /* of each row's activation */
    size_t places[DF_MOST_ROWS];  /* of each row's activation in the workspace, in bytes */
    size_t masks[DF_MOST_ROWS];   /* of its masks, where the net has any, behind its place */
    size_t scratch[DF_MOST_ROWS]; /* of what the row needs while it runs */
    size_t needs[DF_MOST_ROWS];   /* of each row's map of what is needed, from `maps` on */
    size_t maps, needs_bytes;     /* where these begin in the workspace, and how long they are */
    size_t workspace;             /* bytes in all */
};

/** Read the tensors of a built-in model or of a file. @return 0 or a negative errno, with the cause recorded */
int df_model_open_weights(DfWeights **weights, const char *name);

/**
 * Fill a hole in a small test picture.
 * @return 0; -EDOM where the fill is black and white alone or one flat colour, or where an activation is no
 *         number or too large for any trained network; -ENOMEM
 */
int df_model_try(const DeepfillModel *model);

#endif
