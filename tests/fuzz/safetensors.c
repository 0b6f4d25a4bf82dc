/**
 * @file
 * Fuzz target: a safetensors file.
 */
#include "fuzz.h"

void fuzz_target(const uint8_t *bytes, size_t size)
{
    DfWeights *weights = fuzz_create("FILE");
    fuzz_weights(weights, df_safetensors_parse(weights, bytes, size));
}
