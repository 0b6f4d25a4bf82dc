/**
 * @file
 * A checkpoint as the subcommands look at it: its tensors, and what they are understood as.
 */
#ifndef DF_CLI_CHECKPOINT_H
#define DF_CLI_CHECKPOINT_H

#include "deepfill.h"
#include "model/variant.h"

/** A checkpoint, open as far as it goes. */
typedef struct DfCheckpoint {
    const char *name;
    DfWeights *weights; /**< NULL: cannot be read */
    DfBinding *binding; /**< NULL: is no network that is known */
    const uint8_t *builtin; /**< the bytes of a built-in model; NULL: the weights have their files */
    size_t builtin_size;
} DfCheckpoint;

/**
 * Open a built-in model, or the checkpoint of that name.
 * @return 0; a negative errno where it is not understood, or cannot even be read: what there is stays
 */
int df_checkpoint_open(DfCheckpoint *checkpoint, const char *name, const char *semantics);

/** Give up what there is; one that is all zero is fine. */
void df_checkpoint_close(DfCheckpoint *checkpoint);

#endif
