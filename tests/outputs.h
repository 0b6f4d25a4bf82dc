/**
 * @file
 * For tests: everything that a network makes of a picture and a hole, as its project would give it out.
 */
#ifndef TESTS_OUTPUTS_H
#define TESTS_OUTPUTS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "model/internal.h"

/** An activation: [y][x][channel]; values is NULL where the network has none of that name. */
typedef struct Output {
    DfShape shape;
    float *values;
} Output;

/** Of one run. Pictures have their colours in the network's order. */
typedef struct Outputs {
    const DeepfillModel *model;
    Output input, stage1, attention, stage2;
    uint8_t *final; /* H x W x 3, RGB */
} Outputs;

/** How far off outputs may be. */
typedef struct OutputLimits {
    double stage1, attention, stage2;
    double beyond; /* share of stage2's values that may be off by more than 1e-4 in the mean: outputs_most() */
    double final;  /* share of the final picture's levels that may be off, by one, in the mean */
} OutputLimits;

/** What is done directly, [1], has rounding errors of its own alone; [0]: what is done by fewer products. */
static const OutputLimits output_limits[2] = {
    { 1e-4, 1e-4, 5e-4, 1e-3, 2e-3 },
    { 1e-4, 1e-4, 2e-4, 1e-3, 1e-3 },
};

/**
 * How many of `count` values may be off where a share of them may in the mean. A value comes out one level off
 * where a rounding boundary lies between what it is and what it is in float32: with errors of 1e-6 to 1e-5 of
 * -1..1, 1e-4 to 1e-3 of a level, that befalls so many of all values, each by chance. Their number has a Poisson
 * distribution: the bound is its mean m, three standard deviations sqrt(m), and three values where m is next to
 * nothing (m = 2: 9 of 2,000). A right network exceeds it once in 10,000 comparisons; one that rounds otherwise
 * is off in every second value.
 */
static inline size_t outputs_most(size_t count, double share)
{
    double mean = share * count;
    return (size_t)(mean + 3 * sqrt(mean) + 3);
}

static inline void *outputs_room(size_t count, size_t size)
{
    void *memory = df_alloc(DF_MAX(count * size, 1));
    assert_non_null(memory);
    return memory;
}

static inline Output *outputs_of_row(Outputs *outputs, const char *row)
{
    const DfNet *net = outputs->model->semantics->net;
    if (!strcmp(row, "attention"))
        return &outputs->attention;
    if (!strcmp(row, net->rows[0].name))
        return &outputs->input;
    if (!strcmp(row, net->rows[net->count - 1].name))
        return &outputs->stage2;
    return net->coarse >= 0 && !strcmp(row, net->rows[net->coarse].name) ? &outputs->stage1 : NULL;
}

static inline void outputs_keep(void *opaque, const char *row, DfShape shape, const float *activation)
{
    Output *output = outputs_of_row(opaque, row);
    if (!output)
        return;
    output->shape = shape;
    output->values = outputs_room(df_shape_count(shape), sizeof(float));
    memcpy(output->values, activation, df_shape_count(shape) * sizeof(float));
}

/** @return colour c (0 red, 1 green, 2 blue) of a pixel of a picture in the network's order. */
static inline float outputs_colour(const Outputs *outputs, const float *pixel, int c)
{
    return pixel[outputs->model->range.order == DF_BGR ? 2 - c : c];
}

/** Known pixels go through the network's range, too: not all of them come back as they were. */
static inline void outputs_finish(Outputs *outputs, const uint8_t *picture, const uint8_t *hole,
                                  size_t pixels)
{
    const DfSemantics *semantics = outputs->model->semantics;
    outputs->final = outputs_room(3 * pixels, 1);
    for (size_t p = 0; p < pixels; p++)
        for (int c = 0; c < 3; c++) {
            float value = hole[p] ? outputs_colour(outputs, outputs->stage2.values + 3 * p, c)
                                  : semantics->load(picture[3 * p + c], c);
            outputs->final[3 * p + c] = semantics->store(value, c);
        }
}

/**
 * Run a model.
 * @param picture  height x width x 3, RGB
 * @param mask     height x width; above 127: hole
 * @param sketch   height x width, above 0.6 of 255: a line; NULL: none
 */
static inline Outputs outputs_of(const DeepfillModel *model, const uint8_t *picture, const uint8_t *mask,
                                 const uint8_t *sketch, int width, int height)
{
    size_t pixels = (size_t)width * height;
    Outputs outputs = { .model = model };
    DfPlan *plan = NULL;
    if (df_plan_create(&plan, model, width, height, 1) < 0)
        fail_msg("%s", df_error_text());
    void *workspace = outputs_room(df_plan_workspace(plan), 1);
    float *image = outputs_room(3 * pixels, sizeof(float)), *lines = outputs_room(pixels, sizeof(float));
    float *stage2 = outputs_room(3 * pixels, sizeof(float));
    uint8_t *hole = outputs_room(pixels, 1);
    for (size_t i = 0; i < 3 * pixels; i++)
        image[i] = picture[i] / 127.5f - 1;
    for (size_t i = 0; i < pixels; i++) {
        hole[i] = mask[i] > 127;
        lines[i] = sketch && sketch[i] / 255.0f > 0.6f;
    }
    DfRun run = { .image = image, .hole = hole, .sketch = sketch ? lines : NULL, .stage2 = stage2,
                  .watch = outputs_keep, .opaque = &outputs };
    df_model_run(model, plan, workspace, &run);
    outputs_finish(&outputs, picture, hole, pixels);
    df_free(hole);
    df_free(stage2);
    df_free(lines);
    df_free(image);
    df_free(workspace);
    df_plan_close(&plan);
    return outputs;
}

static inline void outputs_free(Outputs *outputs)
{
    df_free(outputs->input.values);
    df_free(outputs->stage1.values);
    df_free(outputs->attention.values);
    df_free(outputs->stage2.values);
    df_free(outputs->final);
}

#endif
