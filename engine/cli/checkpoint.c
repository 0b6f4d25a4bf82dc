/**
 * @file
 * Checkpoints opened as deepfill_model_open() does it, but kept when they turn out to be no model.
 */
#include "cli/checkpoint.h"

#include "model/builtin.h"

int df_checkpoint_open(DfCheckpoint *checkpoint, const char *name, const char *semantics)
{
    *checkpoint = (DfCheckpoint){ .name = name };
    int ret = deepfill_model_exists(name);
    if (ret < 0)
        return ret;
    const DfBuiltin *builtin = df_builtin_find(name);
    if (builtin) {
        checkpoint->builtin = builtin->begin;
        checkpoint->builtin_size = builtin->end - builtin->begin;
        ret = df_weights_parse(&checkpoint->weights, name, builtin->begin, checkpoint->builtin_size);
    } else {
        ret = df_weights_open(&checkpoint->weights, name);
    }
    return ret < 0 ? ret : df_binding_create(&checkpoint->binding, checkpoint->weights, semantics);
}

void df_checkpoint_close(DfCheckpoint *checkpoint)
{
    if (checkpoint->binding)
        df_binding_close(&checkpoint->binding);
    if (checkpoint->weights)
        df_weights_close(&checkpoint->weights);
}
