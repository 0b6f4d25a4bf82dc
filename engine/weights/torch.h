/**
 * @file
 * PyTorch checkpoints: what torch.save() writes, of state dicts at any depth and of whole modules.
 */
#ifndef DF_TORCH_H
#define DF_TORCH_H

#include "weights/weights.h"

/** Read a checkpoint of PyTorch 1.6 or newer; as df_safetensors_parse(). */
int df_torch_zip_parse(DfWeights *weights, const uint8_t *bytes, size_t size);

/** Read one of the older form, a row of pickles. */
int df_torch_legacy_parse(DfWeights *weights, const uint8_t *bytes, size_t size);

#endif
