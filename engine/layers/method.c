/**
 * @file
 * Which method a layer takes.
 */
#include "layers/layers.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int kernel, stride, up; /* of the convolutions that it is for */
} methods[DF_METHODS] = {
    [DF_METHOD_DIRECT] = { "direct", 0, 0, 0 },
    [DF_METHOD_WINOGRAD_3] = { "F(4x4,3x3)", 3, 1, 0 },
    [DF_METHOD_WINOGRAD_5] = { "F(4x4,5x5)", 5, 1, 0 },
    [DF_METHOD_NEAREST] = { "nearest", 3, 1, 1 },
    [DF_METHOD_STRIDE] = { "stride", 3, 2, 0 },
    [DF_METHOD_STRIDE_5] = { "stride of 5x5", 5, 2, 0 },
};

enum { UNKNOWN = -1 };

static atomic_int direct = UNKNOWN;

void df_force_direct(int forced)
{
    atomic_store(&direct, forced ? 1 : UNKNOWN);
}

int df_is_direct(void)
{
    int known = atomic_load(&direct);
    if (known == UNKNOWN) {
        const char *wish = getenv("DEEPFILL_METHOD");
        known = wish && !strcmp(wish, "direct");
        atomic_store(&direct, known);
    }
    return known;
}

/** F(4x4,3x3) alone supports dilation; F(4x4,5x5) takes pictures and ends in a gate. */
static int suits(const DfConv *conv, enum DfMethod method)
{
    return methods[method].kernel == conv->kernel && methods[method].stride == conv->stride &&
           methods[method].up == conv->up && (conv->rate == 1 || method == DF_METHOD_WINOGRAD_3) &&
           (method != DF_METHOD_WINOGRAD_5 || (conv->activation <= DF_GATE_RELU && conv->in <= DF_MOST_FIRST));
}

/** Partial convolutions weigh each window by its known values: they are direct. */
enum DfMethod df_conv_choose(const DfConv *conv)
{
    if (df_is_direct() || conv->activation > DF_TANH)
        return DF_METHOD_DIRECT;
    for (int method = 1; method < DF_METHODS; method++)
        if (suits(conv, method))
            return method;
    return DF_METHOD_DIRECT;
}

const char *df_method_name(enum DfMethod method)
{
    return methods[method].name;
}
