/**
 * @file
 * What trainers write: models, states to go on from, sheets to look at.
 */
#include "train/trainer_parts.h"
#include "weights/write.h"

#include <errno.h>
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

int df_trainer_save_state(const DfTrainer *t, const char *path)
{
    const DfTrainerOptions *o = &t->options;
    Array arrays[MOST_ARRAYS];
    DfOutTensor tensors[MOST_ARRAYS];
    int critic, count = list_arrays(t, arrays, &critic);
    char steps[32], critic_steps[32], seed[32], cnum[16], tiles[16];
    const DfMeta meta[] = {
        { "cnum", cnum }, { "critic_steps", critic_steps }, { "format", "deepfill training state" }, { "seed", seed },
        { "steps", steps }, { "tiles", tiles },
    };
    for (int i = 0; i < count; i++)
        tensors[i] = (DfOutTensor){ arrays[i].name, 1, { arrays[i].count }, arrays[i].values };
    snprintf(cnum, sizeof cnum, "%d", o->cnum);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)o->seed);
    snprintf(tiles, sizeof tiles, "%u", t->tiles_checksum);
    snprintf(steps, sizeof steps, "%lld", (long long)t->generator_optimizer.steps);
    snprintf(critic_steps, sizeof critic_steps, "%lld", (long long)t->critic_optimizer.steps);
    DfOutFile file = { .tensors = tensors, .tensor_count = count, .meta = meta, .meta_count = DF_COUNT(meta) };
    return df_safetensors_write(path, &file);
}

static int read_number(const DfWeights *weights, const char *key, int64_t *number)
{
    const char *text = df_weights_meta(weights, key);
    char *end = NULL;
    *number = text ? strtoll(text, &end, 10) : -1;
    if (!text || *end || end == text || *number < 0)
        return df_error(-EINVAL, "%s: its '%s' is missing or no number: no state of a training", weights->name, key);
    return 0;
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
    int64_t steps = 0, critic_steps = 0, seed = 0, tiles = 0;
    int ret = df_weights_open(&weights, path);
    if (!ret)
        ret = read_number(weights, "steps", &steps);
    if (!ret)
        ret = read_number(weights, "critic_steps", &critic_steps);
    if (!ret)
        ret = read_number(weights, "seed", &seed);
    if (!ret)
        ret = read_number(weights, "tiles", &tiles);
    if (!ret && (uint64_t)seed != t->options.seed)
        ret = df_error(-EINVAL, "%s: its seed is %lld, expected %llu", path, (long long)seed,
                       (unsigned long long)t->options.seed);
    int has_critic = !ret && df_weights_find(weights, "critic.conv1.u");
    if (has_critic && !t->critic)
        ret = df_error(-EINVAL, "%s: has a critic, but none was asked for", path);
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
