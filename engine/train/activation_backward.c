/**
 * @file
 * Activations in training: loops over pixels, shared among threads, and the portable kernels.
 */
#include "train/activation_backward.h"

#include <math.h>

#include "base.h"

/** Floats of a unit's product: they fit a first-level cache together with what is made of them. */
enum { UNIT_FLOATS = 4096 };

#define VECTOR float
#define NAME(x) x##_1
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define LOAD_OUT LOAD
#define STORE_OUT STORE
#define SET(value) ((float)(value))
#define EXP expf
#define TANH tanhf
#define LEAST(a, b) ((a) < (b) ? (a) : (b))
#define WHERE_POSITIVE(f, a, b) ((f) > 0 ? (a) : (b))
#define PART
#define PASS
#include "train/activation_block.h"

#define EACH(kernel, count, ...)           \
    for (size_t c = 0; c < (count); c++)   \
        kernel##_1(__VA_ARGS__);
#define GATES(kernel, ...)               \
    for (; pixels > 0; pixels--, NEXT(1)) \
        EACH(kernel, half, __VA_ARGS__)
#include "train/activation_loops.h"

const DfActivationKernels df_activation_c = { forward, backward };

typedef struct Work {
    enum DfActivation activation;
    int pixels, channels, unit; /* unit: pixels of one */
    float *product; /* read alone by the backward pass */
    const float *d_out;
    float *to;
} Work;

static int channels_out(const Work *w)
{
    return df_is_gate(w->activation) ? w->channels / 2 : w->channels;
}

static void forward_unit(void *opaque, int unit, int thread)
{
    const Work *w = opaque;
    size_t first = (size_t)unit * w->unit;
    int count = DF_MIN(w->unit, w->pixels - (int)first);
    (void)thread;
    df_activation_kernels()->forward(w->activation, count, w->channels, w->product + first * w->channels,
                       w->to + first * channels_out(w));
}

static void backward_unit(void *opaque, int unit, int thread)
{
    const Work *w = opaque;
    size_t first = (size_t)unit * w->unit;
    int count = DF_MIN(w->unit, w->pixels - (int)first);
    (void)thread;
    df_activation_kernels()->backward(w->activation, count, w->channels, w->product + first * w->channels,
                        w->d_out + first * channels_out(w), w->to + first * w->channels);
}

static void again_unit(void *opaque, int unit, int thread)
{
    const Work *w = opaque;
    size_t first = (size_t)unit * w->unit;
    int count = DF_MIN(w->unit, w->pixels - (int)first), half = w->channels / 2;
    const float *a = w->product + first * w->channels;
    float *out = w->to + first * half;
    (void)thread;
    for (; count > 0; count--, a += w->channels, out += half)
        for (int c = 0; c < half; c++)
            out[c] = a[c] * a[half + c];
}

static void share(Work *w, const DfParallel *parallel, DfJob job)
{
    w->unit = DF_MAX(1, UNIT_FLOATS / w->channels);
    df_parallel_for(parallel, (w->pixels + w->unit - 1) / w->unit, job, w);
}

void df_activation_forward(enum DfActivation activation, int pixels, int channels, float *product,
                           const DfParallel *parallel, float *out)
{
    Work work = { .activation = activation, .pixels = pixels, .channels = channels, .product = product, .to = out };
    share(&work, parallel, forward_unit);
}

void df_activation_backward(enum DfActivation activation, int pixels, int channels, const float *product,
                            const float *d_out, const DfParallel *parallel, float *d_product)
{
    Work work = { .activation = activation, .pixels = pixels, .channels = channels,
                  .product = (float *)product, .d_out = d_out, .to = d_product };
    share(&work, parallel, backward_unit);
}

void df_activation_recompute(int pixels, int channels, const float *product, const DfParallel *parallel, float *out)
{
    Work work = { .activation = DF_GATE_ELU, .pixels = pixels, .channels = channels, .product = (float *)product,
                  .to = out };
    share(&work, parallel, again_unit);
}
