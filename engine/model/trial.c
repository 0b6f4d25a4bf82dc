/**
 * @file
 * A model tried on a small picture when it is opened: weights that are damaged, or too large or
 * too small by some power of ten, have shapes like any others, but fill every hole with one colour.
 */
#include "kernels/gemm.h"
#include "model/internal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Activations of trained networks stay below 1e3; weights ten times too large make 1e15 and more of them. */
#define MOST_ACTIVATION 1e9f
/* Half a level of 8 bits, of -1..1. */
#define HALF_LEVEL (1.0f / 255)
/* Where nothing of the picture arrives, a fill varies by rounding, 3e-8; in random networks by 8e-6 or more. */
#define LEAST_SPREAD 1e-6f

/** One run; all zero but the model and side before it is prepared. */
typedef struct Trial {
    const DeepfillModel *model;
    int side; /* of the picture, in pixels: the least that the network takes */
    DfPlan *plan;
    void *workspace;
    float *picture, *filled; /* side x side x 3 */
    uint8_t *hole;           /* the middle half of both sides */
    const char *bad_layer; /* the first with an activation that is no number or beyond MOST_ACTIVATION; NULL: none */
} Trial;

static void draw(Trial *t)
{
    for (int y = 0; y < t->side; y++)
        for (int x = 0; x < t->side; x++) {
            int pixel = y * t->side + x;
            for (int colour = 0; colour < 3; colour++)
                t->picture[3 * pixel + colour] = 0.7f * sinf(0.31f * x + 0.17f * (colour + 1) * y);
            t->hole[pixel] = abs(2 * x - t->side) < t->side / 2 && abs(2 * y - t->side) < t->side / 2;
        }
}

static int prepare(Trial *t)
{
    size_t pixels = (size_t)t->side * t->side;
    int ret = df_plan_create(&t->plan, t->model, t->side, t->side, 1);
    if (ret < 0)
        return ret;
    t->workspace = df_alloc(df_plan_workspace(t->plan));
    t->picture = df_alloc(3 * pixels * sizeof *t->picture);
    t->filled = df_alloc(3 * pixels * sizeof *t->filled);
    t->hole = df_alloc(pixels);
    if (!t->workspace || !t->picture || !t->filled || !t->hole)
        return -ENOMEM;
    draw(t);
    return 0;
}

static void release(Trial *t)
{
    df_free(t->hole);
    df_free(t->filled);
    df_free(t->picture);
    df_free(t->workspace);
    df_plan_close(&t->plan);
}

static void check_activation(void *opaque, const char *layer, DfShape shape, const float *activation)
{
    Trial *t = opaque;
    size_t count = df_shape_count(shape);
    for (size_t i = 0; i < count && !t->bad_layer; i++)
        if (!(fabsf(activation[i]) <= MOST_ACTIVATION))
            t->bad_layer = layer;
}

/** What is wrong with the fill, in words; NULL: nothing. */
static const char *fault(const Trial *t)
{
    float least[3] = { 1, 1, 1 }, most[3] = { -1, -1, -1 };
    int between = 0, spread = 0, white = 1, black = 1;
    for (int i = 0; i < 3 * t->side * t->side; i++) {
        float value = t->filled[i];
        if (!t->hole[i / 3])
            continue;
        least[i % 3] = DF_MIN(least[i % 3], value);
        most[i % 3] = DF_MAX(most[i % 3], value);
        between |= fabsf(value) < 1 - HALF_LEVEL;
    }
    for (int colour = 0; colour < 3; colour++) {
        spread |= most[colour] - least[colour] > LEAST_SPREAD;
        white &= least[colour] >= 1 - HALF_LEVEL;
        black &= most[colour] <= HALF_LEVEL - 1;
    }
    if (spread && between)
        return NULL;
    return white ? "flat white" : black ? "flat black" : spread ? "black and white alone" : "one flat colour";
}

static int judge(const Trial *t)
{
    const char *name = t->model->name, *wrong = fault(t);
    if (t->bad_layer)
        return df_error(-EDOM, "%s: gives no picture: layer '%s' of its network makes values beyond %g of a "
                        "test picture: its weights are damaged or wrongly scaled", name, t->bad_layer,
                        MOST_ACTIVATION);
    if (wrong)
        return df_error(-EDOM, "%s: gives no picture: what its network makes of a test picture is %s: its "
                        "weights are damaged or wrongly scaled", name, wrong);
    return 0;
}

int df_model_try(const DeepfillModel *model)
{
    Trial t = { .model = model, .side = model->semantics->least_side };
    int ret = prepare(&t);
    if (!ret) {
        DfRun run = { .image = t.picture, .hole = t.hole, .stage2 = t.filled,
                      .watch = check_activation, .opaque = &t };
        if (model->blas)
            df_gemm_open();
        df_model_run(model, t.plan, t.workspace, &run);
        if (model->blas)
            df_gemm_close();
        ret = judge(&t);
    }
    release(&t);
    return ret;
}
