/**
 * @file
 * For tests: checkpoints of TensorFlow that are refused. Include cmocka first.
 */
#ifndef TESTS_BUNDLE_CHECK_H
#define TESTS_BUNDLE_CHECK_H

#include "bundle_file.h"

/** An index with so many shards of 64 zero bytes, refused with that sentence. */
static inline void bundle_assert_refused(const BundleBytes *index, size_t shard_count, int error,
                                         const char *sentence)
{
    uint8_t bytes[64] = { 0 };
    BundleBytes shards[BUNDLE_SHARDS] = { { bytes, 64 }, { bytes, 64 }, { bytes, 64 } };
    DfWeights *w;
    assert_int_equal(bundle_parse(&w, index, shards, shard_count), error);
    assert_null(w);
    assert_string_equal(df_error_text(), sentence);
}

#endif
