/**
 * @file
 * What trainers write: models, states to go on from, sheets to look at.
 */
#include "train/trainer_parts.h"
#include "weights/write.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int df_trainer_save(const DfTrainer *t, const char *path)
{
    return df_generator_save(t->generator, t->generator_optimizer.parameters[0].average, path);
}

/* ---------------------------------------------------------------------------------------- states -- */

/** An array of a state: a file's tensor of one dimension. */
typedef struct Array {
    char name[48];
    float *values;
    size_t count;
} Array;

/** The generator's four, three of each of the critic's parameters, and its layers' vectors. */
enum { MOST_ARRAYS = 4 + 3 * DF_CRITIC_PARAMETERS + DF_CRITIC_LAYERS };

static void list_one(Array *list, int *count, const char *name, const char *part, float *values, size_t length)
{
    Array *array = &list[*count];
    if (!values)
        return;
    snprintf(array->name, sizeof array->name, "%s%s", name, part);
    array->values = values;
    array->count = length;
    ++*count;
}

static void list_optimizer(Array *list, int *count, const DfOptimizer *optimizer)
{
    for (int i = 0; i < optimizer->count; i++) {
        const DfParameter *p = &optimizer->parameters[i];
        list_one(list, count, p->name, "", p->weight, p->count);
        list_one(list, count, p->name, ".first", p->first, p->count);
        list_one(list, count, p->name, ".second", p->second, p->count);
        list_one(list, count, p->name, ".average", p->average, p->count);
    }
}

/** @return how many arrays there are; those of the critic begin at *critic */
static int list_arrays(const DfTrainer *t, Array *list, int *critic)
{
    int count = 0;
    list_optimizer(list, &count, &t->generator_optimizer);
    *critic = count;
    list_optimizer(list, &count, &t->critic_optimizer);
    for (int i = 0; t->critic && i < t->critic->count; i++) {
        char name[32];
        snprintf(name, sizeof name, "critic.conv%d.u", i + 1);
        list_one(list, &count, name, "", t->critic->layers[i].u, t->critic->layers[i].out.channels);
    }
    return count;
}

/** Options that a state holds: where they are, and what a training that goes on has to have alike. */
static const struct StateOption {
    const char *key;  /* in the file */
    enum { INTEGER, SEED, REAL } type;
    size_t offset;    /* in DfTrainerOptions */
    const char *kept; /* its name, where it is to stay as it is; NULL: it may change */
    int of_critic;    /* 1: it stays only where there is a critic; else a new critic is made */
} state_options[] = {
    { "batch", INTEGER, offsetof(DfTrainerOptions, batch), NULL, 0 },
    { "cnum", INTEGER, offsetof(DfTrainerOptions, cnum), "cnum", 0 },
    { "critic", INTEGER, offsetof(DfTrainerOptions, critic), "critic", 1 },
    { "gan", REAL, offsetof(DfTrainerOptions, gan), NULL, 0 },
    { "local_critic", INTEGER, offsetof(DfTrainerOptions, local_critic), "local-critic", 1 },
    { "rate", REAL, offsetof(DfTrainerOptions, rate), NULL, 0 },
    { "seed", SEED, offsetof(DfTrainerOptions, seed), "seed", 0 },
    { "size", INTEGER, offsetof(DfTrainerOptions, size), NULL, 0 },
    { "sketch", INTEGER, offsetof(DfTrainerOptions, sketch), "sketch", 0 },
};

static void print_option(char text[32], const struct StateOption *option, const DfTrainerOptions *o)
{
    const void *value = (const char *)o + option->offset;
    switch (option->type) {
    case INTEGER: snprintf(text, 32, "%d", *(const int *)value); break;
    case SEED: snprintf(text, 32, "%llu", (unsigned long long)*(const uint64_t *)value); break;
    case REAL: snprintf(text, 32, "%.9g", *(const float *)value); break;
    }
}

int df_trainer_save_state(const DfTrainer *t, const char *path)
{
    enum { OPTIONS = DF_COUNT(state_options), NUMBERS = 3 };
    Array arrays[MOST_ARRAYS];
    DfOutTensor tensors[MOST_ARRAYS];
    int critic, count = list_arrays(t, arrays, &critic);
    char texts[OPTIONS + NUMBERS][32];
    DfMeta meta[OPTIONS + NUMBERS + 2] = {
        [OPTIONS] = { "critic_steps", texts[OPTIONS] }, { "steps", texts[OPTIONS + 1] },
        { "tiles", texts[OPTIONS + 2] }, { "format", "deepfill training state" },
        { "semantics", (char *)df_generator_semantics(t->generator) },
    };
    for (int i = 0; i < OPTIONS; i++) {
        print_option(texts[i], &state_options[i], &t->options);
        meta[i] = (DfMeta){ (char *)state_options[i].key, texts[i] };
    }
    snprintf(texts[OPTIONS], sizeof *texts, "%lld", (long long)t->critic_optimizer.steps);
    snprintf(texts[OPTIONS + 1], sizeof *texts, "%lld", (long long)t->generator_optimizer.steps);
    snprintf(texts[OPTIONS + 2], sizeof *texts, "%lld", (long long)t->tiles_checksum);
    for (int i = 0; i < count; i++)
        tensors[i] = (DfOutTensor){ arrays[i].name, 1, { arrays[i].count }, arrays[i].values };
    DfOutFile file = { .tensors = tensors, .tensor_count = count, .meta = meta, .meta_count = DF_COUNT(meta) };
    return df_safetensors_write(path, &file);
}

static int no_state(const DfWeights *weights, const char *key)
{
    return df_error(-EINVAL, "%s: its '%s' is missing or no number: no state of a training", weights->name, key);
}

static int read_number(const DfWeights *weights, const char *key, int64_t most, int64_t *number)
{
    const char *text = df_weights_meta(weights, key);
    char *end = NULL;
    *number = text ? strtoll(text, &end, 10) : -1;
    return !text || *end || end == text || *number < 0 || *number > most ? no_state(weights, key) : 0;
}

static int read_real(const DfWeights *weights, const char *key, float *real)
{
    const char *text = df_weights_meta(weights, key);
    char *end = NULL;
    *real = text ? strtof(text, &end) : -1;
    return !text || *end || end == text || !(*real >= 0) ? no_state(weights, key) : 0;
}

static int read_option(const DfWeights *weights, const struct StateOption *option, DfTrainerOptions *o)
{
    void *value = (char *)o + option->offset;
    int64_t number;
    if (option->type == REAL)
        return read_real(weights, option->key, value);
    int ret = read_number(weights, option->key, option->type == SEED ? INT64_MAX : INT_MAX, &number);
    if (option->type == SEED)
        *(uint64_t *)value = (uint64_t)number;
    else
        *(int *)value = (int)number;
    return ret;
}

int df_trainer_read_options(const char *path, DfTrainerOptions *options)
{
    DfWeights *weights = NULL;
    int ret = df_weights_open(&weights, path);
    for (size_t i = 0; i < DF_COUNT(state_options) && !ret; i++)
        ret = read_option(weights, &state_options[i], options);
    df_weights_close(&weights);
    return ret;
}

int df_trainer_check_state(const char *path, const DfTrainerOptions *options)
{
    DfTrainerOptions its = *options;
    char has[32], wanted[32];
    int ret = df_trainer_read_options(path, &its);
    for (size_t i = 0; i < DF_COUNT(state_options) && !ret; i++) {
        const struct StateOption *option = &state_options[i];
        print_option(has, option, &its);
        print_option(wanted, option, options);
        if (option->kept && (its.critic || !option->of_critic) && strcmp(has, wanted))
            ret = df_error(-EINVAL, "%s: is of a training with %s %s, not %s", path, option->kept, has, wanted);
    }
    return ret;
}

static int read_arrays(const DfWeights *weights, const Array *arrays, int count)
{
    for (int i = 0; i < count; i++) {
        const DfTensor *tensor = df_weights_find(weights, arrays[i].name);
        if (!tensor || tensor->count != arrays[i].count)
            return df_error(-EINVAL, "%s: '%s' %s: the state of another training", weights->name, arrays[i].name,
                            tensor ? "has another size" : "is missing");
        int ret = df_tensor_read(weights, tensor, arrays[i].values);
        if (ret < 0)
            return ret;
    }
    return 0;
}

int df_trainer_load_state(DfTrainer *t, const char *path)
{
    DfWeights *weights = NULL;
    Array arrays[MOST_ARRAYS];
    int critic, count = list_arrays(t, arrays, &critic);
    int64_t steps = 0, critic_steps = 0, tiles = 0;
    int ret = df_trainer_check_state(path, &t->options);
    if (!ret)
        ret = df_weights_open(&weights, path);
    if (!ret)
        ret = read_number(weights, "steps", INT64_MAX, &steps);
    if (!ret)
        ret = read_number(weights, "critic_steps", INT64_MAX, &critic_steps);
    if (!ret)
        ret = read_number(weights, "tiles", UINT32_MAX, &tiles);
    const char *semantics = ret ? NULL : df_weights_meta(weights, "semantics");
    if (!ret && (!semantics || strcmp(semantics, df_generator_semantics(t->generator))))
        ret = df_error(-EINVAL, "%s: is of a training from a model whose semantics are %s: give --init with it", path,
                       semantics ? semantics : "unknown");
    int has_critic = !ret && df_weights_find(weights, "critic.conv1.u");
    /* A state without a critic is gone on from with a new one. */
    if (!ret)
        ret = read_arrays(weights, arrays, has_critic ? count : critic);
    df_weights_close(&weights);
    if (ret < 0)
        return ret;
    t->generator_optimizer.steps = steps;
    t->critic_optimizer.steps = has_critic ? critic_steps : 0;
    df_generator_prepare(t->generator);
    return tiles != t->tiles_checksum;
}

/* ----------------------------------------------------------------------------------------- sheet -- */

static uint8_t level(float value)
{
    return (uint8_t)(DF_CLAMP(value * 127.5f + 127.5f, 0.0f, 255.0f) + 0.5f);
}

/** One picture of the sheet; where nothing is to be seen, white. */
static void put(const DfTrainer *t, uint8_t *rgb, int row, int column, int sample, const float *picture, int hide)
{
    int size = t->options.size;
    const uint8_t *hole = t->samples[sample].hole;
    for (int y = 0; y < size; y++) {
        uint8_t *to = rgb + 3 * ((size_t)(row * size + y) * 4 * size + (size_t)column * size);
        for (int x = 0; x < size; x++)
            for (int c = 0; c < 3; c++) {
                size_t p = (size_t)y * size + x;
                *to++ = hide && hole[p] ? 255 : level(picture[3 * p + c]);
            }
    }
}

/** A stage's picture inside the hole, the truth around, in RGB. */
static void composite(const DfTrainer *t, int sample, const float *stage, float *rgb)
{
    const DfSample *s = &t->samples[sample];
    size_t pixels = df_trainer_pixels(t);
    df_compose_rgb((int)pixels, df_generator_range(t->generator), stage, rgb);
    for (size_t p = 0; p < pixels; p++)
        if (!s->hole[p])
            memcpy(rgb + 3 * p, s->image + 3 * p, 3 * sizeof *rgb);
}

/** Weights and averages change places. */
static void swap_average(DfTrainer *t)
{
    DfParameter *p = &t->generator_optimizer.parameters[0];
    for (size_t k = 0; k < p->count; k++) {
        float weight = p->weight[k];
        p->weight[k] = p->average[k];
        p->average[k] = weight;
    }
    df_generator_prepare(t->generator);
}

int df_trainer_sheet(DfTrainer *t, uint8_t *rgb, int *width, int *height)
{
    int ret = df_trainer_draw(t, DF_RANDOM_SHEET, 0, DF_SHEET_ROWS);
    if (ret < 0)
        return ret;
    *width = 4 * t->options.size;
    *height = DF_SHEET_ROWS * t->options.size;
    swap_average(t);
    for (int i = 0; i < DF_SHEET_ROWS; i++) {
        DfPicture picture = df_trainer_picture(t, i);
        DfStages stages = df_generator_forward(t->generator, 0, &picture);
        put(t, rgb, i, 0, i, picture.image, 0);
        put(t, rgb, i, 1, i, picture.image, 1);
        composite(t, i, stages.coarse, t->d_stages.coarse);
        put(t, rgb, i, 2, i, t->d_stages.coarse, 0);
        composite(t, i, stages.refined, t->d_stages.refined);
        put(t, rgb, i, 3, i, t->d_stages.refined, 0);
    }
    swap_average(t);
    return 0;
}
