/**
 * @file
 * Fuzz target: a TensorFlow checkpoint. The input has the index, then its shards (fuzz_parts()).
 */
#include "fuzz.h"
#include "weights/tensorflow.h"

void fuzz_target(const uint8_t *bytes, size_t size)
{
    DfBytes parts[FUZZ_PARTS];
    int count = fuzz_parts(bytes, size, parts);
    if (!count)
        return;
    DfWeights *weights = fuzz_create("FILE.index");
    fuzz_weights(weights, df_tensorflow_parse_parts(weights, &parts[0], parts + 1, count - 1));
}
