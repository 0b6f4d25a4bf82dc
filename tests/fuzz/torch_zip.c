/**
 * @file
 * Fuzz target: a PyTorch zip file.
 */
#include "fuzz.h"
#include "weights/torch.h"

void fuzz_target(const uint8_t *bytes, size_t size)
{
    DfWeights *weights = fuzz_create("FILE");
    fuzz_weights(weights, df_torch_zip_parse(weights, bytes, size));
}
