/**
 * @file
 * The critic: its memory, and its passes.
 */
#include "train/critic.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "kernels/gemm.h"
#include "train/activation_backward.h"
#include "train/conv_backward.h"
#include "train/conv_direct.h"

enum { KERNEL = 5 };
/** Outputs below which transformed weights, five times as many, cost more than they save. */
enum { LEAST_OUTPUTS = 256 };
#define LEAST_LENGTH 1e-12

/* --------------------------------------------------------------------------------------- memory -- */

static int layer_count(int local)
{
    return local ? DF_LOCAL_CRITIC_LAYERS : DF_CRITIC_LAYERS;
}

/** Layers' shapes; what they are the pictures of. */
static void shape_layers(DfCritic *critic, DfShape in, int width, int local)
{
    for (int i = 0; i < critic->count; i++) {
        DfCriticLayer *layer = &critic->layers[i];
        int scores = local && i == critic->count - 1;
        layer->nonlinearity = scores ? DF_LINEAR : DF_LEAKY;
        layer->conv = (DfConv){ .kernel = KERNEL, .stride = 2, .rate = 1, .in = in.channels,
                                .out = scores ? 1 : width << DF_MIN(i, 2), .activation = DF_LINEAR };
        layer->in = in;
        layer->out = in = df_conv_shape(&layer->conv, in);
        layer->weights = df_conv_weights(&layer->conv);
        if (in.height * in.width >= LEAST_OUTPUTS)
            layer->conv.method = df_conv_backward_choose(&layer->conv);
    }
}

static int is_direct(const DfCriticLayer *layer)
{
    return layer->conv.method == DF_METHOD_DIRECT;
}

static void carve_layer(DfCriticLayer *layer, char *memory, size_t *end)
{
    const DfConv *conv = &layer->conv;
    layer->weight = df_carve_floats(memory, end, layer->weights);
    layer->bias = df_carve_floats(memory, end, conv->out);
    layer->u = df_carve_floats(memory, end, conv->out);
    layer->v = df_carve_floats(memory, end, layer->weights / conv->out);
    layer->d_weight = df_carve_floats(memory, end, layer->weights);
    layer->d_bias = df_carve_floats(memory, end, conv->out);
    layer->forward = df_carve_floats(memory, end, is_direct(layer) ? 0 : df_conv_prepared(conv));
    layer->backward = df_carve_floats(memory, end, df_conv_backward_prepared(conv));
    layer->sums = df_carve_floats(memory, end, df_conv_backward_sums(conv));
    layer->activation = df_carve_floats(memory, end, df_shape_count(layer->out));
}

static size_t scratch_bytes(const DfCriticLayer *layer, int threads)
{
    size_t backward = df_conv_backward_scratch(&layer->conv, layer->in, threads);
    return is_direct(layer) ? backward : DF_MAX(backward, df_conv_scratch(&layer->conv, layer->in, threads));
}

/** @return where the memory ends */
static size_t carve_all(DfCritic *critic, char *memory)
{
    size_t end = 0, scratch = 0, most = 0;
    for (int i = 0; i < critic->count; i++) {
        DfCriticLayer *layer = &critic->layers[i];
        carve_layer(layer, memory, &end);
        scratch = DF_MAX(scratch, scratch_bytes(layer, critic->threads));
        most = DF_MAX(most, df_shape_count(layer->out));
    }
    for (int i = 0; i < 2; i++)
        critic->gradients[i] = df_carve_floats(memory, &end, most);
    critic->scratch = memory ? memory + end : NULL;
    return df_size_add(end, scratch);
}

int df_critic_open(DfCritic **to, DfShape picture, int width, int local, int threads)
{
    DfCritic *critic = df_alloc(sizeof *critic);
    *to = critic;
    if (!critic)
        return -ENOMEM;
    critic->count = layer_count(local);
    critic->threads = threads;
    shape_layers(critic, picture, width, local);
    critic->memory = df_alloc(carve_all(critic, NULL));
    if (!critic->memory) {
        df_critic_close(to);
        return -ENOMEM;
    }
    carve_all(critic, critic->memory);
    df_gemm_open();
    return 0;
}

void df_critic_close(DfCritic **critic)
{
    if (!*critic)
        return;
    if ((*critic)->memory)
        df_gemm_close();
    df_free((*critic)->memory);
    df_free(*critic);
    *critic = NULL;
}

DfShape df_critic_scores(const DfCritic *critic)
{
    return critic->layers[critic->count - 1].out;
}

/* -------------------------------------------------------------------------------- spectral norm -- */

/** To length 1. @return the length that it had */
static double normalise(float *vector, const double *from, size_t count)
{
    double square = 0;
    for (size_t i = 0; i < count; i++)
        square += from[i] * from[i];
    double length = sqrt(square), divisor = DF_MAX(length, LEAST_LENGTH);
    for (size_t i = 0; i < count; i++)
        vector[i] = (float)(from[i] / divisor);
    return length;
}

/** Of LANES sums, as each addition waits for the one before it. */
static double dot(const float *a, const float *b, size_t count)
{
    enum { LANES = 8 };
    double sums[LANES] = { 0 }, sum = 0;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sums[lane] += (double)a[i + lane] * b[i + lane];
    for (; i < count; i++)
        sum += (double)a[i] * b[i];
    for (int lane = 0; lane < LANES; lane++)
        sum += sums[lane];
    return sum;
}

/** One power iteration. `product` holds as many doubles as u or v has values. */
static void iterate(DfCriticLayer *layer, double *product)
{
    size_t rows = layer->conv.out, columns = layer->weights / rows;
    memset(product, 0, columns * sizeof *product);
    for (size_t o = 0; o < rows; o++) {
        const float *row = layer->weight + o * columns;
        double factor = layer->u[o];
        for (size_t i = 0; i < columns; i++)
            product[i] += factor * row[i];
    }
    normalise(layer->v, product, columns);
    for (size_t o = 0; o < rows; o++)
        product[o] = dot(layer->weight + o * columns, layer->v, columns);
    normalise(layer->u, product, rows);
    layer->norm = 0;
    for (size_t o = 0; o < rows; o++)
        layer->norm += layer->u[o] * product[o];
}

/** W / s, where its gradient will be. Of the sums, which are to be 0 afterwards, some are used. */
static void normalise_layer(void *opaque, int unit, int thread)
{
    DfCriticLayer *layer = &((DfCritic *)opaque)->layers[unit];
    (void)thread;
    iterate(layer, (double *)layer->sums);
    float factor = (float)(1 / layer->norm);
    for (size_t i = 0; i < layer->weights; i++)
        layer->d_weight[i] = layer->weight[i] * factor;
    memset(layer->sums, 0, df_conv_backward_sums(&layer->conv) * sizeof *layer->sums);
    memset(layer->d_bias, 0, layer->conv.out * sizeof *layer->d_bias);
}

static void prepare_layer(void *opaque, int unit, int thread)
{
    DfCriticLayer *layer = &((DfCritic *)opaque)->layers[unit / 2];
    (void)thread;
    if (unit % 2)
        df_conv_backward_prepare(&layer->conv, layer->backward, layer->d_weight);
    else if (!is_direct(layer))
        df_conv_prepare(&layer->conv, layer->forward, layer->d_weight);
}

void df_critic_begin(DfCritic *critic, const DfParallel *parallel)
{
    df_parallel_for(parallel, critic->count, normalise_layer, critic);
    df_parallel_for(parallel, 2 * critic->count, prepare_layer, critic);
    for (int i = 0; i < critic->count; i++) {
        critic->layers[i].conv.weight = critic->layers[i].forward;
        critic->layers[i].conv.bias = critic->layers[i].bias;
    }
}

/** The gradient of W / s to that of W. */
static void finish_layer(void *opaque, int unit, int thread)
{
    DfCriticLayer *layer = &((DfCritic *)opaque)->layers[unit];
    size_t rows = layer->conv.out, columns = layer->weights / rows;
    double inverse = 1 / layer->norm;
    (void)thread;
    df_conv_backward_weights(&layer->conv, layer->sums, layer->d_weight);
    double along = dot(layer->d_weight, layer->weight, layer->weights) * inverse;
    for (size_t o = 0; o < rows; o++) {
        float *row = layer->d_weight + o * columns;
        double factor = along * layer->u[o];
        for (size_t i = 0; i < columns; i++)
            row[i] = (float)((row[i] - factor * layer->v[i]) * inverse);
    }
}

void df_critic_finish(DfCritic *critic, const DfParallel *parallel)
{
    df_parallel_for(parallel, critic->count, finish_layer, critic);
}

/* --------------------------------------------------------------------------------------- passes -- */

const float *df_critic_forward(DfCritic *critic, const float *picture, const DfParallel *parallel)
{
    const float *in = picture;
    for (int i = 0; i < critic->count; i++) {
        DfCriticLayer *layer = &critic->layers[i];
        float *out = layer->activation;
        if (is_direct(layer))
            df_direct_forward(&layer->conv, layer->backward, layer->in, in, parallel, out, critic->scratch);
        else
            df_conv_forward(&layer->conv, layer->in, in, NULL, parallel, out, critic->scratch);
        df_activation_forward(layer->nonlinearity, layer->out.height * layer->out.width, layer->out.channels, out,
                              parallel, out);
        in = out;
    }
    return in;
}

/** LeakyReLU keeps signs: its slope is found from the activation as it would be from the product. */
void df_critic_backward(DfCritic *critic, const float *picture, const float *d_scores, int learn,
                        const DfParallel *parallel, float *d_picture)
{
    const float *d_out = d_scores;
    for (int i = critic->count - 1; i >= 0; i--) {
        DfCriticLayer *layer = &critic->layers[i];
        const float *in = i ? critic->layers[i - 1].activation : picture;
        float *d_product = critic->gradients[i % 2], *d_in = i ? critic->gradients[(i + 1) % 2] : d_picture;
        df_activation_backward(layer->nonlinearity, layer->out.height * layer->out.width, layer->out.channels,
                               layer->activation, d_out, parallel, d_product);
        df_conv_backward(&layer->conv, layer->backward, layer->in, in, d_product, parallel, d_in,
                         learn ? layer->sums : NULL, learn ? layer->d_bias : NULL, critic->scratch);
        d_out = d_in;
    }
}
