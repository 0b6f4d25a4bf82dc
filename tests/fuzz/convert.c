/**
 * @file
 * Fuzz target: a checkpoint written as a file of ours must be read as the same network, value by value.
 */
#include <string.h>

#include "fuzz.h"
#include "model/convert.h"

/* One in so many is enough: the model's target reads the same files. */
const int fuzz_every = 7;

/** Of weight, bias, scale and shift: all of a row's values. */
static size_t count_values(const DfConv *conv)
{
    return df_conv_weights(conv) + 3 * (size_t)conv->out;
}

static int read_row(const DfBinding *binding, int row, float *values)
{
    DfConv conv = df_binding_conv(binding, row);
    float *bias = values + df_conv_weights(&conv);
    DfRowValues places = { values, bias, bias + conv.out, bias + 2 * conv.out };
    return df_binding_read(binding, row, &places);
}

static void check_row(const DfBinding *before, const DfBinding *after, int row)
{
    DfConv a = df_binding_conv(before, row), b = df_binding_conv(after, row);
    FUZZ_CHECK(a.in == b.in && a.out == b.out && a.kernel == b.kernel);
    size_t size = count_values(&a) * sizeof(float);
    float *old = df_alloc(size), *new = df_alloc(size);
    FUZZ_CHECK(old && new && !read_row(before, row, old) && !read_row(after, row, new));
    FUZZ_CHECK(!memcmp(old, new, size));
    df_free(old);
    df_free(new);
}

static void check_converted(const DfBinding *before, const char *name)
{
    DfWeights *weights = NULL;
    DfBinding *after = NULL;
    FUZZ_CHECK(!df_weights_open(&weights, name) && !df_binding_create(&after, weights, NULL));
    const DfBindingInfo *a = df_binding_info(before), *b = df_binding_info(after);
    FUZZ_CHECK(a->semantics == b->semantics && a->order == b->order && a->sketch == b->sketch);
    FUZZ_CHECK(a->cnum == b->cnum && a->input_channels == b->input_channels && a->size == b->size);
    FUZZ_CHECK(!strcmp(b->variant, "deepfill"));
    for (int row = 0; row < a->semantics->net->count; row++)
        if (df_row_is_conv(&a->semantics->net->rows[row]))
            check_row(before, after, row);
    df_binding_close(&after);
    df_weights_close(&weights);
}

void fuzz_target(const uint8_t *bytes, size_t size)
{
    const char *out = fuzz_file("OUT", bytes, 0), *name = fuzz_checkpoint(bytes, size);
    DfWeights *weights = NULL;
    DfBinding *binding = NULL;
    int ret = df_weights_open(&weights, name);
    if (!ret)
        ret = df_binding_create(&binding, weights, NULL);
    if (!ret)
        ret = df_convert(binding, out, 0);
    if (ret < 0)
        fuzz_refused(ret);
    else
        check_converted(binding, out);
    df_binding_close(&binding);
    df_weights_close(&weights);
}
