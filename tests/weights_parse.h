/**
 * @file
 * For tests: files in memory given to the readers of weights.
 */
#ifndef TESTS_WEIGHTS_PARSE_H
#define TESTS_WEIGHTS_PARSE_H

#include "model_file.h"
#include "weights/weights.h"

/** Parse a file called FILE; *weights is NULL where it is refused. */
static inline int parse(DfWeights **weights, ModelFile file)
{
    df_error_clear();
    *weights = NULL;
    return df_weights_parse(weights, "FILE", file.bytes, file.size);
}

/** Parse a copy that ends where its memory ends, so that a sanitizer sees a step beyond; read all tensors. */
static inline int survive(const uint8_t *bytes, size_t size)
{
    ModelFile copy = { malloc(size ? size : 1), size };
    float values[64];
    DfWeights *w;
    memcpy(copy.bytes, bytes, size);
    int ret = parse(&w, copy);
    if (ret < 0) {
        assert_null(w);
        assert_true(df_error_text()[0]);
    } else {
        for (size_t i = 0; i < w->tensor_count; i++)
            if (w->tensors[i].count <= DF_COUNT(values))
                df_tensor_read(w, &w->tensors[i], values);
        df_weights_close(&w);
    }
    free(copy.bytes);
    return ret;
}

#endif
