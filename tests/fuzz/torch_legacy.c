/**
 * @file
 * Fuzz target: a legacy PyTorch file: pickles and raw storages.
 */
#include "fuzz.h"
#include "weights/torch.h"

void fuzz_target(const uint8_t *bytes, size_t size)
{
    DfWeights *weights = fuzz_create("FILE");
    fuzz_weights(weights, df_torch_legacy_parse(weights, bytes, size));
}
